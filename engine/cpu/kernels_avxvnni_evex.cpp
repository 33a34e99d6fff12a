// The kernels of kernels_avxvnni.cpp in the encoding of AVX-512 VNNI and VL: built only with the tests, for machines
// that lack AVX-VNNI; never chosen unless named. No STL in here, and nothing but the table leaves this file.

#define QWILL_VNNI_EVEX

#include "cpu/simd_avx2.h"

#include "cpu/act_quant_avx2.h"
#include "cpu/dense_matmul_impl.h"
#include "cpu/panel_matmul_avxvnni.h"
#include "cpu/probe_avxvnni.h"

namespace qwill::engine::cpu {

extern const VectorKernels kAvxVnniEvexVectorKernels; // vector_avxvnni_evex.cpp
extern const KernelTable kAvxVnniEvexKernels;
const KernelTable kAvxVnniEvexKernels = {
    "avxvnni-evex", kCpuAvx2 | kCpuFma | kCpuF16c | kCpuAvx512f | kCpuAvx512vl | kCpuAvx512vnni,
    quantizeActs,   matmulQuant,
    matmulDense,    &kAvxVnniEvexVectorKernels,
    int8PeakMacs,   streamRead,
};

} // namespace qwill::engine::cpu

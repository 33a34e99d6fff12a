// The kernels for AVX-VNNI (Alder Lake, Zen 5 and later). Compiled with the ISA's flags: no STL in here, and nothing
// but the table leaves this file.

#include "cpu/simd_avx2.h"

#include "cpu/act_quant_avx2.h"
#include "cpu/dense_matmul_impl.h"
#include "cpu/panel_matmul_avxvnni.h"
#include "cpu/probe_avxvnni.h"

namespace qwill::engine::cpu {

extern const VectorKernels kAvxVnniVectorKernels; // vector_avxvnni.cpp
extern const KernelTable kAvxVnniKernels;
const KernelTable kAvxVnniKernels = {
    "avxvnni",    kCpuAvx2 | kCpuFma | kCpuF16c | kCpuAvxVnni,
    quantizeActs, matmulQuant,
    matmulDense,  &kAvxVnniVectorKernels,
    int8PeakMacs, streamRead,
};

} // namespace qwill::engine::cpu

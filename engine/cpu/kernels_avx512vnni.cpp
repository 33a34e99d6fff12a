// The kernels for AVX-512 with VNNI (Ice Lake, Zen 4 and later). Compiled with the ISA's flags: no STL in here, and
// nothing but the table leaves this file.

#include "cpu/simd_avx512.h"

#include "cpu/act_quant_avx512.h"
#include "cpu/dense_matmul_impl.h"
#include "cpu/panel_matmul_avx512vnni.h"
#include "cpu/probe_avx512vnni.h"

namespace qwill::engine::cpu {

extern const VectorKernels kAvx512VectorKernels; // vector_avx512.cpp
extern const KernelTable kAvx512VnniKernels;
const KernelTable kAvx512VnniKernels = {
    "avx512vnni",
    kCpuAvx2 | kCpuFma | kCpuF16c | kCpuAvx512f | kCpuAvx512bw | kCpuAvx512vl | kCpuAvx512dq | kCpuAvx512vnni,
    quantizeActs,
    matmulQuant,
    matmulDense,
    &kAvx512VectorKernels,
    int8PeakMacs,
    streamRead,
};

} // namespace qwill::engine::cpu

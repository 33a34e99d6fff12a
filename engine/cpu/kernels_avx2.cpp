// The kernels for AVX2 with FMA and F16C (Haswell, Zen and later). Compiled with the ISA's flags: no STL in here, and
// nothing but the table leaves this file.

#include "cpu/simd_avx2.h"

#include "cpu/act_quant_avx2.h"
#include "cpu/dense_matmul_impl.h"
#include "cpu/panel_matmul_avx2.h"
#include "cpu/probe_avx2.h"

namespace qwill::engine::cpu {

extern const VectorKernels kAvx2VectorKernels; // vector_avx2.cpp
extern const KernelTable kAvx2Kernels;
const KernelTable kAvx2Kernels = {
    "avx2",      kCpuAvx2 | kCpuFma | kCpuF16c, quantizeActs, matmulQuant,
    matmulDense, &kAvx2VectorKernels,           int8PeakMacs, streamRead,
};

} // namespace qwill::engine::cpu

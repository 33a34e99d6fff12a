// The vector kernels for AVX2 with FMA and F16C. Compiled with the ISA's flags: no STL in here, and nothing but the
// table leaves this file.

#include "cpu/simd_avx2.h"

#include "cpu/attention_dot_avx2.h"
#include "cpu/vector_impl.h"

#include "cpu/attention_impl.h"

namespace qwill::engine::cpu {

extern const VectorKernels kAvx2VectorKernels;
const VectorKernels kAvx2VectorKernels = {rmsNorm, addTo,   scale,         rope,        swiglu,         geglu,
                                          softCap, storeKv, attendSegment, foldSegment, finishAttention};

} // namespace qwill::engine::cpu

// The vector kernels for AVX-512 with VNNI. Compiled with the ISA's flags: no STL in here, and nothing but the table
// leaves this file.

#include "cpu/simd_avx512.h"

#include "cpu/attention_dot_avx512.h"
#include "cpu/vector_impl.h"

#include "cpu/attention_impl.h"

namespace qwill::engine::cpu {

extern const VectorKernels kAvx512VectorKernels;
const VectorKernels kAvx512VectorKernels = {rmsNorm, addTo,   scale,         rope,        swiglu,         geglu,
                                            softCap, storeKv, attendSegment, foldSegment, finishAttention};

} // namespace qwill::engine::cpu

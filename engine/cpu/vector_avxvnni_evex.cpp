// The vector kernels of vector_avxvnni.cpp in the encoding of AVX-512 VNNI and VL: built only with the tests, for
// machines that lack AVX-VNNI. No STL in here, and nothing but the table leaves this file.

#define QWILL_VNNI_EVEX

#include "cpu/simd_avx2.h"

#include "cpu/attention_dot_avxvnni.h"
#include "cpu/vector_impl.h"

#include "cpu/attention_impl.h"

namespace qwill::engine::cpu {

extern const VectorKernels kAvxVnniEvexVectorKernels;
const VectorKernels kAvxVnniEvexVectorKernels = {rmsNorm, addTo,   scale,         rope,        swiglu,         geglu,
                                                 softCap, storeKv, attendSegment, foldSegment, finishAttention};

} // namespace qwill::engine::cpu

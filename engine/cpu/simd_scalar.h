#pragma once
// Simd with one lane, in plain C++: the reference; simd_avx512.h says what each member means. Only for
// kernels_<isa>.cpp; everything local to the including file. Any thread.

#include "base/fused.h"
#include "base/half.h"

#include <stddef.h>
#include <stdint.h>

#define QWILL_INLINE inline __attribute__((always_inline))

namespace qwill::engine::cpu {

namespace {

struct Simd {
    using F = float;
    static constexpr int kLanes = 1;

    static QWILL_INLINE F zero() { return 0.0f; }
    static QWILL_INLINE F set1(float x) { return x; }
    static QWILL_INLINE F load(const float* p) { return *p; }
    static QWILL_INLINE F loadPart(const float* p, int n) { return n > 0 ? *p : 0.0f; }
    static QWILL_INLINE void store(float* p, F v) { *p = v; }
    static QWILL_INLINE void storePart(float* p, F v, int n)
    {
        if (n > 0)
            *p = v;
    }

    static QWILL_INLINE F add(F a, F b) { return a + b; }
    static QWILL_INLINE F sub(F a, F b) { return a - b; }
    static QWILL_INLINE F mul(F a, F b) { return a * b; }
    static QWILL_INLINE F div(F a, F b) { return a / b; }
    static QWILL_INLINE F fma(F a, F b, F c) { return fusedMultiplyAdd(a, b, c); }
    static QWILL_INLINE F fnma(F a, F b, F c) { return fusedMultiplyAdd(-a, b, c); }
    static QWILL_INLINE F min(F a, F b) { return a < b ? a : b; }
    static QWILL_INLINE F max(F a, F b) { return a > b ? a : b; }
    static QWILL_INLINE F abs(F a) { return __builtin_fabsf(a); }
    static QWILL_INLINE F sqrt(F a) { return __builtin_sqrtf(a); }
    static QWILL_INLINE F selectGreater(F a, F b, F yes, F no) { return a > b ? yes : no; }

    static QWILL_INLINE F round(F a) { return __builtin_nearbyintf(a); }
    static QWILL_INLINE F pow2(F n) { return bf16ToFloat(static_cast<uint16_t>((static_cast<int>(n) + 127) << 7)); }

    static QWILL_INLINE float reduceAdd(F v) { return v; }
    static QWILL_INLINE float reduceMax(F v) { return v; }

    static QWILL_INLINE F loadF16(const uint16_t* p) { return f16ToFloat(*p); }
    static QWILL_INLINE F loadF16Part(const uint16_t* p, int n) { return n > 0 ? f16ToFloat(*p) : 0.0f; }
    static QWILL_INLINE void storeF16(uint16_t* p, F v) { *p = floatToF16(v); }
    static QWILL_INLINE F loadBf16(const uint16_t* p) { return bf16ToFloat(*p); }
    static QWILL_INLINE F loadBf16Part(const uint16_t* p, int n) { return n > 0 ? bf16ToFloat(*p) : 0.0f; }
    static QWILL_INLINE void storeI8(int8_t* p, F v) { *p = static_cast<int8_t>(__builtin_nearbyintf(v)); }
    static QWILL_INLINE F loadI8(const int8_t* p) { return *p; }
};

} // namespace

} // namespace qwill::engine::cpu

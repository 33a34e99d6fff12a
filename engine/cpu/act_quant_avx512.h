#pragma once
// Quantises activations to 8 bits per (token, 128 k) with AVX-512, by the arithmetic of kernel_types.h. Only for
// kernels_<isa>.cpp: no STL, everything local to the including file. Any thread.

#include "cpu/kernel_types.h"
#include "cpu/simd_avx512.h"

namespace qwill::engine::cpu {

namespace {

// One group of kActGroup activations, of which the first `count` exist; writes its scale, quants and sums.
inline void quantizeGroup(const float* x, int count, int8_t* q, float* scale, int32_t* sums)
{
    constexpr int kVectors = kActGroup / 16;
    __m512 v[kVectors];
    __m512i magnitude = _mm512_setzero_si512(); // of floats as bits: the order of |x|, and NaN above everything
    for (int i = 0; i < kVectors; ++i) {
        const int left = count - 16 * i;
        v[i] = left >= 16 ? Simd::load(x + 16 * i) : left > 0 ? Simd::loadPart(x + 16 * i, left) : Simd::zero();
        magnitude = _mm512_max_epu32(magnitude, _mm512_castps_si512(Simd::abs(v[i])));
    }
    const uint32_t bits = _mm512_reduce_max_epu32(magnitude);
    float a;
    __builtin_memcpy(&a, &bits, 4);
    a = a / 127.0f;
    a = bits >= 0x7f800000u ? __builtin_nanf("") : a < 0x1p-126f ? 0.0f : a;
    *scale = a;
    const bool zero = !(a > 0.0f);
    const __m512 inverse = _mm512_set1_ps(1.0f / a);
    for (int i = 0; i < kVectors; i += 2) {
        __m512i low = _mm512_cvtps_epi32(_mm512_mul_ps(v[i], inverse));
        __m512i high = _mm512_cvtps_epi32(_mm512_mul_ps(v[i + 1], inverse));
        if (zero)
            low = high = _mm512_setzero_si512();
        _mm_store_si128(reinterpret_cast<__m128i*>(q + 16 * i), _mm512_cvtepi32_epi8(low));
        _mm_store_si128(reinterpret_cast<__m128i*>(q + 16 * i + 16), _mm512_cvtepi32_epi8(high));
        sums[i / 2] = _mm512_reduce_add_epi32(_mm512_add_epi32(low, high));
    }
}

inline void quantizeActs(const float* x, ptrdiff_t xStride, int tokenBegin, int tokenEnd, int cols,
                         const QuantActs& acts)
{
    for (ptrdiff_t token = tokenBegin; token < tokenEnd; ++token) {
        const float* row = x + token * xStride;
        int8_t* q = acts.q + token * acts.colsPadded;
        float* scales = acts.scales + token * (acts.colsPadded / kActGroup);
        int32_t* sums = acts.sums + token * (acts.colsPadded / kActSumGroup);
        for (int k = 0; k < acts.colsPadded; k += kActGroup) {
            const int left = cols - k, count = left < kActGroup ? left : kActGroup;
            quantizeGroup(row + k, count, q + k, scales + k / kActGroup, sums + k / kActSumGroup);
        }
    }
}

} // namespace

} // namespace qwill::engine::cpu

#pragma once
// Quantises activations to 8 bits per (token, 128 k) with AVX2, by the arithmetic of kernel_types.h. Only for
// kernels_<isa>.cpp: no STL, everything local to the including file. Any thread.

#include "cpu/kernel_types.h"
#include "cpu/simd_avx2.h"

namespace qwill::engine::cpu {

namespace {

inline uint32_t reduceMaxBits(__m256i v)
{
    __m128i four = _mm_max_epu32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    four = _mm_max_epu32(four, _mm_shuffle_epi32(four, 0x4e));
    four = _mm_max_epu32(four, _mm_shuffle_epi32(four, 0xb1));
    return static_cast<uint32_t>(_mm_cvtsi128_si32(four));
}

inline int32_t reduceAddInts(__m256i v)
{
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0xb1));
    return _mm_cvtsi128_si32(four);
}

// One group of kActGroup activations, of which the first `count` exist; writes its scale, quants and sums.
inline void quantizeGroup(const float* x, int count, int8_t* q, float* scale, int32_t* sums)
{
    constexpr int kVectors = kActGroup / 8;
    __m256 v[kVectors];
    __m256i magnitude = _mm256_setzero_si256(); // of floats as bits: the order of |x|, and NaN above everything
    for (int i = 0; i < kVectors; ++i) {
        const int left = count - 8 * i;
        v[i] = left >= 8 ? Simd::load(x + 8 * i) : left > 0 ? Simd::loadPart(x + 8 * i, left) : Simd::zero();
        magnitude = _mm256_max_epu32(magnitude, _mm256_castps_si256(Simd::abs(v[i])));
    }
    const uint32_t bits = reduceMaxBits(magnitude);
    float a;
    __builtin_memcpy(&a, &bits, 4);
    a = a / 127.0f;
    a = bits >= 0x7f800000u ? __builtin_nanf("") : a < 0x1p-126f ? 0.0f : a;
    *scale = a;
    const bool zero = !(a > 0.0f);
    const __m256 inverse = _mm256_set1_ps(1.0f / a);
    for (int i = 0; i < kVectors; i += 4) {
        __m256i part[4], sum = _mm256_setzero_si256();
        for (int j = 0; j < 4; ++j) {
            part[j] = zero ? _mm256_setzero_si256() : _mm256_cvtps_epi32(_mm256_mul_ps(v[i + j], inverse));
            sum = _mm256_add_epi32(sum, part[j]);
        }
        // The packs work within 128-bit lanes; the permutation puts their 4-byte pieces into order.
        const __m256i packed =
            _mm256_packs_epi16(_mm256_packs_epi32(part[0], part[1]), _mm256_packs_epi32(part[2], part[3]));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(q + 8 * i),
                            _mm256_permutevar8x32_epi32(packed, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7)));
        sums[i / 4] = reduceAddInts(sum);
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

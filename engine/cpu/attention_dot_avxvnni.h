#pragma once
// The exact integer products of attention over an 8-bit cache, with AVX-VNNI; attention_dot_avx512.h says what each
// member means. Only for vector_avxvnni*.cpp: no STL, everything local to the including file. Any thread.

#include "cpu/dot_avxvnni.h"

namespace qwill::engine::cpu {

namespace {

struct AttentionDot {
    using I = __m256i; // 8 lanes of int32, or 8 × 4 bytes
    static constexpr int kWords = 1; // words of four values of q
    static constexpr int kWeightWords = 2; // of four 15-bit weights: values 0 and 2, 1 and 3 as 16-bit pairs
    using Sum = __m256i; // one, where bytes would need two: there are 16 registers

    static QWILL_INLINE I load(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
    static QWILL_INLINE I zero() { return _mm256_setzero_si256(); }
    static QWILL_INLINE Simd::F toFloat(I v) { return _mm256_cvtepi32_ps(v); }
    static QWILL_INLINE I minus(I v, int32_t x) { return _mm256_sub_epi32(v, _mm256_set1_epi32(x)); }

    static QWILL_INLINE void packQ(const int8_t* q, int count, int32_t* words)
    {
        __builtin_memcpy(words, q, static_cast<size_t>(count));
    }
    static QWILL_INLINE I dotK(I acc, I k, const int32_t* words)
    {
        dotStep(acc, k, _mm256_set1_epi32(*words));
        return acc;
    }

    static QWILL_INLINE void packWeights(Simd::F t, int32_t* words)
    {
        const I u = _mm256_cvtps_epi32(t); // 0…32767: a 16-bit pair is one lane or'ed with the one two further
        const I pairs = _mm256_or_si256(u, _mm256_slli_epi32(_mm256_bsrli_epi128(u, 8), 16));
        _mm_storel_epi64(reinterpret_cast<__m128i*>(words), _mm256_castsi256_si128(pairs));
        _mm_storel_epi64(reinterpret_cast<__m128i*>(words + 2), _mm256_extracti128_si256(pairs, 1));
    }
    static QWILL_INLINE Sum zeroSum() { return zero(); }
    static QWILL_INLINE void addV(Sum& sum, I v, const int32_t* words)
    {
        dotStep16(sum, _mm256_srai_epi16(_mm256_slli_epi16(v, 8), 8), _mm256_set1_epi32(words[0]));
        dotStep16(sum, _mm256_srai_epi16(v, 8), _mm256_set1_epi32(words[1]));
    }
    static QWILL_INLINE I total(const Sum& sum) { return sum; }
};

} // namespace

} // namespace qwill::engine::cpu

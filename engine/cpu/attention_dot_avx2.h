#pragma once
// The exact integer products of attention over an 8-bit cache, with AVX2; attention_dot_avx512.h says what each member
// means. vpmaddubsw would saturate, so even and odd bytes are widened to 16 bits and multiplied apart. Only for
// vector_<isa>.cpp: no STL, everything local to the including file. Any thread.

#include "cpu/simd_avx2.h"

namespace qwill::engine::cpu {

namespace {

struct AttentionDot {
    using I = __m256i; // 8 lanes of int32, or 8 × 4 bytes
    static constexpr int kWords = 2; // values 0 and 2, 1 and 3 as 16-bit pairs
    static constexpr int kWeightWords = 2;
    using Sum = __m256i;

    static QWILL_INLINE I load(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
    static QWILL_INLINE I zero() { return _mm256_setzero_si256(); }
    static QWILL_INLINE Simd::F toFloat(I v) { return _mm256_cvtepi32_ps(v); }
    static QWILL_INLINE I minus(I v, int32_t x) { return _mm256_sub_epi32(v, _mm256_set1_epi32(x)); }

    static QWILL_INLINE void packQ(const int8_t* q, int count, int32_t* words)
    {
        for (int i = 0; i < count; i += 2) { // pairs (0, 2) and (1, 3) of each four
            const int first = i / 4 * 4 + i % 4 / 2;
            const auto low = static_cast<uint16_t>(q[first]), high = static_cast<uint16_t>(q[first + 2]);
            words[i / 2] = static_cast<int32_t>(low | static_cast<uint32_t>(high) << 16);
        }
    }
    static QWILL_INLINE I dotK(I acc, I k, const int32_t* words)
    {
        const I even = _mm256_and_si256(k, _mm256_set1_epi16(255)), odd = _mm256_srli_epi16(k, 8);
        acc = _mm256_add_epi32(acc, _mm256_madd_epi16(even, _mm256_set1_epi32(words[0])));
        return _mm256_add_epi32(acc, _mm256_madd_epi16(odd, _mm256_set1_epi32(words[1])));
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
        const I even = _mm256_srai_epi16(_mm256_slli_epi16(v, 8), 8), odd = _mm256_srai_epi16(v, 8);
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(even, _mm256_set1_epi32(words[0])));
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(odd, _mm256_set1_epi32(words[1])));
    }
    static QWILL_INLINE I total(const Sum& sum) { return sum; }
};

} // namespace

} // namespace qwill::engine::cpu

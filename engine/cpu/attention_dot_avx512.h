#pragma once
// The exact integer products of attention over an 8-bit cache, with AVX-512 VNNI. attention_dot_avx2.h offers the same.
// Only for vector_<isa>.cpp: no STL, everything local to the including file. Any thread.
//
// A "word" is what one 32-bit lane is multiplied with: broadcast from memory, kWords of them for four values of q or of
// the softmax weights.

#include "cpu/simd_avx512.h"

namespace qwill::engine::cpu {

namespace {

struct AttentionDot {
    using I = __m512i; // 16 lanes of int32, or 16 × 4 bytes
    static constexpr int kWords = 1; // words of four values of q
    static constexpr int kWeightWords = 2; // of four 15-bit weights: their high 8 and low 7 bits
    struct Sum { // of weights × V
        I high, low;
    };

    static QWILL_INLINE I load(const void* p) { return _mm512_loadu_si512(p); }
    static QWILL_INLINE I zero() { return _mm512_setzero_si512(); }
    static QWILL_INLINE Simd::F toFloat(I v) { return _mm512_cvtepi32_ps(v); }
    static QWILL_INLINE I minus(I v, int32_t x) { return _mm512_sub_epi32(v, _mm512_set1_epi32(x)); }

    // acc += Σ4 a · b, a unsigned, b signed. As an instruction, not an intrinsic: g++ 12 and 14 keep two copies of each
    // accumulator of the intrinsic and spill (a prefill tile: 108 → 171 GFLOP/s).
    static QWILL_INLINE void dot(I& acc, I a, I b) { asm("vpdpbusd %2, %1, %0" : "+v"(acc) : "v"(a), "v"(b)); }

    // count: multiple of 8; q has room for 64 more bytes.
    static QWILL_INLINE void packQ(const int8_t* q, int count, int32_t* words)
    {
        __builtin_memcpy(words, q, static_cast<size_t>(count));
    }
    // acc + Σ4 k · q: k unsigned, q signed
    static QWILL_INLINE I dotK(I acc, I k, const int32_t* words)
    {
        dot(acc, k, _mm512_set1_epi32(*words));
        return acc;
    }

    // One vector of weights t · inverse, rounded, into the words of its groups of four. words: [group][kWeightWords]
    static QWILL_INLINE void packWeights(Simd::F t, int32_t* words)
    {
        const __m512i u = _mm512_cvtps_epi32(t);
        const __m128i high = _mm512_cvtepi32_epi8(_mm512_srli_epi32(u, 7));
        const __m128i low = _mm512_cvtepi32_epi8(_mm512_and_si512(u, _mm512_set1_epi32(127)));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(words), _mm_unpacklo_epi32(high, low));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(words + 4), _mm_unpackhi_epi32(high, low));
    }
    static QWILL_INLINE Sum zeroSum() { return {zero(), zero()}; }
    static QWILL_INLINE void addV(Sum& sum, I v, const int32_t* words)
    {
        dot(sum.high, _mm512_set1_epi32(words[0]), v);
        dot(sum.low, _mm512_set1_epi32(words[1]), v);
    }
    static QWILL_INLINE I total(const Sum& sum) { return _mm512_add_epi32(_mm512_slli_epi32(sum.high, 7), sum.low); }
};

} // namespace

} // namespace qwill::engine::cpu

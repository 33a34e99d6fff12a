#pragma once
// Simd for AVX2 with FMA and F16C; simd_avx512.h says what each member means. Only for kernels_<isa>.cpp: no STL,
// everything local to the including file. Any thread.

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define QWILL_INLINE inline __attribute__((always_inline))

namespace qwill::engine::cpu {

namespace {

struct Simd {
    using F = __m256; // float lanes
    static constexpr int kLanes = 8;

    static QWILL_INLINE __m256i firstLanes(int n)
    {
        return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    }

    static QWILL_INLINE F zero() { return _mm256_setzero_ps(); }
    static QWILL_INLINE F set1(float x) { return _mm256_set1_ps(x); }
    static QWILL_INLINE F load(const float* p) { return _mm256_loadu_ps(p); }
    static QWILL_INLINE F loadPart(const float* p, int n) { return _mm256_maskload_ps(p, firstLanes(n)); }
    static QWILL_INLINE void store(float* p, F v) { _mm256_storeu_ps(p, v); }
    static QWILL_INLINE void storePart(float* p, F v, int n) { _mm256_maskstore_ps(p, firstLanes(n), v); }

    static QWILL_INLINE F add(F a, F b) { return _mm256_add_ps(a, b); }
    static QWILL_INLINE F sub(F a, F b) { return _mm256_sub_ps(a, b); }
    static QWILL_INLINE F mul(F a, F b) { return _mm256_mul_ps(a, b); }
    static QWILL_INLINE F div(F a, F b) { return _mm256_div_ps(a, b); }
    static QWILL_INLINE F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
    static QWILL_INLINE F fnma(F a, F b, F c) { return _mm256_fnmadd_ps(a, b, c); }
    static QWILL_INLINE F min(F a, F b) { return _mm256_min_ps(a, b); }
    static QWILL_INLINE F max(F a, F b) { return _mm256_max_ps(a, b); }
    static QWILL_INLINE F abs(F a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
    static QWILL_INLINE F sqrt(F a) { return _mm256_sqrt_ps(a); }
    static QWILL_INLINE F selectGreater(F a, F b, F yes, F no)
    {
        return _mm256_blendv_ps(no, yes, _mm256_cmp_ps(a, b, _CMP_GT_OQ));
    }

    static QWILL_INLINE F round(F a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
    static QWILL_INLINE F pow2(F n)
    {
        const __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
        return _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
    }

    static QWILL_INLINE float reduceAdd(F v)
    {
        const __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
        const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
    }
    static QWILL_INLINE float reduceMax(F v)
    {
        const __m128 four = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
        const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
        return _mm_cvtss_f32(_mm_max_ss(two, _mm_shuffle_ps(two, two, 1)));
    }

    static QWILL_INLINE F fromF16(__m128i h) { return _mm256_cvtph_ps(h); }
    static QWILL_INLINE F fromBf16(__m128i h)
    {
        return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(h), 16));
    }
    static QWILL_INLINE __m128i load16(const void* p) { return _mm_loadu_si128(static_cast<const __m128i*>(p)); }
    static QWILL_INLINE __m128i load16Part(const uint16_t* p, int n)
    {
        uint16_t whole[8] = {};
        for (int i = 0; i < n; ++i)
            whole[i] = p[i];
        return load16(whole);
    }
    static QWILL_INLINE F loadF16(const uint16_t* p) { return fromF16(load16(p)); }
    static QWILL_INLINE F loadF16Part(const uint16_t* p, int n) { return fromF16(load16Part(p, n)); }
    static QWILL_INLINE void storeF16(uint16_t* p, F v)
    {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
    }
    static QWILL_INLINE F loadBf16(const uint16_t* p) { return fromBf16(load16(p)); }
    static QWILL_INLINE F loadBf16Part(const uint16_t* p, int n) { return fromBf16(load16Part(p, n)); }
    static QWILL_INLINE void storeI8(int8_t* p, F v)
    {
        const __m256i wide = _mm256_cvtps_epi32(v);
        const __m128i half = _mm_packs_epi32(_mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1));
        _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packs_epi16(half, half));
    }
    static QWILL_INLINE F loadI8(const int8_t* p)
    {
        return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
    }
};

} // namespace

} // namespace qwill::engine::cpu

#pragma once
// Simd: the small layer of vector operations that kernels shared by all ISAs are written against; here AVX-512. Only
// for kernels_<isa>.cpp, which is compiled with the ISA's flags: no STL, everything local to the including file. Any
// thread.
//
// Every simd_<isa>.h offers the same members. "Part" forms touch only the first n (0 … kLanes) elements and read the
// rest as 0. Reductions add in a fixed order. Storing rounds half to even.

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define QWILL_INLINE inline __attribute__((always_inline))

namespace qwill::engine::cpu {

namespace {

struct Simd {
    using F = __m512; // float lanes
    static constexpr int kLanes = 16;

    static QWILL_INLINE __mmask16 firstLanes(int n) { return static_cast<__mmask16>((1u << n) - 1u); }

    static QWILL_INLINE F zero() { return _mm512_setzero_ps(); }
    static QWILL_INLINE F set1(float x) { return _mm512_set1_ps(x); }
    static QWILL_INLINE F load(const float* p) { return _mm512_loadu_ps(p); }
    static QWILL_INLINE F loadPart(const float* p, int n) { return _mm512_maskz_loadu_ps(firstLanes(n), p); }
    static QWILL_INLINE void store(float* p, F v) { _mm512_storeu_ps(p, v); }
    static QWILL_INLINE void storePart(float* p, F v, int n) { _mm512_mask_storeu_ps(p, firstLanes(n), v); }

    static QWILL_INLINE F add(F a, F b) { return _mm512_add_ps(a, b); }
    static QWILL_INLINE F sub(F a, F b) { return _mm512_sub_ps(a, b); }
    static QWILL_INLINE F mul(F a, F b) { return _mm512_mul_ps(a, b); }
    static QWILL_INLINE F div(F a, F b) { return _mm512_div_ps(a, b); }
    static QWILL_INLINE F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); } // a · b + c, one rounding
    static QWILL_INLINE F fnma(F a, F b, F c) { return _mm512_fnmadd_ps(a, b, c); } // c − a · b
    static QWILL_INLINE F min(F a, F b) { return _mm512_min_ps(a, b); }
    static QWILL_INLINE F max(F a, F b) { return _mm512_max_ps(a, b); }
    static QWILL_INLINE F abs(F a) { return _mm512_abs_ps(a); }
    static QWILL_INLINE F sqrt(F a) { return _mm512_sqrt_ps(a); }
    // yes where a > b, otherwise (NaN too) no
    static QWILL_INLINE F selectGreater(F a, F b, F yes, F no)
    {
        return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_GT_OQ), no, yes);
    }

    // Building blocks of exp: the nearest integer (as float), and 2^n of an integer-valued n in −126 … 127.
    static QWILL_INLINE F round(F a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
    static QWILL_INLINE F pow2(F n)
    {
        const __m512i exponent = _mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127));
        return _mm512_castsi512_ps(_mm512_slli_epi32(exponent, 23));
    }

    static QWILL_INLINE float reduceAdd(F v)
    {
        const __m256 high = _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(v), 1));
        const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(v), high);
        const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
        const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
    }
    static QWILL_INLINE float reduceMax(F v)
    {
        const __m256 high = _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(v), 1));
        const __m256 eight = _mm256_max_ps(_mm512_castps512_ps256(v), high);
        const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
        const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
        return _mm_cvtss_f32(_mm_max_ss(two, _mm_shuffle_ps(two, two, 1)));
    }

    static QWILL_INLINE F fromF16(__m256i h) { return _mm512_cvtph_ps(h); }
    static QWILL_INLINE F fromBf16(__m256i h)
    {
        return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(h), 16));
    }
    static QWILL_INLINE __m256i load16(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
    static QWILL_INLINE F loadF16(const uint16_t* p) { return fromF16(load16(p)); }
    static QWILL_INLINE F loadF16Part(const uint16_t* p, int n)
    {
        return fromF16(_mm256_maskz_loadu_epi16(firstLanes(n), p));
    }
    static QWILL_INLINE void storeF16(uint16_t* p, F v)
    {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
    }
    static QWILL_INLINE F loadBf16(const uint16_t* p) { return fromBf16(load16(p)); }
    static QWILL_INLINE F loadBf16Part(const uint16_t* p, int n)
    {
        return fromBf16(_mm256_maskz_loadu_epi16(firstLanes(n), p));
    }
    // |v| ≤ 127 is the caller's promise.
    static QWILL_INLINE void storeI8(int8_t* p, F v)
    {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtsepi32_epi8(_mm512_cvtps_epi32(v)));
    }
    static QWILL_INLINE F loadI8(const int8_t* p)
    {
        return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
    }
};

} // namespace

} // namespace qwill::engine::cpu

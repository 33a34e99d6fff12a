#pragma once
// Wide: dot products of 16-bit integers for coded_matmul_impl.h, here by AVX-512 VNNI. Only for kernels_<isa>.cpp: no
// STL, everything local to the including file. Any thread.
//
// Every wide_<isa>.h offers the same members. A vector holds kRows rows × 4 k; two of them make Simd::kLanes rows.

#include "cpu/simd_avx512.h"

namespace qwill::engine::cpu {

namespace {

struct Wide {
    using V = __m512i; // 16-bit integers, or 32-bit sums of two of their products
    static constexpr int kRows = 8;
    // Pairs of vectors that a tile of T tokens takes at once: as many sums as the registers hold.
    template <int T>
    static constexpr int kPairs = T <= 3 ? 4 : 2;
    static constexpr int kTokenTile = 6;

    static QWILL_INLINE V zero() { return _mm512_setzero_si512(); }
    static QWILL_INLINE V load(const int16_t* p) { return _mm512_load_si512(p); }
    static QWILL_INLINE V repeat4(const int16_t* p) // the same 4 k for every row
    {
        long long four;
        __builtin_memcpy(&four, p, 8);
        return _mm512_set1_epi64(four);
    }
    // sums += products, asm for the reason panel_matmul_avx512vnni.h gives
    static QWILL_INLINE void step(V& sums, V w, V x) { __asm__("vpdpwssd %2, %1, %0" : "+v"(sums) : "v"(w), "v"(x)); }
    static QWILL_INLINE void hold(V& v) { __asm__("" : "+v"(v)); }
    // The sums of two neighbouring vectors, one lane a row.
    static QWILL_INLINE Simd::F total(V a, V b)
    {
        const V even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        const V odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
        return _mm512_cvtepi32_ps(
            _mm512_add_epi32(_mm512_permutex2var_epi32(a, even, b), _mm512_permutex2var_epi32(a, odd, b)));
    }
};

} // namespace

} // namespace qwill::engine::cpu

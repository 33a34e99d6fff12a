#pragma once
// Wide for AVX2; wide_avx512.h says what each member means. Only for kernels_<isa>.cpp: no STL, everything local to the
// including file. Any thread.

#include "cpu/simd_avx2.h"

namespace qwill::engine::cpu {

namespace {

struct WideAvx2 {
    using V = __m256i;
    static constexpr int kRows = 4;
    template <int T>
    static constexpr int kPairs = T == 1 ? 4
        : T == 2                         ? 2
                                         : 1;
    static constexpr int kTokenTile = 4;

    static QWILL_INLINE V zero() { return _mm256_setzero_si256(); }
    static QWILL_INLINE V load(const int16_t* p) { return _mm256_load_si256(reinterpret_cast<const V*>(p)); }
    static QWILL_INLINE V repeat4(const int16_t* p)
    {
        long long four;
        __builtin_memcpy(&four, p, 8);
        return _mm256_set1_epi64x(four);
    }
    static QWILL_INLINE void step(V& sums, V w, V x)
    {
        V products;
        __asm__("vpmaddwd %3, %2, %1\n\tvpaddd %1, %0, %0" : "+x"(sums), "=&x"(products) : "x"(w), "x"(x));
    }
    static QWILL_INLINE void hold(V& v) { __asm__("" : "+x"(v)); }
    static QWILL_INLINE Simd::F total(V a, V b)
    {
        return _mm256_cvtepi32_ps(_mm256_permute4x64_epi64(_mm256_hadd_epi32(a, b), 0xD8));
    }
};

#ifndef QWILL_WIDE_OWN_STEP
using Wide = WideAvx2;
#endif

} // namespace

} // namespace qwill::engine::cpu

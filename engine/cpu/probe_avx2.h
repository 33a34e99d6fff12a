#pragma once
// What cpu/probe.h measures, for AVX2: vpmaddubsw with the vpaddw that takes its sums, on registers alone. Only for
// kernels_avx2.cpp: no STL, everything local to the including file. Any thread.

#include "cpu/stream_read_avx2.h"

namespace qwill::engine::cpu {

namespace {

inline uint64_t int8PeakMacs(int rounds)
{
    constexpr int kChains = 8;
    __m256i sums[kChains];
    const __m256i w = _mm256_set1_epi8(3), x = _mm256_set1_epi8(-5);
    QWILL_UNROLL
    for (int i = 0; i < kChains; ++i)
        sums[i] = _mm256_setzero_si256();
    for (int round = 0; round < rounds; ++round) {
        QWILL_UNROLL
        for (int i = 0; i < kChains; ++i) {
            __m256i pairs;
            __asm__ volatile("vpmaddubsw %3, %2, %1\n\tvpaddw %1, %0, %0"
                             : "+x"(sums[i]), "=&x"(pairs)
                             : "x"(w), "x"(x));
        }
    }
    return static_cast<uint64_t>(rounds) * kChains * 32;
}

} // namespace

} // namespace qwill::engine::cpu

#pragma once
// What cpu/probe.h measures, for AVX-VNNI: vpdpbusd on registers alone; reads are AVX2's. Only for
// kernels_avxvnni*.cpp: no STL, everything local to the including file. Any thread.

#include "cpu/dot_avxvnni.h"
#include "cpu/stream_read_avx2.h"

namespace qwill::engine::cpu {

namespace {

inline uint64_t int8PeakMacs(int rounds)
{
    constexpr int kChains = 12; // latency 5 × 2 per cycle is the most known
    __m256i sums[kChains];
    const __m256i w = _mm256_set1_epi8(3), x = _mm256_set1_epi8(-5);
    QWILL_UNROLL
    for (int i = 0; i < kChains; ++i)
        sums[i] = _mm256_setzero_si256();
    for (int round = 0; round < rounds; ++round) {
        QWILL_UNROLL
        for (int i = 0; i < kChains; ++i)
            __asm__ volatile(QWILL_VNNI_ENCODING "vpdpbusd %2, %1, %0" : "+x"(sums[i]) : "x"(w), "x"(x));
    }
    return static_cast<uint64_t>(rounds) * kChains * 32;
}

} // namespace

} // namespace qwill::engine::cpu

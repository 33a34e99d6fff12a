#pragma once
// What cpu/probe.h measures, for AVX-512 VNNI: vpdpbusd on registers alone, and streaming reads. Only for
// kernels_avx512vnni.cpp: no STL, everything local to the including file. Any thread.

#include "cpu/kernel_types.h"
#include "cpu/panel_matmul_avx512vnni.h"

namespace qwill::engine::cpu {

namespace {

inline uint64_t int8PeakMacs(int rounds)
{
    constexpr int kChains = 16; // latency 5 × 2 per cycle is the most known
    __m512i sums[kChains];
    const __m512i w = _mm512_set1_epi8(3), x = _mm512_set1_epi8(-5);
    QWILL_UNROLL
    for (int i = 0; i < kChains; ++i)
        sums[i] = _mm512_setzero_si512();
    for (int round = 0; round < rounds; ++round) {
        QWILL_UNROLL
        for (int i = 0; i < kChains; ++i)
            __asm__ volatile("vpdpbusd %2, %1, %0" : "+v"(sums[i]) : "v"(w), "v"(x));
    }
    return static_cast<uint64_t>(rounds) * kChains * kVector;
}

inline uint64_t streamRead(const std::byte* data, size_t bytes)
{
    const auto* p = reinterpret_cast<const uint8_t*>(data);
    __m512i sums[4] = {};
    for (size_t i = 0; i + 4 * kVector <= bytes; i += 4 * kVector) {
        QWILL_UNROLL
        for (int v = 0; v < 4; ++v) {
            prefetchAhead(p + i + v * kVector);
            sums[v] = _mm512_add_epi64(sums[v], _mm512_loadu_si512(p + i + v * kVector));
        }
    }
    uint64_t words[8], sum = 0; // unsigned: the sum may wrap
    _mm512_storeu_si512(words,
                        _mm512_add_epi64(_mm512_add_epi64(sums[0], sums[1]), _mm512_add_epi64(sums[2], sums[3])));
    for (const uint64_t word : words)
        sum += word;
    return sum;
}

} // namespace

} // namespace qwill::engine::cpu

#pragma once
// What cpu/probe.h measures, for AVX2: vpmaddubsw with the vpaddw that takes its sums, on registers alone, and
// streaming reads. Only for kernels_avx2.cpp: no STL, everything local to the including file. Any thread.

#include "cpu/simd_avx2.h"

#include "cpu/panel_matmul_impl.h"

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

inline uint64_t streamRead(const std::byte* data, size_t bytes)
{
    const auto* p = reinterpret_cast<const uint8_t*>(data);
    __m256i sums[4] = {};
    for (size_t i = 0; i + 128 <= bytes; i += 128) {
        prefetchAhead(p + i);
        prefetchAhead(p + i + 64);
        QWILL_UNROLL
        for (int v = 0; v < 4; ++v)
            sums[v] = _mm256_add_epi64(sums[v], _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + i + v * 32)));
    }
    uint64_t words[4]; // unsigned: the sum may wrap
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(words),
                        _mm256_add_epi64(_mm256_add_epi64(sums[0], sums[1]), _mm256_add_epi64(sums[2], sums[3])));
    return words[0] + words[1] + words[2] + words[3];
}

} // namespace

} // namespace qwill::engine::cpu

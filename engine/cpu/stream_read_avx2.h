#pragma once
// Reading memory as fast as 256-bit loads can, for cpu/probe.h. Only for kernels_<isa>.cpp: no STL, everything local to
// the including file. Any thread.

#include "cpu/simd_avx2.h"

#include "cpu/panel_matmul_impl.h"

namespace qwill::engine::cpu {

namespace {

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

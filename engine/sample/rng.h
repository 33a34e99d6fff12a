#pragma once
// The random numbers of sampling: a pure function of (seed, index), so that the draw of a token never depends on which
// requests shared its batch, on preemption or on the number of threads. Values only; any thread.

#include <cstdint>

namespace qwill::engine {

// splitmix64's finaliser (Steele, Lea, Flood 2014): a bijection of 64 bits in which each input bit moves every output
// bit.
constexpr std::uint64_t mixBits(std::uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

// The index-th 64 random bits of the stream `seed`. The seed is mixed first: neighbouring seeds share nothing.
constexpr std::uint64_t randomBits(std::uint64_t seed, std::uint64_t index)
{
    constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15u; // odd, 2^64 / golden ratio: steps visit every state
    const std::uint64_t key = mixBits(seed + kGolden);
    return mixBits(key + kGolden * (index + 1));
}

// Uniform in [0, 1) with 53 bits.
constexpr double randomUnit(std::uint64_t seed, std::uint64_t index)
{
    return static_cast<double>(randomBits(seed, index) >> 11) * 0x1p-53;
}

} // namespace qwill::engine

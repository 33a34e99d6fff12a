#include "base/hash.h"

#include <bit>
#include <cstring>

namespace qwill::engine {

namespace {

constexpr std::uint64_t kOdd = 0x9fb21c651e98df25u, kOther = 0xd6e8feb86659fd93u; // random odd numbers
constexpr std::size_t kLanes = 8; // independent chains hide the multiplier's latency

std::uint64_t step(std::uint64_t state, std::uint64_t word)
{
    return std::rotl(state ^ word, 29) * kOdd;
}

std::uint64_t finish(std::uint64_t x)
{
    x = (x ^ (x >> 32)) * kOther;
    x = (x ^ (x >> 29)) * kOdd;
    return x ^ (x >> 32);
}

} // namespace

std::uint64_t hashBytes(std::span<const std::byte> bytes, std::uint64_t seed)
{
    std::uint64_t lanes[kLanes];
    for (std::size_t i = 0; i < kLanes; ++i)
        lanes[i] = finish(seed + i + 1);
    const std::byte* p = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= sizeof lanes; left -= sizeof lanes, p += sizeof lanes) {
        std::uint64_t words[kLanes];
        std::memcpy(words, p, sizeof words);
        for (std::size_t i = 0; i < kLanes; ++i)
            lanes[i] = step(lanes[i], words[i]);
    }
    std::uint64_t tail[kLanes] = {};
    if (left > 0)
        std::memcpy(tail, p, left);
    std::uint64_t result = finish(bytes.size() ^ seed);
    for (std::size_t i = 0; i < kLanes; ++i)
        result = step(result, finish(step(lanes[i], tail[i])));
    return finish(result);
}

} // namespace qwill::engine

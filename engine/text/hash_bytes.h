#pragma once
// A fast 64-bit hash of short byte strings, for tables within this process. Any thread.

#include <cstdint>
#include <cstring>
#include <string_view>

namespace qwill::engine {

inline std::uint64_t mixBits(std::uint64_t x)
{
    x *= 0x9e3779b97f4a7c15u; // 2^64 / golden ratio: Fibonacci hashing
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    return x ^ (x >> 32);
}

inline std::uint64_t hashBytes(std::string_view bytes)
{
    std::uint64_t hash = bytes.size();
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left > 8; at += 8, left -= 8) {
        std::uint64_t chunk;
        std::memcpy(&chunk, at, 8);
        hash = (hash ^ chunk) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 29;
    }
    std::uint64_t tail = 0;
    if (left > 0)
        std::memcpy(&tail, at, left);
    return mixBits(hash ^ tail);
}

} // namespace qwill::engine

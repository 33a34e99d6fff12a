#pragma once
// A fast 64-bit checksum of a block of memory: finds damage, resists nobody. Stable across machines of either word size
// (little-endian). Pure; any thread.

#include <cstddef>
#include <cstdint>
#include <span>

namespace qwill::engine {

// About 10 bytes a cycle.
std::uint64_t hashBytes(std::span<const std::byte> bytes, std::uint64_t seed = 0);

} // namespace qwill::engine

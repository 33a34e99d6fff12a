#pragma once
// Sleeping until a number changes, and waking who sleeps on it, without a lock; one parking_<platform>.cpp is compiled.
// Any thread.

#include <atomic>
#include <cstdint>

namespace qwill::engine {

// Returns when `value` is not `old` any more, or earlier, for no reason.
void parkWhileEqual(const std::atomic<std::uint32_t>& value, std::uint32_t old);

void wakeAll(std::atomic<std::uint32_t>& value);

} // namespace qwill::engine

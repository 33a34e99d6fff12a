#pragma once
// How many kernels the emulation was given, for tests that count them. One thread at a time.

#include <cstdint>

namespace qwill::engine::cuda::emulation {

std::uint64_t launchCount();

} // namespace qwill::engine::cuda::emulation

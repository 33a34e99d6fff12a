#pragma once
// How many kernels the emulation was given, and how many bytes those wanted in L2, for tests that count them. One
// thread at a time.

#include <cstdint>

namespace qwill::engine::cuda::emulation {

std::uint64_t launchCount();
std::uint64_t bytesAhead();

} // namespace qwill::engine::cuda::emulation

#pragma once
// Measures what a card can do at most, with kernels of our own, so that benchmarks can print shares of it. Engine
// thread or a benchmark's; takes less than a second, and some hundred MiB of the card's memory for that time.

#include "cuda/device.h"

#include <cstddef>
#include <memory>

namespace qwill::engine::cuda {

struct CardLimits {
    double copyGBps = 0; // bytes read and written by a copy on the card, 10^9
    double bf16Tops =
        0; // operations of a product of bf16 weights with 1024 tokens, 10^12; a multiply-add counts as two
    double int8Tops = 0; // the same of 8-bit weights
};

struct ProbeSize {
    std::size_t copyBytes = 256 << 20; // several times any cache
    int rows = 8192, cols = 4096, tokens = 1024;
    int rounds = 8; // the best of so many; the first ones wake the clocks
};

// OutOfMemory when the card is too full. Another size is for tests.
Result<CardLimits> measureCardLimits(const std::shared_ptr<Device>& device, const ProbeSize& size = {});

} // namespace qwill::engine::cuda

#pragma once
// Measures what this machine can do at most, so that benchmarks can print shares of it. Runs on the calling thread's
// pool (the engine thread, or a benchmark) for less than a second.

#include "base/thread_pool.h"
#include "cpu/kernel_table.h"

#include <span>

namespace qwill::engine::cpu {

struct MachineLimits {
    double readGBps = 0; // streaming reads of main memory, 10^9 bytes
    double int8PeakTops = 0; // int8 multiply-adds of the table's ISA, 10^12 *operations*: a multiply-add counts as two
};

// With all threads of the pool. Reads `memory` when it is large enough to be no one's cache (256 MiB), so that a loaded
// model can be probed without committing more memory; otherwise it allocates that much for the time of the call.
MachineLimits measureMachineLimits(ThreadPool& pool, const KernelTable& kernels,
                                   std::span<const std::byte> memory = {});

} // namespace qwill::engine::cpu

#pragma once
// EmulatedCard: a graphics card made of host memory: CudaRuntimeTable over malloc and memcpy, and the kernels'
// emulation behind a table that knows graphs: what is launched between beginCapture and endCapture is kept with its
// arguments and done again by launchGraph. One card a process; one thread at a time.

#include "cuda/kernels/kernel_table.h"
#include "cuda/runtime_table.h"

#include <cstdint>

namespace qwill::test {

struct EmulatedCard {
    // Settings.
    std::uint64_t memoryBytes = std::uint64_t(8) << 30;
    std::uint64_t takenBytes = 0; // by others
    int capability = 90;
    int multiprocessors = 4;
    int failLaunch = -1; // how many launches from now one fails; −1 = none
    bool graphsFail = false; // endCapture says no
    int failCode = 700; // with this; kEmulatedOutOfMemory

    // Counters.
    std::uint64_t allocatedBytes = 0; // now
    std::uint64_t mostBytes = 0; // ever
    int allocations = 0; // now
    int pinned = 0; // now
    int objects = 0; // streams, events, graphs, now
    int launches = 0; // kernels, those of graphs included
    int graphLaunches = 0;
    std::uint64_t copiedToHost = 0; // bytes
};

inline constexpr int kEmulatedOutOfMemory = 2;

EmulatedCard& emulatedCard();
std::uint64_t emulatedKernelCount(); // ever, in this process: a call of the table may be several
std::uint64_t emulatedBytesAhead(); // likewise: MatmulArgs::ahead
const engine::cuda::CudaRuntimeTable& emulatedRuntime();
const engine::cuda::KernelTable& emulatedKernels();

} // namespace qwill::test

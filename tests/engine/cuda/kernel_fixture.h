#pragma once
// What the kernels' tests begin with: the table made ready for a small card, and whether there is one. Single thread.

#include "cuda/kernels/kernel_table.h"
#include "device_array.h"

#include <doctest/doctest.h>

namespace qwill::engine::cuda::testing {

inline constexpr DeviceTraits kTraits{80, 4, 48 * 1024, 1 << 20};

inline const KernelTable& kernels()
{
    static const bool ready = [] { return kernelTable()->prepareDevice(&kTraits) == 0; }();
    REQUIRE(ready);
    return *kernelTable();
}

inline bool skipped()
{
    if (!hasDevice())
        MESSAGE("no CUDA device: skipped");
    return !hasDevice();
}

} // namespace qwill::engine::cuda::testing

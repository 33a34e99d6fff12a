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

// The kernels made ready for another card, while this lives.
class AsCard {
public:
    explicit AsCard(const DeviceTraits& traits)
    {
        kernels();
        REQUIRE(kernelTable()->prepareDevice(&traits) == 0);
    }
    AsCard(const AsCard&) = delete;
    AsCard& operator=(const AsCard&) = delete;
    ~AsCard() { kernelTable()->prepareDevice(&kTraits); }
};

inline bool skipped()
{
    if (!hasDevice())
        MESSAGE("no CUDA device: skipped");
    return !hasDevice();
}

} // namespace qwill::engine::cuda::testing

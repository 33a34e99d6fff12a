#pragma once
// Asks the NVIDIA driver which cards there are, before anything large is opened: without a driver this costs one failed
// look-up. Pure functions of the machine; any thread.

#include "engine/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace qwill::engine::cuda {

struct Card {
    int ordinal = 0; // as driver and runtime count them
    std::string name; // "NVIDIA H200"
    int capability = 0; // 90 = sm_90
    std::uint64_t memoryBytes = 0;
};

struct DriverFindings {
    int version = 0; // 13000 = CUDA 13.0
    std::vector<Card> cards; // not empty
};

// "libcuda.so.1" or "nvcuda.dll"; $QWILL_CUDA_DRIVER names another, for tests.
std::string driverLibraryName();

// The error's message is a whole sentence: no driver, no card, a driver that does not start.
Result<DriverFindings> probeDriver(const std::string& library);

} // namespace qwill::engine::cuda

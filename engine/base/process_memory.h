#pragma once
// How much memory this process holds, as the system counts it. Any thread.

#include <cstdint>

namespace qwill::engine {

struct ProcessMemory {
    std::uint64_t peakBytes = 0; // highest resident size so far, file pages included
    std::uint64_t residentBytes = 0; // now, file pages included
    std::uint64_t anonymousBytes = 0; // of residentBytes, what is not backed by a file and cannot be reclaimed
};

// Zeros where the system does not tell.
ProcessMemory processMemory();

} // namespace qwill::engine

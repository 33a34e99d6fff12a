#include "server/heap_release.h"

#include <malloc.h>

namespace qwill::app {

namespace {

constexpr int kLargeBytes = 256 * 1024; // a block of its own, unmapped when it is freed
constexpr int kTrimBytes = 1024 * 1024; // free at the heap's end

} // namespace

// Set by hand, the thresholds no longer grow by themselves. 1000 hostile requests: 76 -> 86 MiB without, 63 -> 64 with.
void releaseLargeBlocks()
{
    mallopt(M_MMAP_THRESHOLD, kLargeBytes);
    mallopt(M_TRIM_THRESHOLD, kTrimBytes);
}

} // namespace qwill::app

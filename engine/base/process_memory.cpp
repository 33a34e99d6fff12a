#include "base/process_memory.h"

#include <fstream>
#include <string>

namespace qwill::engine {

// Source: proc(5), /proc/self/status; values in KiB.
ProcessMemory processMemory()
{
    ProcessMemory memory;
    std::ifstream status("/proc/self/status");
    for (std::string key; status >> key;) {
        std::uint64_t kib = 0;
        if (key == "VmHWM:" && status >> kib)
            memory.peakBytes = kib << 10;
        else if (key == "VmRSS:" && status >> kib)
            memory.residentBytes = kib << 10;
        else if (key == "RssAnon:" && status >> kib)
            memory.anonymousBytes = kib << 10;
        std::getline(status, key);
    }
    return memory;
}

} // namespace qwill::engine

#include "host_memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace qwill::engine {

namespace {

// A number of bytes in a file of its own; "max" or no file: no limit.
std::uint64_t limitIn(const char* path)
{
    std::ifstream file(path);
    std::uint64_t bytes = 0;
    return file >> bytes ? bytes : std::numeric_limits<std::uint64_t>::max();
}

} // namespace

HostMemory hostMemory()
{
    HostMemory memory;
    std::ifstream info("/proc/meminfo");
    std::string key, unit;
    std::uint64_t kib = 0;
    while (info >> key >> kib) {
        std::getline(info, unit);
        if (key == "MemTotal:")
            memory.totalBytes = kib * 1024;
        else if (key == "MemAvailable:")
            memory.availableBytes = kib * 1024;
    }
    // In a container the group's limit counts. Its page cache is not subtracted: the kernel gives that back.
    const std::uint64_t limit = limitIn("/sys/fs/cgroup/memory.max");
    if (limit < memory.totalBytes) {
        memory.totalBytes = limit;
        memory.availableBytes = std::min(memory.availableBytes, limit);
    }
    return memory;
}

} // namespace qwill::engine

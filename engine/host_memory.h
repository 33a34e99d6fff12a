#pragma once
// How much memory this machine has, and how much of it a model may take without pushing others out. Any thread; one
// host_memory_<platform>.cpp is compiled.

#include <cstdint>

namespace qwill::engine {

struct HostMemory {
    std::uint64_t totalBytes = 0; // 0 = the system will not say
    std::uint64_t availableBytes = 0;
};

HostMemory hostMemory();

} // namespace qwill::engine

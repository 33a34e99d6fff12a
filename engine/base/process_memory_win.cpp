#include "base/process_memory.h"

#include <windows.h>

#include <psapi.h>

namespace qwill::engine {

ProcessMemory processMemory()
{
    ProcessMemory memory;
    PROCESS_MEMORY_COUNTERS_EX counters = {};
    counters.cb = sizeof counters;
    if (GetProcessMemoryInfo(GetCurrentProcess(), reinterpret_cast<PROCESS_MEMORY_COUNTERS*>(&counters),
                             sizeof counters)) {
        memory.peakBytes = counters.PeakWorkingSetSize;
        memory.residentBytes = counters.WorkingSetSize;
        memory.anonymousBytes = counters.PrivateUsage; // committed, of which not all need be resident
    }
    return memory;
}

} // namespace qwill::engine

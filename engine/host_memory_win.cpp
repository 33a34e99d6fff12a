#include "host_memory.h"

#include <windows.h>

namespace qwill::engine {

HostMemory hostMemory()
{
    MEMORYSTATUSEX status = {};
    status.dwLength = sizeof status;
    if (!GlobalMemoryStatusEx(&status))
        return {};
    return {status.ullTotalPhys, status.ullAvailPhys};
}

} // namespace qwill::engine

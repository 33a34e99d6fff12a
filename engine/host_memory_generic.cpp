#include "host_memory.h"

namespace qwill::engine {

HostMemory hostMemory()
{
    return {}; // unknown: plans then say that anything fits
}

} // namespace qwill::engine

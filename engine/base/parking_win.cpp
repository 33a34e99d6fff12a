#include "base/parking.h"

#include <windows.h>

namespace qwill::engine {

// The system's own futex. MinGW's std::atomic::wait is a lock and a condition instead, made of kernel objects.
void parkWhileEqual(const std::atomic<std::uint32_t>& value, std::uint32_t old)
{
    static_assert(sizeof value == sizeof old);
    WaitOnAddress(const_cast<std::atomic<std::uint32_t>*>(&value), &old, sizeof old, INFINITE);
}

void wakeAll(std::atomic<std::uint32_t>& value)
{
    WakeByAddressAll(&value);
}

} // namespace qwill::engine

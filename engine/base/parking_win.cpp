#include "base/parking.h"

#include <windows.h>

namespace qwill::engine {

// The system's own futex. MinGW's std::atomic::wait is a lock and a condition instead, made of kernel objects.
namespace {

template <typename T>
void park(const std::atomic<T>& value, T old)
{
    static_assert(sizeof value == sizeof old);
    WaitOnAddress(const_cast<std::atomic<T>*>(&value), &old, sizeof old, INFINITE);
}

} // namespace

void parkWhileEqual(const std::atomic<std::uint32_t>& value, std::uint32_t old)
{
    park(value, old);
}

void parkWhileEqual(const std::atomic<int>& value, int old)
{
    park(value, old);
}

void wakeAll(std::atomic<std::uint32_t>& value)
{
    WakeByAddressAll(&value);
}

void wakeAll(std::atomic<int>& value)
{
    WakeByAddressAll(&value);
}

} // namespace qwill::engine

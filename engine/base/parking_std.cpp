#include "base/parking.h"

namespace qwill::engine {

void parkWhileEqual(const std::atomic<std::uint32_t>& value, std::uint32_t old)
{
    value.wait(old, std::memory_order_acquire);
}

void wakeAll(std::atomic<std::uint32_t>& value)
{
    value.notify_all();
}

} // namespace qwill::engine

// A file of its own: where the compiler can see both, it mistakes the pairing of malloc and free for a bug.

#include "counting_new.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<long> g_count{0};

} // namespace

long qwill::test::allocationCount()
{
    return g_count.load();
}

// std::stable_sort asks so: without this one a sanitizer's would meet the delete below.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    g_count.fetch_add(1, std::memory_order_relaxed);
    return std::malloc(size > 0 ? size : 1);
}

void* operator new(std::size_t size)
{
    if (void* memory = operator new(size, std::nothrow))
        return memory;
    throw std::bad_alloc();
}

void operator delete(void* memory) noexcept
{
    std::free(memory);
}

void operator delete(void* memory, const std::nothrow_t&) noexcept
{
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}

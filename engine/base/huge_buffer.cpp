#include "base/huge_buffer.h"

#include <sys/mman.h>

#include <cstdint>
#include <string>

namespace qwill::engine {

namespace {
constexpr std::size_t kHugePage = std::size_t{2} << 20; // x86-64 and arm64 (4 KiB granule) huge page
}

Result<HugeBuffer> HugeBuffer::allocate(std::size_t bytes, Use)
{
    HugeBuffer buffer;
    if (bytes == 0)
        return buffer;
    const bool aligned = bytes >= kHugePage;
    const std::size_t mappingSize = aligned ? bytes + kHugePage : bytes;
    void* mapping =
        mmap(nullptr, mappingSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED)
        return Error{ErrorCode::OutOfMemory, "The system refused " + std::to_string(bytes >> 20) + " MiB of memory."};
    auto address = reinterpret_cast<std::uintptr_t>(mapping);
    if (aligned) {
        address = (address + kHugePage - 1) & ~(kHugePage - 1);
#ifdef MADV_HUGEPAGE
        madvise(reinterpret_cast<void*>(address), bytes, MADV_HUGEPAGE); // advice: a refusal changes speed only
#endif
    }
    buffer.m_data = reinterpret_cast<std::byte*>(address);
    buffer.m_size = bytes;
    buffer.m_mapping = mapping;
    buffer.m_mappingSize = mappingSize;
    return buffer;
}

HugeBuffer::~HugeBuffer()
{
    if (m_mapping)
        munmap(m_mapping, m_mappingSize);
}

} // namespace qwill::engine

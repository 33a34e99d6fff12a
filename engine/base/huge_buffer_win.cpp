#include "base/huge_buffer.h"

#include <string>
#include <utility>

#include <windows.h>

namespace qwill::engine {

// Large pages need a privilege that people do not have; the system aligns to 64 KiB by itself.
Result<HugeBuffer> HugeBuffer::allocate(std::size_t bytes)
{
    HugeBuffer buffer;
    if (bytes == 0)
        return buffer;
    void* mapping = VirtualAlloc(nullptr, bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (!mapping)
        return Error{ErrorCode::OutOfMemory, "The system refused " + std::to_string(bytes >> 20) + " MiB of memory."};
    buffer.m_data = static_cast<std::byte*>(mapping);
    buffer.m_size = bytes;
    buffer.m_mapping = mapping;
    buffer.m_mappingSize = bytes;
    return buffer;
}

HugeBuffer::HugeBuffer(HugeBuffer&& other) noexcept
    : m_data(std::exchange(other.m_data, nullptr)),
      m_size(std::exchange(other.m_size, 0)),
      m_mapping(std::exchange(other.m_mapping, nullptr)),
      m_mappingSize(std::exchange(other.m_mappingSize, 0))
{
}

HugeBuffer& HugeBuffer::operator=(HugeBuffer&& other) noexcept
{
    std::swap(m_data, other.m_data);
    std::swap(m_size, other.m_size);
    std::swap(m_mapping, other.m_mapping);
    std::swap(m_mappingSize, other.m_mappingSize);
    return *this;
}

HugeBuffer::~HugeBuffer()
{
    if (m_mapping)
        VirtualFree(m_mapping, 0, MEM_RELEASE);
}

} // namespace qwill::engine

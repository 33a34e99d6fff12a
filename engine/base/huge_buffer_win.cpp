#include "base/huge_buffer.h"

#include <string>

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

HugeBuffer::~HugeBuffer()
{
    if (m_mapping)
        VirtualFree(m_mapping, 0, MEM_RELEASE);
}

} // namespace qwill::engine

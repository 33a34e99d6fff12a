#include "cpu/kv_memory.h"

#include "base/check.h"

#include <cstring>
#include <utility>

namespace qwill::engine::cpu {

namespace {

constexpr std::size_t kSlackBytes = 64; // the last vector of the last page may be read beyond its end

} // namespace

std::size_t KvMemory::bytes(const KvLayout& layout, int blockCount)
{
    return layout.blockBytes() * static_cast<std::size_t>(blockCount) + kSlackBytes;
}

Result<KvMemory> KvMemory::create(const KvLayout& layout, int blockCount)
{
    KvMemory memory;
    memory.m_layout = layout;
    memory.m_blockCount = blockCount;
    memory.m_pageBytes = kvPageBytes(layout.element, layout.headDim);
    Result<HugeBuffer> buffer = HugeBuffer::allocate(bytes(layout, blockCount));
    if (!buffer)
        return buffer.error();
    memory.m_buffer = std::move(buffer).value();
    return memory;
}

void KvMemory::copy(const BlockCopy& copy)
{
    QWILL_CHECK(copy.block >= 0 && copy.block < m_blockCount && copy.host);
    std::byte* host = copy.host;
    for (int layer = 0; layer < m_layout.layerCount; ++layer)
        for (int head = 0; head < m_layout.kvHeadCount; ++head, host += m_pageBytes) {
            std::byte* mine = page(copy.block, layer, head);
            if (copy.direction == BlockCopy::Direction::ToHost)
                std::memcpy(host, mine, m_pageBytes);
            else
                std::memcpy(mine, host, m_pageBytes);
        }
}

} // namespace qwill::engine::cpu

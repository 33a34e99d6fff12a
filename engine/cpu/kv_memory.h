#pragma once
// KvMemory: the bytes of the paged KV cache on the CPU. Owned by CpuRunner; pages are written and read by the pool
// inside a forward, the rest is the engine thread's.
//
// Order: [block][layer][kv head] pages of kvPageBytes() (their inside: vector_kernels.h). A block is contiguous over
// all layers, so a conversation commits memory only for the tokens it has, and copying a block to disk is one memcpy.

#include "base/huge_buffer.h"
#include "cpu/vector_kernels.h"
#include "engine/result.h"
#include "kv/kv_layout.h"
#include "runner.h"

#include <cstddef>

namespace qwill::engine::cpu {

class KvMemory {
public:
    static Result<KvMemory> create(const KvLayout& layout, int blockCount);

    static std::size_t bytes(const KvLayout& layout, int blockCount); // what create() allocates

    const KvLayout& layout() const { return m_layout; }
    int blockCount() const { return m_blockCount; }
    std::byte* page(BlockId block, int layer, int head)
    {
        const std::size_t layerPages = static_cast<std::size_t>(m_layout.kvHeadCount);
        return m_buffer.data() + static_cast<std::size_t>(block) * m_layout.blockBytes()
            + (static_cast<std::size_t>(layer) * layerPages + static_cast<std::size_t>(head)) * m_pageBytes;
    }
    void copy(const BlockCopy& copy);

private:
    KvLayout m_layout;
    int m_blockCount = 0;
    std::size_t m_pageBytes = 0;
    HugeBuffer m_buffer;
};

} // namespace qwill::engine::cpu

#pragma once
// KvMemory: the bytes of the paged KV cache on the CPU. Owned by CpuRunner; pages are written and read by the pool
// inside a forward, the rest is the engine thread's.
//
// Order: [group of 8 blocks][layer][kv head][block of the group] pages of kvPageBytes() (their inside:
// vector_kernels.h). A conversation commits memory only for the groups it has, and while its blocks follow each other,
// as the pool deals them out to begin with, attention reads 8 pages in one stretch: scattered ones reach 13 GB/s a
// core, these 18. The host's copy of a block is [layer][kv head].

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
        const int group = block / kGroupBlocks * kGroupBlocks;
        const int size = m_blockCount - group < kGroupBlocks ? m_blockCount - group : kGroupBlocks;
        const int inGroup = (layer * m_layout.kvHeadCount + head) * size + block - group;
        return m_buffer.data() + static_cast<std::size_t>(group) * m_layout.blockBytes()
            + static_cast<std::size_t>(inGroup) * m_pageBytes;
    }
    void copy(const BlockCopy& copy);

private:
    static constexpr int kGroupBlocks = 8;

    KvLayout m_layout;
    int m_blockCount = 0;
    std::size_t m_pageBytes = 0;
    HugeBuffer m_buffer;
};

} // namespace qwill::engine::cpu

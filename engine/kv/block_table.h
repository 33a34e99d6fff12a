#pragma once
// BlockTable: the pages one sequence holds, in order; gives them back when destroyed. Engine thread. The BlockPool
// outlives it. Only full blocks are ever shared, so a sequence always writes into blocks of its own.

#include "kv/block_pool.h"

#include <span>
#include <vector>

namespace qwill::engine {

class BlockTable {
public:
    // maxTokens: room for the table itself, so that growing never allocates memory.
    BlockTable(BlockPool& pool, int maxTokens);
    BlockTable(BlockTable&& other) noexcept;
    BlockTable& operator=(BlockTable&&) = delete;
    ~BlockTable() { releaseAll(); }

    std::span<const BlockId> blocks() const { return m_blocks; }
    int capacityTokens() const { return static_cast<int>(m_blocks.size()) * kBlockTokens; }
    int sealedTokens() const { return m_sealedCount * kBlockTokens; }

    // How the pool would serve a text: blocks found in the index (from where this table ends), and how many of those
    // are free now, so that taking them leaves fewer for others.
    struct Match {
        int blocks = 0;
        int freeBlocks = 0;
    };
    Match probe(std::span<const Token> tokens) const;
    // Appends the blocks of probe(tokens); only when every block held is full and sealed. Returns the tokens gained.
    int takePrefix(std::span<const Token> tokens);
    // Acquires blocks until `tokens` tokens fit. False when the pool is empty; what was acquired is kept.
    bool growTo(int tokens);
    // Seals every block that `computed` (the sequence's tokens whose K and V are written) fills.
    void sealFull(std::span<const Token> computed);
    // Gives all blocks back, the last first, so that the ends of texts are reused before their beginnings.
    void releaseAll();
    // As releaseAll, and nothing of it may be reused: the content is not to be trusted.
    void discardAll();

    // Where token `index` of the sequence lies.
    std::int32_t slot(int index) const
    {
        return m_blocks[static_cast<std::size_t>(index / kBlockTokens)] * kBlockTokens + index % kBlockTokens;
    }

private:
    BlockPool* m_pool;
    std::vector<BlockId> m_blocks;
    int m_sealedCount = 0; // leading blocks that are sealed
    PrefixPlace m_place; // after the sealed blocks
};

} // namespace qwill::engine

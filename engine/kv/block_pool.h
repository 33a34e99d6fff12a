#pragma once
// BlockPool: who uses which page of the KV cache, and which pages hold a prefix worth reusing. Numbers only: the runner
// owns the memory. Engine thread; nothing allocates after construction.
//
// A block is in use (references > 0) or free. A full block may be *sealed*: entered in the prefix index under its place
// in a chain, (what came before, its own kBlockTokens tokens). A free block stays sealed until it is taken again, so
// the free list, oldest first, is the prefix cache. The hash only finds candidates; place and tokens are compared, so a
// collision costs a comparison and never mixes two texts.

#include "engine/types.h"
#include "kv/kv_layout.h"

#include <cstdint>
#include <span>
#include <vector>

namespace qwill::engine {

inline constexpr BlockId kNoBlock = -1;

// A place in the tree of all sealed texts; equal places mean equal tokens from the start of the text. Default: the
// start.
struct PrefixPlace {
    std::uint64_t id = 0; // never reused; 0 = start
    std::uint64_t hash = 0; // of all tokens before
    bool operator==(const PrefixPlace& other) const { return id == other.id; }
};

class BlockPool {
public:
    // previous: hash of the tokens before; tokens: the block's own.
    using HashFunction = std::uint64_t (*)(std::uint64_t previous, std::span<const Token> tokens);
    static std::uint64_t chainHash(std::uint64_t previous, std::span<const Token> tokens);

    explicit BlockPool(int blockCount, HashFunction hash = chainHash); // tests inject a weak hash
    BlockPool(const BlockPool&) = delete;
    BlockPool& operator=(const BlockPool&) = delete;

    int total() const { return static_cast<int>(m_blocks.size()); }
    int used() const { return total() - m_freeCount; }
    int free() const { return m_freeCount; } // sealed ones included
    int cached() const { return m_freeSealedCount; } // free and sealed

    // Takes the free block that was used longest ago, unsealing it; kNoBlock when all are in use. References: 1.
    BlockId acquire();
    void share(BlockId block); // one more reference; a free block leaves the free list
    void release(BlockId block); // one less; at 0 it becomes the youngest free block (the oldest if not sealed)
    bool inUse(BlockId block) const { return at(block).references > 0; }

    // The sealed block that continues `parent` with these kBlockTokens tokens, or kNoBlock. Takes no reference.
    BlockId find(PrefixPlace parent, std::span<const Token> tokens) const;
    // Enters a full block in use into the index. Two blocks may hold the same text (computed side by side); they get
    // the same place.
    PrefixPlace seal(BlockId block, PrefixPlace parent, std::span<const Token> tokens);
    PrefixPlace place(BlockId block) const { return at(block).place; } // of a sealed block
    // The content can no longer be trusted.
    void unseal(BlockId block);
    void unsealAll();

private:
    struct Block {
        int references = 0;
        bool sealed = false;
        PrefixPlace place, parent;
        BlockId older = kNoBlock, younger = kNoBlock; // free list
        BlockId nextInBucket = kNoBlock;
        Token tokens[kBlockTokens] = {};
    };

    Block& at(BlockId block);
    const Block& at(BlockId block) const;
    std::size_t bucketOf(std::uint64_t hash) const { return static_cast<std::size_t>(hash) & (m_buckets.size() - 1); }
    void unlinkFree(BlockId block);
    void linkYoungest(BlockId block);
    void linkOldest(BlockId block);

    HashFunction m_hash;
    std::vector<Block> m_blocks;
    std::vector<BlockId> m_buckets; // power of two
    BlockId m_oldest = kNoBlock, m_youngest = kNoBlock;
    int m_freeCount = 0;
    int m_freeSealedCount = 0;
    std::uint64_t m_nextPlace = 1;
};

} // namespace qwill::engine

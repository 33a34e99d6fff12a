#pragma once
// MergeTable: the ranked merges of byte-pair encoding, and the merging itself: always the lowest rank, the leftmost of
// those, until none is left. Immutable after filling; any thread, each with a Workspace of its own.

#include "engine/types.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace qwill::engine {

class MergeTable {
public:
    static constexpr std::uint32_t kNoMerge = 0xffffffffu;
    static constexpr std::uint32_t kMaxMerges = (1u << 24) - 1;

    struct Workspace {
        std::vector<std::uint32_t> ranks, next, previous;
        std::vector<std::uint64_t> heap;
    };

    void reserve(std::size_t merges);
    // The rank is the number of merges added before; a pair that comes again takes the later rank, as in Hugging
    // Face's reading. False when the table is full. Ids lie in 0 … TokenTable::kMaxIds − 1.
    bool add(Token left, Token right, Token merged);
    std::size_t size() const { return m_merged.size(); }
    std::uint32_t rank(Token left, Token right) const;
    bool makes(Token token) const; // some merge results in it; O(1)

    // Merges `symbols` in place and returns how many are left. O(n log n); short words without the heap.
    std::size_t merge(std::span<Token> symbols, Workspace& workspace) const;

private:
    static constexpr std::uint64_t kFree = ~std::uint64_t{0};

    std::size_t mergeShort(std::span<Token> symbols) const;
    std::size_t mergeLong(std::span<Token> symbols, Workspace& workspace) const;
    void rehash(std::size_t slots);

    // Key and rank in one word: left (20 bits), right (20), rank (24). Open addressing, power of two.
    std::vector<std::uint64_t> m_slots;
    std::size_t m_used = 0;
    std::vector<Token> m_merged; // [rank]
    std::vector<bool> m_made; // [token]
};

} // namespace qwill::engine

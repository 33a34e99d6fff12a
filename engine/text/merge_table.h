#pragma once
// MergeTable: the ranked merges of byte-pair encoding, and the merging itself: always the lowest rank, the leftmost of
// those, until none is left. Immutable after filling; any thread, each with a Workspace of its own.

#include "engine/types.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace qwill::engine {

class MergeTable {
public:
    static constexpr std::uint32_t kNoMerge = 0xffffffffu;
    static constexpr std::uint32_t kMaxMerges = (1u << 23) - 1;

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

    // Calls onPair(left, right) for every pair that merges.
    template <typename OnPair>
    void forEachPair(OnPair&& onPair) const
    {
        for (const std::uint64_t entry : m_slots)
            if (entry != kFree)
                onPair(static_cast<Token>(entry >> 44), static_cast<Token>((entry >> 24) & 0xfffff));
    }

    // To be called once after the last add(): makes mergeBytes() possible. `byteTokens` [256] are the single bytes'
    // ids, −1 = none.
    void indexBytes(std::span<const Token> byteTokens);

    // Merges `symbols` in place and returns how many are left. O(n log n); short words without the heap.
    std::size_t merge(std::span<Token> symbols, Workspace& workspace) const;
    // The same where symbols[i] is the token of the byte bytes[i]: the first ranks come from a small table.
    std::size_t mergeBytes(std::string_view bytes, std::span<Token> symbols, Workspace& workspace) const;

private:
    static constexpr std::uint64_t kFree = ~std::uint64_t{0};

    template <typename FirstRank>
    std::size_t mergeWith(std::span<Token> symbols, Workspace& workspace, FirstRank&& firstRank) const;
    template <typename FirstRank>
    std::size_t mergeShort(std::span<Token> symbols, FirstRank&& firstRank) const;
    template <typename FirstRank>
    std::size_t mergeLong(std::span<Token> symbols, Workspace& workspace, FirstRank&& firstRank) const;
    bool mayMerge(std::uint64_t hash) const
    {
        return ((m_filter[hash >> m_filterShift >> 6] >> (hash >> m_filterShift & 63)) & 1) != 0;
    }
    void addToFilter(std::uint64_t hash)
    {
        m_filter[hash >> m_filterShift >> 6] |= std::uint64_t{1} << (hash >> m_filterShift & 63);
    }
    void rehash(std::size_t slots);

    // Key and rank in one word: left (20 bits), right (20), rank (24). Open addressing, power of two.
    std::vector<std::uint64_t> m_slots;
    // One bit a hash, 16 bits or more a merge: most pairs do not merge, and this fits the second-level cache where the
    // slots do not (measured on Chinese: 1.5 ×).
    std::vector<std::uint64_t> m_filter;
    int m_filterShift = 0; // 64 − log2(bits)
    std::vector<std::uint32_t> m_byteRanks; // [first byte × 256 + second]
    std::size_t m_used = 0;
    std::vector<Token> m_merged; // [rank]
    std::vector<bool> m_made; // [token]
};

} // namespace qwill::engine

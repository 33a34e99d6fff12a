#include "text/merge_table.h"

#include "base/check.h"
#include "text/hash_bytes.h"
#include "text/token_table.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace qwill::engine {

namespace {

static_assert(TokenTable::kMaxIds == (1 << 20) - 1, "a pair's key has 2 × 20 bits");

// Up to here scanning all ranks for the lowest beats a heap (measured; most Chinese stretches are below 60 bytes).
constexpr std::size_t kShort = 96;

std::uint64_t pairKey(Token left, Token right)
{
    return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 44)
        | (static_cast<std::uint64_t>(static_cast<std::uint32_t>(right)) << 24);
}

// The slots use the low end of it, the filter the high end.
std::uint64_t hashPair(std::uint64_t key)
{
    const std::uint64_t hash = (key >> 24) * 0x9e3779b97f4a7c15u;
    return hash ^ (hash >> 32);
}

constexpr std::uint64_t kRankBits = (1u << 24) - 1;

} // namespace

void MergeTable::reserve(std::size_t merges)
{
    std::size_t slots = 1024;
    while (slots < merges * 2)
        slots *= 2;
    m_merged.reserve(merges);
    if (slots > m_slots.size())
        rehash(slots);
}

bool MergeTable::add(Token left, Token right, Token merged)
{
    QWILL_CHECK(left >= 0 && left < TokenTable::kMaxIds && right >= 0 && right < TokenTable::kMaxIds);
    if (m_merged.size() >= kMaxMerges)
        return false;
    if ((m_used + 1) * 2 > m_slots.size())
        rehash(std::max<std::size_t>(1024, m_slots.size() * 2));
    const std::uint64_t key = pairKey(left, right);
    const std::size_t mask = m_slots.size() - 1;
    std::size_t slot = hashPair(key) & mask;
    while (m_slots[slot] != kFree && (m_slots[slot] & ~kRankBits) != key)
        slot = (slot + 1) & mask;
    m_used += m_slots[slot] == kFree;
    m_slots[slot] = key | m_merged.size();
    addToFilter(hashPair(key));
    m_merged.push_back(merged);
    if (static_cast<std::size_t>(merged) >= m_made.size())
        m_made.resize(static_cast<std::size_t>(merged) + 1);
    m_made[static_cast<std::size_t>(merged)] = true;
    return true;
}

bool MergeTable::makes(Token token) const
{
    return token >= 0 && static_cast<std::size_t>(token) < m_made.size() && m_made[static_cast<std::size_t>(token)];
}

void MergeTable::rehash(std::size_t slots)
{
    std::vector<std::uint64_t> old(slots, kFree);
    old.swap(m_slots);
    m_filter.assign(slots * 8 / 64, 0); // at most half the slots are taken: 16 bits a merge
    m_filterShift = 64 - std::countr_zero(slots * 8);
    for (const std::uint64_t entry : old) {
        if (entry == kFree)
            continue;
        std::size_t slot = hashPair(entry) & (slots - 1);
        while (m_slots[slot] != kFree)
            slot = (slot + 1) & (slots - 1);
        m_slots[slot] = entry;
        addToFilter(hashPair(entry));
    }
}

std::uint32_t MergeTable::rank(Token left, Token right) const
{
    if (m_slots.empty())
        return kNoMerge;
    const std::uint64_t key = pairKey(left, right);
    const std::uint64_t hash = hashPair(key);
    if (!mayMerge(hash))
        return kNoMerge;
    const std::size_t mask = m_slots.size() - 1;
    for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
        const std::uint64_t entry = m_slots[slot];
        if ((entry & ~kRankBits) == key)
            return static_cast<std::uint32_t>(entry & kRankBits);
        if (entry == kFree)
            return kNoMerge;
    }
}

void MergeTable::indexBytes(std::span<const Token> byteTokens)
{
    QWILL_CHECK(byteTokens.size() == 256);
    m_byteRanks.resize(256 * 256);
    for (std::size_t left = 0; left < 256; ++left)
        for (std::size_t right = 0; right < 256; ++right) {
            const bool known = byteTokens[left] >= 0 && byteTokens[right] >= 0;
            m_byteRanks[left * 256 + right] = known ? rank(byteTokens[left], byteTokens[right]) : kNoMerge;
        }
}

std::size_t MergeTable::merge(std::span<Token> symbols, Workspace& workspace) const
{
    return mergeWith(symbols, workspace, [&](std::size_t i) { return rank(symbols[i], symbols[i + 1]); });
}

std::size_t MergeTable::mergeBytes(std::string_view bytes, std::span<Token> symbols, Workspace& workspace) const
{
    QWILL_CHECK(bytes.size() == symbols.size() && !m_byteRanks.empty());
    const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
    return mergeWith(symbols, workspace, [&](std::size_t i) { return m_byteRanks[byte(i) * 256 + byte(i + 1)]; });
}

template <typename FirstRank>
std::size_t MergeTable::mergeWith(std::span<Token> symbols, Workspace& workspace, FirstRank&& firstRank) const
{
    if (symbols.size() < 2)
        return symbols.size();
    return symbols.size() <= kShort ? mergeShort(symbols, firstRank) : mergeLong(symbols, workspace, firstRank);
}

// The lowest rank, leftmost, is the minimum of rank · 256 + place: one pass that the compiler turns into vectors.
template <typename FirstRank>
std::size_t MergeTable::mergeShort(std::span<Token> symbols, FirstRank&& firstRank) const
{
    static_assert(kShort <= 256 && kMaxMerges < 1u << 23);
    constexpr std::int32_t kNothing = 0x7fffffff;
    const auto count = static_cast<std::int32_t>(symbols.size());
    std::int32_t keys[kShort]; // of symbol i and its successor
    std::uint8_t next[kShort], previous[kShort];
    const auto key = [](std::uint32_t rank, std::int32_t place) {
        return rank == kNoMerge ? kNothing : static_cast<std::int32_t>(rank << 8) + place;
    };
    for (std::int32_t i = 0; i < count; ++i) {
        next[i] = static_cast<std::uint8_t>(i + 1);
        previous[i] = static_cast<std::uint8_t>(i - 1);
        keys[i] = i + 1 < count ? key(firstRank(static_cast<std::size_t>(i)), i) : kNothing;
    }
    const auto symbol = [&](std::int32_t i) -> Token& { return symbols[static_cast<std::size_t>(i)]; };
    for (;;) {
        std::int32_t lowest = kNothing;
        for (std::int32_t i = 0; i < count; ++i)
            lowest = keys[i] < lowest ? keys[i] : lowest;
        if (lowest == kNothing)
            break;
        const std::int32_t at = lowest & 0xff, gone = next[at], after = next[gone];
        symbol(at) = m_merged[static_cast<std::size_t>(lowest >> 8)];
        keys[gone] = kNothing;
        next[at] = static_cast<std::uint8_t>(after);
        keys[at] = kNothing;
        if (after < count) {
            previous[after] = static_cast<std::uint8_t>(at);
            keys[at] = key(rank(symbol(at), symbol(after)), at);
        }
        if (at > 0)
            keys[previous[at]] = key(rank(symbol(previous[at]), symbol(at)), previous[at]);
    }
    std::size_t left = 0;
    for (std::int32_t i = 0; i < count; i = next[i])
        symbols[left++] = symbol(i);
    return left;
}

template <typename FirstRank>
std::size_t MergeTable::mergeLong(std::span<Token> symbols, Workspace& workspace, FirstRank&& firstRank) const
{
    const auto count = static_cast<std::uint32_t>(symbols.size());
    const std::uint32_t none = count;
    std::vector<std::uint32_t>&ranks = workspace.ranks, &next = workspace.next, &previous = workspace.previous;
    std::vector<std::uint64_t>& heap = workspace.heap;
    ranks.assign(count, kNoMerge); // of symbol i and its successor; a heap entry that disagrees is stale
    next.resize(count);
    previous.resize(count);
    heap.clear();
    const auto push = [&](std::uint32_t i, std::uint32_t rank) {
        ranks[i] = rank;
        if (rank != kNoMerge)
            heap.push_back((std::uint64_t{rank} << 32) | i);
    };
    for (std::uint32_t i = 0; i < count; ++i) {
        next[i] = i + 1;
        previous[i] = i == 0 ? none : i - 1;
        if (i + 1 < count)
            push(i, firstRank(i));
    }
    std::make_heap(heap.begin(), heap.end(), std::greater<>());
    const auto update = [&](std::uint32_t i) {
        const std::size_t before = heap.size();
        push(i, next[i] == none ? kNoMerge : rank(symbols[i], symbols[next[i]]));
        if (heap.size() > before)
            std::push_heap(heap.begin(), heap.end(), std::greater<>());
    };
    while (!heap.empty()) {
        std::pop_heap(heap.begin(), heap.end(), std::greater<>());
        const auto at = static_cast<std::uint32_t>(heap.back());
        const auto rank = static_cast<std::uint32_t>(heap.back() >> 32);
        heap.pop_back();
        if (ranks[at] != rank)
            continue;
        const std::uint32_t gone = next[at];
        symbols[at] = m_merged[rank];
        next[at] = next[gone];
        if (next[at] != none)
            previous[next[at]] = at;
        ranks[gone] = kNoMerge;
        update(at);
        if (previous[at] != none)
            update(previous[at]);
    }
    std::size_t left = 0;
    for (std::uint32_t i = 0; i != none; i = next[i])
        symbols[left++] = symbols[i];
    return left;
}

} // namespace qwill::engine

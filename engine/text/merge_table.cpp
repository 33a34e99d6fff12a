#include "text/merge_table.h"

#include "base/check.h"
#include "text/hash_bytes.h"
#include "text/token_table.h"

#include <algorithm>
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

std::size_t firstSlot(std::uint64_t key, std::size_t mask)
{
    return static_cast<std::size_t>(((key >> 24) * 0x9e3779b97f4a7c15u) >> 32) & mask;
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
    std::size_t slot = firstSlot(key, mask);
    while (m_slots[slot] != kFree && (m_slots[slot] & ~kRankBits) != key)
        slot = (slot + 1) & mask;
    m_used += m_slots[slot] == kFree;
    m_slots[slot] = key | m_merged.size();
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
    for (const std::uint64_t entry : old) {
        if (entry == kFree)
            continue;
        std::size_t slot = firstSlot(entry, slots - 1);
        while (m_slots[slot] != kFree)
            slot = (slot + 1) & (slots - 1);
        m_slots[slot] = entry;
    }
}

std::uint32_t MergeTable::rank(Token left, Token right) const
{
    if (m_slots.empty())
        return kNoMerge;
    const std::uint64_t key = pairKey(left, right);
    const std::size_t mask = m_slots.size() - 1;
    for (std::size_t slot = firstSlot(key, mask);; slot = (slot + 1) & mask) {
        const std::uint64_t entry = m_slots[slot];
        if ((entry & ~kRankBits) == key)
            return static_cast<std::uint32_t>(entry & kRankBits);
        if (entry == kFree)
            return kNoMerge;
    }
}

std::size_t MergeTable::merge(std::span<Token> symbols, Workspace& workspace) const
{
    if (symbols.size() < 2)
        return symbols.size();
    return symbols.size() <= kShort ? mergeShort(symbols) : mergeLong(symbols, workspace);
}

std::size_t MergeTable::mergeShort(std::span<Token> symbols) const
{
    std::uint32_t ranks[kShort]; // of symbols i and i + 1
    std::size_t count = symbols.size();
    for (std::size_t i = 0; i + 1 < count; ++i)
        ranks[i] = rank(symbols[i], symbols[i + 1]);
    for (;;) {
        std::uint32_t lowest = kNoMerge;
        for (std::size_t i = 0; i + 1 < count; ++i)
            lowest = std::min(lowest, ranks[i]);
        if (lowest == kNoMerge)
            return count;
        std::size_t at = 0;
        while (ranks[at] != lowest)
            ++at;
        symbols[at] = m_merged[lowest];
        std::copy(symbols.begin() + static_cast<std::ptrdiff_t>(at) + 2,
                  symbols.begin() + static_cast<std::ptrdiff_t>(count),
                  symbols.begin() + static_cast<std::ptrdiff_t>(at) + 1);
        std::copy(ranks + at + 1, ranks + count - 1, ranks + at);
        --count;
        if (at > 0)
            ranks[at - 1] = rank(symbols[at - 1], symbols[at]);
        if (at + 1 < count)
            ranks[at] = rank(symbols[at], symbols[at + 1]);
    }
}

std::size_t MergeTable::mergeLong(std::span<Token> symbols, Workspace& workspace) const
{
    const auto count = static_cast<std::uint32_t>(symbols.size());
    const std::uint32_t none = count;
    auto& [ranks, next, previous, heap] = workspace;
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
            push(i, rank(symbols[i], symbols[i + 1]));
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

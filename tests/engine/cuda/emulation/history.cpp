#include "history.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace qwill::engine::cuda::emulation {

namespace {

constexpr std::size_t kWord = 4, kPage = 4096;

std::map<std::byte*, std::size_t>& watched()
{
    static std::map<std::byte*, std::size_t> all;
    return all;
}

} // namespace

void watch(void* memory, std::size_t bytes)
{
    watched()[static_cast<std::byte*>(memory)] = bytes / kWord * kWord;
}

void unwatch(void* memory)
{
    watched().erase(static_cast<std::byte*>(memory));
}

void History::begin(int blocks)
{
    if (blocks > kMostBlocks)
        std::abort();
    m_ranges.clear();
    for (const auto& [base, bytes] : watched())
        m_ranges.push_back({base, std::vector<std::byte>(base, base + bytes), std::vector<Word>(bytes / kWord)});
    m_clocks.assign(static_cast<std::size_t>(blocks), {});
    for (std::size_t i = 0; i < m_clocks.size(); ++i)
        m_clocks[i][i] = 1;
    m_counters.clear();
}

void History::end()
{
    m_ranges.clear();
}

// The word was written by the block.
const char* History::note(Word& word, int block) const
{
    const Clock& known = m_clocks[static_cast<std::size_t>(block)];
    const char* broken = nullptr;
    for (int other = 0; other < static_cast<int>(m_clocks.size()); ++other) {
        const auto i = static_cast<std::size_t>(other);
        if (other != block && word.readAt[i] > known[i])
            broken = "a write over what another block may still have to read";
    }
    if (word.writer >= 0 && word.writer != block && word.writtenAt > known[static_cast<std::size_t>(word.writer)])
        broken = "a write over what another block writes at the same time";
    word.writer = static_cast<std::int16_t>(block);
    word.writtenAt = known[static_cast<std::size_t>(block)];
    return broken;
}

const char* History::wrote(int block)
{
    const char* broken = nullptr;
    for (Range& range : m_ranges)
        for (std::size_t page = 0; page < range.before.size(); page += kPage) {
            const std::size_t bytes = std::min(kPage, range.before.size() - page);
            if (std::memcmp(range.base + page, range.before.data() + page, bytes) == 0)
                continue;
            for (std::size_t at = page; at < page + bytes; at += kWord) {
                if (std::memcmp(range.base + at, range.before.data() + at, kWord) == 0)
                    continue;
                std::memcpy(range.before.data() + at, range.base + at, kWord);
                if (const char* rule = note(range.words[at / kWord], block))
                    broken = rule;
            }
        }
    return broken;
}

const char* History::release(int block, const void* counter)
{
    const char* broken = wrote(block);
    Clock& own = m_clocks[static_cast<std::size_t>(block)];
    Clock& there = m_counters[counter];
    std::ranges::transform(there, own, there.begin(), [](auto a, auto b) { return std::max(a, b); });
    if (++own[static_cast<std::size_t>(block)] == 0)
        std::abort(); // more than a test has
    return broken;
}

void History::acquire(int block, const void* counter)
{
    Clock& own = m_clocks[static_cast<std::size_t>(block)];
    const Clock& there = m_counters[counter];
    std::ranges::transform(own, there, own.begin(), [](auto a, auto b) { return std::max(a, b); });
}

History::Range* History::rangeOf(const void* p)
{
    for (Range& range : m_ranges)
        if (p >= range.base && p < range.base + range.before.size())
            return &range;
    return nullptr;
}

void History::counted(const void* counter)
{
    Range* const range = rangeOf(counter);
    if (!range)
        return;
    const auto at = static_cast<std::size_t>(static_cast<const std::byte*>(counter) - range->base);
    std::memcpy(range->before.data() + at, range->base + at, kWord);
}

const char* History::read(int block, const void* p, std::size_t bytes)
{
    Range* const range = rangeOf(p);
    if (!range)
        return nullptr;
    const Clock& known = m_clocks[static_cast<std::size_t>(block)];
    const auto at = static_cast<std::size_t>(static_cast<const std::byte*>(p) - range->base);
    for (std::size_t i = at / kWord; i < std::min((at + bytes + kWord - 1) / kWord, range->words.size()); ++i) {
        Word& word = range->words[i];
        if (word.writer >= 0 && word.writer != block && word.writtenAt > known[static_cast<std::size_t>(word.writer)])
            return "a load of what another block wrote, without having waited for it";
        word.readAt[static_cast<std::size_t>(block)] = known[static_cast<std::size_t>(block)];
    }
    return nullptr;
}

bool History::isWritten(const void* p, std::size_t bytes) const
{
    Range* const range = const_cast<History*>(this)->rangeOf(p);
    if (!range)
        return false;
    const auto at = static_cast<std::size_t>(static_cast<const std::byte*>(p) - range->base);
    for (std::size_t i = at / kWord; i < std::min((at + bytes + kWord - 1) / kWord, range->words.size()); ++i)
        if (range->words[i].writer >= 0)
            return true;
    return false;
}

} // namespace qwill::engine::cuda::emulation

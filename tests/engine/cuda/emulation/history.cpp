#include "history.h"

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>

namespace qwill::engine::cuda::emulation {

namespace {

constexpr std::size_t kWord = 4, kPage = 4096;

std::map<std::byte*, std::size_t>& watched()
{
    static std::map<std::byte*, std::size_t> all;
    return all;
}

// --- which pages are written -----------------------------------------------------------------------------------------

// Whole pages [first, end) that may not be written unseen, and those that were.
struct Guarded {
    std::uintptr_t first, end;
};
std::vector<Guarded> guarded;
std::vector<std::uintptr_t> dirty;
struct sigaction otherwise;

void protect(std::uintptr_t page, std::size_t bytes, int rights)
{
    if (mprotect(reinterpret_cast<void*>(page), bytes, rights) != 0)
        std::abort();
}

// The write is done again once this returns, or faults again, where nobody guards.
void onFault(int signal, siginfo_t* info, void*)
{
    const auto page = reinterpret_cast<std::uintptr_t>(info->si_addr) / kPage * kPage;
    for (const Guarded& range : guarded)
        if (page >= range.first && page < range.end) {
            dirty.push_back(page); // of a capacity that suffices
            return protect(page, kPage, PROT_READ | PROT_WRITE);
        }
    sigaction(signal, &otherwise, nullptr);
}

std::uintptr_t wholePage(const void* p)
{
    return (reinterpret_cast<std::uintptr_t>(p) + kPage - 1) / kPage * kPage;
}

void guard(const std::byte* base, std::size_t bytes)
{
    const Guarded range{wholePage(base), reinterpret_cast<std::uintptr_t>(base + bytes) / kPage * kPage};
    if (range.first >= range.end)
        return;
    guarded.push_back(range);
    dirty.reserve(dirty.capacity() + (range.end - range.first) / kPage);
    protect(range.first, range.end - range.first, PROT_READ);
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
    dirty = {};
    struct sigaction action = {};
    action.sa_sigaction = onFault;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigaction(SIGSEGV, &action, &otherwise);
    for (const Range& range : m_ranges)
        guard(range.base, range.before.size());
}

void History::end()
{
    for (const Guarded& range : guarded)
        protect(range.first, range.end - range.first, PROT_READ | PROT_WRITE);
    guarded.clear();
    sigaction(SIGSEGV, &otherwise, nullptr);
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

const char* History::compare(Range& range, std::size_t from, std::size_t bytes, int block)
{
    const char* broken = nullptr;
    if (std::memcmp(range.base + from, range.before.data() + from, bytes) == 0)
        return nullptr;
    for (std::size_t at = from; at < from + bytes; at += kWord) {
        if (std::memcmp(range.base + at, range.before.data() + at, kWord) == 0)
            continue;
        std::memcpy(range.before.data() + at, range.base + at, kWord);
        if (const char* rule = note(range.words[at / kWord], block))
            broken = rule;
    }
    return broken;
}

const char* History::wrote(int block)
{
    const char* broken = nullptr;
    const auto see = [&](Range& range, std::size_t from, std::size_t bytes) {
        if (const char* rule = compare(range, from, bytes, block))
            broken = rule;
    };
    for (const std::uintptr_t page : dirty) {
        auto* at = reinterpret_cast<std::byte*>(page);
        Range& range = *rangeOf(at);
        see(range, static_cast<std::size_t>(at - range.base), kPage);
        protect(page, kPage, PROT_READ);
    }
    dirty.clear();
    for (Range& range : m_ranges) { // what is no whole page
        const std::size_t size = range.before.size();
        const auto whole =
            static_cast<std::size_t>(wholePage(range.base) - reinterpret_cast<std::uintptr_t>(range.base));
        const std::size_t head = std::min(whole, size), tail = head + (size - head) / kPage * kPage;
        see(range, 0, head);
        see(range, tail, size - tail);
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

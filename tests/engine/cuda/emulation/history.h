#pragma once
// History: which block of a launch wrote a word of the card's memory, which have read it, and what each may know of the
// others by the counters they met at. For launches whose blocks are all there at once. One thread at a time.
//
// The rule is the memory model's, by blocks: a block sees what another wrote before that one told (release), once it
// has heard (acquire) of the same counter, directly or by others. A read of what was written and not heard of, and a
// write over what another block wrote or read without having heard of that, are races, whatever the turns made of them.
// Writes are found by
// comparing memory with how it was when the block began its turn – what is written as it was is not seen –, and where
// to compare by protecting its pages.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace qwill::engine::cuda::emulation {

// Memory that kernels write; of other memory nothing is known.
void watch(void* memory, std::size_t bytes);
void unwatch(void* memory);

class History {
public:
    static constexpr int kMostBlocks = 8;

    void begin(int blocks); // up to kMostBlocks; what is there now is known to all
    void end();

    // Each gives the rule that was broken, or null. Nobody but `block` was at work since the last call.
    const char* wrote(int block);
    const char* release(int block, const void* counter);
    void acquire(int block, const void* counter);
    void counted(const void* counter); // by an atomic operation, which is no race
    const char* read(int block, const void* p, std::size_t bytes);
    bool isWritten(const void* p, std::size_t bytes) const; // since begin()

private:
    using Clock = std::array<std::uint16_t, kMostBlocks>; // how many of each block's releases are known
    struct Word {
        std::int16_t writer = -1;
        std::uint16_t writtenAt = 0; // by the writer's own clock
        Clock readAt{};
    };
    struct Range {
        std::byte* base;
        std::vector<std::byte> before;
        std::vector<Word> words;
    };
    const char* compare(Range& range, std::size_t from, std::size_t bytes, int block);
    Range* rangeOf(const void* p);
    const char* note(Word& word, int block) const;

    std::vector<Range> m_ranges;
    std::vector<Clock> m_clocks; // of each block
    std::map<const void*, Clock> m_counters;
};

} // namespace qwill::engine::cuda::emulation

#pragma once
// WordCache: the tokens of words met lately. Fixed size, direct-mapped, nothing allocated after construction. One
// thread at a time.

#include "engine/types.h"
#include "text/hash_bytes.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace qwill::engine {

class WordCache {
public:
    static constexpr std::size_t kMaxBytes = 32;
    static constexpr std::size_t kMaxTokens = 7;

    struct alignas(64) Entry { // one cache line
        std::uint8_t length = 0; // 0 = empty
        std::uint8_t count = 0;
        Token tokens[kMaxTokens];
        char bytes[kMaxBytes];
    };
    static_assert(sizeof(Entry) == 64);

    WordCache() : m_entries(kEntries) { }

    static bool accepts(std::string_view word) { return word.size() <= kMaxBytes; }
    // The place of `word`, which accepts() took; it holds the word when holds() says so.
    Entry& at(std::string_view word) { return m_entries[hashBytes(word) & (kEntries - 1)]; }
    static bool holds(const Entry& entry, std::string_view word)
    {
        return entry.length == word.size() && std::memcmp(entry.bytes, word.data(), word.size()) == 0;
    }
    static void store(Entry& entry, std::string_view word, std::span<const Token> tokens)
    {
        if (tokens.size() > kMaxTokens)
            return;
        entry.length = static_cast<std::uint8_t>(word.size());
        entry.count = static_cast<std::uint8_t>(tokens.size());
        std::copy(tokens.begin(), tokens.end(), entry.tokens);
        std::memcpy(entry.bytes, word.data(), word.size());
    }

private:
    static constexpr std::size_t kEntries = 1 << 14; // 1 MiB: the second-level cache of a core
    std::vector<Entry> m_entries;
};

} // namespace qwill::engine

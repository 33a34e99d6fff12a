#pragma once
// TokenTable: the bytes of every token id, and the id of given bytes. Filled by one thread, then immutable; any thread.

#include "engine/types.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qwill::engine {

class TokenTable {
public:
    // Ids lie below this: the largest vocabulary known has 262,144.
    static constexpr Token kMaxIds = (1 << 20) - 1; // the last 20-bit value marks a free slot of MergeTable

    enum class Lookup { ByBytes, IdOnly }; // IdOnly: find() never answers this token

    void reserve(std::size_t tokens, std::size_t bytes);
    // False when the id is out of range or taken. The first token with given bytes is the one that find() answers.
    bool add(Token id, std::string_view bytes, Lookup lookup);
    // Replaces the bytes of `id`, or adds it.
    void set(Token id, std::string_view bytes);

    int size() const { return static_cast<int>(m_entries.size()); } // largest id + 1
    bool contains(Token id) const { return id >= 0 && id < size() && m_entries[static_cast<std::size_t>(id)].used; }
    // Empty for ids not in use. Valid until the next change.
    std::string_view bytes(Token id) const
    {
        if (id < 0 || id >= size())
            return {};
        const Entry& entry = m_entries[static_cast<std::size_t>(id)];
        return {m_arena.data() + entry.begin, entry.length};
    }
    Token find(std::string_view bytes) const; // −1 = none

private:
    struct Entry {
        std::uint32_t begin = 0; // into m_arena
        std::uint32_t length : 31 = 0;
        std::uint32_t used : 1 = 0;
    };
    void insert(Token id);
    void rehash(std::size_t slots);

    std::string m_arena;
    std::vector<Entry> m_entries; // [id]
    std::vector<Token> m_slots; // open addressing, power of two, −1 = free
    std::size_t m_inserted = 0;
};

} // namespace qwill::engine

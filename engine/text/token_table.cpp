#include "text/token_table.h"

#include "text/hash_bytes.h"

#include <algorithm>

namespace qwill::engine {

void TokenTable::reserve(std::size_t tokens, std::size_t bytes)
{
    m_entries.reserve(std::min<std::size_t>(tokens, kMaxIds));
    m_arena.reserve(bytes);
    std::size_t slots = 1024;
    while (slots < tokens * 2)
        slots *= 2;
    if (slots > m_slots.size())
        rehash(slots);
}

bool TokenTable::add(Token id, std::string_view bytes, Lookup lookup)
{
    if (id < 0 || id >= kMaxIds || contains(id))
        return false;
    set(id, bytes);
    if (lookup == Lookup::ByBytes && find(bytes) < 0)
        insert(id);
    return true;
}

void TokenTable::set(Token id, std::string_view bytes)
{
    const auto index = static_cast<std::size_t>(id);
    if (index >= m_entries.size())
        m_entries.resize(index + 1);
    m_entries[index].begin = static_cast<std::uint32_t>(m_arena.size());
    m_entries[index].length = static_cast<std::uint32_t>(bytes.size()) & 0x7fffffffu;
    m_entries[index].used = 1;
    m_arena.append(bytes);
}

Token TokenTable::find(std::string_view wanted) const
{
    if (m_slots.empty())
        return -1;
    const std::size_t mask = m_slots.size() - 1;
    for (std::size_t slot = hashBytes(wanted) & mask;; slot = (slot + 1) & mask) {
        const Token id = m_slots[slot];
        if (id < 0 || bytes(id) == wanted)
            return id;
    }
}

void TokenTable::insert(Token id)
{
    if ((m_inserted + 1) * 2 > m_slots.size())
        rehash(std::max<std::size_t>(1024, m_slots.size() * 2));
    const std::size_t mask = m_slots.size() - 1;
    std::size_t slot = hashBytes(bytes(id)) & mask;
    while (m_slots[slot] >= 0)
        slot = (slot + 1) & mask;
    m_slots[slot] = id;
    ++m_inserted;
}

void TokenTable::rehash(std::size_t slots)
{
    std::vector<Token> old(slots, -1);
    old.swap(m_slots);
    const std::size_t mask = slots - 1;
    for (const Token id : old) {
        if (id < 0)
            continue;
        std::size_t slot = hashBytes(bytes(id)) & mask;
        while (m_slots[slot] >= 0)
            slot = (slot + 1) & mask;
        m_slots[slot] = id;
    }
}

} // namespace qwill::engine

#include "spec/suffix_automaton.h"

#include "base/check.h"

#include <bit>

namespace qwill::engine {

void SuffixAutomaton::begin(int maxTokens)
{
    const auto tokens = static_cast<std::size_t>(maxTokens);
    m_text.clear();
    m_states.clear();
    m_edges.clear();
    m_text.reserve(tokens);
    m_states.reserve(2 * tokens + 1);
    m_edges.reserve(3 * tokens + 1);
    const std::size_t slots = std::bit_ceil(4 * tokens + 4); // three quarters full at the very worst
    m_slots.reset(static_cast<std::int32_t*>(std::calloc(slots, sizeof(std::int32_t))));
    QWILL_CHECK(m_slots != nullptr);
    m_mask = slots - 1;
    m_last = addState(0, -1, 0);
    m_matchLength = 0;
    m_matchNext = -1;
}

std::size_t SuffixAutomaton::slotOf(std::int32_t from, Token token) const
{
    const std::uint64_t key =
        static_cast<std::uint64_t>(static_cast<std::uint32_t>(from)) << 32 | static_cast<std::uint32_t>(token);
    std::size_t slot = static_cast<std::size_t>((key * 0x9e3779b97f4a7c15u) >> 32) & m_mask;
    while (m_slots[slot] != 0) {
        const Edge& edge = m_edges[static_cast<std::size_t>(m_slots[slot] - 1)];
        if (edge.from == from && edge.token == token)
            break;
        slot = (slot + 1) & m_mask;
    }
    return slot;
}

std::int32_t SuffixAutomaton::findEdge(std::int32_t from, Token token) const
{
    return m_slots[slotOf(from, token)] - 1;
}

void SuffixAutomaton::addEdge(std::int32_t from, Token token, std::int32_t to)
{
    QWILL_CHECK(m_edges.size() < m_edges.capacity());
    State& state = m_states[static_cast<std::size_t>(from)];
    m_edges.push_back({from, token, to, state.firstEdge});
    state.firstEdge = static_cast<std::int32_t>(m_edges.size() - 1);
    m_slots[slotOf(from, token)] = static_cast<std::int32_t>(m_edges.size());
}

std::int32_t SuffixAutomaton::addState(int length, std::int32_t link, int next)
{
    QWILL_CHECK(m_states.size() < m_states.capacity());
    m_states.push_back({length, link, next, -1});
    return static_cast<std::int32_t>(m_states.size() - 1);
}

// The part of `state` up to `length` tokens as a state of its own; it ends at the same places and a new one.
std::int32_t SuffixAutomaton::cloneOf(std::int32_t state, int length)
{
    const State original = m_states[static_cast<std::size_t>(state)];
    const std::int32_t clone = addState(length, original.link, original.next);
    for (std::int32_t e = original.firstEdge; e >= 0; e = m_edges[static_cast<std::size_t>(e)].nextOfState) {
        const Edge edge = m_edges[static_cast<std::size_t>(e)];
        addEdge(clone, edge.token, edge.to);
    }
    m_states[static_cast<std::size_t>(state)].link = clone;
    return clone;
}

void SuffixAutomaton::append(Token token)
{
    m_text.push_back(token);
    const int now = size();
    const std::int32_t current = addState(now, 0, now);
    std::int32_t p = m_last;
    std::int32_t edge = -1;
    for (; p >= 0; p = m_states[static_cast<std::size_t>(p)].link) {
        edge = findEdge(p, token);
        if (edge >= 0)
            break;
        addEdge(p, token, current);
    }
    std::int32_t link = 0;
    if (p >= 0) {
        const std::int32_t target = m_edges[static_cast<std::size_t>(edge)].to;
        const int length = m_states[static_cast<std::size_t>(p)].length + 1;
        link = target;
        if (m_states[static_cast<std::size_t>(target)].length != length) {
            link = cloneOf(target, length);
            for (; p >= 0; p = m_states[static_cast<std::size_t>(p)].link) {
                const std::int32_t e = findEdge(p, token);
                if (e < 0 || m_edges[static_cast<std::size_t>(e)].to != target)
                    break;
                m_edges[static_cast<std::size_t>(e)].to = link;
            }
        }
    }
    m_states[static_cast<std::size_t>(current)].link = link;
    m_last = current;
    State& match = m_states[static_cast<std::size_t>(link)];
    m_matchLength = match.length;
    m_matchNext = match.length > 0 ? match.next : -1;
    match.next = now;
}

} // namespace qwill::engine

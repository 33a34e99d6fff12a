#include "text/added_tokens.h"

#include "text/utf8.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace qwill::engine {

namespace {

bool isSpaceByte(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// Letters, digits and underscore; anything beyond ASCII counts as a word character.
bool isWordByte(char c)
{
    const auto u = static_cast<unsigned char>(c);
    return u >= 0x80 || c == '_' || (u >= '0' && u <= '9') || ((u | 0x20) >= 'a' && (u | 0x20) <= 'z');
}

} // namespace

void AddedTokens::build(std::vector<AddedToken> tokens)
{
    m_tokens = std::move(tokens);
    std::vector<std::uint32_t> order(m_tokens.size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return m_tokens[a].text < m_tokens[b].text; });

    // Breadth first over the sorted texts: a node is a range of them that share `depth` bytes.
    struct Range {
        std::uint32_t node = 0;
        std::size_t begin = 0, end = 0, depth = 0;
    };
    m_nodes.assign(1, {});
    m_edges.clear();
    std::vector<Range> queue{{0, 0, order.size(), 0}};
    for (std::size_t q = 0; q < queue.size(); ++q) {
        const Range range = queue[q];
        std::size_t i = range.begin;
        for (; i < range.end && m_tokens[order[i]].text.size() == range.depth; ++i)
            m_nodes[range.node].token = static_cast<std::int32_t>(order[i]);
        m_nodes[range.node].firstEdge = static_cast<std::uint32_t>(m_edges.size());
        while (i < range.end) {
            const char byte = m_tokens[order[i]].text[range.depth];
            std::size_t j = i;
            while (j < range.end && m_tokens[order[j]].text[range.depth] == byte)
                ++j;
            const auto child = static_cast<std::uint32_t>(m_nodes.size());
            m_nodes.emplace_back();
            m_edges.push_back({static_cast<unsigned char>(byte), child});
            ++m_nodes[range.node].edgeCount;
            queue.push_back({child, i, j, range.depth + 1});
            i = j;
        }
    }
    m_roots.fill(0);
    for (std::uint32_t e = 0; e < m_nodes[0].edgeCount; ++e)
        m_roots[m_edges[e].byte] = m_edges[e].node;
    m_onlyFirst = m_nodes[0].edgeCount == 1 ? m_edges[0].byte : -1;
}

std::uint32_t AddedTokens::step(std::uint32_t node, unsigned char byte) const
{
    const auto begin = m_edges.begin() + m_nodes[node].firstEdge;
    const auto end = begin + m_nodes[node].edgeCount;
    const auto it = std::lower_bound(begin, end, byte, [](const Edge& e, unsigned char b) { return e.byte < b; });
    return it != end && it->byte == byte ? it->node : 0;
}

const AddedToken* AddedTokens::longestAt(std::string_view text, std::size_t from, std::size_t to) const
{
    const AddedToken* best = nullptr;
    std::uint32_t node = m_roots[static_cast<unsigned char>(text[from])];
    for (std::size_t i = from + 1; node != 0; ++i) {
        if (m_nodes[node].token >= 0)
            best = &m_tokens[static_cast<std::size_t>(m_nodes[node].token)];
        if (i >= to)
            break;
        node = step(node, static_cast<unsigned char>(text[i]));
    }
    return best;
}

AddedTokens::Match AddedTokens::find(std::string_view text, std::size_t floor, std::size_t from, std::size_t to) const
{
    for (std::size_t i = from; i < to && !m_tokens.empty(); ++i) {
        if (m_onlyFirst >= 0) {
            const void* hit = std::memchr(text.data() + i, m_onlyFirst, to - i);
            if (!hit)
                break;
            i = static_cast<std::size_t>(static_cast<const char*>(hit) - text.data());
        } else if (m_roots[static_cast<unsigned char>(text[i])] == 0) {
            continue;
        }
        const AddedToken* token = longestAt(text, i, to);
        if (!token)
            continue;
        Match match{i, i + token->text.size(), token->id};
        if (token->singleWord
            && ((match.begin > 0 && isWordByte(text[match.begin - 1]))
                || (match.end < text.size() && isWordByte(text[match.end]))))
            continue;
        while (token->stripLeft && match.begin > floor && isSpaceByte(text[match.begin - 1]))
            --match.begin;
        while (token->stripRight && match.end < to && isSpaceByte(text[match.end]))
            ++match.end;
        return match;
    }
    return {};
}

} // namespace qwill::engine

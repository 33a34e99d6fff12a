#pragma once
// AddedTokens: the tokens that are recognised in raw text before anything else looks at it, such as <|im_end|>.
// Leftmost match, and the longest of those. Immutable after build(); any thread.

#include "engine/types.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qwill::engine {

struct AddedToken {
    std::string text; // not empty
    Token id = 0;
    bool special = false; // control: never shown
    bool stripLeft = false; // swallows the white space before it
    bool stripRight = false; // … after it
    bool singleWord = false; // only where no word character touches it
};

class AddedTokens {
public:
    struct Match {
        std::size_t begin = 0; // bytes; with the white space that the token swallows
        std::size_t end = 0;
        Token id = -1;
    };

    void build(std::vector<AddedToken> tokens);
    const std::vector<AddedToken>& tokens() const { return m_tokens; }

    // The first match that lies wholly in text[from, to); id −1 when there is none. White space is swallowed from
    // `floor` on and up to `to`.
    Match find(std::string_view text, std::size_t floor, std::size_t from, std::size_t to) const;

private:
    struct Node {
        std::uint32_t firstEdge = 0; // into m_edges, sorted by byte
        std::uint32_t edgeCount = 0;
        std::int32_t token = -1; // index into m_tokens that ends here
    };
    struct Edge {
        unsigned char byte = 0;
        std::uint32_t node = 0;
    };
    std::uint32_t step(std::uint32_t node, unsigned char byte) const; // 0 = no edge
    const AddedToken* longestAt(std::string_view text, std::size_t from, std::size_t to) const;

    std::vector<AddedToken> m_tokens;
    std::vector<Node> m_nodes;
    std::vector<Edge> m_edges;
    std::array<std::uint32_t, 256> m_roots{}; // node after a first byte; 0 = no token begins with it
    int m_onlyFirst = -1; // the one byte that all tokens begin with
};

} // namespace qwill::engine

#pragma once
// SuffixAutomaton: the text of one sequence, indexed while it grows, so that after each token it is known which earlier
// place agrees with the end of the text the longest. Engine thread. All memory is taken by begin(); append() is O(1)
// amortised and allocates nothing.
//
// The automaton of Blumer et al. (1985): a state is a set of substrings that end at the same places. The suffix link of
// the state of the whole text is the longest end of the text that also occurs earlier: the match is always at hand.

#include "engine/types.h"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

namespace qwill::engine {

class SuffixAutomaton {
public:
    // Forgets everything and makes room for texts of up to `maxTokens`.
    void begin(int maxTokens);
    void append(Token token);

    int size() const { return static_cast<int>(m_text.size()); }
    std::span<const Token> text() const { return m_text; }
    // The longest end of the text that occurs earlier too: how many tokens, and the index just behind the latest
    // earlier occurrence known. 0 and −1: the last token is new.
    int matchLength() const { return m_matchLength; }
    int matchNext() const { return m_matchNext; }

private:
    struct State {
        std::int32_t length; // of its longest substring
        std::int32_t link; // state of its longest end that ends at other places too; −1 at the root
        std::int32_t next; // index behind its latest known occurrence
        std::int32_t firstEdge; // −1 = none
    };
    struct Edge {
        std::int32_t from;
        Token token;
        std::int32_t to;
        std::int32_t nextOfState; // −1 = last
    };
    // Zeroed by the system when touched: a short text in a long context costs what it needs.
    struct Free {
        void operator()(std::int32_t* p) const { std::free(p); }
    };

    std::size_t slotOf(std::int32_t from, Token token) const;
    std::int32_t findEdge(std::int32_t from, Token token) const; // −1 = none
    void addEdge(std::int32_t from, Token token, std::int32_t to);
    std::int32_t addState(int length, std::int32_t link, int next);
    std::int32_t cloneOf(std::int32_t state, int length);

    std::vector<Token> m_text;
    std::vector<State> m_states; // at most 2 · tokens + 1
    std::vector<Edge> m_edges; // at most 3 · tokens + 1
    std::unique_ptr<std::int32_t[], Free> m_slots; // open addressing: 1 + index into m_edges, 0 = empty
    std::size_t m_mask = 0;
    std::int32_t m_last = 0; // state of the whole text
    int m_matchLength = 0;
    int m_matchNext = -1;
};

} // namespace qwill::engine

#pragma once
// GrammarVocabulary and GrammarMatcher: which tokens a grammar allows next. The first belongs to a model and is shared
// by its requests, the second to one sequence; engine thread, after construction.
//
// A state is a set of stacks: places in the grammar and where each goes on. States and the steps between them are
// numbered as they are met, so that a token is a few look-ups; a state's mask is found by walking the vocabulary's
// trie, leaving out what begins wrongly, and kept. In a string nearly everything is allowed, and the walk is long:
// there the tokens that stay in the string are found once for all strings, requests and depths, and only those that may
// leave it are tried anew.

#include "sample/grammar.h"
#include "sample/token_trie.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace qwill::engine {

// A bit for each token; the last word is padded with zeros.
using TokenMask = std::vector<std::uint64_t>;

class GrammarVocabulary {
public:
    // texts: the bytes of each token that is text, by id; the views outlive it. endTokens: those that end a reply.
    GrammarVocabulary(std::span<const std::string_view> texts, std::vector<Token> endTokens);

    int size() const { return static_cast<int>(m_texts.size()); }
    std::string_view text(Token token) const;
    bool isEnd(Token token) const;
    std::span<const Token> endTokens() const { return m_endTokens; }
    const TokenTrie& trie() const { return m_trie; }
    std::size_t words() const { return (m_texts.size() + 63) / 64; }

    // What is known of places inside strings, whatever the grammar around them.
    struct Inside {
        TokenMask stays; // tokens that end within the string, or with it
        TokenTrie leaves; // tokens that go on behind it
    };
    std::map<std::vector<std::int64_t>, std::unique_ptr<Inside>> strings;

private:
    std::vector<std::string_view> m_texts;
    std::vector<Token> m_endTokens;
    TokenTrie m_trie;
};

class GrammarMatcher {
public:
    GrammarMatcher(std::shared_ptr<const Grammar> grammar, std::shared_ptr<GrammarVocabulary> vocabulary);

    // What may come next; valid until the next call.
    const TokenMask& mask();
    // The reply got this token. A token that is not allowed breaks the matcher: everything is allowed from then on.
    void commit(Token token);
    bool allows(Token token); // without the cost of a mask
    bool accepts() const; // the reply may end here
    bool finished() const; // and must
    bool allowsAnything(); // false where the vocabulary cannot spell what the grammar wants
    bool broken() const { return m_broken; }

private:
    using StackId = std::int32_t; // of a Frame
    using StateId = std::int32_t; // of a State
    static constexpr StackId kBottom = -1;
    static constexpr StateId kDead = 0; // no stack at all
    static constexpr StateId kUnknown = -1;

    struct Frame {
        std::int32_t pc = 0;
        StackId parent = kBottom;
    };
    struct State {
        std::vector<StackId> stacks; // sorted; each at a Bytes
        bool ends = false; // some stack has run out: the text may end here
    };

    StackId frame(std::int32_t pc, StackId parent);
    StateId state(std::vector<StackId> stacks, bool ends);
    void follow(std::int32_t pc, StackId parent, std::vector<StackId>& stacks, bool& ends);
    StateId step(StateId from, std::uint8_t byte);
    StateId stepAnew(StateId from, std::uint8_t byte);
    StateId walk(StateId from, std::string_view text);

    // The stack where the string that `stack` is in returns to; nothing when it is in none whose places are comparable.
    std::optional<StackId> stringBase(StackId stack) const;
    StackId aboveBase(StackId stack, StackId base); // the same frames over nothing
    void addKeys(StackId stack, std::vector<std::int64_t>& out) const;
    const GrammarVocabulary::Inside& inside(const std::vector<StackId>& stacks);
    void allowFrom(const TokenTrie& trie, StateId from, TokenMask& mask);
    void computeMask(StateId from, TokenMask& mask);
    void forgetMost();

    std::shared_ptr<const Grammar> m_grammar;
    std::shared_ptr<GrammarVocabulary> m_vocabulary;
    bool m_broken = false;
    StateId m_state = kDead;

    std::vector<Frame> m_frames;
    std::unordered_map<std::uint64_t, StackId> m_frameIds;
    std::vector<State> m_states;
    std::map<std::vector<StackId>, StateId> m_stateIds; // key: stacks, and kBottom behind them where it may end
    std::vector<StateId> m_steps; // [state][class of byte]
    std::vector<StateId> m_path; // of a walk through a trie
    std::unordered_map<StateId, TokenMask> m_masks;
    std::vector<StackId> m_seen; // by follow
};

} // namespace qwill::engine

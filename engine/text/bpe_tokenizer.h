#pragma once
// BpeTokenizer: byte-pair encoding over bytes or code points, as a BpeDefinition says. Immutable; any thread: every
// call borrows a scratch of its own.

#include "text/bpe_definition.h"
#include "text/cut_table.h"
#include "text/nfc.h"
#include "text/tokenizer.h"
#include "text/word_cache.h"

#include <memory>
#include <mutex>
#include <vector>

namespace qwill::engine {

class BpeTokenizer final : public Tokenizer {
public:
    explicit BpeTokenizer(BpeDefinition definition);
    ~BpeTokenizer() override;

    using Tokenizer::encode;
    void encode(std::span<const TextPiece> pieces, std::vector<Token>& out) const override;
    std::string_view tokenBytes(Token token) const override { return m_definition.tokens.bytes(token); }
    bool isSpecial(Token token) const override;
    std::optional<Token> findSpecial(std::string_view name) const override;
    int size() const override { return m_definition.tokens.size(); }
    bool addsBos() const override { return m_definition.addsBos; }
    Token bosToken() const override { return m_definition.bos; }
    bool addsPrefixSpace() const override { return m_definition.prefix != BpeDefinition::Prefix::None; }

private:
    struct Scratch;
    class Lease;

    void encodeOrdinary(std::string_view text, bool first, Scratch& scratch, std::vector<Token>& out) const;
    void encodeBytesAlphabet(std::string_view text, Scratch& scratch, std::vector<Token>& out) const;
    void encodeCodePoints(std::string_view text, bool atStart, bool first, Scratch& scratch,
                          std::vector<Token>& out) const;
    void encodeWord(std::string_view word, Scratch& scratch, std::vector<Token>& out) const;
    void encodeInCuts(std::string_view word, Scratch& scratch, std::vector<Token>& out) const;
    void mergeWord(std::string_view word, Scratch& scratch) const;
    void appendCodePointSymbols(std::string_view word, std::vector<Token>& symbols) const;
    bool spaceStartsWord() const; // no merge crosses from a non-space to a space

    BpeDefinition m_definition;
    AddedTokens m_added;
    std::vector<bool> m_special; // [id]
    bool m_everyByte = false; // has a token, so that no byte is unknown
    CutTable m_cuts;
    bool m_splitBeforeSpaces = false; // CodePoints: words may be cut there without changing the result
    mutable std::mutex m_mutex; // guards m_idle
    mutable std::vector<std::unique_ptr<Scratch>> m_idle;
};

} // namespace qwill::engine

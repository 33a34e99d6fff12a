#pragma once
// Tokenizer: text ⇄ token ids for one model. Immutable after creation; every method may be called from any thread.

#include "engine/result.h"
#include "engine/types.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qwill::engine {

// A stretch of text and whether special tokens may be recognised in it. Chat templates produce these: their own markup
// is Recognise, what people wrote is AsText. Ordinary text is split and merged across piece borders, exactly as if the
// whole had been one string.
struct TextPiece {
    std::string_view text;
    SpecialTokens special = SpecialTokens::AsText;
};

class Tokenizer {
public:
    virtual ~Tokenizer() = default;

    // Appends the ids to `out`. Any bytes are accepted: invalid UTF-8 is encoded byte by byte.
    virtual void encode(std::span<const TextPiece> pieces, std::vector<Token>& out) const = 0;
    // The bytes the token stands for; empty for ids outside the vocabulary. Valid as long as the Tokenizer.
    virtual std::string_view tokenBytes(Token token) const = 0;
    virtual bool isSpecial(Token token) const = 0; // control tokens such as <|im_end|>: never shown
    virtual std::optional<Token> findSpecial(std::string_view name) const = 0;
    virtual int size() const = 0; // ids in use: 0 … size() − 1
    virtual bool addsBos() const { return false; } // the model expects bos before the text
    virtual Token bosToken() const { return -1; }
    // encode() puts a space before the text (sentencepiece's dummy prefix), which decode() takes away again.
    virtual bool addsPrefixSpace() const { return false; }

    std::vector<Token> encode(std::string_view text, SpecialTokens special) const
    {
        std::vector<Token> ids;
        const TextPiece piece{text, special};
        encode({&piece, 1}, ids);
        return ids;
    }
    // The text of a whole sequence from its beginning on.
    std::string decode(std::span<const Token> tokens) const
    {
        std::string text;
        bool atStart = addsPrefixSpace();
        for (Token token : tokens) {
            const std::string_view bytes = tokenBytes(token);
            const bool strip = atStart && !isSpecial(token) && bytes.starts_with(' ');
            text += strip ? bytes.substr(1) : bytes;
            atStart = atStart && isSpecial(token);
        }
        return text;
    }
};

} // namespace qwill::engine

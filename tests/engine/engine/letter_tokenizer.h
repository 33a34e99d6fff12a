#pragma once
// A tokenizer of FakeRunner::kVocab ids that can spell JSON. Tests only.

#include "engine/sched/fake_runner.h"
#include "text/tokenizer.h"

#include <string>
#include <vector>

namespace qwill::engine {

// Ids are the printable ASCII letters, and Mistral's marker is a token of its own.
class LetterTokenizer final : public Tokenizer {
public:
    static constexpr Token kMarker = 96;
    using Tokenizer::encode;
    void encode(std::span<const TextPiece> pieces, std::vector<Token>& out) const override
    {
        for (const TextPiece& piece : pieces)
            for (std::size_t i = 0; i < piece.text.size(); ++i) {
                const bool marker = piece.text.substr(i).starts_with(m_marker);
                out.push_back(marker ? kMarker : piece.text[i] - ' ');
                i += marker ? m_marker.size() - 1 : 0;
            }
    }
    std::string_view tokenBytes(Token token) const override
    {
        return token == kMarker ? std::string_view(m_marker)
                                : std::string_view(m_letters).substr(static_cast<std::size_t>(token), 1);
    }
    bool isSpecial(Token token) const override { return token == kMarker; }
    std::optional<Token> findSpecial(std::string_view name) const override
    {
        return name == m_marker ? std::optional(kMarker) : std::nullopt;
    }
    int size() const override { return FakeRunner::kVocab; }

private:
    std::string m_marker = "[TOOL_CALLS]";
    std::string m_letters = [] {
        std::string letters;
        for (char c = ' '; c <= '~'; ++c)
            letters.push_back(c);
        return letters + " ";
    }();
};

} // namespace qwill::engine

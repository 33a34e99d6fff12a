#pragma once
// A tokenizer of FakeRunner::kVocab ids: letters, pairs of letters, halves of an é, one special token. Tests only.

#include "engine/sched/fake_runner.h"
#include "text/tokenizer.h"

#include <string>
#include <vector>

namespace qwill::engine {

class FakeTokenizer : public Tokenizer {
public:
    static constexpr Token kSpecial = 96;
    static constexpr int kSize = FakeRunner::kVocab;

    FakeTokenizer()
    {
        for (int id = 0; id < kSize; ++id) {
            std::string text(1, static_cast<char>('a' + id % 26));
            if (id >= 26)
                text += static_cast<char>('A' + id / 26);
            m_bytes.push_back(text);
        }
        m_bytes[90] = std::string("\xc3");
        m_bytes[91] = std::string("\xa9");
        m_bytes[kSpecial] = std::string("<|end|>");
    }

    using Tokenizer::encode;
    void encode(std::span<const TextPiece> pieces, std::vector<Token>& out) const override
    {
        for (const TextPiece& piece : pieces) {
            for (const char c : piece.text) {
                if (c >= 'a' && c <= 'z')
                    out.push_back(c - 'a');
            }
        }
    }
    std::string_view tokenBytes(Token token) const override
    {
        return token >= 0 && token < kSize ? std::string_view(m_bytes[static_cast<std::size_t>(token)])
                                           : std::string_view();
    }
    bool isSpecial(Token token) const override { return token == kSpecial; }
    std::optional<Token> findSpecial(std::string_view name) const override
    {
        return name == "<|end|>" ? std::optional(kSpecial) : std::nullopt;
    }
    int size() const override { return kSize; }

private:
    std::vector<std::string> m_bytes;
};

} // namespace qwill::engine

#include "remote/rough_tokenizer.h"

#include <algorithm>

namespace qwill::app {

namespace {

using engine::Role;
using engine::Token;

constexpr Token kRoles = 0; // and three more: marks of turns, by Role
constexpr Token kEnd = 4, kReply = 5;
constexpr Token kFirstPiece = 16;
constexpr std::size_t kLongestWord = 6; // letters; vocabularies of 100 000 cut English after 4.5 on average

enum class Kind { Letter, Digit, Space, Mark, Wide };

Kind kindOf(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80)
        return Kind::Wide;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
        return Kind::Letter;
    if (c >= '0' && c <= '9')
        return Kind::Digit;
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' ? Kind::Space : Kind::Mark;
}

// The end of the piece that begins here: one character of another script, one digit, a run of blanks, a part of a word
// with the blank before it.
std::size_t pieceEnd(std::string_view text, std::size_t begin)
{
    std::size_t end = begin + 1;
    switch (kindOf(text[begin])) {
    case Kind::Wide:
        while (end < text.size() && end < begin + 4 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
            ++end;
        return end;
    case Kind::Space:
        if (text[begin] == ' ' && end < text.size() && kindOf(text[end]) == Kind::Letter)
            return std::min(pieceEnd(text, end), begin + 1 + kLongestWord);
        while (end < text.size() && text[end] == text[begin] && end < begin + 16)
            ++end;
        return end;
    case Kind::Letter:
        while (end < text.size() && end < begin + kLongestWord && kindOf(text[end]) == Kind::Letter)
            ++end;
        return end;
    case Kind::Digit:
    case Kind::Mark: break;
    }
    return end;
}

} // namespace

Token RoughTokenizer::idOf(std::string_view piece) const
{
    if (const auto found = m_ids.find(piece); found != m_ids.end())
        return found->second;
    m_pieces.emplace_back(piece);
    const auto id = kFirstPiece + static_cast<Token>(m_pieces.size()) - 1;
    m_ids.emplace(m_pieces.back(), id);
    return id;
}

std::vector<Token> RoughTokenizer::encode(std::string_view text) const
{
    const std::lock_guard lock(m_mutex);
    std::vector<Token> tokens;
    tokens.reserve(text.size() / 3);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = pieceEnd(text, at);
        tokens.push_back(idOf(text.substr(at, end - at)));
        at = end;
    }
    return tokens;
}

std::string RoughTokenizer::decode(std::span<const Token> tokens) const
{
    const std::lock_guard lock(m_mutex);
    std::string text;
    for (const Token token : tokens) {
        const auto at = static_cast<std::size_t>(token) - kFirstPiece;
        if (token >= kFirstPiece && at < m_pieces.size())
            text += m_pieces[at];
    }
    return text;
}

std::vector<Token> RoughTokenizer::encodeChat(std::span<const engine::ChatMessage> messages) const
{
    std::vector<Token> tokens;
    for (const engine::ChatMessage& message : messages) {
        tokens.push_back(kRoles + static_cast<Token>(message.role));
        const std::vector<Token> text = encode(message.content);
        tokens.insert(tokens.end(), text.begin(), text.end());
        tokens.push_back(kEnd);
    }
    if (!messages.empty() && messages.back().role == Role::Assistant)
        tokens.pop_back();
    else
        tokens.push_back(kReply);
    return tokens;
}

std::vector<engine::ChatMessage> RoughTokenizer::decodeChat(std::span<const Token> tokens) const
{
    std::vector<engine::ChatMessage> messages;
    for (std::size_t at = 0; at < tokens.size();) {
        const Token role = tokens[at++];
        const auto end = std::find_if(tokens.begin() + static_cast<std::ptrdiff_t>(at), tokens.end(),
                                      [](Token token) { return token < kFirstPiece; });
        const auto text = static_cast<std::size_t>(end - tokens.begin());
        if (role <= kRoles + static_cast<Token>(Role::Tool))
            messages.push_back({static_cast<Role>(role - kRoles), decode(tokens.subspan(at, text - at)), {}});
        at = text;
    }
    return messages;
}

} // namespace qwill::app

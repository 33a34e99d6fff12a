#include "text/sentencepiece_tokenizer.h"

#include "text/sentencepiece_model.h"
#include "text/text_segments.h"
#include "text/token_table.h"
#include "text/utf8.h"

#include <nlohmann/json.hpp>
#include <sentencepiece_processor.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace qwill::engine {

namespace {

using nlohmann::json;
using Model = SentencepieceModel;

constexpr std::string_view kMetaSpace = "\xe2\x96\x81"; // ▁

class SentencepieceTokenizer final : public Tokenizer {
public:
    static Result<std::unique_ptr<Tokenizer>> create(Model model, bool addsBos, std::vector<AddedToken> more);

    using Tokenizer::encode;
    void encode(std::span<const TextPiece> pieces, std::vector<Token>& out) const override;
    std::string_view tokenBytes(Token token) const override { return m_tokens.bytes(token); }
    bool isSpecial(Token token) const override
    {
        return token >= 0 && static_cast<std::size_t>(token) < m_special.size()
            && m_special[static_cast<std::size_t>(token)];
    }
    std::optional<Token> findSpecial(std::string_view name) const override
    {
        for (const AddedToken& token : m_added.tokens())
            if (token.text == name)
                return token.id;
        return std::nullopt;
    }
    int size() const override { return m_tokens.size(); }
    bool addsBos() const override { return m_addsBos; }
    Token bosToken() const override { return m_bos; }
    bool addsPrefixSpace() const override { return m_prefixSpace || m_ownPrefix; }

private:
    Result<void> takePieces(Model& model, std::vector<AddedToken>& added);
    void encodeOrdinary(std::string_view text, std::vector<Token>& out) const;

    sentencepiece::SentencePieceProcessor m_processor;
    TokenTable m_tokens;
    AddedTokens m_added;
    std::vector<bool> m_special; // [id]
    std::array<Token, 256> m_byteTokens{}; // −1 = none
    Token m_unknown = -1;
    Token m_bos = -1;
    bool m_addsBos = false;
    bool m_prefixSpace = false; // we put it there
    bool m_ownPrefix = false; // the library does
};

// "<0x0A>" → 10, −1 = something else
int writtenByte(std::string_view text)
{
    constexpr std::string_view kHex = "0123456789ABCDEF";
    if (text.size() != 6 || !text.starts_with("<0x") || text[5] != '>')
        return -1;
    const std::size_t high = kHex.find(text[3]), low = kHex.find(text[4]);
    return high == std::string_view::npos || low == std::string_view::npos ? -1 : static_cast<int>(high * 16 + low);
}

// The library always matches user-defined pieces. Those that are markup must not be found in what people wrote, so they
// are hidden from it and matched by us; runs of spaces or newlines are text and stay.
bool isMarkup(std::string_view text)
{
    return text.size() > 2
        && ((text.front() == '<' && text.back() == '>') || (text.front() == '[' && text.back() == ']'));
}

std::string realBytes(std::string_view written)
{
    std::string bytes;
    for (std::size_t i = 0; i < written.size();) {
        const std::size_t meta = std::min(written.find(kMetaSpace, i), written.size());
        bytes.append(written.substr(i, meta - i));
        if (meta < written.size())
            bytes.push_back(' ');
        i = meta + kMetaSpace.size();
    }
    return bytes;
}

Result<void> SentencepieceTokenizer::takePieces(Model& model, std::vector<AddedToken>& added)
{
    if (model.pieces.size() > static_cast<std::size_t>(TokenTable::kMaxIds))
        return Error{ErrorCode::Corrupt,
                     "The sentencepiece vocabulary has " + std::to_string(model.pieces.size())
                         + " pieces; expected at most " + std::to_string(TokenTable::kMaxIds) + "."};
    m_byteTokens.fill(-1);
    for (std::size_t i = 0; i < model.pieces.size(); ++i) {
        Model::Piece& piece = model.pieces[i];
        const auto id = static_cast<Token>(i);
        if (!std::isfinite(piece.score))
            return Error{ErrorCode::Corrupt,
                         "The sentencepiece vocabulary's piece " + std::to_string(i)
                             + " has a score that is no number."};
        const int byte = piece.type == Model::kByte ? writtenByte(piece.text) : -1;
        if (byte >= 0) {
            const char raw = static_cast<char>(static_cast<unsigned char>(byte));
            m_tokens.add(id, {&raw, 1}, TokenTable::Lookup::IdOnly);
            m_byteTokens[static_cast<std::size_t>(byte)] = id;
            continue;
        }
        const bool special = piece.type == Model::kControl || piece.type == Model::kUnknown;
        if (piece.type == Model::kUnknown)
            m_unknown = id;
        if (special || (piece.type == Model::kUserDefined && isMarkup(piece.text))) {
            if (!piece.text.empty())
                added.push_back({piece.text, id, special});
            m_tokens.add(id, piece.text, TokenTable::Lookup::IdOnly);
            if (!special)
                piece.type = Model::kControl;
            continue;
        }
        m_tokens.add(id, realBytes(piece.text), TokenTable::Lookup::IdOnly);
    }
    return {};
}

Result<std::unique_ptr<Tokenizer>> SentencepieceTokenizer::create(Model model, bool addsBos,
                                                                  std::vector<AddedToken> more)
{
    auto result = std::make_unique<SentencepieceTokenizer>();
    std::vector<AddedToken> added;
    if (Result<void> taken = result->takePieces(model, added); !taken)
        return taken.error();
    // The library would put the dummy prefix before every stretch, also behind a byte that is not UTF-8; so we do it,
    // unless it also takes away spaces, in which case ours would be lost.
    if (model.addDummyPrefix && !model.removeExtraSpaces) {
        result->m_prefixSpace = true;
        model.addDummyPrefix = false;
    }
    result->m_ownPrefix = model.addDummyPrefix;
    const auto status = result->m_processor.LoadFromSerializedProto(model.serialise());
    if (!status.ok()) {
        std::string reason = status.ToString().substr(0, 200);
        std::replace(reason.begin(), reason.end(), '\n', ' ');
        while (!reason.empty() && (reason.back() == '.' || reason.back() == ' '))
            reason.pop_back();
        return Error{ErrorCode::Corrupt, "The sentencepiece vocabulary cannot be used: " + reason + "."};
    }
    for (AddedToken& token : more) {
        const auto known = [&](const AddedToken& other) { return other.id == token.id || other.text == token.text; };
        if (std::any_of(added.begin(), added.end(), known))
            continue;
        result->m_tokens.set(token.id, token.text);
        added.push_back(std::move(token));
    }
    result->m_special.assign(static_cast<std::size_t>(result->m_tokens.size()), false);
    for (const AddedToken& token : added)
        result->m_special[static_cast<std::size_t>(token.id)] = token.special;
    result->m_added.build(std::move(added));
    result->m_bos = result->m_processor.bos_id();
    result->m_addsBos = addsBos && result->m_bos >= 0;
    return std::unique_ptr<Tokenizer>(std::move(result));
}

void SentencepieceTokenizer::encode(std::span<const TextPiece> pieces, std::vector<Token>& out) const
{
    SegmentBuffers buffers;
    forEachSegment(
        pieces, m_added, buffers, [&](std::string_view text, bool) { encodeOrdinary(text, out); },
        [&](Token token) { out.push_back(token); });
}

void SentencepieceTokenizer::encodeOrdinary(std::string_view text, std::vector<Token>& out) const
{
    std::vector<int> ids;
    std::string prefixed;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t invalid = findInvalidUtf8(text, i);
        if (invalid > i) {
            std::string_view run = text.substr(i, invalid - i);
            if (i == 0 && m_prefixSpace) {
                prefixed.push_back(' ');
                prefixed.append(run);
                run = prefixed;
            }
            if (m_processor.Encode({run.data(), run.size()}, &ids).ok())
                out.insert(out.end(), ids.begin(), ids.end());
        }
        if (invalid == text.size())
            return;
        i = invalid + static_cast<std::size_t>(decodeUtf8(text.substr(invalid)).length);
        for (std::size_t at = invalid; at < i; ++at) {
            const Token token = m_byteTokens[static_cast<unsigned char>(text[at])];
            if (token >= 0 || m_unknown >= 0)
                out.push_back(token >= 0 ? token : m_unknown);
        }
    }
}

// Tokens that tokenizer_config.json adds to the model's own.
std::vector<AddedToken> configuredTokens(const json& config)
{
    std::vector<AddedToken> tokens;
    const auto decoder = config.is_object() ? config.find("added_tokens_decoder") : config.end();
    if (!config.is_object() || decoder == config.end() || !decoder->is_object())
        return tokens;
    for (const auto& [name, token] : decoder->items()) {
        const bool number =
            !name.empty() && name.size() < 8 && name.find_first_not_of("0123456789") == std::string::npos;
        if (!number || !token.is_object() || !token.contains("content") || !token["content"].is_string())
            continue;
        const int id = std::stoi(name);
        std::string text = token["content"].get<std::string>();
        if (id < TokenTable::kMaxIds && !text.empty())
            tokens.push_back({std::move(text), id, token.contains("special") && token["special"] == true});
    }
    return tokens;
}

} // namespace

Result<std::unique_ptr<Tokenizer>> createSentencepiece(std::string_view bytes, std::string_view configJson)
{
    json config;
    if (!configJson.empty()) {
        config = json::parse(configJson, nullptr, /*allow_exceptions=*/false);
        if (!config.is_object())
            return Error{ErrorCode::Corrupt, "tokenizer_config.json is not a JSON object."};
    }
    Result<Model> model = Model::parse(bytes);
    if (!model)
        return model.error();
    const bool addsBos = !(config.is_object() && config.contains("add_bos_token") && config["add_bos_token"] == false);
    return SentencepieceTokenizer::create(std::move(model).value(), addsBos, configuredTokens(config));
}

Result<std::unique_ptr<Tokenizer>> createSentencepiece(const GgufVocabulary& vocabulary)
{
    const std::size_t count = vocabulary.tokens.size();
    if (count == 0 || vocabulary.scores.size() != count || vocabulary.types.size() != count)
        return Error{ErrorCode::Corrupt,
                     "The GGUF vocabulary has " + std::to_string(count) + " tokens, "
                         + std::to_string(vocabulary.scores.size()) + " scores and "
                         + std::to_string(vocabulary.types.size()) + " types; expected as many of each."};
    Model model;
    model.pieces.reserve(count);
    int unknown = vocabulary.unknown;
    for (std::size_t i = 0; i < count; ++i) {
        const int type = vocabulary.types[i];
        if (type < Model::kNormal || type > Model::kByte)
            return Error{ErrorCode::Corrupt,
                         "The GGUF vocabulary's token " + std::to_string(i) + " has the type " + std::to_string(type)
                             + "; expected 1 to 6."};
        if (type == Model::kUnknown)
            unknown = static_cast<int>(i);
        model.pieces.push_back({vocabulary.tokens[i], vocabulary.scores[i], type});
    }
    model.setPlain(Model::Algorithm::Bpe, unknown, vocabulary.bos, vocabulary.eos);
    model.addDummyPrefix = vocabulary.addSpacePrefix.value_or(true);
    auto created = SentencepieceTokenizer::create(std::move(model), vocabulary.addBos.value_or(true), {});
    return created;
}

} // namespace qwill::engine

// readTokenizerJson: a tokenizer.json of Hugging Face's `tokenizers` → BpeDefinition. Any thread.

#include "text/bpe_definition.h"
#include "text/byte_alphabet.h"
#include "text/nfc.h"
#include "text/tokenizer_json.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <utility>

namespace qwill::engine {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxStages = 16; // of the pre-tokenizer; real files have up to 5
constexpr std::string_view kMetaSpace = "\xe2\x96\x81"; // ▁

Error corrupt(const std::string& what)
{
    return {ErrorCode::Corrupt, "tokenizer.json " + what + "."};
}

Error unsupported(const std::string& what)
{
    return {ErrorCode::Unsupported, "tokenizer.json asks for " + what + ", which this engine does not serve."};
}

const json& member(const json& object, const char* name)
{
    static const json nothing;
    if (!object.is_object())
        return nothing;
    const auto it = object.find(name);
    return it == object.end() ? nothing : *it;
}

std::string textOf(const json& value)
{
    return value.is_string() ? value.get<std::string>() : std::string();
}

bool flag(const json& object, const char* name, bool otherwise)
{
    const json& value = member(object, name);
    return value.is_boolean() ? value.get<bool>() : otherwise;
}

// For error messages: a name from the file, short and valid.
std::string shown(const json& value)
{
    const std::string text = value.is_string() ? value.get<std::string>() : std::string(value.type_name());
    return "'" + text.substr(0, 40) + "'";
}

class Builder {
public:
    Builder(RawTokenizerJson raw, json config) : m_raw(std::move(raw)), m_config(std::move(config)) { }
    Result<BpeDefinition> build();

private:
    using Step = std::optional<Error>; // nothing = went well

    Step readModelKind();
    Step readNormaliser(const json& normaliser, std::size_t depth);
    Step readPretokenizer(const json& pretokenizer, std::size_t depth);
    Step readSplit(const json& split);
    Step readMetaspace(const json& metaspace);
    Step addStage(Result<SplitPattern> pattern, Pretokenizer::Words words);
    Step readVocabulary();
    Step readMerges();
    Step readAdded();
    Step addAdded(const json& token, const json& id);
    void readBos();
    std::string_view realBytes(std::string_view written, std::string& buffer) const;

    RawTokenizerJson m_raw;
    json m_config;
    BpeDefinition m_result;
    bool m_byteLevel = false;
    bool m_metaSpaces = false; // spaces are written ▁
    bool m_byteFallback = false;
};

Result<BpeDefinition> Builder::build()
{
    Step step = readModelKind();
    if (!step)
        step = readNormaliser(member(m_raw.rest, "normalizer"), 0);
    if (!step)
        step = readPretokenizer(member(m_raw.rest, "pre_tokenizer"), 0);
    if (!step && !m_byteLevel && !m_metaSpaces)
        step = unsupported("a pre-tokenizer that is neither ByteLevel nor Metaspace ("
                           + shown(member(member(m_raw.rest, "pre_tokenizer"), "type")) + ")");
    if (!step && m_byteLevel && m_metaSpaces)
        step = unsupported("ByteLevel and Metaspace together");
    m_result.alphabet = m_byteLevel ? BpeDefinition::Alphabet::Bytes : BpeDefinition::Alphabet::CodePoints;
    if (!step)
        step = readVocabulary();
    if (!step)
        step = readMerges();
    if (!step)
        step = readAdded();
    if (step)
        return *std::move(step);
    const Token unknown = m_result.tokens.find(textOf(member(member(m_raw.rest, "model"), "unk_token")));
    m_result.unknown = unknown;
    readBos();
    return std::move(m_result);
}

Builder::Step Builder::readModelKind()
{
    const json& model = member(m_raw.rest, "model");
    if (!model.is_object())
        return corrupt("has no model");
    const json& type = member(model, "type");
    if (!type.is_null() && type != "BPE") // very old files do not say
        return unsupported("a model of type " + shown(type) + " (expected 'BPE')");
    if (!m_raw.hasVocabulary)
        return corrupt("has no model.vocab");
    if (!m_raw.hasMerges)
        return corrupt("has no model.merges");
    for (const char* name : {"continuing_subword_prefix", "end_of_word_suffix"})
        if (!textOf(member(model, name)).empty())
            return unsupported(std::string("a ") + name);
    const json& dropout = member(model, "dropout");
    if (dropout.is_number() && dropout.get<double>() > 0)
        return unsupported("dropout");
    m_result.ignoreMerges = flag(model, "ignore_merges", false);
    m_result.fuseUnknown = flag(model, "fuse_unk", false);
    m_byteFallback = flag(model, "byte_fallback", false);
    return {};
}

Builder::Step Builder::readNormaliser(const json& normaliser, std::size_t depth)
{
    if (normaliser.is_null())
        return {};
    const std::string type = textOf(member(normaliser, "type"));
    if (type == "Sequence" && depth < 4) {
        for (const json& part : member(normaliser, "normalizers"))
            if (Step step = readNormaliser(part, depth + 1))
                return step;
        return {};
    }
    if (type == "NFC") {
        if (!nfcAvailable())
            return Error{ErrorCode::Unsupported,
                         "This build has no utf8proc, which the tokenizer's NFC needs; install "
                         "its development package and build again."};
        m_result.normaliseNfc = true;
        return {};
    }
    if (type == "Prepend" && textOf(member(normaliser, "prepend")) == kMetaSpace) {
        m_result.prefix = BpeDefinition::Prefix::Always;
        return {};
    }
    if (type == "Replace" && textOf(member(member(normaliser, "pattern"), "String")) == " "
        && textOf(member(normaliser, "content")) == kMetaSpace) {
        m_metaSpaces = true;
        return {};
    }
    return unsupported("the normalizer " + shown(member(normaliser, "type")));
}

Builder::Step Builder::readPretokenizer(const json& pretokenizer, std::size_t depth)
{
    if (pretokenizer.is_null())
        return {};
    const std::string type = textOf(member(pretokenizer, "type"));
    if (type == "Sequence" && depth < 4) {
        for (const json& part : member(pretokenizer, "pretokenizers"))
            if (Step step = readPretokenizer(part, depth + 1))
                return step;
        return {};
    }
    if (type == "Split")
        return readSplit(pretokenizer);
    if (type == "Digits")
        return addStage(SplitPattern::compile(flag(pretokenizer, "individual_digits", false) ? "\\p{N}" : "\\p{N}+"),
                        Pretokenizer::Words::Both);
    if (type == "Metaspace")
        return readMetaspace(pretokenizer);
    if (type != "ByteLevel")
        return unsupported("the pre-tokenizer " + shown(member(pretokenizer, "type")));
    m_byteLevel = true;
    if (flag(pretokenizer, "add_prefix_space", true)) {
        if (m_result.pretokenizer.stageCount() > 0)
            return unsupported("add_prefix_space after a split");
        m_result.pretokenizer.addPrefixSpace();
    }
    if (flag(pretokenizer, "use_regex", true))
        return addStage(SplitPattern::compile(kGpt2SplitPattern), Pretokenizer::Words::Both);
    return {};
}

Builder::Step Builder::readSplit(const json& split)
{
    const json& pattern = member(split, "pattern");
    const json &regex = member(pattern, "Regex"), &literal = member(pattern, "String");
    if (!regex.is_string() && !literal.is_string())
        return corrupt("has a Split without a pattern");
    if (m_metaSpaces && literal.is_string() && literal == " ")
        return {}; // Gemma's: after the normaliser there is no space left to split at
    const std::string behaviour = textOf(member(split, "behavior"));
    const bool invert = flag(split, "invert", false);
    Pretokenizer::Words words = Pretokenizer::Words::Both;
    if (behaviour == "Removed")
        words = invert ? Pretokenizer::Words::Matches : Pretokenizer::Words::Gaps;
    else if (behaviour != "Isolated")
        return unsupported("the split behaviour " + shown(member(split, "behavior")));
    return addStage(regex.is_string() ? SplitPattern::compile(textOf(regex)) : SplitPattern::literal(textOf(literal)),
                    words);
}

Builder::Step Builder::readMetaspace(const json& metaspace)
{
    if (textOf(member(metaspace, "replacement")) != kMetaSpace)
        return unsupported("Metaspace with the replacement " + shown(member(metaspace, "replacement")));
    m_metaSpaces = true;
    const std::string scheme = textOf(member(metaspace, "prepend_scheme"));
    if (scheme == "first" || scheme == "always" || (scheme.empty() && flag(metaspace, "add_prefix_space", true)))
        m_result.prefix = BpeDefinition::Prefix::UnlessSpace;
    m_result.prefixFirstOnly = scheme == "first";
    if (flag(metaspace, "split", true))
        m_result.spaceSplit = BpeDefinition::SpaceSplit::EverySpace;
    return {};
}

Builder::Step Builder::addStage(Result<SplitPattern> pattern, Pretokenizer::Words words)
{
    if (!pattern.ok())
        return pattern.error();
    if (m_result.pretokenizer.stageCount() >= kMaxStages)
        return unsupported("more than " + std::to_string(kMaxStages) + " splits in a row");
    m_result.pretokenizer.addStage({std::move(pattern).value(), words});
    return {};
}

// The bytes that a vocabulary entry stands for; a view of `written` or of `buffer`.
std::string_view Builder::realBytes(std::string_view written, std::string& buffer) const
{
    buffer.clear();
    if (m_byteLevel)
        return appendFromByteAlphabet(buffer, written) ? std::string_view(buffer) : written;
    for (std::size_t i = 0; i < written.size();) {
        const std::size_t meta = std::min(written.find(kMetaSpace, i), written.size());
        buffer.append(written.substr(i, meta - i));
        if (meta < written.size())
            buffer += ' ';
        i = meta + kMetaSpace.size();
    }
    return buffer;
}

// "<0x0A>" → 10
std::optional<unsigned char> writtenByte(std::string_view written)
{
    const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; };
    if (written.size() != 6 || !written.starts_with("<0x") || written[5] != '>' || digit(written[3]) < 0
        || digit(written[4]) < 0)
        return std::nullopt;
    return static_cast<unsigned char>(digit(written[3]) * 16 + digit(written[4]));
}

Builder::Step Builder::readVocabulary()
{
    m_result.tokens.reserve(m_raw.vocabulary.size() + 1024, m_raw.arena.size() / 2);
    std::string buffer;
    for (const RawTokenizerJson::Entry& entry : m_raw.vocabulary) {
        const std::string_view written = m_raw.text(entry.begin, entry.length);
        if (entry.id >= TokenTable::kMaxIds)
            return corrupt("has the token id " + std::to_string(entry.id) + "; expected less than "
                           + std::to_string(TokenTable::kMaxIds));
        const auto id = static_cast<Token>(entry.id);
        const auto byte = m_byteFallback && !m_byteLevel ? writtenByte(written) : std::nullopt;
        bool added = false;
        if (byte) {
            const char raw = static_cast<char>(*byte);
            added = m_result.tokens.add(id, {&raw, 1}, TokenTable::Lookup::IdOnly);
            m_result.byteTokens[*byte] = id;
        } else {
            added = m_result.tokens.add(id, realBytes(written, buffer), TokenTable::Lookup::ByBytes);
        }
        if (!added)
            return corrupt("gives the id " + std::to_string(id) + " to two tokens");
    }
    if (m_byteLevel)
        for (int byte = 0; byte < 256; ++byte) {
            const char raw = static_cast<char>(static_cast<unsigned char>(byte));
            m_result.byteTokens[static_cast<std::size_t>(byte)] = m_result.tokens.find({&raw, 1});
        }
    return {};
}

Builder::Step Builder::readMerges()
{
    m_result.merges.reserve(m_raw.merges.size());
    std::string leftBuffer, rightBuffer, both;
    for (std::size_t i = 0; i < m_raw.merges.size(); ++i) {
        const RawTokenizerJson::Merge& merge = m_raw.merges[i];
        const std::string_view left = realBytes(m_raw.text(merge.begin, merge.leftLength), leftBuffer);
        const std::string_view right =
            realBytes(m_raw.text(merge.begin + merge.leftLength, merge.rightLength), rightBuffer);
        both.assign(left).append(right);
        const Token leftId = m_result.tokens.find(left), rightId = m_result.tokens.find(right),
                    merged = m_result.tokens.find(both);
        if (leftId < 0 || rightId < 0 || merged < 0)
            return corrupt("has a merge (number " + std::to_string(i) + ") of tokens that are not in its vocabulary");
        if (!m_result.merges.add(leftId, rightId, merged))
            return corrupt("has more than " + std::to_string(MergeTable::kMaxMerges) + " merges");
    }
    return {};
}

Builder::Step Builder::readAdded()
{
    const json& added = member(m_raw.rest, "added_tokens");
    if (!added.is_null() && !added.is_array())
        return corrupt("has added_tokens that are not an array");
    for (const json& token : added)
        if (Step step = addAdded(token, member(token, "id")))
            return step;
    // tokenizer_config.json may know more of them.
    const json& decoder = member(m_config, "added_tokens_decoder");
    if (decoder.is_object())
        for (const auto& [name, token] : decoder.items()) {
            char* end = nullptr;
            const unsigned long id = std::strtoul(name.c_str(), &end, 10);
            if (name.empty() || *end != '\0')
                continue;
            const std::string content = textOf(member(token, "content"));
            const auto same = [&content, id](const AddedToken& other) {
                return static_cast<unsigned long>(other.id) == id || other.text == content;
            };
            const bool known = std::any_of(m_result.added.begin(), m_result.added.end(), same);
            if (!known)
                if (Step step = addAdded(token, json(id)))
                    return step;
        }
    return {};
}

Builder::Step Builder::addAdded(const json& token, const json& id)
{
    AddedToken added;
    added.text = textOf(member(token, "content"));
    if (added.text.empty() || !id.is_number_unsigned())
        return corrupt("has an added token without a content or an id");
    if (id.get<std::uint64_t>() >= TokenTable::kMaxIds)
        return corrupt("has an added token with the id " + std::to_string(id.get<std::uint64_t>())
                       + "; expected less than " + std::to_string(TokenTable::kMaxIds));
    added.id = static_cast<Token>(id.get<std::uint64_t>());
    added.special = flag(token, "special", false);
    added.stripLeft = flag(token, "lstrip", false);
    added.stripRight = flag(token, "rstrip", false);
    added.singleWord = flag(token, "single_word", false);
    m_result.tokens.set(added.id, added.text);
    m_result.added.push_back(std::move(added));
    return {};
}

void Builder::readBos()
{
    const auto find = [&](const std::string& name) -> Token {
        for (const AddedToken& token : m_result.added)
            if (token.text == name)
                return token.id;
        return -1;
    };
    const json& configured = member(m_config, "bos_token");
    m_result.bos = find(configured.is_object() ? textOf(member(configured, "content")) : textOf(configured));
    m_result.addsBos = flag(m_config, "add_bos_token", false);

    json processors = json::array({member(m_raw.rest, "post_processor")});
    if (member(processors[0], "type") == "Sequence" && member(processors[0], "processors").is_array())
        processors = json(member(processors[0], "processors"));
    for (const json& processor : processors) {
        const json& single = member(processor, "single");
        if (member(processor, "type") != "TemplateProcessing" || !single.is_array() || single.empty())
            continue;
        const Token bos = find(textOf(member(member(single[0], "SpecialToken"), "id")));
        if (bos >= 0) {
            m_result.bos = bos;
            m_result.addsBos = true;
        }
    }
    m_result.addsBos = m_result.addsBos && m_result.bos >= 0;
}

} // namespace

Result<BpeDefinition> readTokenizerJson(std::string_view text, std::string_view configText)
{
    Result<RawTokenizerJson> raw = parseTokenizerJson(text);
    if (!raw)
        return raw.error();
    json config;
    if (!configText.empty()) {
        config = json::parse(configText, nullptr, /*allow_exceptions=*/false);
        if (!config.is_object())
            return Error{ErrorCode::Corrupt, "tokenizer_config.json is not a JSON object."};
    }
    return Builder(std::move(raw).value(), std::move(config)).build();
}

} // namespace qwill::engine

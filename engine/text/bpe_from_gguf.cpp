// readGgufBpe: the vocabulary of a GGUF file whose tokenizer.ggml.model is "gpt2" → BpeDefinition. Any thread.

#include "text/bpe_definition.h"
#include "text/byte_alphabet.h"
#include "text/nfc.h"
#include "text/tokenizer_source.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace qwill::engine {

namespace {

enum GgufTokenType { kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kUnused = 5, kByte = 6 };

constexpr std::string_view kQwen2 = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|)"
                                    R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kLlama3 = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|)"
                                     R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kTekken =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|)"
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}|)"
    R"( ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

// What a name in tokenizer.ggml.pre stands for.
struct SplitRule {
    std::string_view name;
    std::string_view first; // a stage before, or empty
    std::string_view pattern;
    bool nfc;
    bool ignoreMerges;
    bool addsBos;
};

constexpr SplitRule kRules[] = {
    {"qwen2", "", kQwen2, true, false, false},
    {"deepseek-r1-qwen", "", kQwen2, true, false, true},
    {"stablelm2", "", kQwen2, true, false, false},
    {"llama-bpe", "", kLlama3, false, true, true},
    {"llama3", "", kLlama3, false, true, true},
    {"llama-v3", "", kLlama3, false, true, true},
    {"tekken", "", kTekken, false, true, true},
    {"gpt-2", "", kGpt2SplitPattern, false, false, false},
    {"default", "", kGpt2SplitPattern, false, false, false},
    {"smollm", R"(\p{N})", kGpt2SplitPattern, false, false, false},
    {"starcoder", R"(\p{N})", kGpt2SplitPattern, false, false, false},
};

Error corrupt(const std::string& what)
{
    return {ErrorCode::Corrupt, "The GGUF vocabulary " + what + "."};
}

Result<void> readSplits(const GgufVocabulary& vocabulary, BpeDefinition& result)
{
    const auto rule = std::find_if(std::begin(kRules), std::end(kRules),
                                   [&](const SplitRule& r) { return r.name == vocabulary.pre; });
    if (rule == std::end(kRules))
        return Error{ErrorCode::Unsupported,
                     "The GGUF vocabulary's split rule (tokenizer.ggml.pre) is '" + vocabulary.pre.substr(0, 60)
                         + "', which this engine does not know."};
    if (rule->nfc && !nfcAvailable())
        return Error{ErrorCode::Unsupported,
                     "This build has no utf8proc, which the tokenizer's NFC needs; install its "
                     "development package and build again."};
    for (const std::string_view pattern : {rule->first, rule->pattern}) {
        if (pattern.empty())
            continue;
        Result<SplitPattern> compiled = SplitPattern::compile(pattern);
        if (!compiled)
            return compiled.error();
        result.pretokenizer.addStage({std::move(compiled).value(), Pretokenizer::Words::Both});
    }
    result.normaliseNfc = rule->nfc;
    result.ignoreMerges = rule->ignoreMerges;
    result.bos = vocabulary.bos;
    result.addsBos = vocabulary.addBos.value_or(rule->addsBos);
    return {};
}

Result<void> readTokens(const GgufVocabulary& vocabulary, BpeDefinition& result)
{
    if (vocabulary.tokens.empty() || vocabulary.tokens.size() >= static_cast<std::size_t>(TokenTable::kMaxIds))
        return corrupt("has " + std::to_string(vocabulary.tokens.size()) + " tokens; expected 1 to "
                       + std::to_string(TokenTable::kMaxIds - 1));
    if (!vocabulary.types.empty() && vocabulary.types.size() != vocabulary.tokens.size())
        return corrupt("has " + std::to_string(vocabulary.types.size()) + " token types for "
                       + std::to_string(vocabulary.tokens.size()) + " tokens");
    std::string bytes;
    result.tokens.reserve(vocabulary.tokens.size(), vocabulary.tokens.size() * 8);
    for (std::size_t i = 0; i < vocabulary.tokens.size(); ++i) {
        const std::string& written = vocabulary.tokens[i];
        const int type = vocabulary.types.empty() ? kNormal : vocabulary.types[i];
        const auto id = static_cast<Token>(i);
        if ((type == kControl || type == kUserDefined) && !written.empty()) {
            result.tokens.add(id, written, TokenTable::Lookup::IdOnly);
            result.added.push_back({written, id, type == kControl});
            continue;
        }
        bytes.clear();
        const bool mapped = appendFromByteAlphabet(bytes, written);
        result.tokens.add(id, mapped ? bytes : written,
                          type == kUnused ? TokenTable::Lookup::IdOnly : TokenTable::Lookup::ByBytes);
    }
    for (int byte = 0; byte < 256; ++byte) {
        const char raw = static_cast<char>(static_cast<unsigned char>(byte));
        result.byteTokens[static_cast<std::size_t>(byte)] = result.tokens.find({&raw, 1});
    }
    return {};
}

Result<void> readMerges(const GgufVocabulary& vocabulary, BpeDefinition& result)
{
    if (vocabulary.merges.empty())
        return corrupt("has no merges");
    result.merges.reserve(vocabulary.merges.size());
    std::string left, right;
    for (std::size_t i = 0; i < vocabulary.merges.size(); ++i) {
        const std::string_view merge = vocabulary.merges[i];
        const std::size_t space = merge.find(' ', 1);
        left.clear(), right.clear();
        const bool read = space != std::string_view::npos && appendFromByteAlphabet(left, merge.substr(0, space))
            && appendFromByteAlphabet(right, merge.substr(space + 1));
        const Token leftId = read ? result.tokens.find(left) : -1, rightId = read ? result.tokens.find(right) : -1,
                    merged = read ? result.tokens.find(left + right) : -1;
        if (leftId < 0 || rightId < 0 || merged < 0)
            return corrupt("has a merge (number " + std::to_string(i) + ") that is not two of its tokens");
        if (!result.merges.add(leftId, rightId, merged))
            return corrupt("has more than " + std::to_string(MergeTable::kMaxMerges) + " merges");
    }
    return {};
}

} // namespace

Result<BpeDefinition> readGgufBpe(const GgufVocabulary& vocabulary)
{
    BpeDefinition result;
    for (const auto read : {readSplits, readTokens, readMerges})
        if (Result<void> step = read(vocabulary, result); !step)
            return step.error();
    const bool known = vocabulary.bos >= 0 && vocabulary.bos < result.tokens.size();
    result.bos = known ? vocabulary.bos : -1;
    result.addsBos = result.addsBos && known;
    return result;
}

} // namespace qwill::engine

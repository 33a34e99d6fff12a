#pragma once
// BpeDefinition: everything a byte-pair tokenizer is, whichever file it was read from. Plain data, moved into a
// BpeTokenizer; one thread.

#include "engine/result.h"
#include "text/added_tokens.h"
#include "text/merge_table.h"
#include "text/pretokenizer.h"
#include "text/token_table.h"

#include <array>
#include <string_view>
#include <vector>

namespace qwill::engine {

struct GgufVocabulary;

struct BpeDefinition {
    // What the first symbols of a word are: its bytes (GPT-2, Qwen, Llama 3), or its code points with single bytes as
    // the way out (Llama 2, Mistral, Gemma).
    enum class Alphabet { Bytes, CodePoints };
    enum class Prefix { None, Always, UnlessSpace }; // a space before the text, which words begin with otherwise
    enum class SpaceSplit { Never, EverySpace };

    Alphabet alphabet = Alphabet::Bytes;
    TokenTable tokens; // real bytes: the file's ways of writing them (byte alphabet, ▁, <0x0A>) are undone
    MergeTable merges;
    std::array<Token, 256> byteTokens{}; // −1 = none
    std::vector<AddedToken> added;
    Pretokenizer pretokenizer; // Alphabet::Bytes only
    bool normaliseNfc = false;
    bool ignoreMerges = false; // a word that is a token is that token, whatever the merges say
    Prefix prefix = Prefix::None; // Alphabet::CodePoints only, as the next three
    bool prefixFirstOnly = false; // not after an added token
    SpaceSplit spaceSplit = SpaceSplit::Never;
    bool fuseUnknown = false;
    Token unknown = -1;
    Token bos = -1;
    bool addsBos = false;

    BpeDefinition() { byteTokens.fill(-1); }
};

// GPT-2's own split pattern, used by ByteLevel in tokenizer.json and by GGUF files.
inline constexpr std::string_view kGpt2SplitPattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

// Texts of tokenizer.json and (may be empty) tokenizer_config.json.
Result<BpeDefinition> readTokenizerJson(std::string_view json, std::string_view configJson);
// A vocabulary whose model is "gpt2".
Result<BpeDefinition> readGgufBpe(const GgufVocabulary& vocabulary);

} // namespace qwill::engine

#pragma once
// What a tokenizer is made from: the texts and bytes that came with the model, as plain data without a file or a path.
// Values only; any thread.

#include "text/tokenizer.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace qwill::engine {

// The tokenizer.ggml.* keys of a GGUF file.
struct GgufVocabulary {
    std::string model; // "gpt2" = byte-level BPE, "llama" = sentencepiece
    std::string pre; // name of the split rule; gpt2 only
    std::vector<std::string> tokens;
    std::vector<float> scores; // llama only; as many as tokens
    std::vector<std::int32_t> types; // 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte; may be empty
    std::vector<std::string> merges; // gpt2 only; "left right"
    Token bos = -1;
    Token eos = -1;
    Token unknown = -1;
    Token padding = -1;
    std::optional<bool> addBos; // none = the model kind's habit
    std::optional<bool> addSpacePrefix; // llama only; none = yes
};

// Whatever the model brought; an empty text means that there was no such file. With several, tokenizer.json wins over
// the GGUF vocabulary, and that over the sentencepiece model.
struct TokenizerSource {
    std::string tokenizerJson; // text of tokenizer.json
    std::string tokenizerConfigJson; // text of tokenizer_config.json
    std::string sentencepieceModel; // bytes of tokenizer.model
    std::optional<GgufVocabulary> gguf;
};

// Fails with NotFound when the source is empty, Corrupt when it contradicts itself, Unsupported (naming what was found)
// when it asks for something that this build or this engine does not serve.
Result<std::unique_ptr<Tokenizer>> createTokenizer(const TokenizerSource& source);

} // namespace qwill::engine

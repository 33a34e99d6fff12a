#pragma once
// Tokenizers of the sentencepiece library: a tokenizer.model, or the same data out of a GGUF file. Any thread.

#include "text/tokenizer_source.h"

#include <memory>
#include <string_view>

namespace qwill::engine {

// `model`: bytes of a tokenizer.model; `configJson`: text of tokenizer_config.json, may be empty.
Result<std::unique_ptr<Tokenizer>> createSentencepiece(std::string_view model, std::string_view configJson);
// A vocabulary whose model is "llama".
Result<std::unique_ptr<Tokenizer>> createSentencepiece(const GgufVocabulary& vocabulary);

} // namespace qwill::engine

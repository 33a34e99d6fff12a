#pragma once
// From files to a tokenizer: gathers what a model, or a directory that holds only tokenizer files, brings along. Free
// functions; any thread.

#include "engine/result.h"
#include "model/checkpoint.h"
#include "text/chat_template.h"
#include "text/tokenizer_source.h"

#include <cstdint>
#include <memory>
#include <string>

namespace qwill::engine {

// Everything a tokenizer can be made from in an opened checkpoint; empty texts where it has none.
Result<TokenizerSource> readTokenizerSource(const Checkpoint& checkpoint);

// The model's own chat template, from wherever its kind of file keeps it; empty where it has none.
Result<ChatTemplateSource> readChatTemplateSource(const Checkpoint& checkpoint);

// `path`: a model, or a directory with tokenizer.json or tokenizer.model. Weights are not read.
Result<std::unique_ptr<Tokenizer>> openTokenizer(const std::string& path);

// What a tokenizer takes once it is made: tables of bytes, pairs and scores, linear in the vocabulary.
std::uint64_t tokenizerBytes(int vocabSize);

} // namespace qwill::engine

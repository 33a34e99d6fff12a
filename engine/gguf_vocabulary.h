#pragma once
// The texts inside a GGUF file: its tokenizer's tables and its chat template, taken out of the metadata. Pure
// functions; any thread.

#include "model/gguf_metadata.h"
#include "text/chat_template.h"
#include "text/tokenizer_source.h"

#include <optional>

namespace qwill::engine {

// None when the file brings no tokens. What contradicts itself is left to createTokenizer() to refuse.
std::optional<GgufVocabulary> readGgufVocabulary(const GgufMetadata& metadata);

// An empty source when the file brings no template.
ChatTemplateSource readGgufChatTemplate(const GgufMetadata& metadata);

} // namespace qwill::engine

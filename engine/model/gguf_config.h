#pragma once
// Reads a GGUF file's metadata into a ModelConfig, and gives its tensors their Hugging Face names. Pure functions; any
// thread.

#include "engine/result.h"
#include "model/gguf.h"
#include "model/model_config.h"

#include <string>
#include <string_view>

namespace qwill::engine {

// "blk.3.attn_q.weight" → "model.layers.3.self_attn.q_proj.weight"; an unknown name comes back as it is.
std::string hfTensorName(std::string_view ggufName);

// Architectures qwen3, qwen2 and llama (which is also what Mistral's files say). What this engine does not compute is
// refused by name. Shapes that only tensors tell (vocabulary, tied embeddings, biases, RoPE factors) come from them.
Result<ModelConfig> parseGgufConfig(const GgufFile& file);

// "Q4_K_M" by general.file_type; empty when the file does not say or says something unknown.
std::string_view ggufFileTypeName(const GgufMetadata& metadata);

} // namespace qwill::engine

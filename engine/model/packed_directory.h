#pragma once
// A packed model as a directory of its own: what `qwill-cli quantize` makes, and Checkpoint::open() opens. It holds
// qwill.packed, the tokenizer's and configuration files of a Hugging Face source, or the metadata of a GGUF source.
// Blocking; any thread.

#include "engine/result.h"
#include "model/checkpoint.h"
#include "model/weights.h"

#include <string>

namespace qwill::engine {

inline constexpr const char* kPackedFileName = "qwill.packed";
inline constexpr const char* kPackedMetadataName = "metadata.gguf"; // key/values of a GGUF source, no tensors

// Makes `directory` where it is missing; it must not hold another model. `weights` come from `checkpoint`.
Result<void> savePacked(const Weights& weights, const Checkpoint& checkpoint, const std::string& directory);

} // namespace qwill::engine

#pragma once
// Reads the header of a GGUF file, version 2 or 3: metadata and tensors. Nothing in the file is trusted.
// A pure function; any thread. Format: ggml's docs/gguf.md.

#include "engine/result.h"
#include "model/gguf_metadata.h"
#include "model/tensor.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace qwill::engine {

struct GgufFile {
    GgufMetadata metadata;
    std::span<const std::byte> metadataBytes; // the key/value section as the file has it
    std::vector<TensorView> tensors; // in order of their data; shapes in torch order
};

// Views into `file`. `what` names the file in errors. Counts, lengths, types, offsets and alignment are checked before
// anything is allocated for them; tensors lie inside the file and do not overlap; keys and names are unique.
Result<GgufFile> parseGguf(std::span<const std::byte> file, const std::string& what);

} // namespace qwill::engine

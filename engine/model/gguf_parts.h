#pragma once
// GGUF models in several files, as llama-gguf-split writes them: NAME-00001-of-00003.gguf, the metadata in the first.
// Reads names and headers; any thread.

#include "engine/result.h"
#include "model/gguf.h"

#include <cstddef>
#include <string>
#include <vector>

namespace qwill::engine {

// The files of the model that `path` is one of, in order; `path` alone when its name says nothing of parts. A part that
// is not there is an error.
Result<std::vector<std::string>> ggufPartPaths(const std::string& path);

// The .gguf files of a directory as one model: a single file, or the parts of one. Empty when they are several.
std::string onlyGgufModel(const std::vector<std::string>& files);

// Moves the tensors of `parts` into the first, whose metadata serves for all; their `file` says which part they lie in.
// The parts must agree on how many they are, and be complete. `paths` name them in errors.
Result<GgufFile> joinGgufParts(std::vector<GgufFile> parts, const std::vector<std::string>& paths);

} // namespace qwill::engine

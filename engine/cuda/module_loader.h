#pragma once
// Finds and opens libqwill_cuda, and refuses one that was built from other sources. Any thread; opening maps the module
// once for the life of the process.

#include "cuda/module_entry.h"
#include "engine/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace qwill::engine::cuda {

// Where the module may lie, first first: $QWILL_CUDA_MODULE alone when that is set; else beside the program, then in
// lib/qwill beside the program's folder, then where this build would be installed.
std::vector<std::string> modulePaths();

// The first of `paths` that exists; an existing one that cannot be used is an error, not skipped. The error's message
// is a whole sentence.
Result<const ModuleTables*> openModule(const std::vector<std::string>& paths);

// Whether machine code for `architectures` ("75,80,90+", see ModuleTables) runs on a card of that capability: code of
// one major runs on all later minors of it; + compiles anew for whatever is later.
bool servesCard(std::string_view architectures, int capability);

const char* modulePairing(); // of this engine

} // namespace qwill::engine::cuda

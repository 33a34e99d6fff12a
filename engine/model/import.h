#pragma once
// Loads a checkpoint into Weights of the wanted format: the one switch between file formats and memory formats.
// Blocks; called on a loader thread.

#include "engine/engine.h"
#include "engine/result.h"
#include "model/checkpoint.h"
#include "model/weights.h"

#include <stop_token>

namespace qwill::engine {

struct ImportOptions {
    WeightFormat weights = WeightFormat::Auto;
    int threads = 0; // 0 = physical cores
    LoadProgressFn progress = {}; // called on the calling thread; bytes are those of the source
    bool usePackedCache = false; // what is quantised here is kept on disk: model/packed_cache.h
    std::string packedCacheDir = {}; // empty = the default
    std::uint64_t packedCacheMinimum = 64 << 20; // bytes of weights; less is quantised in no time
    std::stop_token stop = {}; // honoured between panels of 64 rows: Error Cancelled
};

// Auto: a quantised GGUF file keeps its own quants (model/import_plan.cpp says in which form). Otherwise W8 up to 1.5
// GB of weights, else W4 (with embedding and head in W8). Dense matrices that are in the file as they are wanted stay
// there: the Weights keep the file mapped. Everything else lies in one block of huge pages. NaN and infinity are errors
// that name the tensor.
Result<Weights> importWeights(const Checkpoint& checkpoint, const ImportOptions& options);

} // namespace qwill::engine

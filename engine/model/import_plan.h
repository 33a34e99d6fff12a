#pragma once
// What loading a checkpoint in some weight format will produce, decided before a byte of weights is read: the format,
// place and size of every matrix. Pure functions of the checkpoint's headers; any thread.

#include "engine/model_info.h"
#include "engine/result.h"
#include "model/checkpoint.h"
#include "model/matrix_source.h"
#include "model/weight_slots.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace qwill::engine {

struct MatrixPlan {
    MatrixSlot slot = {};
    std::shared_ptr<const MatrixSource> source; // shape checked; null of a packed file
    MatrixFormat format = MatrixFormat::None;
    std::int32_t groupSize = 0;
    const TensorView* inPlace = nullptr; // not null: a view into the mapped file
    bool repack = false; // the file's own quants, not re-rounded
    bool ordered = false; // its columns in the order of the source, which lies behind the panels
    std::size_t offset = 0; // in the arena, unless inPlace
    std::size_t bytes = 0; // of the matrix
};

struct VectorPlan {
    VectorSlot slot = {};
    const TensorView* source = nullptr; // shape checked
    float offset = 0; // added to every value: Gemma's norms are stored less 1
};

struct ImportPlan {
    WeightFormat weights = WeightFormat::Auto; // Auto = as the file has it
    std::vector<MatrixPlan> matrices;
    std::vector<VectorPlan> vectors;
    std::size_t arenaBytes = 0; // one block of memory holds every matrix that is not in place
    std::uint64_t sourceBytes = 0; // of the matrices, in the files

    std::uint64_t weightBytes() const; // exactly what Weights::bytes() will say
    std::uint64_t streamedBytes() const; // of those, read for one decoded token: all but an embedding beside a head
};

// Fills in the slots of `weights` (whose config it sets) without loading. Missing, unknown and misshapen tensors are
// errors that name them.
Result<ImportPlan> planImport(const Checkpoint& checkpoint, WeightFormat wanted, Weights& weights);

// ImportPlan::weightBytes() of the plan for `wanted`.
Result<std::uint64_t> planBytes(const Checkpoint& checkpoint, WeightFormat wanted);

} // namespace qwill::engine

#pragma once
// What the importers of Hugging Face checkpoints share: finding the tensors that together are one matrix, and the
// sentence when one of them is missing or of the wrong kind. Pure functions; any thread.

#include "engine/result.h"
#include "model/checkpoint.h"

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

namespace qwill::engine {

// A matrix that should be there: [rows, cols], its tensors named `module` + ".something".
struct WantedMatrix {
    std::string module; // "model.layers.0.self_attn.q_proj"
    std::int64_t rows = 0, cols = 0;
};

// The tensor module + suffix, which must have one of the types and exactly the shape. A missing one is an error.
Result<const TensorView*> findPart(const Checkpoint& checkpoint, const std::string& module, const std::string& suffix,
                                   std::initializer_list<DType> types, const std::vector<std::int64_t>& shape);
// The same without a demand on its shape but the number of dimensions.
Result<const TensorView*> findPartOfRank(const Checkpoint& checkpoint, const std::string& module,
                                         const std::string& suffix, std::initializer_list<DType> types,
                                         std::size_t rank);

// The columns of a group when `columns` have `groups` of them: `declared` (−1 = all, 0 = not said) if it agrees, else
// what divides evenly; an error that names `tensor` when nothing does.
Result<std::int64_t> groupColumns(const std::string& tensor, std::int64_t columns, std::int64_t groups,
                                  std::int64_t declared);

inline constexpr std::initializer_list<DType> kScaleTypes = {DType::F16, DType::Bf16, DType::F32};

} // namespace qwill::engine

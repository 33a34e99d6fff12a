#pragma once
// What a checkpoint and a ModelConfig say about a model, as the public ModelInfo. Pure functions; any thread.

#include "engine/model_info.h"
#include "model/checkpoint.h"

#include <cstdint>
#include <string>
#include <vector>

namespace qwill::engine {

ModelInfo describeModel(const Checkpoint& checkpoint);
// How the weights are stored and what they become, by the plan of loading them as they are.
std::vector<WeightForm> describeForms(const Checkpoint& checkpoint);
// What the engine understood, as indented JSON.
std::string describeConfig(const ModelConfig& config);
// "596 M", "4.0 B"
std::string parameterText(std::uint64_t count);

} // namespace qwill::engine

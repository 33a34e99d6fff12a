#pragma once
// A ModelConfig as JSON and back, without loss: what a packed file remembers of the model it came from. Any thread.

#include "engine/result.h"
#include "model/model_config.h"

#include <nlohmann/json.hpp>

namespace qwill::engine {

nlohmann::json configToJson(const ModelConfig& config);
// Untrusted: every field must be there and in range.
Result<ModelConfig> configFromJson(const nlohmann::json& json);

} // namespace qwill::engine

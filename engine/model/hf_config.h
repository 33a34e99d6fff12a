#pragma once
// Reads a Hugging Face config.json (and generation_config.json) into a ModelConfig. Pure functions; any thread.

#include "engine/result.h"
#include "model/model_config.h"

#include <nlohmann/json.hpp>

namespace qwill::engine {

// Defaults are those of the `transformers` configuration classes. Whatever this engine does not compute (an unknown
// architecture, quantisation, activation, RoPE type, experts, …) is refused by name. `generation` may be null.
Result<ModelConfig> parseHfConfig(const nlohmann::json& config, const nlohmann::json* generation);

} // namespace qwill::engine

#pragma once
// Parses untrusted JSON text of a model file: no exceptions, bounded depth, no duplicate keys. Any thread.

#include "engine/result.h"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace qwill::engine {

// `what` names the text in the error: "config.json". Nesting beyond 32 levels and an object that names a key twice are
// errors; so is anything that is not one JSON object.
Result<nlohmann::json> parseJsonObject(std::string_view text, const std::string& what);

// A whole small text file (config, tokenizer). A missing file is NotFound; larger than 256 MiB is an error.
Result<std::string> readTextFile(const std::string& path);

} // namespace qwill::engine

#pragma once
// JSON as chat templates write it: Python's json.dumps(value, ensure_ascii=False), which is what the tojson filter of
// `transformers` does. Any thread.

#include "engine/result.h"

#include <string>
#include <string_view>

namespace qwill::engine {

// Rewrites a JSON text: ", " and ": " between, keys in their order, nothing escaped but what must be. Invalid when it
// is not JSON or nests deeper than 128.
Result<std::string> toPythonJson(std::string_view json);

} // namespace qwill::engine

#pragma once
// The JSON of tool calls, kept as the model wrote it. Any thread.

#include "engine/types.h"

#include <optional>
#include <string_view>
#include <vector>

namespace qwill::engine {

// {"name": …, "arguments" or "parameters": …, "id": …}, or a list of them; nothing when it is anything else. Arguments
// are an object; a string that holds one counts; none are {}.
std::optional<std::vector<ToolCall>> readToolCalls(std::string_view json);

// Whether it is a JSON object.
bool isJsonObject(std::string_view json);

// name.call(key="value", …) as Llama 3 writes calls of its built-in tools.
std::optional<ToolCall> readPythonCall(std::string_view text);

} // namespace qwill::engine

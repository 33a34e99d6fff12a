#pragma once
// The texts that Qwen's chat templates write, shared by what renders them and what recognises them. Any thread.

#include <string_view>

namespace qwill::engine {

inline constexpr std::string_view kQwenToolsBegin =
    "# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou are provided with function "
    "signatures within <tools></tools> XML tags:\n<tools>";
inline constexpr std::string_view kQwenToolsEnd =
    "\n</tools>\n\nFor each function call, return a json object with function name and arguments within "
    "<tool_call></tool_call> XML tags:\n<tool_call>\n{\"name\": <function-name>, \"arguments\": "
    "<args-json-object>}\n</tool_call><|im_end|>\n";
inline constexpr std::string_view kQwenCallName = "\n<tool_call>\n{\"name\": \"";
inline constexpr std::string_view kQwenCallArguments = "\", \"arguments\": ";
inline constexpr std::string_view kQwenCallEnd = "}\n</tool_call>";
inline constexpr std::string_view kQwenResponseBegin = "\n<tool_response>\n";
inline constexpr std::string_view kQwenResponseEnd = "\n</tool_response>";

} // namespace qwill::engine

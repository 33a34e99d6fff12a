#pragma once
// Which tools a reply may call, and how it is held to it. Pure functions; any thread.

#include "server/openai_protocol.h"

#include <optional>

namespace qwill::app {

// Settles tools, tool_choice and response_format with one another. `auto` leaves the call to the model, which writes it
// in its own form; `required` and a named tool hold the whole reply to one call, as JSON.
std::optional<ApiError> settleTools(ChatRequest& request);

// The call that a reply held by settleTools() spells; nothing while it is incomplete.
std::optional<engine::ToolCall> callIn(const QString& reply);

} // namespace qwill::app

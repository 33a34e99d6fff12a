#pragma once
// What /v1/responses asks, as the same values as a chat: `input` and `instructions` become messages. Nothing is stored
// here, so what refers to an earlier response is refused. Pure functions; any thread.

#include "server/openai_protocol.h"

namespace qwill::app {

ApiResult<ChatRequest> readResponsesRequest(const QJsonObject& body, const engine::SamplingParams& defaults);

} // namespace qwill::app

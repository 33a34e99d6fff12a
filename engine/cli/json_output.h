#pragma once
// JSON forms of what several commands print. Text that is not UTF-8 is replaced, so the output is always valid. Any
// thread.

#include "cli/session.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace qwill::engine::cli {

std::string dumpJson(const nlohmann::ordered_json& json, int indent = -1);

// {"text", "ids", "finish_reason", "seed", "usage", "timings"} on one line.
std::string replyJson(const Reply& reply);

const char* finishReasonName(FinishReason reason);
const char* weightFormatName(WeightFormat format);
const char* kvFormatName(KvFormat format);
const char* deviceKindName(DeviceKind kind);

} // namespace qwill::engine::cli

#include "cli/json_output.h"

#include <nlohmann/json.hpp>

namespace qwill::engine::cli {

using Json = nlohmann::ordered_json;

std::string dumpJson(const Json& json, int indent)
{
    return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string replyJson(const Reply& reply)
{
    const Usage& usage = reply.finished.usage;
    const Timings& timings = reply.finished.timings;
    const double decodeTps = timings.decodeMs > 0 ? 1000.0 * (usage.completionTokens - 1) / timings.decodeMs : 0;
    return dumpJson(Json{{"text", reply.text},
                         {"ids", reply.tokens},
                         {"finish_reason", finishReasonName(reply.finished.reason)},
                         {"seed", reply.finished.seed},
                         {"usage",
                          {{"prompt_tokens", usage.promptTokens},
                           {"cached_tokens", usage.cachedTokens},
                           {"completion_tokens", usage.completionTokens},
                           {"drafted_tokens", usage.draftedTokens},
                           {"accepted_tokens", usage.acceptedTokens}}},
                         {"timings",
                          {{"first_token_ms", timings.firstTokenMs},
                           {"prefill_ms", timings.prefillMs},
                           {"decode_ms", timings.decodeMs},
                           {"total_ms", timings.totalMs},
                           {"decode_tps", decodeTps}}}});
}

const char* finishReasonName(FinishReason reason)
{
    switch (reason) {
    case FinishReason::Stop: return "stop";
    case FinishReason::Length: return "length";
    case FinishReason::Cancelled: return "cancelled";
    case FinishReason::ContextFull: return "context_full";
    }
    return "";
}

const char* weightFormatName(WeightFormat format)
{
    switch (format) {
    case WeightFormat::Auto: return "auto";
    case WeightFormat::F32: return "f32";
    case WeightFormat::Bf16: return "bf16";
    case WeightFormat::W8: return "w8";
    case WeightFormat::W4: return "w4";
    }
    return "";
}

const char* kvFormatName(KvFormat format)
{
    switch (format) {
    case KvFormat::Auto: return "auto";
    case KvFormat::F32: return "f32";
    case KvFormat::F16: return "f16";
    case KvFormat::Int8: return "int8";
    }
    return "";
}

const char* deviceKindName(DeviceKind kind)
{
    switch (kind) {
    case DeviceKind::Auto: return "auto";
    case DeviceKind::Cpu: return "cpu";
    case DeviceKind::Cuda: return "cuda";
    }
    return "";
}

} // namespace qwill::engine::cli

#include "model/model_config.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace qwill::engine {

namespace {

struct Bound {
    const char* name;
    int value;
    int max;
};

std::string range(const Bound& bound)
{
    return std::string("The model's ") + bound.name + " is " + std::to_string(bound.value) + "; this engine takes 1 to "
        + std::to_string(bound.max) + ".";
}

Result<void> checkRope(const ModelConfig& c)
{
    const RopeScaling& s = c.ropeScaling;
    const bool scaled = s.kind != RopeScaling::Kind::None;
    const auto positive = [](float x) { return std::isfinite(x) && x > 0; };
    if (!positive(c.ropeTheta))
        return Error{ErrorCode::Invalid, "The model's rope_theta is not a positive number."};
    if (scaled && (!positive(s.factor) || s.factor < 1 || s.factor > 1024))
        return Error{ErrorCode::Invalid, "The model's RoPE scaling factor is not between 1 and 1024."};
    if ((s.kind == RopeScaling::Kind::Yarn || s.kind == RopeScaling::Kind::Llama3)
        && (s.originalContext < 1 || s.originalContext > kMaxModelContext))
        return Error{ErrorCode::Invalid, "The model's RoPE scaling lacks a sensible original_max_position_embeddings."};
    if (s.kind == RopeScaling::Kind::Yarn
        && (!positive(s.betaFast) || !positive(s.betaSlow) || !std::isfinite(s.attentionFactor)
            || s.attentionFactor < 0))
        return Error{ErrorCode::Invalid, "The model's yarn parameters are not positive numbers."};
    if (s.kind == RopeScaling::Kind::Llama3
        && (!positive(s.lowFreqFactor) || !positive(s.highFreqFactor) || s.highFreqFactor <= s.lowFreqFactor))
        return Error{ErrorCode::Invalid, "The model's llama3 RoPE needs 0 < low_freq_factor < high_freq_factor."};
    const bool factorsMatch =
        s.frequencyFactors.empty() || s.frequencyFactors.size() == static_cast<std::size_t>(c.headDim / 2);
    if (!factorsMatch || !std::ranges::all_of(s.frequencyFactors, positive))
        return Error{ErrorCode::Invalid,
                     "The model's RoPE frequency factors are not one positive number for each pair."};
    return {};
}

} // namespace

std::string_view architectureName(Architecture architecture)
{
    switch (architecture) {
    case Architecture::Qwen3: return "qwen3";
    case Architecture::Qwen2: return "qwen2";
    case Architecture::Llama: return "llama";
    case Architecture::Mistral: return "mistral";
    }
    return "";
}

Result<void> validateConfig(const ModelConfig& c)
{
    // Far above any model of this family, and low enough that no product of two overflows 64 bits nor a size 32.
    const Bound bounds[] = {
        {"vocabulary size", c.vocabSize, 1 << 22},
        {"hidden size", c.hiddenSize, 1 << 17},
        {"intermediate size", c.intermediateSize, 1 << 19},
        {"layer count", c.layerCount, 1024},
        {"attention head count", c.headCount, 1024},
        {"key/value head count", c.kvHeadCount, 1024},
        {"head dimension", c.headDim, 1024},
        {"context length", c.maxContext, kMaxModelContext},
    };
    for (const Bound& bound : bounds)
        if (bound.value < 1 || bound.value > bound.max)
            return Error{ErrorCode::Invalid, range(bound)};
    if (c.headCount % c.kvHeadCount != 0)
        return Error{ErrorCode::Invalid,
                     "The model's " + std::to_string(c.headCount) + " attention heads are no multiple of its "
                         + std::to_string(c.kvHeadCount) + " key/value heads."};
    if (c.headDim % 2 != 0)
        return Error{ErrorCode::Invalid,
                     "The model's head dimension " + std::to_string(c.headDim) + " is odd, which RoPE cannot rotate."};
    if (!(c.rmsEps > 0 && c.rmsEps < 1))
        return Error{ErrorCode::Invalid, "The model's rms_norm_eps is not between 0 and 1."};
    return checkRope(c);
}

} // namespace qwill::engine

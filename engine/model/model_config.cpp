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
    if ((s.kind == RopeScaling::Kind::Yarn || s.kind == RopeScaling::Kind::Llama3
         || s.kind == RopeScaling::Kind::LongRope)
        && (s.originalContext < 1 || s.originalContext > kMaxModelContext))
        return Error{ErrorCode::Invalid, "The model's RoPE scaling lacks a sensible original_max_position_embeddings."};
    if (s.kind == RopeScaling::Kind::Yarn
        && (!positive(s.betaFast) || !positive(s.betaSlow) || !std::isfinite(s.attentionFactor)
            || s.attentionFactor < 0))
        return Error{ErrorCode::Invalid, "The model's yarn parameters are not positive numbers."};
    if (s.kind == RopeScaling::Kind::Llama3
        && (!positive(s.lowFreqFactor) || !positive(s.highFreqFactor) || s.highFreqFactor <= s.lowFreqFactor))
        return Error{ErrorCode::Invalid, "The model's llama3 RoPE needs 0 < low_freq_factor < high_freq_factor."};
    const bool longRope = s.kind == RopeScaling::Kind::LongRope;
    if (longRope && (!std::isfinite(s.attentionFactor) || s.attentionFactor < 0 || s.originalContext < 2))
        return Error{ErrorCode::Invalid, "The model's longrope parameters are not positive numbers."};
    const auto match = [&](const std::vector<float>& factors, bool needed) {
        return (factors.empty() ? !needed : factors.size() == static_cast<std::size_t>(c.ropeDim() / 2))
            && std::ranges::all_of(factors, positive);
    };
    if (!match(s.frequencyFactors, longRope) || !match(s.longFactors, longRope))
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
    case Architecture::Gemma2: return "gemma2";
    case Architecture::Gemma3: return "gemma3";
    case Architecture::Phi3: return "phi3";
    case Architecture::SmolLM3: return "smollm3";
    }
    return "";
}

namespace {

// Ascending numbers of layers.
bool areLayers(const std::vector<int>& layers, int count)
{
    return std::ranges::is_sorted(layers, std::ranges::less_equal{})
        && (layers.empty() || (layers.front() >= 0 && layers.back() < count));
}

Result<void> checkRelatives(const ModelConfig& c)
{
    const auto notNegative = [](float x) { return std::isfinite(x) && x >= 0; };
    if (!areLayers(c.slidingLayers, c.layerCount) || !areLayers(c.ropelessLayers, c.layerCount))
        return Error{ErrorCode::Invalid, "The model's lists of layers name layers that it does not have."};
    if (!c.slidingLayers.empty() && (c.slidingWindow < 1 || c.slidingWindow > kMaxModelContext))
        return Error{ErrorCode::Invalid, "The model's sliding window is not a positive number of tokens."};
    if (c.rotaryDim < 0 || c.rotaryDim > c.headDim || c.rotaryDim % 2 != 0)
        return Error{ErrorCode::Invalid,
                     "The model rotates " + std::to_string(c.rotaryDim) + " of " + std::to_string(c.headDim)
                         + " dimensions of a head, which cannot be."};
    if (!notNegative(c.attentionCap) || !notNegative(c.logitCap) || !notNegative(c.attentionScale)
        || !notNegative(c.slidingRopeTheta) || !(notNegative(c.embeddingScale) && c.embeddingScale > 0))
        return Error{ErrorCode::Invalid, "The model's caps and scales are not positive numbers."};
    return {};
}

} // namespace

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
    if (auto relatives = checkRelatives(c); !relatives)
        return relatives;
    return checkRope(c);
}

} // namespace qwill::engine

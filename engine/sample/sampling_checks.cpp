#include "sample/sampler.h"

#include <cmath>
#include <string>

namespace qwill::engine {

namespace {

Error outOfRange(const char* name, const char* range, float value)
{
    return {ErrorCode::Invalid, std::string(name) + " must be " + range + ", not " + std::to_string(value) + "."};
}

} // namespace

Result<void> checkSampling(const SamplingParams& p, int vocabSize)
{
    if (!(std::isfinite(p.temperature) && p.temperature >= 0))
        return outOfRange("Temperature", "0 or more", p.temperature);
    if (p.topK < 0)
        return outOfRange("Top-k", "0 (off) or more", static_cast<float>(p.topK));
    if (!(p.topP >= 0 && p.topP <= 1))
        return outOfRange("Top-p", "between 0 and 1", p.topP);
    if (!(p.minP >= 0 && p.minP <= 1))
        return outOfRange("Min-p", "between 0 and 1", p.minP);
    if (!(std::isfinite(p.repetitionPenalty) && p.repetitionPenalty > 0))
        return outOfRange("The repetition penalty", "above 0", p.repetitionPenalty);
    if (!std::isfinite(p.presencePenalty))
        return outOfRange("The presence penalty", "a number", p.presencePenalty);
    if (!std::isfinite(p.frequencyPenalty))
        return outOfRange("The frequency penalty", "a number", p.frequencyPenalty);
    for (const auto& [token, bias] : p.logitBias) {
        if (token < 0 || token >= vocabSize)
            return Error{ErrorCode::Invalid,
                         "The logit bias names token " + std::to_string(token) + ", but the vocabulary ends at "
                             + std::to_string(vocabSize - 1) + "."};
        if (std::isnan(bias) || bias == INFINITY)
            return outOfRange("A logit bias", "a number", bias);
    }
    return {};
}

} // namespace qwill::engine

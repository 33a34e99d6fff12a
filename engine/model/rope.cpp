#include "model/rope.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace qwill::engine {

namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;

// Llama 3.1: wavelengths beyond the trained context are stretched by `factor`, short ones kept, those between blended.
double llama3Frequency(double frequency, const RopeScaling& s)
{
    const double wavelength = kTwoPi / frequency, context = s.originalContext;
    if (wavelength > context / s.lowFreqFactor)
        return frequency / s.factor;
    if (wavelength < context / s.highFreqFactor)
        return frequency;
    const double smooth = (context / wavelength - s.lowFreqFactor)
        / (static_cast<double>(s.highFreqFactor) - static_cast<double>(s.lowFreqFactor));
    return (1 - smooth) * frequency / s.factor + smooth * frequency;
}

// YaRN (Peng et al. 2023, "NTK by parts"): a ramp over the dimensions from kept to stretched, between those that turn
// betaFast and betaSlow times in the original context.
struct YarnRamp {
    double low, high;

    YarnRamp(int headDim, double theta, const RopeScaling& s)
    {
        const auto dimension = [&](double turns) {
            return headDim * std::log(s.originalContext / (turns * kTwoPi)) / (2 * std::log(theta));
        };
        low = std::max(std::floor(dimension(s.betaFast)), 0.0);
        high = std::min(std::ceil(dimension(s.betaSlow)), headDim - 1.0);
        if (low == high)
            high += 0.001;
    }
    double stretched(int index) const { return std::clamp((index - low) / (high - low), 0.0, 1.0); }
};

} // namespace

RopeTable::RopeTable(const ModelConfig& config, int contextTokens)
{
    const RopeScaling& s = config.ropeScaling;
    const double theta = config.ropeTheta;
    const int dim = config.ropeDim();
    const YarnRamp ramp(dim, theta, s);
    const bool isLong = s.kind == RopeScaling::Kind::LongRope && contextTokens > s.originalContext;
    const std::vector<float>& factors = isLong ? s.longFactors : s.frequencyFactors;
    for (int i = 0; i < dim / 2; ++i) {
        double f = std::pow(theta, -2.0 * i / dim);
        switch (s.kind) {
        case RopeScaling::Kind::None:
        case RopeScaling::Kind::LongRope: break; // by the factors below
        case RopeScaling::Kind::Linear: f /= s.factor; break;
        case RopeScaling::Kind::Llama3: f = llama3Frequency(f, s); break;
        case RopeScaling::Kind::Yarn: f = f / s.factor * ramp.stretched(i) + f * (1 - ramp.stretched(i)); break;
        }
        if (!factors.empty())
            f /= static_cast<double>(factors[static_cast<std::size_t>(i)]);
        m_frequency.push_back(static_cast<float>(f));
    }
    if (s.kind == RopeScaling::Kind::Yarn)
        m_attentionFactor = s.attentionFactor > 0 ? s.attentionFactor
            : s.factor > 1                        ? static_cast<float>(0.1 * std::log(s.factor) + 1.0)
                                                  : 1.0f;
    if (s.kind == RopeScaling::Kind::LongRope)
        m_attentionFactor = s.attentionFactor > 0 ? s.attentionFactor
            : s.factor > 1
            ? static_cast<float>(std::sqrt(1 + std::log(s.factor) / std::log(static_cast<double>(s.originalContext))))
            : 1.0f;
}

RopeTable RopeTable::ofSlidingLayers(const ModelConfig& config)
{
    ModelConfig plain = config;
    plain.ropeTheta = config.slidingRopeTheta;
    plain.ropeScaling = {};
    return RopeTable(plain);
}

void RopeTable::angles(int position, float* cos, float* sin) const
{
    for (std::size_t i = 0; i < m_frequency.size(); ++i) {
        const double angle = static_cast<double>(position) * static_cast<double>(m_frequency[i]);
        cos[i] = static_cast<float>(std::cos(angle) * m_attentionFactor);
        sin[i] = static_cast<float>(std::sin(angle) * m_attentionFactor);
    }
}

} // namespace qwill::engine

#include "model/rope.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace qwill::engine;

namespace {

ModelConfig configOf(int headDim, float theta)
{
    ModelConfig config;
    config.headDim = headDim;
    config.ropeTheta = theta;
    config.maxContext = 262144;
    return config;
}

} // namespace

TEST_CASE("plain frequencies fall geometrically from 1")
{
    const RopeTable rope(configOf(128, 5e6f));
    CHECK(rope.size() == 64);
    CHECK(rope.frequency(0) == 1.0f);
    CHECK(rope.frequency(32) == doctest::Approx(1 / std::sqrt(5e6)));
    CHECK(rope.attentionFactor() == 1.0f);
}

TEST_CASE("angles at the far end of the context are exact")
{
    const RopeTable rope(configOf(64, 1e4f));
    std::vector<float> cos(32), sin(32);
    rope.angles(262143, cos.data(), sin.data());
    for (int i = 0; i < 32; ++i) {
        const long double angle = 262143.0L * static_cast<long double>(rope.frequency(i));
        CHECK(cos[static_cast<std::size_t>(i)] == doctest::Approx(static_cast<double>(std::cos(angle))).epsilon(1e-6));
        CHECK(sin[static_cast<std::size_t>(i)] == doctest::Approx(static_cast<double>(std::sin(angle))).epsilon(1e-6));
    }
}

TEST_CASE("linear scaling divides every frequency")
{
    ModelConfig config = configOf(64, 1e4f);
    const RopeTable plain(config);
    config.ropeScaling.kind = RopeScaling::Kind::Linear;
    config.ropeScaling.factor = 4;
    const RopeTable scaled(config);
    for (int i = 0; i < 32; ++i)
        CHECK(scaled.frequency(i) * 4 == doctest::Approx(plain.frequency(i)));
}

TEST_CASE("llama3 keeps short wavelengths, stretches long ones and blends between")
{
    ModelConfig config = configOf(128, 500000);
    const RopeTable plain(config);
    config.ropeScaling = {RopeScaling::Kind::Llama3, 8, 8192, 32, 1, 0, 1, 4};
    const RopeTable scaled(config);
    int kept = 0, stretched = 0, blended = 0;
    for (int i = 0; i < 64; ++i) {
        const float ratio = scaled.frequency(i) / plain.frequency(i);
        const double wavelength = 2 * 3.14159265358979 / plain.frequency(i);
        if (wavelength < 8192.0 / 4) {
            ++kept;
            CHECK(ratio == 1.0f);
        } else if (wavelength > 8192.0) {
            ++stretched;
            CHECK(ratio == doctest::Approx(1.0 / 8));
        } else {
            ++blended;
            // At the middle of the blend in 1/wavelength the two meet linearly.
            const double smooth = (8192 / wavelength - 1) / 3;
            CHECK(ratio == doctest::Approx(smooth + (1 - smooth) / 8));
        }
    }
    CHECK(kept > 20);
    CHECK(stretched > 20);
    CHECK(blended > 3);
}

TEST_CASE("yarn keeps fast dimensions, stretches slow ones and raises the temperature")
{
    ModelConfig config = configOf(128, 1e6f);
    const RopeTable plain(config);
    config.ropeScaling.kind = RopeScaling::Kind::Yarn;
    config.ropeScaling.factor = 4;
    config.ropeScaling.originalContext = 32768;
    const RopeTable scaled(config);
    CHECK(scaled.attentionFactor() == doctest::Approx(0.1 * std::log(4.0) + 1));
    // Dimension of n turns: 128 · ln(32768 / (2π·n)) / (2 · ln 1e6): 23.6 for 32 turns, 39.7 for one.
    for (int i = 0; i < 64; ++i) {
        const double ratio = static_cast<double>(scaled.frequency(i)) / static_cast<double>(plain.frequency(i));
        if (i <= 23)
            CHECK(ratio == doctest::Approx(1));
        else if (i >= 40)
            CHECK(ratio == doctest::Approx(0.25));
        else
            CHECK(ratio == doctest::Approx(1 - 0.75 * (i - 23) / (40.0 - 23)));
    }
    std::vector<float> cos(64), sin(64);
    scaled.angles(0, cos.data(), sin.data());
    CHECK(cos[0] == scaled.attentionFactor());
    config.ropeScaling.attentionFactor = 1.5f;
    CHECK(RopeTable(config).attentionFactor() == 1.5f);
}

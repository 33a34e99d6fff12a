// Does a GGUF file mean to the engine what it means to others? Eleven files that llama-quantize wrote: their exact
// logits (transformers on the weights as the gguf package dequantises them) and llama.cpp's own best ten.

#include "comparison.h"
#include "direct_model.h"
#include "golden.h"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <numeric>

using namespace qwill::engine;
using namespace qwill::test;

namespace {

DirectOptions options(const Golden& golden)
{
    DirectOptions o;
    o.path = golden.model.string();
    return o;
}

std::vector<double> logSoftmax(std::span<const float> row)
{
    const double top = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (const float x : row)
        sum += std::exp(x - top);
    std::vector<double> out(row.begin(), row.end());
    for (double& x : out)
        x -= top + std::log(sum);
    return out;
}

std::vector<Token> bestTen(const std::vector<double>& logprobs)
{
    std::vector<Token> order(logprobs.size());
    std::iota(order.begin(), order.end(), 0);
    std::partial_sort(order.begin(), order.begin() + 10, order.end(), [&](Token a, Token b) {
        return logprobs[static_cast<std::size_t>(a)] > logprobs[static_cast<std::size_t>(b)];
    });
    order.resize(10);
    return order;
}

} // namespace

TEST_CASE("logitsEqualThoseOfTheDequantisedWeights")
{
    for (const Golden& golden : ggufGoldens()) {
        DirectModel model(options(golden));
        const Difference d = compare(model, golden);
        MESSAGE(golden.name << ": worst " << d.worst << ", rms " << d.rms);
        CHECK_MESSAGE(d.worst <= kExact, golden.name);
    }
}

// Q2_K, Q3_K, IQ4_XS and MXFP4 in whole files, and every block in memory as the file has it.
TEST_CASE("rarerTypesMeanWhatTheGgufPackageSays")
{
    for (const Golden& golden : ggufTypeGoldens())
        for (const bool kept : {false, true}) {
            DirectOptions o = options(golden);
            if (kept) {
                o.weights = WeightFormat::Auto;
                o.decoded = true;
            }
            DirectModel model(o);
            const Difference d = compare(model, golden);
            MESSAGE(golden.name << ": worst " << d.worst << " of " << golden.logitsStd);
            CHECK_MESSAGE(d.worst <= kExact, golden.name);
        }
}

// llama.cpp rounds the activations of every product: to f16 for f16 weights, else to 8 bits per 32 or 256 elements
// (relative error near 0.5 % of each element), which our float32 does not. Measured with transformers in our place, its
// log-probabilities differ by up to 0.006 and 0.17; a token it prefers by more than twice that bound may not be missing
// among ours.
TEST_CASE("bestTenEqualLlamaCpp")
{
    for (const Golden& golden : ggufGoldens()) {
        const bool exact = golden.name.find("f16") != std::string::npos;
        const double bound = exact ? 0.02 : 0.25;
        DirectModel model(options(golden));
        int shared = 0, asked = 0;
        double worst = 0;
        for (const GoldenCase& c : golden.cases) {
            const std::vector<float> rows = model.logits(c.ids);
            const auto logprobs = logSoftmax(std::span(rows).last(static_cast<std::size_t>(golden.vocab)));
            const auto ours = bestTen(logprobs);
            const double tenth = logprobs[static_cast<std::size_t>(ours.back())];
            REQUIRE(c.peer.size() == 10);
            for (const auto& [token, logprob] : c.peer) {
                const double mine = logprobs[static_cast<std::size_t>(token)];
                worst = std::max(worst, std::abs(mine - logprob));
                const bool found = std::find(ours.begin(), ours.end(), token) != ours.end();
                shared += found;
                ++asked;
                CHECK_MESSAGE((found || logprob < tenth + bound), golden.name << ": token " << token);
            }
            if (c.peer[0].logprob - c.peer[1].logprob > 2 * bound)
                CHECK_MESSAGE(ours.front() == c.peer.front().token, golden.name);
        }
        MESSAGE(golden.name << ": " << shared << " of " << asked << " shared, log-probabilities within " << worst);
        CHECK_MESSAGE(worst <= bound, golden.name);
        CHECK_MESSAGE(shared >= (exact ? asked : asked - 2), golden.name);
    }
}

// Loaded as they are, a file's quants become panels, most types without another rounding; then only the activations are
// rounded, to 8 bits in groups of 128 whose largest is about 2.6 standard deviations: e = 2.6/(127·√12) = 5.9e-3 of
// each. Types no panel holds are rounded to W8 besides, by as much: √2·e. Depth amplifies both as transformers_test.cpp
// says.
TEST_CASE("keptQuantsDifferByTheActivationsRounding")
{
    constexpr double kAmplification = 8, kRounding = 5.9e-3;
    for (const Golden& golden : ggufGoldens()) {
        DirectOptions o = options(golden);
        o.weights = WeightFormat::Auto;
        DirectModel model(o);
        const Difference d = compare(model, golden);
        const double relative = d.rms / golden.logitsStd;
        bool roundedAgain = false;
        for (const char* type : {"f16", "q5_1", "q4_k_m", "q5_k_m"})
            roundedAgain = roundedAgain || golden.name.ends_with(type);
        MESSAGE(golden.name << ": rms " << relative << " of the logits', worst " << d.worst);
        CHECK_MESSAGE(relative <= kAmplification * kRounding * (roundedAgain ? std::sqrt(2.0) : 1.0), golden.name);
    }
}

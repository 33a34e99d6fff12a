// Chi-square tests: what is drawn over many seeds has the reference's distribution, for each truncation by itself and
// together. Seeds are fixed, so a failure is a change of behaviour and never chance.

#include "sample/sampler.h"

#include "engine/sample/reference_sampler.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

using namespace qwill::engine;

namespace {

struct Row {
    const char* name;
    float temperature;
    int topK;
    float topP;
    float minP;
    float repetition;
};

// Upper 1e-4 quantile of chi-square (Wilson–Hilferty).
double chiSquareLimit(int freedom)
{
    const double a = 2.0 / (9.0 * freedom);
    const double cube = 1 - a + 3.719 * std::sqrt(a);
    return freedom * cube * cube * cube;
}

} // namespace

TEST_CASE("draws follow the reference distribution under each truncation")
{
    const Row rows[] = {
        {"temperature only", 1.3f, 0, 1, 0, 1}, {"top-k", 1.0f, 10, 1, 0, 1},      {"top-p", 1.0f, 0, 0.8f, 0, 1},
        {"min-p", 1.0f, 0, 1, 0.1f, 1},         {"all", 0.7f, 20, 0.9f, 0.02f, 1}, {"penalty", 1.0f, 0, 0.95f, 0, 1.4f},
    };
    constexpr int kVocab = 200, kDraws = 20000;
    std::vector<float> logits(kVocab);
    for (int i = 0; i < kVocab; ++i) // a long-tailed distribution, scattered over the ids
        logits[static_cast<std::size_t>((i * 77) % kVocab)] = 4.0f - 1.2f * std::log(1.0f + static_cast<float>(i));
    const std::vector<Token> prompt{0, 77, 154};
    SamplerScratch scratch(kVocab);
    for (const Row& row : rows) {
        CAPTURE(std::string(row.name));
        SamplingParams params;
        params.temperature = row.temperature;
        params.topK = row.topK;
        params.topP = row.topP;
        params.minP = row.minP;
        params.repetitionPenalty = row.repetition;
        std::vector<int> counts(kVocab, 0);
        SamplerState state;
        state.begin(params, 0, kVocab, prompt, 10);
        for (int i = 0; i < kDraws; ++i) {
            state.seed = static_cast<std::uint64_t>(i);
            const Token token = sample(logits, state, -1, scratch).token;
            REQUIRE(token >= 0);
            ++counts[static_cast<std::size_t>(token)];
        }
        const std::vector<double> p = reference::distribution(logits, params, prompt, {});
        double chi = 0, restExpected = 0, restCount = 0;
        int cells = 0;
        for (std::size_t i = 0; i < kVocab; ++i) {
            const double expected = p[i] * kDraws;
            if (p[i] == 0)
                CHECK(counts[i] == 0);
            if (expected < 5) {
                restExpected += expected;
                restCount += counts[i];
                continue;
            }
            chi += (counts[i] - expected) * (counts[i] - expected) / expected;
            ++cells;
        }
        if (restExpected >= 5) {
            chi += (restCount - restExpected) * (restCount - restExpected) / restExpected;
            ++cells;
        }
        REQUIRE(cells > 3);
        CHECK(chi < chiSquareLimit(cells - 1));
    }
}

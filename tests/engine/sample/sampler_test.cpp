#include "sample/sampler.h"

#include "engine/sample/reference_sampler.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>

using namespace qwill::engine;

namespace {

SamplerState stateOf(const SamplingParams& params, int vocab, std::uint64_t seed = 1)
{
    SamplerState state;
    state.begin(params, seed, vocab, {}, 100);
    return state;
}

SamplingParams plain(float temperature)
{
    SamplingParams params;
    params.temperature = temperature;
    params.topK = 0;
    params.topP = 1;
    return params;
}

std::vector<float> randomLogits(std::mt19937& random, std::size_t size, float spread)
{
    std::normal_distribution<float> normal(0, spread);
    std::vector<float> logits(size);
    for (float& v : logits)
        v = normal(random);
    return logits;
}

} // namespace

TEST_CASE("greedy takes the largest, the lowest id on ties")
{
    SamplerScratch scratch(1000);
    std::mt19937 random(1);
    for (int round = 0; round < 200; ++round) {
        std::vector<float> logits(1 + random() % 999);
        for (float& v : logits)
            v = static_cast<float>(random() % 50); // ties everywhere
        const auto expected = static_cast<Token>(std::max_element(logits.begin(), logits.end()) - logits.begin());
        CHECK(sample(logits, stateOf(plain(0), 1000), -1, scratch).token == expected);
    }
}

TEST_CASE("draws equal the plain reference on random logits and parameters")
{
    std::mt19937 random(11);
    const auto unit = [&] { return static_cast<float>(random() % 10001) / 10000.0f; };
    SamplerScratch scratch(3000);
    int compared = 0, same = 0;
    for (int round = 0; round < 3000; ++round) {
        const std::size_t vocab = 1 + random() % 3000;
        std::vector<float> logits = randomLogits(random, vocab, 0.2f + 4 * unit());
        if (round % 5 == 0) { // ties
            for (float& v : logits)
                v = std::round(v);
        }
        SamplingParams params;
        params.temperature = 0.1f + 2 * unit();
        params.topK = round % 3 == 0 ? 0 : static_cast<int>(random() % 100);
        params.topP = round % 4 == 0 ? 1.0f : unit();
        params.minP = round % 2 == 0 ? 0.0f : unit() * unit();
        std::vector<Token> prompt, reply;
        const auto token = [&] { return static_cast<Token>(random() % vocab); };
        if (round % 3 == 1) {
            params.repetitionPenalty = 0.5f + unit();
            params.presencePenalty = 2 * unit() - 1;
            params.frequencyPenalty = 2 * unit() - 1;
            params.logitBias = {{token(), 3.0f}, {token(), -100.0f}};
            for (int i = 0; i < 40; ++i)
                prompt.push_back(token());
            for (int i = 0; i < 40; ++i)
                reply.push_back(token());
        }
        if (vocab == 1)
            params.logitBias.clear();
        SamplerState state;
        state.begin(params, round, static_cast<int>(vocab), prompt, 100);
        for (const Token t : reply)
            state.commit(t);
        const Sampled got = sample(logits, state, -1, scratch);
        const auto p = reference::distribution(logits, params, prompt, reply);
        double margin = 0;
        const Token expected = reference::draw(p, randomUnit(static_cast<std::uint64_t>(round), reply.size()), margin);
        INFO("round ", round, " vocab ", vocab, " k ", params.topK, " p ", params.topP, " min-p ", params.minP);
        REQUIRE(got.token >= 0);
        const double gotP = p[static_cast<std::size_t>(got.token)];
        CHECK(gotP > 0);
        // The walk goes in order of probability up to 1024 candidates; tokens within float rounding may change places.
        if (margin > 1e-5 && std::count_if(p.begin(), p.end(), [](double v) { return v > 0; }) <= 1024) {
            ++compared;
            CHECK(gotP == doctest::Approx(p[static_cast<std::size_t>(expected)]).epsilon(1e-5));
            same += got.token == expected ? 1 : 0;
        }
    }
    CHECK(compared > 2700);
    CHECK(same > compared - 30);
}

TEST_CASE("large flat vocabularies, where top-p keeps most of the tokens, agree with the reference")
{
    std::mt19937 random(12);
    SamplerScratch scratch(40000);
    for (const float topP : {0.05f, 0.5f, 0.99f}) {
        SamplingParams params = plain(1.5f);
        params.topP = topP;
        const std::vector<float> logits = randomLogits(random, 40000, 0.5f);
        const auto p = reference::distribution(logits, params, {}, {});
        for (std::uint64_t seed = 0; seed < 200; ++seed) {
            const Sampled got = sample(logits, stateOf(params, 40000, seed), -1, scratch);
            REQUIRE(got.token >= 0);
            CHECK(p[static_cast<std::size_t>(got.token)] > 0);
        }
    }
}

TEST_CASE("ids beyond the tokenizer are never drawn, however likely")
{
    std::vector<float> logits(100, 0.0f);
    for (std::size_t i = 60; i < 100; ++i)
        logits[i] = 50;
    logits[99] = std::numeric_limits<float>::quiet_NaN(); // padding may hold anything
    SamplerScratch scratch(100);
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        for (const float temperature : {0.0f, 2.0f}) {
            const Sampled got = sample(logits, stateOf(plain(temperature), 60, seed), 3, scratch);
            CHECK(got.token >= 0);
            CHECK(got.token < 60);
            CHECK(got.logprob == doctest::Approx(-std::log(60.0)));
        }
    }
}

TEST_CASE("tokens at minus infinity or banned are never drawn")
{
    std::vector<float> logits(200, -std::numeric_limits<float>::infinity());
    logits[150] = -3;
    logits[151] = 9;
    SamplingParams params = plain(1);
    params.logitBias = {{151, -100.0f}};
    SamplerScratch scratch(200);
    for (std::uint64_t seed = 0; seed < 50; ++seed)
        CHECK(sample(logits, stateOf(params, 200, seed), -1, scratch).token == 150);
}

TEST_CASE("logits that are no numbers answer kNoToken")
{
    SamplerScratch scratch(130);
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    for (const float temperature : {0.0f, 1.0f}) {
        for (const std::size_t where : {0u, 63u, 64u, 128u, 129u}) {
            for (const float bad : {std::numeric_limits<float>::quiet_NaN(), kInfinity}) {
                std::vector<float> logits(130, 1.0f);
                logits[where] = bad;
                CHECK(sample(logits, stateOf(plain(temperature), 130), 5, scratch).token == kNoToken);
            }
        }
        const std::vector<float> nothing(130, -kInfinity);
        CHECK(sample(nothing, stateOf(plain(temperature), 130), 5, scratch).token == kNoToken);
        CHECK(sample({}, stateOf(plain(temperature), 130), 5, scratch).token == kNoToken);
    }
}

TEST_CASE("logprobs are those of the unmodified distribution, best first")
{
    std::mt19937 random(5);
    const std::vector<float> logits = randomLogits(random, 500, 3);
    SamplingParams params = plain(0.7f);
    params.topK = 5;
    params.logitBias = {{17, 20.0f}};
    SamplerScratch scratch(500);
    const Sampled got = sample(logits, stateOf(params, 500), 7, scratch);
    CHECK(got.token == 17);
    const auto p = reference::softmax({logits.begin(), logits.end()});
    CHECK(got.logprob == doctest::Approx(std::log(p[17])).epsilon(1e-5));
    REQUIRE(got.candidateCount == 7);
    const auto order = reference::byProbability(p);
    for (std::size_t i = 0; i < 7; ++i) {
        CHECK(got.candidates[i].token == static_cast<Token>(order[i]));
        CHECK(got.candidates[i].logprob == doctest::Approx(std::log(p[order[i]])).epsilon(1e-5));
    }
    CHECK(sample(std::span(logits).first(3), stateOf(plain(1), 500), 20, scratch).candidateCount == 3);
}

TEST_CASE("a seed repeats its draws and the draw index moves them")
{
    const std::vector<float> logits(1000, 0.0f);
    SamplerScratch scratch(1000);
    SamplerState state = stateOf(plain(1), 1000, 99);
    std::vector<Token> first, second;
    for (int i = 0; i < 50; ++i) {
        first.push_back(sample(logits, state, -1, scratch).token);
        state.commit(first.back());
    }
    state = stateOf(plain(1), 1000, 99);
    for (int i = 0; i < 50; ++i) {
        second.push_back(sample(logits, state, -1, scratch).token);
        state.commit(second.back());
    }
    CHECK(first == second);
    CHECK(std::set<Token>(first.begin(), first.end()).size() > 40);
}

TEST_CASE("senseless parameters are refused in a sentence")
{
    const auto refused = [](auto change) {
        SamplingParams params;
        change(params);
        return !checkSampling(params, 100).ok();
    };
    CHECK(checkSampling({}, 100).ok());
    CHECK(refused([](SamplingParams& p) { p.temperature = -1; }));
    CHECK(refused([](SamplingParams& p) { p.temperature = std::nanf(""); }));
    CHECK(refused([](SamplingParams& p) { p.topK = -1; }));
    CHECK(refused([](SamplingParams& p) { p.topP = 1.5f; }));
    CHECK(refused([](SamplingParams& p) { p.minP = -0.1f; }));
    CHECK(refused([](SamplingParams& p) { p.repetitionPenalty = 0; }));
    CHECK(refused([](SamplingParams& p) { p.presencePenalty = INFINITY; }));
    CHECK(refused([](SamplingParams& p) { p.logitBias = {{100, 1.0f}}; }));
    CHECK(refused([](SamplingParams& p) { p.logitBias = {{-1, 1.0f}}; }));
}

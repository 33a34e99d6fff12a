// Drawing on the device against sample/sampler.cpp: the same tokens, one by one.

#include "cuda/kernels/kernel_table.h"
#include "device_array.h"
#include "kernel_fixture.h"
#include "sample/sampler.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <vector>

using namespace qwill::engine;
using namespace qwill::engine::cuda;
using namespace qwill::engine::cuda::testing;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// One row's request, in the sampler's terms and, with what it points to, in the device's.
struct Request {
    SamplerState state;
    int topLogprobs = -1;
    std::vector<std::uint64_t> mask;

    std::unique_ptr<DeviceArray<std::uint64_t>> deviceMask;
    std::unique_ptr<DeviceArray<BiasEntry>> deviceBias;
    std::unique_ptr<DeviceArray<PenaltyEntry>> devicePenalties;

    DrawRow onDevice(int logitRow)
    {
        const SamplingParams& p = state.params;
        DrawRow row{};
        row.logitRow = logitRow;
        row.topK = p.topK;
        row.topLogprobs = topLogprobs;
        row.temperature = p.temperature;
        row.topP = p.topP;
        row.minP = p.minP;
        row.repetitionPenalty = p.repetitionPenalty;
        row.presencePenalty = p.presencePenalty;
        row.frequencyPenalty = p.frequencyPenalty;
        row.vocabLimit = state.vocabLimit;
        row.seed = state.seed;
        row.drawIndex = state.drawIndex;
        if (!mask.empty()) {
            deviceMask = std::make_unique<DeviceArray<std::uint64_t>>(mask);
            row.mask = deviceMask->data();
            row.maskWords = static_cast<std::int32_t>(mask.size());
        }
        std::vector<BiasEntry> bias;
        for (const auto& [token, value] : p.logitBias)
            bias.push_back({token, value});
        std::vector<PenaltyEntry> penalties;
        for (const PenaltyCounts::Entry& entry : state.counts.entries())
            penalties.push_back({entry.token, entry.inReply});
        deviceBias = std::make_unique<DeviceArray<BiasEntry>>(bias);
        devicePenalties = std::make_unique<DeviceArray<PenaltyEntry>>(penalties);
        row.bias = deviceBias->data();
        row.biasCount = static_cast<std::int32_t>(bias.size());
        row.penalties = devicePenalties->data();
        row.penaltyCount = static_cast<std::int32_t>(penalties.size());
        return row;
    }
};

std::vector<DrawnRow> drawOnDevice(const std::vector<float>& logits, int vocab, std::vector<Request>& requests)
{
    std::vector<DrawRow> rows;
    for (std::size_t i = 0; i < requests.size(); ++i)
        rows.push_back(requests[i].onDevice(static_cast<int>(i)));
    const DeviceArray<float> dLogits(logits);
    const DeviceArray<DrawRow> dRows(rows);
    const DeviceArray<DrawnRow> out(rows.size());
    const auto count = static_cast<std::int32_t>(rows.size());
    const DeviceArray<std::byte> scratch(drawScratchBytes(count, vocab));
    DrawArgs args{};
    args.logits = dLogits.data();
    args.vocab = vocab;
    args.rows = dRows.data();
    args.count = count;
    for (const DrawRow& row : rows) {
        args.anyChanges |= changes(row);
        args.anySums |= needsSums(row, vocab);
    }
    args.out = out.data();
    args.scratch = scratch.data();
    REQUIRE(kernels().draw(&args, nullptr) == 0);
    const auto after = dLogits.get(); // copyLogits() still gives them
    CHECK(std::memcmp(after.data(), logits.data(), logits.size() * sizeof(float)) == 0);
    return out.get();
}

// What the sampler says. A mask is put into the logits, as a grammar would.
Sampled drawOnHost(const std::vector<float>& logits, int vocab, int row, const Request& request)
{
    SamplerScratch scratch(vocab);
    std::vector<float> own(logits.begin() + static_cast<std::ptrdiff_t>(row) * vocab,
                           logits.begin() + static_cast<std::ptrdiff_t>(row + 1) * vocab);
    for (std::size_t i = 0; i < own.size() && !request.mask.empty(); ++i)
        if (i / 64 >= request.mask.size() || (request.mask[i / 64] >> (i % 64) & 1) == 0)
            own[i] = -kInfinity;
    return sample(own, request.state, request.topLogprobs, scratch);
}

// Two sums of exponentials to 1e-6, in another order.
bool near(float a, float b)
{
    return a == b || std::fabs(a - b) <= 2e-6f * (1 + std::fabs(b));
}

void compare(const std::vector<float>& logits, int vocab, std::vector<Request>& requests, int& drawn)
{
    const auto got = drawOnDevice(logits, vocab, requests);
    for (std::size_t i = 0; i < requests.size(); ++i) {
        CAPTURE(i);
        const Sampled expected = drawOnHost(logits, vocab, static_cast<int>(i), requests[i]);
        if (got[i].status == DrawStatus::Host) {
            CHECK(got[i].token == -1);
            continue;
        }
        ++drawn;
        CHECK(got[i].token == expected.token);
        CHECK((got[i].status == DrawStatus::Drawn) == (expected.token != kNoToken));
        if (expected.token == kNoToken || requests[i].topLogprobs < 0)
            continue;
        CHECK(got[i].candidateCount == expected.candidateCount);
        CHECK(near(got[i].logprob, expected.logprob));
        for (int c = 0; c < expected.candidateCount; ++c) {
            CHECK(got[i].tokens[c] == expected.candidates[c].token);
            CHECK(near(got[i].logprobs[c], expected.candidates[c].logprob));
        }
    }
}

std::vector<float> randomLogits(std::size_t count, std::mt19937& random, float spread)
{
    std::normal_distribution<float> normal(0, spread);
    std::vector<float> out(count);
    for (float& x : out)
        x = normal(random);
    return out;
}

Request request(SamplingParams params, std::uint64_t seed, int vocabLimit, const std::vector<Token>& prompt = {})
{
    Request r;
    r.state.begin(std::move(params), seed, vocabLimit, prompt, 16);
    return r;
}

SamplingParams params(float temperature, int topK, float topP, float minP)
{
    SamplingParams p;
    p.temperature = temperature;
    p.topK = topK;
    p.topP = topP;
    p.minP = minP;
    return p;
}

} // namespace

TEST_CASE("draws the sampler's tokens for every kind of truncation")
{
    if (skipped())
        return;
    std::mt19937 random(1);
    int drawn = 0, all = 0;
    for (const int vocab : {1, 63, 1000, 5003}) {
        std::vector<Request> requests;
        for (const float temperature : {0.0f, 0.3f, 1.0f})
            for (const int topK : {0, 1, 20, 300})
                for (const float topP : {1.0f, 0.8f, 0.1f})
                    for (const float minP : {0.0f, 0.05f})
                        requests.push_back(
                            request(params(temperature, topK, topP, minP), random(), vocab - vocab / 10));
        const auto logits = randomLogits(static_cast<std::size_t>(vocab) * requests.size(), random, 3);
        CAPTURE(vocab);
        compare(logits, vocab, requests, drawn);
        all += static_cast<int>(requests.size());
    }
    CHECK(drawn >= all * 95 / 100); // the host draws where nothing is cut off
    CHECK(deviceIsIntact());
}

TEST_CASE("bias, penalties and masks change the draw as on the host, logprobs stay those of the model")
{
    if (skipped())
        return;
    constexpr int kVocab = 777;
    std::mt19937 random(2);
    int drawn = 0;
    std::vector<Request> requests;
    for (int i = 0; i < 40; ++i) {
        SamplingParams p = params(i % 5 == 0 ? 0.0f : 0.9f, i % 3 == 0 ? 0 : 15, 0.9f, 0);
        if (i % 2 == 0)
            p.logitBias = {{3, 5.5f}, {4, -100}, {3, 1}, {900, 3}, {-1, 2}, {700, -2}};
        p.repetitionPenalty = i % 4 < 2 ? 1.3f : 1.0f;
        p.presencePenalty = i % 4 == 1 ? 0.7f : 0.0f;
        p.frequencyPenalty = i % 4 == 2 ? 0.2f : 0.0f;
        std::vector<Token> prompt;
        for (int t = 0; t < 30; ++t)
            prompt.push_back(static_cast<Token>(random() % kVocab));
        Request r = request(std::move(p), random(), kVocab, prompt);
        for (int t = 0; t < 5; ++t)
            r.state.commit(prompt[static_cast<std::size_t>(t % 3)]);
        r.topLogprobs = i % 6 == 0 ? -1 : i % 7;
        requests.push_back(std::move(r));
    }
    compare(randomLogits(static_cast<std::size_t>(kVocab) * requests.size(), random, 2), kVocab, requests, drawn);

    // A grammar's masks: without logprobs, as the host's helper above puts the mask into the logits themselves.
    for (std::size_t i = 0; i < requests.size(); ++i) {
        requests[i].topLogprobs = -1;
        requests[i].mask.assign(i % 3 == 0 ? 13 : 5, 0); // shorter than the vocabulary: the rest is not allowed
        for (std::uint64_t& word : requests[i].mask)
            word = i % 10 == 0 ? 0 : static_cast<std::uint64_t>(random()) << 20 & random();
        if (i % 4 == 3)
            requests[i].mask[2] = ~std::uint64_t(0);
    }
    compare(randomLogits(static_cast<std::size_t>(kVocab) * requests.size(), random, 2), kVocab, requests, drawn);
    CHECK(drawn == 80);
    CHECK(deviceIsIntact());
}

TEST_CASE("no token comes of logits that are no numbers, nor of none allowed")
{
    if (skipped())
        return;
    constexpr int kVocab = 200;
    const float kNan = std::nanf("");
    std::vector<Request> requests;
    std::vector<float> logits(8 * kVocab, 1.0f);
    for (int i = 0; i < 8; ++i)
        requests.push_back(request(params(i % 2 == 0 ? 0.0f : 1.0f, 20, 0.9f, 0), 7, 190));
    logits[0 * kVocab + 70] = kNan;
    logits[1 * kVocab + 189] = kInfinity;
    for (int row : {2, 3})
        std::fill_n(logits.begin() + row * kVocab, kVocab, -kInfinity);
    logits[4 * kVocab + 195] = kNan; // beyond what may be drawn
    logits[5 * kVocab + 70] = kNan; // banned, but not from the logprobs
    for (int row : {5, 6})
        requests[static_cast<std::size_t>(row)].state.params.logitBias = {{70, -100}};
    requests[5].topLogprobs = 3;
    logits[6 * kVocab + 70] = kNan; // banned: nobody sees it
    requests[7].mask.assign(4, 0);
    int drawn = 0;
    compare(logits, kVocab, requests, drawn);
    CHECK(drawn == 8);
    const auto got = drawOnDevice(logits, kVocab, requests);
    for (const int row : {0, 1, 2, 3, 5, 7}) {
        CHECK(got[static_cast<std::size_t>(row)].token == -1);
        CHECK(got[static_cast<std::size_t>(row)].status == DrawStatus::Failed);
    }
    CHECK(got[4].token == 0); // the first of the equal
}

TEST_CASE("equal logits and few that may be drawn are no trap")
{
    if (skipped())
        return;
    constexpr int kVocab = 1500;
    std::mt19937 random(3);
    std::vector<Request> requests;
    std::vector<float> logits(6 * kVocab);
    for (int i = 0; i < 6; ++i) {
        requests.push_back(request(params(0.7f, i < 3 ? 20 : 0, 0.95f, 0), random(), kVocab));
        requests.back().topLogprobs = 5;
    }
    for (int i = 0; i < kVocab; ++i) {
        logits[static_cast<std::size_t>(i)] = i % 50 == 0 ? 2.0f : -1.0f; // 30 equal ones
        logits[static_cast<std::size_t>(kVocab + i)] = i < 4 ? 1.0f : -kInfinity; // fewer than k
        logits[static_cast<std::size_t>(2 * kVocab + i)] = 0.5f; // all equal
        logits[static_cast<std::size_t>(3 * kVocab + i)] = i == 1200 ? 40.0f : -40.0f; // one weighs all
        logits[static_cast<std::size_t>(4 * kVocab + i)] = i % 2 == 1 ? 0.0f
            : i < 900                                                 ? -0.0f
                                                                      : -3.0f; // zeros of both signs
        logits[static_cast<std::size_t>(5 * kVocab + i)] = static_cast<float>(random() % 8);
    }
    int drawn = 0;
    compare(logits, kVocab, requests, drawn);
    CHECK(drawn >= 3);
    CHECK(deviceIsIntact());
}

TEST_CASE("a stream of draws follows the seed")
{
    if (skipped())
        return;
    constexpr int kVocab = 400;
    std::mt19937 random(4);
    const auto row = randomLogits(kVocab, random, 1);
    std::vector<float> logits;
    std::vector<Request> requests;
    for (int i = 0; i < 64; ++i) {
        logits.insert(logits.end(), row.begin(), row.end());
        requests.push_back(request(params(1.0f, 50, 1.0f, 0), 99, kVocab));
        requests.back().state.drawIndex = static_cast<std::uint64_t>(i);
    }
    int drawn = 0;
    compare(logits, kVocab, requests, drawn);
    CHECK(drawn == 64);
}

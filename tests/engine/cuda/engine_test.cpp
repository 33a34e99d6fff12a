// The whole Engine on the emulated card, through the real loader: what transformers answers, whatever else runs beside
// it, and what happens where the card's memory is short. One program, one card.

#include "../parity/comparison.h"
#include "../parity/golden.h"
#include "../parity/loaded_model.h"

#include <algorithm>
#include <cstdlib>
#include <doctest/doctest.h>
#include <string>

using namespace qwill::engine;
using namespace qwill::test;

namespace {

// tests/engine/parity/transformers_test.cpp: what rounding K and V to f16, and activations or KV to 8 bits, may do.
constexpr double kAmplification = 8, kHalfCache = 2.8e-4, kRounding = 5.9e-3;

LoadOptions options(const Golden& golden, WeightFormat weights = WeightFormat::F32, KvFormat kv = KvFormat::F16)
{
    LoadOptions o;
    o.path = golden.model.string();
    o.weights = weights;
    o.kv = kv;
    o.contextLength = 1024;
    o.threads = 2;
    o.device = DeviceKind::Cuda;
    return o;
}

std::vector<std::vector<Token>> prompts(const Golden& golden)
{
    std::vector<std::vector<Token>> list;
    for (const GoldenReply& reply : golden.greedy)
        list.push_back(reply.prompt);
    return list;
}

// The same tokens; only where the best two are as close as rounding the cache can move them may two replies part.
void checkSame(const Reply& reply, const std::vector<Token>& expected, double noise, const std::string& what)
{
    REQUIRE_MESSAGE(!reply.error, what);
    REQUIRE(reply.tokens.size() == expected.size());
    const auto [a, b] = std::mismatch(reply.tokens.begin(), reply.tokens.end(), expected.begin());
    if (a != reply.tokens.end())
        CHECK_MESSAGE(reply.leads[static_cast<std::size_t>(a - reply.tokens.begin())] < noise, what);
}

} // namespace

TEST_CASE("the card is found, chosen and named")
{
    const DeviceChoice choice = listDevices();
    REQUIRE(choice.devices.size() == 2);
    CHECK(choice.chosen == 1);
    CHECK(choice.devices[1].kind == DeviceKind::Cuda);
    CHECK(choice.devices[1].kernels == "sm_90");
    CHECK(choice.devices[1].freeBytes > 0);
    CHECK(choice.reason == "The Emulated card computes, with CUDA.");
    CHECK(listDevices(DeviceKind::Cpu).devices.size() == 1);
}

TEST_CASE("logits equal transformers', every architecture, on f32, bf16 and 8-bit weights")
{
    for (const Golden& golden : huggingFaceGoldens())
        for (const auto weights : {WeightFormat::F32, WeightFormat::W8}) {
            LoadedModel model(options(golden, weights));
            CHECK(model.engine().device().chosen == 1);
            Golden shorter = golden; // emulated threads are slow: the first case
            shorter.cases.resize(1);
            shorter.logits.resize(shorter.cases[0].positions.size() * static_cast<std::size_t>(golden.vocab));
            const double relative = compare(model, shorter).rms / golden.logitsStd;
            MESSAGE(golden.name << std::string(weights == WeightFormat::F32 ? ", f32: " : ", w8: ") << relative);
            CHECK_MESSAGE(relative <= kAmplification * (weights == WeightFormat::F32 ? kHalfCache : kRounding),
                          golden.name);
        }
}

TEST_CASE("quantised checkpoints mean what they mean to transformers")
{
    for (const Golden& golden : quantisedGoldens()) {
        LoadOptions o = options(golden, WeightFormat::Auto);
        o.device = DeviceKind::Auto; // what the card has no kernels for, the CPU computes
        LoadedModel model(o);
        Golden shorter = golden;
        shorter.cases.resize(1);
        shorter.logits.resize(shorter.cases[0].positions.size() * static_cast<std::size_t>(golden.vocab));
        const double relative = compare(model, shorter).rms / golden.logitsStd;
        MESSAGE(golden.name << std::string(model.engine().device().chosen == 1 ? ", card: " : ", CPU: ") << relative);
        CHECK_MESSAGE(relative <= kAmplification * kRounding * 1.5, golden.name);
    }
}

TEST_CASE("greedy continuations equal transformers', and a reused prefix changes nothing")
{
    int models = 0;
    for (const Golden& golden : huggingFaceGoldens()) {
        if (golden.greedy.empty() || ++models > 3)
            continue;
        LoadedModel model(options(golden));
        for (int round = 0; round < 2; ++round) {
            const std::vector<Reply> replies = model.greedy(prompts(golden), 24);
            for (std::size_t i = 0; i < replies.size(); ++i) {
                std::vector<Token> expected = golden.greedy[i].tokens;
                expected.resize(24);
                checkSame(replies[i], expected, 0.02, golden.name);
            }
        }
    }
}

TEST_CASE("twelve together say what each says alone")
{
    const Golden golden = huggingFaceGoldens().front();
    const std::vector<Token>& source = golden.cases.back().ids;
    std::vector<std::vector<Token>> list;
    for (int i = 0; i < 12; ++i)
        list.emplace_back(source.begin() + i * 5, source.begin() + i * 5 + 1 + i * i);
    LoadedModel together(options(golden)), alone(options(golden));
    const std::vector<Reply> batch = together.greedy(list, 8);
    for (std::size_t i = 0; i < list.size(); ++i)
        checkSame(batch[i], alone.greedy({list[i]}, 8).front().tokens, 1e-3, "prompt " + std::to_string(i));
}

TEST_CASE("what is said of the memory is what the card has given, and all of it comes back")
{
    const Golden golden = huggingFaceGoldens().front();
    const auto freeNow = [] { return listDevices().devices[1].freeBytes; };
    const std::uint64_t before = freeNow();
    for (const auto weights : {WeightFormat::F32, WeightFormat::W8, WeightFormat::W4}) {
        const auto plan = planMemory(golden.model.string(), weights, KvFormat::Auto, 1024, listDevices().devices[1]);
        REQUIRE(plan.ok());
        {
            LoadedModel model(options(golden, weights, KvFormat::Auto));
            CHECK(before - freeNow() == plan->totalBytes);
            CHECK(model.engine().memory().totalBytes == plan->totalBytes);
        }
        CHECK(freeNow() == before);
    }
}

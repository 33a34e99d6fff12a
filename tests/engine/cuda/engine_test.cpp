// The whole Engine on the emulated card, through the real loader: what transformers answers, whatever else runs beside
// it, and what happens where the card's memory is short. One program, one card.

#include "../parity/comparison.h"
#include "../parity/golden.h"
#include "../parity/loaded_model.h"
#include "base/shared_library.h"
#include "emulated_card.h"

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <doctest/doctest.h>
#include <mutex>
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

// The card behind the module that the engine opened.
EmulatedCard& card()
{
    const auto module = SharedLibrary::open(std::getenv("QWILL_CUDA_MODULE"));
    REQUIRE(module);
    return *reinterpret_cast<EmulatedCard* (*)()>(module->symbol("qwillEmulatedCard"))();
}

// A model on the card that fails after some tokens of a reply.
class FailingModel {
public:
    explicit FailingModel(const LoadOptions& o)
    {
        auto engine = Engine::load(o, [this](RequestId, const Event& event) { take(event); });
        REQUIRE_MESSAGE(engine, engine.error().message);
        m_engine = std::move(*engine);
    }

    // The best token each time, up to `count`; the card fails with `code` once `failAt` of them are there. −1: never.
    Reply run(std::vector<Token> prompt, int count, int failAt = -1, int code = 0)
    {
        GenerationRequest request{.prompt = std::move(prompt), .sampling = {}, .stop = {}};
        request.sampling.temperature = 0;
        request.stop.maxTokens = count;
        request.stop.ignoreEos = true;
        request.wantTokens = true;
        request.topLogprobs = 2;
        m_reply = {};
        m_ended = false;
        m_failAt = failAt;
        m_code = code;
        m_engine->submit(std::move(request));
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_ended; });
        return m_reply;
    }

private:
    void take(const Event& event) // engine thread
    {
        const std::lock_guard lock(m_mutex);
        if (const auto* token = std::get_if<TokenInfo>(&event)) {
            m_reply.tokens.push_back(token->token);
            m_reply.leads.push_back(token->alternatives[0].logprob - token->alternatives[1].logprob);
            if (static_cast<int>(m_reply.tokens.size()) == m_failAt) {
                card().failCode = m_code;
                card().failLaunch = 3; // in the middle of the next step
            }
        } else if (const auto* finished = std::get_if<Finished>(&event)) {
            m_reply.reason = finished->reason;
            m_ended = true;
        } else if (const auto* failed = std::get_if<Failed>(&event)) {
            m_reply.error = failed->error;
            m_ended = true;
        }
        m_changed.notify_all();
    }

    std::mutex m_mutex;
    std::condition_variable m_changed;
    Reply m_reply;
    bool m_ended = false;
    int m_failAt = -1, m_code = 0;
    std::unique_ptr<Engine> m_engine; // last: its thread uses the members above
};

} // namespace

TEST_CASE(
    "a card that fails in the middle of a reply keeps its text, and the reply goes on: there, shorter, on the CPU")
{
    constexpr int kAll = 24, kBefore = 9;
    const std::vector<Golden> goldens = huggingFaceGoldens();
    const auto found = std::ranges::find_if(goldens, [](const Golden& g) { return !g.greedy.empty(); });
    REQUIRE(found != goldens.end());
    const Golden& golden = *found;
    const std::vector<Token> prompt = golden.greedy.front().prompt;
    FailingModel model(options(golden));
    const Reply whole = model.run(prompt, kAll);
    REQUIRE(!whole.error);
    for (const int code : {kEmulatedOutOfMemory, 700}) {
        CAPTURE(code);
        const Reply cut = model.run(prompt, kAll, kBefore, code);
        // What was said is there; the sentence says what to do.
        REQUIRE(cut.error);
        const auto said = static_cast<int>(cut.tokens.size());
        REQUIRE(said >= kBefore); // a step that verified guesses gives several
        REQUIRE(said < kAll);
        CHECK(std::equal(cut.tokens.begin(), cut.tokens.end(), whole.tokens.begin()));
        const bool full = code == kEmulatedOutOfMemory;
        CHECK(cut.error->code == (full ? ErrorCode::OutOfMemory : ErrorCode::Device));
        const char* advice =
            full ? "continue the reply, or load the model with a shorter context" : "load the model on the CPU";
        CHECK_MESSAGE(cut.error->message.find(advice) != std::string::npos, cut.error->message);

        std::vector<Token> soFar = prompt;
        soFar.insert(soFar.end(), cut.tokens.begin(), cut.tokens.end());
        const std::vector<Token> rest(whole.tokens.begin() + said, whole.tokens.end());
        checkSame(model.run(soFar, kAll - said), rest, 0.02, "on the same card");
        LoadOptions shorter = options(golden), cpu = options(golden);
        shorter.contextLength = 256;
        cpu.device = DeviceKind::Cpu;
        for (const LoadOptions& other : {shorter, cpu}) {
            FailingModel next(other);
            checkSame(next.run(soFar, kAll - said), rest, 0.02, "elsewhere");
        }
    }
}

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
        LoadedModel model(options(golden, WeightFormat::Auto));
        CHECK_MESSAGE(model.engine().device().chosen == 1, golden.name);
        Golden shorter = golden;
        shorter.cases.resize(1);
        shorter.logits.resize(shorter.cases[0].positions.size() * static_cast<std::size_t>(golden.vocab));
        const double relative = compare(model, shorter).rms / golden.logitsStd;
        MESSAGE(golden.name << ": " << relative);
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

// The engine's thread, inbox and events, over the fake runner: everything but arithmetic.

#include "engine_core.h"

#include "engine/engine/event_log.h"
#include "engine/engine/fake_tokenizer.h"
#include "engine/sched/fake_runner.h"
#include "engine/sched/recording.h"
#include "text/stream_decoder.h"

#include <doctest/doctest.h>

#include <functional>
#include <semaphore>
#include <thread>

using namespace qwill::engine;

namespace {

// Lets a test hold the engine's thread inside a forward pass.
class GatedRunner : public FakeRunner {
public:
    using FakeRunner::FakeRunner;
    void forward(const Batch& batch) override
    {
        if (beforeForward)
            beforeForward();
        FakeRunner::forward(batch);
    }
    std::function<void()> beforeForward;
};

struct House {
    EventLog log;
    GatedRunner* runner = nullptr; // owned by the engine
    std::unique_ptr<EngineCore> engine;

    explicit House(const RunnerLimits& limits, SchedulerOptions scheduling = {}, bool withTokenizer = true,
                   std::function<void()> beforeForward = {})
    {
        auto owned = std::make_unique<GatedRunner>(limits);
        owned->beforeForward = std::move(beforeForward);
        runner = owned.get();
        EngineParts parts;
        parts.runner = std::move(owned);
        if (withTokenizer)
            parts.tokenizer = std::make_unique<FakeTokenizer>();
        parts.scheduling = std::move(scheduling);
        engine = std::make_unique<EngineCore>(std::move(parts), log.sink());
    }
    RequestLog run(GenerationRequest request) { return log.wait(engine->submit(std::move(request))); }
};

std::vector<Token> prompt(int length, int salt = 0)
{
    std::vector<Token> tokens;
    for (int i = 0; i < length; ++i)
        tokens.push_back((i * 7 + salt) % FakeRunner::kVocab);
    return tokens;
}

GenerationRequest request(std::vector<Token> tokens, int maxTokens, float temperature = 0, std::uint64_t seed = 5)
{
    GenerationRequest r;
    r.prompt = std::move(tokens);
    r.sampling.temperature = temperature;
    r.sampling.seed = seed;
    r.stop.maxTokens = maxTokens;
    r.wantTokens = true;
    return r;
}

std::vector<Token> ideal(const GenerationRequest& r, int contextLength)
{
    return idealReply({r.prompt, r.sampling, r.sampling.seed.value_or(0), r.stop.maxTokens}, contextLength);
}

std::string textOf(const std::vector<Token>& tokens)
{
    std::string text, bytes;
    StreamDecoder decoder;
    const FakeTokenizer tokenizer;
    for (const Token token : tokens) {
        if (!tokenizer.isSpecial(token))
            decoder.push(tokenizer.tokenBytes(token), text);
    }
    decoder.flush(text);
    return text;
}

} // namespace

TEST_CASE("a request says its progress, tokens and text, then ends exactly once")
{
    House house(FakeRunner::smallLimits(40));
    const GenerationRequest r = request(prompt(150), 60);
    const RequestLog log = house.run(r);
    CHECK(log.tokens == ideal(r, 40 * kBlockTokens));
    CHECK(log.text == textOf(log.tokens));
    REQUIRE(log.progress.size() == 3); // chunks of 64
    CHECK(log.progress.back().tokensDone == 150);
    CHECK(log.progress.back().tokensTotal == 150);
    REQUIRE(log.finished.size() == 1);
    CHECK(log.ends() == 1);
    CHECK_FALSE(log.afterEnd);
    const Finished& end = log.finished[0];
    CHECK(end.reason == FinishReason::Length);
    CHECK(end.usage.promptTokens == 150);
    CHECK(end.usage.completionTokens == 60);
    CHECK(end.seed == 5);
    CHECK(end.timings.totalMs >= end.timings.firstTokenMs);
}

TEST_CASE("twelve at once reply as each alone, greedy and seeded")
{
    House house(FakeRunner::smallLimits(80, 64, 12));
    std::vector<GenerationRequest> requests;
    std::vector<RequestId> ids;
    for (int i = 0; i < 12; ++i) {
        requests.push_back(request(prompt(10 + 9 * i, i), 50, i % 2 == 0 ? 0.0f : 1.0f, static_cast<std::uint64_t>(i)));
        ids.push_back(house.engine->submit(requests.back()));
    }
    for (std::size_t i = 0; i < 12; ++i) {
        const RequestLog log = house.log.wait(ids[i]);
        CHECK(log.tokens == ideal(requests[i], 80 * kBlockTokens));
        CHECK(log.text == textOf(log.tokens));
    }
}

TEST_CASE("a stop string ends the reply wherever tokens cut it, and is never shown")
{
    House house(FakeRunner::smallLimits(40));
    GenerationRequest r = request(prompt(20), 60, 1.0f, 3);
    const std::string whole = house.run(r).text;
    REQUIRE(whole.size() > 40);
    for (std::size_t from = 5; from < 30; ++from) {
        const std::string stop = whole.substr(from, 4);
        if (stop.find('\xc3') != std::string::npos || stop.find('\xa9') != std::string::npos)
            continue;
        r.stop.strings = {"never said", stop};
        const RequestLog log = house.run(r);
        CHECK(log.text == whole.substr(0, whole.find(stop)));
        CHECK(log.finished.at(0).reason == FinishReason::Stop);
        CHECK(log.ends() == 1);
    }
}

TEST_CASE("an eos token ends the reply unseen, but is counted and reported")
{
    const GenerationRequest r = request(prompt(20), 60, 1.0f, 3);
    const std::vector<Token> reply = ideal(r, 640);
    SchedulerOptions options;
    options.eosTokens = {reply[20]};
    House house(FakeRunner::smallLimits(20), options);
    const RequestLog log = house.run(r);
    const auto end = static_cast<std::size_t>(std::find(reply.begin(), reply.end(), reply[20]) - reply.begin());
    CHECK(log.tokens == std::vector<Token>(reply.begin(), reply.begin() + static_cast<std::ptrdiff_t>(end) + 1));
    CHECK(log.text == textOf({reply.begin(), reply.begin() + static_cast<std::ptrdiff_t>(end)}));
    CHECK(log.finished.at(0).reason == FinishReason::Stop);
    CHECK(log.finished.at(0).usage.completionTokens == static_cast<int>(end) + 1);
}

TEST_CASE("cancel during a long prefill returns within one chunk")
{
    std::counting_semaphore<> entered(0), mayGo(0);
    House house(FakeRunner::smallLimits(130, 64), {}, true, [&] {
        entered.release();
        mayGo.acquire();
    });
    const RequestId id = house.engine->submit(request(prompt(4000), 10));
    entered.acquire();
    mayGo.release(); // chunk 1
    entered.acquire(); // chunk 2 has begun
    house.engine->cancel(id);
    house.engine->cancel(static_cast<RequestId>(1'000'000)); // unknown: ignored
    mayGo.release(1000);
    const RequestLog log = house.log.wait(id);
    CHECK(log.finished.at(0).reason == FinishReason::Cancelled);
    CHECK(log.progress.size() == 2);
    CHECK(log.progress.back().tokensDone == 128);
    house.engine.reset();
    CHECK(house.log.get(id).ends() == 1);
}

TEST_CASE("a cancelled reply keeps its text, half code points and held back stop strings included")
{
    House house(FakeRunner::smallLimits(40));
    GenerationRequest r = request(prompt(20), -1);
    r.stop.strings = {std::string(1000, 'x')};
    const RequestId id = house.engine->submit(r);
    house.log.waitForTokens(id, 30);
    house.engine->cancel(id);
    const RequestLog log = house.log.wait(id);
    CHECK(log.text == textOf(log.tokens));
    CHECK(log.finished.at(0).usage.completionTokens == static_cast<int>(log.tokens.size()));
}

TEST_CASE("destroying the engine ends every request once, whatever it was doing")
{
    EventLog log;
    std::vector<RequestId> ids;
    {
        auto runner = std::make_unique<FakeRunner>(FakeRunner::smallLimits(30, 64, 3));
        EngineParts parts;
        parts.runner = std::move(runner);
        parts.tokenizer = std::make_unique<FakeTokenizer>();
        EngineCore engine(std::move(parts), log.sink());
        for (int i = 0; i < 8; ++i)
            ids.push_back(engine.submit(request(prompt(30, i), -1)));
        log.waitForTokens(ids[0], 5);
        ids.push_back(engine.submit(request(prompt(3), -1))); // may still lie in the inbox
    }
    const auto logs = log.all();
    CHECK(logs.size() == ids.size());
    for (const RequestId id : ids) {
        CHECK(logs.at(id).ends() == 1);
        CHECK_FALSE(logs.at(id).afterEnd);
        CHECK(logs.at(id).failed.empty());
    }
}

TEST_CASE("many threads may submit, cancel and ask at once")
{
    House house(FakeRunner::smallLimits(40, 64, 6));
    std::vector<std::thread> threads;
    std::vector<std::vector<RequestId>> ids(4);
    for (std::size_t t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 20; ++i) {
                ids[t].push_back(house.engine->submit(request(prompt(20 + i, static_cast<int>(t)), 20)));
                if (i % 3 == 0)
                    house.engine->cancel(ids[t].back());
                if (i % 5 == 0)
                    (void)house.engine->evaluate(prompt(40), [](int, std::span<const float>) {});
                (void)house.engine->stats();
                (void)house.engine->tokenize("some text", SpecialTokens::AsText);
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    for (const auto& list : ids) {
        for (const RequestId id : list)
            CHECK(house.log.wait(id).ends() == 1);
    }
}

TEST_CASE("a failing device fails what runs with a sentence; the engine lives on")
{
    House house(FakeRunner::smallLimits(20));
    house.runner->failNext = true;
    const RequestLog failed = house.run(request(prompt(10), 5));
    REQUIRE(failed.failed.size() == 1);
    CHECK(failed.failed[0].error.code == ErrorCode::Device);
    CHECK(failed.failed[0].error.message.find("fell over") != std::string::npos);
    const GenerationRequest again = request(prompt(10), 5);
    CHECK(house.run(again).tokens == ideal(again, 640));
    house.runner->failNext = true;
    const auto evaluated = house.engine->evaluate(prompt(10), [](int, std::span<const float>) {});
    REQUIRE_FALSE(evaluated.ok());
    CHECK(evaluated.error().code == ErrorCode::Device);
    CHECK(house.run(again).tokens == ideal(again, 640));
}

TEST_CASE("invalid requests end in one Failed event")
{
    House house(FakeRunner::smallLimits(4));
    CHECK(house.run(request({}, 5)).failed.size() == 1);
    const RequestLog tooLong = house.run(request(prompt(500), 5));
    REQUIRE(tooLong.failed.size() == 1);
    CHECK(tooLong.failed[0].error.message.find("500") != std::string::npos);
    CHECK(tooLong.failed[0].error.message.find("128") != std::string::npos);
    CHECK(house.run(request({5, 97}, 5)).failed.size() == 1);
    CHECK(house.run(request(prompt(5), 5, -1.0f)).failed.size() == 1);
    CHECK_FALSE(house.engine->evaluate({}, [](int, std::span<const float>) {}).ok());
    CHECK_FALSE(house.engine->evaluate(prompt(129), [](int, std::span<const float>) {}).ok());
}

TEST_CASE("evaluate answers between the steps of a generation")
{
    House house(FakeRunner::smallLimits(40));
    const GenerationRequest r = request(prompt(20), 300);
    const RequestId id = house.engine->submit(r);
    for (int i = 0; i < 5; ++i) {
        const std::vector<Token> text = prompt(100, i);
        int rows = 0;
        std::uint64_t hash = 0;
        bool right = true;
        const Result<void> done = house.engine->evaluate(text, [&](int position, std::span<const float> row) {
            hash = FakeRunner::extend(hash, text[static_cast<std::size_t>(position)]);
            right = right && position == rows++ && row[3] == FakeRunner::logit(hash, 3);
        });
        CHECK(done.ok());
        CHECK(rows == 100);
        CHECK(right);
    }
    CHECK(house.log.wait(id).tokens == ideal(r, 40 * kBlockTokens));
}

TEST_CASE("without a seed one is drawn, reported, and repeats the reply")
{
    House house(FakeRunner::smallLimits(20));
    GenerationRequest r = request(prompt(20), 40, 1.0f);
    r.sampling.seed.reset();
    const RequestLog first = house.run(r), second = house.run(r);
    CHECK(first.finished.at(0).seed != second.finished.at(0).seed);
    r.sampling.seed = first.finished.at(0).seed;
    CHECK(house.run(r).tokens == first.tokens);
}

TEST_CASE("without a tokenizer ids work, and text answers an error")
{
    House house(FakeRunner::smallLimits(20), {}, false);
    const GenerationRequest r = request(prompt(20), 10);
    const RequestLog log = house.run(r);
    CHECK(log.tokens == ideal(r, 640));
    CHECK(log.text.empty());
    CHECK_FALSE(house.engine->tokenize("x", SpecialTokens::AsText).ok());
    CHECK_FALSE(house.engine->detokenize({}).ok());
    CHECK_FALSE(house.engine->renderChat({}, {}, true, {}).ok());
}

TEST_CASE("token events carry bytes and, when asked, the best alternatives")
{
    House house(FakeRunner::smallLimits(20));
    GenerationRequest r = request(prompt(20), 10);
    r.topLogprobs = 4;
    const FakeTokenizer tokenizer;
    for (const TokenInfo& info : house.run(r).infos) {
        CHECK(info.bytes == tokenizer.tokenBytes(info.token));
        REQUIRE(info.alternatives.size() == 4);
        CHECK(info.alternatives[0].token == info.token); // greedy
        CHECK(info.alternatives[0].logprob == info.logprob);
        CHECK(info.alternatives[3].logprob <= info.alternatives[0].logprob);
    }
    r.wantTokens = false;
    CHECK(house.run(r).infos.empty());
}

TEST_CASE("the second turn is served from the cache, and says so")
{
    House house(FakeRunner::smallLimits(40));
    const RequestLog first = house.run(request(prompt(200), 1));
    CHECK(first.finished.at(0).usage.cachedTokens == 0);
    const RequestLog second = house.run(request(prompt(230), 1));
    CHECK(second.finished.at(0).usage.cachedTokens == 192);
    CHECK(second.progress.back().tokensDone == 230);
}

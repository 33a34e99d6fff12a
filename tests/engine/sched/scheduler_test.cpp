#include "sched/scheduler.h"

#include "engine/sched/recording.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace qwill::engine;

namespace {

std::vector<Token> randomText(std::mt19937& random, int length)
{
    std::vector<Token> text(static_cast<std::size_t>(length));
    for (Token& token : text)
        token = static_cast<Token>(random() % FakeRunner::kVocab);
    return text;
}

RequestId idOf(std::size_t i)
{
    return static_cast<RequestId>(i + 1);
}

struct House {
    FakeRunner runner;
    Scheduler scheduler;
    explicit House(const RunnerLimits& limits, SchedulerOptions options = {})
        : runner(limits),
          scheduler(runner, std::move(options))
    {
    }
    Record run(const Job& job, std::size_t id = 0)
    {
        Record record;
        submitJob(scheduler, job, idOf(id), record);
        runToEnd(scheduler);
        return record;
    }
    ~House()
    {
        CHECK(runner.contractKept);
        CHECK(runner.positionsSound);
    }
};

} // namespace

TEST_CASE("one sequence replies as an ideal machine does, greedy and drawn")
{
    std::mt19937 random(1);
    for (const int length : {1, 2, 31, 32, 33, 64, 200}) {
        for (const float temperature : {0.0f, 0.9f}) {
            House house(FakeRunner::smallLimits(20));
            Job job{randomText(random, length), {}, 7, 50};
            job.sampling.temperature = temperature;
            job.sampling.repetitionPenalty = 1.1f;
            const Record record = house.run(job);
            CHECK(record.reply == idealReply(job, 20 * kBlockTokens));
            CHECK(record.reason == FinishReason::Length);
            CHECK(record.usage.promptTokens == length);
            CHECK(record.usage.completionTokens == 50);
            CHECK(record.usage.cachedTokens == 0);
            CHECK(house.scheduler.pool().used() == 0);
        }
    }
}

TEST_CASE("a batch of twelve replies as each alone")
{
    std::mt19937 random(2);
    House house(FakeRunner::smallLimits(60, 64, 12));
    std::vector<Job> jobs;
    for (int i = 0; i < 12; ++i) {
        Job job{randomText(random, 1 + static_cast<int>(random() % 90)), {}, random(), 40};
        job.sampling.temperature = i % 2 == 0 ? 0.0f : 1.0f;
        jobs.push_back(job);
    }
    std::vector<Record> records(jobs.size());
    for (std::size_t i = 0; i < jobs.size(); ++i)
        submitJob(house.scheduler, jobs[i], idOf(i), records[i]);
    int most = 0;
    while (!house.scheduler.idle()) {
        house.scheduler.step();
        most = std::max(most, house.scheduler.runningCount());
    }
    CHECK(most == 12);
    for (std::size_t i = 0; i < jobs.size(); ++i)
        CHECK(records[i].reply == idealReply(jobs[i], 60 * kBlockTokens));
}

TEST_CASE("the next turn computes only what is new")
{
    std::mt19937 random(3);
    House house(FakeRunner::smallLimits(40));
    Job job{randomText(random, 100), greedySampling(), 0, 60};
    const Record first = house.run(job);
    Job next = job;
    next.prompt.insert(next.prompt.end(), first.reply.begin(), first.reply.end());
    const auto more = randomText(random, 20);
    next.prompt.insert(next.prompt.end(), more.begin(), more.end());
    house.runner.tokensComputed = 0;
    next.maxTokens = 1;
    const Record second = house.run(next, 1);
    // 159 tokens of the first turn have K and V (the last drawn one has none): 4 full blocks.
    CHECK(second.usage.cachedTokens == 128);
    CHECK(house.runner.tokensComputed == 180 - 128);
    CHECK(second.reply == idealReply(next, 40 * kBlockTokens));
}

TEST_CASE("a fully cached prompt still computes its last token")
{
    std::mt19937 random(4);
    House house(FakeRunner::smallLimits(40));
    const Job job{randomText(random, 64), greedySampling(), 0, 5};
    const Record first = house.run(job);
    const Record second = house.run(job, 1);
    CHECK(second.reply == first.reply);
    CHECK(second.usage.cachedTokens == 32);
    const Job longer{randomText(random, 65), greedySampling(), 0, 5};
    house.run(longer, 2);
    CHECK(house.run(longer, 3).usage.cachedTokens == 64);
}

TEST_CASE("without prefix reuse the same text is computed again, with the same reply")
{
    std::mt19937 random(5);
    SchedulerOptions options;
    options.reusePrefix = false;
    House house(FakeRunner::smallLimits(40), options);
    const Job job{randomText(random, 100), greedySampling(), 0, 10};
    const Record first = house.run(job), second = house.run(job, 1);
    CHECK(second.usage.cachedTokens == 0);
    CHECK(first.reply == second.reply);
    CHECK(house.scheduler.pool().cached() == 0);
}

TEST_CASE("requests that share a beginning share its blocks even when they come together")
{
    std::mt19937 random(6);
    House house(FakeRunner::smallLimits(60, 64, 8));
    const auto shared = randomText(random, 320);
    std::vector<Record> records(6);
    std::vector<Job> jobs;
    for (std::size_t i = 0; i < 6; ++i) {
        Job job{shared, greedySampling(), 0, 5};
        const auto tail = randomText(random, 10);
        job.prompt.insert(job.prompt.end(), tail.begin(), tail.end());
        jobs.push_back(job);
        submitJob(house.scheduler, job, idOf(i), records[i]);
    }
    runToEnd(house.scheduler);
    CHECK(house.runner.tokensComputed < 2 * 330);
    for (std::size_t i = 0; i < 6; ++i)
        CHECK(records[i].reply == idealReply(jobs[i], 60 * kBlockTokens));
}

TEST_CASE("preemption changes nothing but time")
{
    std::mt19937 random(7);
    for (const bool reuse : {true, false}) {
        SchedulerOptions options;
        options.reusePrefix = reuse;
        House house(FakeRunner::smallLimits(9, 64, 6), options); // 288 tokens for six sequences that reach 150
        std::vector<Job> jobs;
        std::vector<Record> records(6);
        for (std::size_t i = 0; i < 6; ++i) {
            Job job{randomText(random, 30), {}, i, 120};
            job.sampling.temperature = i % 2 == 0 ? 0.0f : 0.8f;
            job.sampling.frequencyPenalty = 0.1f;
            jobs.push_back(job);
            submitJob(house.scheduler, job, idOf(i), records[i]);
        }
        runToEnd(house.scheduler);
        CHECK(house.scheduler.preemptionCount() > 0);
        for (std::size_t i = 0; i < 6; ++i) {
            CHECK(records[i].reply == idealReply(jobs[i], 9 * kBlockTokens));
            CHECK(records[i].usage.cachedTokens == 0);
            CHECK(records[i].ends == 1);
        }
    }
}

TEST_CASE("the oldest finishes first when all want the same")
{
    std::mt19937 random(8);
    House house(FakeRunner::smallLimits(9, 64, 6));
    std::vector<Record> records(5);
    for (std::size_t i = 0; i < 5; ++i)
        submitJob(house.scheduler, {randomText(random, 40), greedySampling(), 0, 100}, idOf(i), records[i]);
    while (!records[0].reason)
        house.scheduler.step();
    for (std::size_t i = 1; i < 5; ++i)
        CHECK(records[i].reply.size() <= records[0].reply.size());
    runToEnd(house.scheduler);
}

TEST_CASE("what is in the background gives way, loses nothing, and goes on")
{
    std::mt19937 random(9);
    House house(FakeRunner::smallLimits(12, 64, 6)); // six in the background fill all places, and want more memory
    std::vector<Job> jobs;
    std::vector<Record> records(8);
    for (std::size_t i = 0; i < 8; ++i) {
        Job job{randomText(random, 30), greedySampling(), i, 150};
        job.speculate = false;
        job.background = i < 6;
        jobs.push_back(job);
    }
    for (std::size_t i = 0; i < 6; ++i)
        submitJob(house.scheduler, jobs[i], idOf(i), records[i]);
    while (records[0].reply.size() < 20)
        house.scheduler.step();
    for (std::size_t i = 6; i < 8; ++i) {
        submitJob(house.scheduler, jobs[i], idOf(i), records[i]);
        house.scheduler.step();
        CHECK(records[i].reply.size() == 1);
        for (int step = 0; step < 10; ++step)
            house.scheduler.step();
    }
    for (std::size_t before = records[6].reply.size(); !records[6].reason; ++before) {
        CHECK(records[6].reply.size() == before); // a token in every step
        CHECK(records[7].reply.size() == before - 11);
        house.scheduler.step();
    }
    runToEnd(house.scheduler);
    for (std::size_t i = 0; i < 8; ++i) {
        CHECK(records[i].reply == idealReply(jobs[i], 12 * kBlockTokens));
        CHECK(records[i].ends == 1);
    }
}

TEST_CASE("a streaming reply gets a token in every step while a long prompt is read in small chunks")
{
    std::mt19937 random(9);
    House house(FakeRunner::smallLimits(100, 128, 4));
    Record stream, reader;
    submitJob(house.scheduler, {randomText(random, 10), greedySampling(), 0, 200}, idOf(0), stream);
    house.scheduler.step();
    submitJob(house.scheduler, {randomText(random, 1000), greedySampling(), 0, 10}, idOf(1), reader);
    while (reader.reply.empty()) {
        const std::size_t before = stream.reply.size();
        house.scheduler.step();
        CHECK(stream.reply.size() == before + 1);
        CHECK(house.runner.lastBatchTokens <= 1 + 128 / 4);
    }
    CHECK(reader.progress.size() >= 1000 / 32);
    CHECK(std::is_sorted(reader.progress.begin(), reader.progress.end()));
    CHECK(reader.progress.back() == 1000);
    house.scheduler.cancelAll();
}

TEST_CASE("a prefill chunk never exceeds what was asked")
{
    std::mt19937 random(10);
    SchedulerOptions options;
    options.prefillChunk = 48;
    House house(FakeRunner::smallLimits(100, 128, 4), options);
    Record record;
    submitJob(house.scheduler, {randomText(random, 500), greedySampling(), 0, 2}, idOf(0), record);
    while (!house.scheduler.idle()) {
        house.scheduler.step();
        CHECK(house.runner.lastBatchTokens <= 48);
    }
}

TEST_CASE("cancel during a long prefill takes effect before the next chunk and frees everything")
{
    std::mt19937 random(11);
    House house(FakeRunner::smallLimits(130, 64, 4));
    Record record;
    submitJob(house.scheduler, {randomText(random, 4000), greedySampling(), 0, 2}, idOf(0), record);
    house.scheduler.step();
    house.scheduler.step();
    const int computed = house.runner.tokensComputed;
    house.scheduler.cancel(idOf(0));
    CHECK(record.reason == FinishReason::Cancelled);
    CHECK(record.ends == 1);
    CHECK(house.runner.tokensComputed == computed);
    CHECK(house.scheduler.idle());
    CHECK(house.scheduler.pool().used() == 0);
    house.scheduler.cancel(idOf(0));
    CHECK(record.ends == 1);
}

TEST_CASE("a sequence never exceeds the context and says so")
{
    std::mt19937 random(12);
    SchedulerOptions options;
    options.contextLength = 100;
    House house(FakeRunner::smallLimits(20), options);
    const Job job{randomText(random, 60), greedySampling(), 0, -1};
    Record record = house.run(job);
    CHECK(record.reason == FinishReason::ContextFull);
    CHECK(record.reply.size() == 40);
    CHECK(record.reply == idealReply(job, 100));
    Job exact = job;
    exact.maxTokens = 40;
    CHECK(house.run(exact, 1).reason == FinishReason::Length);
    exact.maxTokens = 41;
    CHECK(house.run(exact, 2).reason == FinishReason::ContextFull);
}

TEST_CASE("any eos token ends the reply unless ignored; a stop verdict ends it too")
{
    std::mt19937 random(13);
    Job job{randomText(random, 20), {}, 3, 200};
    job.sampling.temperature = 1;
    job.sampling.topK = 0;
    job.sampling.topP = 1;
    SchedulerOptions options;
    options.eosTokens = {5, 9};
    House house(FakeRunner::smallLimits(40), options);
    const Record ended = house.run(job);
    CHECK(ended.reason == FinishReason::Stop);
    CHECK((ended.reply.back() == 5 || ended.reply.back() == 9));
    CHECK(ended.reply == idealReply(job, 40 * kBlockTokens, {5, 9}));
    Job ignoring = job;
    ignoring.ignoreEos = true;
    const Record full = house.run(ignoring, 1);
    CHECK(full.reason == FinishReason::Length);
    CHECK(full.reply.size() == 200);
    ignoring.stopToken = full.reply[30];
    const Record stopped = house.run(ignoring, 2);
    CHECK(stopped.reason == FinishReason::Stop);
    CHECK(stopped.reply == idealReply(ignoring, 40 * kBlockTokens));
}

TEST_CASE("invalid requests fail at once with both figures in the sentence")
{
    std::mt19937 random(14);
    House house(FakeRunner::smallLimits(4));
    const Record tooLong = house.run({randomText(random, 128), {}, 0, 5});
    REQUIRE(tooLong.error);
    CHECK(tooLong.error->message.find("128") != std::string::npos);
    CHECK(house.run({{}, {}, 0, 5}).error);
    CHECK(house.run({{1, FakeRunner::kVocab}, {}, 0, 5}).error);
    CHECK(house.run({{-1}, {}, 0, 5}).error);
    Job job{{1}, {}, 0, 5};
    job.sampling.temperature = -1;
    CHECK(house.run(job).error);
    job = {{1}, {}, 0, 5};
    job.topLogprobs = 21;
    CHECK(house.run(job).error);
    const Record nothing = house.run({{1}, {}, 0, 0});
    CHECK(nothing.reason == FinishReason::Length);
    CHECK(nothing.reply.empty());
    CHECK(house.runner.forwards == 0);
}

TEST_CASE("logits that are no numbers fail their request alone and leave no prefix behind")
{
    std::mt19937 random(15);
    House house(FakeRunner::smallLimits(20));
    const Job sick{randomText(random, 70), greedySampling(), 0, 10};
    for (const Token token : sick.prompt)
        house.runner.poisonHash = FakeRunner::extend(house.runner.poisonHash, token);
    const Job healthy{randomText(random, 70), greedySampling(), 0, 10};
    Record bad, good;
    submitJob(house.scheduler, sick, idOf(0), bad);
    submitJob(house.scheduler, healthy, idOf(1), good);
    runToEnd(house.scheduler);
    REQUIRE(bad.error);
    CHECK(bad.ends == 1);
    CHECK(good.reply == idealReply(healthy, 640));
    house.runner.poisonHash = 0;
    const Record again = house.run(sick, 2);
    CHECK(again.usage.cachedTokens == 0);
    CHECK(again.reply == idealReply(sick, 640));
}

TEST_CASE("after a device failure the waiting go on and nothing cached is trusted")
{
    std::mt19937 random(16);
    House house(FakeRunner::smallLimits(20, 64, 1));
    const Job job{randomText(random, 70), greedySampling(), 0, 10};
    Record first, second;
    submitJob(house.scheduler, job, idOf(0), first);
    submitJob(house.scheduler, job, idOf(1), second);
    house.scheduler.step();
    house.scheduler.step();
    house.runner.failNext = true;
    CHECK_THROWS_AS(house.scheduler.step(), DeviceError);
    house.scheduler.failRunning({ErrorCode::Device, "gone"});
    CHECK(first.error);
    CHECK(house.scheduler.pool().cached() == 0);
    runToEnd(house.scheduler);
    CHECK(second.usage.cachedTokens == 0);
    CHECK(second.reply == idealReply(job, 640));
}

TEST_CASE("evaluate gives every position's logits between steps, at the cost of preempting")
{
    std::mt19937 random(17);
    House house(FakeRunner::smallLimits(10, 64, 4));
    const Job job{randomText(random, 100), greedySampling(), 0, 50};
    Record record;
    submitJob(house.scheduler, job, idOf(0), record);
    for (int i = 0; i < 5; ++i)
        house.scheduler.step();
    const auto text = randomText(random, 300);
    std::uint64_t hash = 0;
    int rows = 0;
    const Result<void> done = house.scheduler.evaluate(text, [&](int position, std::span<const float> row) {
        CHECK(position == rows++);
        hash = FakeRunner::extend(hash, text[static_cast<std::size_t>(position)]);
        CHECK(row[11] == FakeRunner::logit(hash, 11));
    });
    CHECK(done.ok());
    CHECK(rows == 300);
    runToEnd(house.scheduler);
    CHECK(record.reply == idealReply(job, 320));
    CHECK_FALSE(house.scheduler.evaluate(randomText(random, 321), [](int, std::span<const float>) {}).ok());
    CHECK_FALSE(house.scheduler.evaluate({}, [](int, std::span<const float>) {}).ok());
}

TEST_CASE("timings add up")
{
    std::mt19937 random(18);
    House house(FakeRunner::smallLimits(20));
    const Record record = house.run({randomText(random, 70), greedySampling(), 0, 10});
    const Timings& t = record.timings;
    CHECK(t.queuedMs >= 0);
    CHECK(t.firstTokenMs >= t.queuedMs);
    CHECK(std::abs(t.queuedMs + t.prefillMs - t.firstTokenMs) < 1e-6);
    CHECK(t.totalMs >= t.firstTokenMs + t.decodeMs - 1e-6);
}

TEST_CASE("an embedding is the mean over all tokens, in chunks, in company, after preemption and beside a warm cache")
{
    std::mt19937 random(29);
    House house(FakeRunner::smallLimits(24, 48));
    std::vector<Job> jobs;
    std::vector<Record> records(10);
    for (std::size_t i = 0; i < records.size(); ++i) {
        Job job{i % 3 == 2 ? jobs[i - 1].prompt : randomText(random, 20 + static_cast<int>(random() % 180)),
                greedySampling(), i, 120};
        job.embed = i % 2 == 0;
        jobs.push_back(job);
        submitJob(house.scheduler, jobs[i], idOf(i), records[i]);
    }
    runToEnd(house.scheduler);
    CHECK(house.scheduler.preemptionCount() > 0);
    for (std::size_t i = 0; i < records.size(); ++i) {
        CHECK(records[i].ends == 1);
        if (!jobs[i].embed) {
            CHECK(records[i].embedding.empty());
            CHECK(records[i].reply == idealReply(jobs[i], 24 * kBlockTokens));
            continue;
        }
        float sum = 0;
        for (std::size_t t = 0; t < jobs[i].prompt.size(); ++t)
            sum += FakeRunner::hidden(jobs[i].prompt[t], static_cast<int>(t));
        REQUIRE(records[i].embedding.size() == 1);
        CHECK(records[i].embedding[0] == sum / static_cast<float>(jobs[i].prompt.size()));
        CHECK(records[i].reply.empty());
        CHECK(records[i].reason == FinishReason::Stop);
    }
    CHECK(house.scheduler.pool().used() == 0);
}

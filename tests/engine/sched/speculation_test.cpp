// Speculation must change nothing but the number of steps: the same tokens for the same seed, and over all seeds the
// distribution of the model itself, computed by enumeration.

#include "sched/scheduler.h"

#include "engine/sched/recording.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace qwill::engine;

namespace {

struct House {
    FakeRunner runner;
    Scheduler scheduler;
    House(const RunnerLimits& limits, int echo, double draftCost, std::vector<Token> eos = {})
        : runner(limits),
          scheduler(runner, options(draftCost, std::move(eos)))
    {
        runner.echoDistance = echo;
    }
    ~House()
    {
        CHECK(runner.contractKept);
        CHECK(runner.positionsSound);
        CHECK(scheduler.pool().used() == 0);
    }
    Record run(const Job& job, std::size_t id = 1)
    {
        Record record;
        submitJob(scheduler, job, static_cast<RequestId>(id), record);
        runToEnd(scheduler);
        return record;
    }
    static SchedulerOptions options(double draftCost, std::vector<Token> eos)
    {
        SchedulerOptions o;
        o.draftCost = draftCost;
        o.eosTokens = std::move(eos);
        return o;
    }
};

RunnerLimits limits(int vocab = FakeRunner::kVocab)
{
    return {40, 64, 8, 16, vocab, 4096};
}

std::vector<Token> randomText(std::mt19937& random, int length)
{
    std::vector<Token> text(static_cast<std::size_t>(length));
    for (Token& token : text)
        token = static_cast<Token>(random() % FakeRunner::kVocab);
    return text;
}

} // namespace

TEST_CASE("the same reply with and without guesses, greedy and drawn, whatever the sampling")
{
    std::mt19937 random(1);
    int accepted = 0, rejected = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        House house(limits(), 7, 0.0, {2});
        Job job{randomText(random, 1 + static_cast<int>(random() % 70)), {}, seed, 120};
        job.sampling.temperature = seed % 3 == 0 ? 0.0f : 0.8f;
        job.sampling.topK = seed % 2 == 0 ? 0 : 20;
        job.sampling.repetitionPenalty = seed % 5 == 0 ? 1.3f : 1.0f;
        job.sampling.frequencyPenalty = seed % 7 == 0 ? 0.5f : 0.0f;
        job.topLogprobs = seed % 4 == 0 ? 3 : -1;
        job.stopToken = seed % 6 == 0 ? 50 : -1;
        const Record record = house.run(job);
        CHECK(record.reply == idealReply(job, 40 * kBlockTokens, {2}, 7));
        CHECK(record.ends == 1);
        CHECK(record.usage.acceptedTokens <= record.usage.draftedTokens);
        accepted += record.usage.acceptedTokens;
        rejected += record.usage.draftedTokens - record.usage.acceptedTokens;
        job.speculate = false;
        const Record plain = house.run(job, 2);
        CHECK(plain.reply == record.reply);
        CHECK(plain.usage.draftedTokens == 0);
    }
    CHECK(accepted > 800);
    CHECK(rejected > 1000);
}

TEST_CASE("each accepted guess saves a step")
{
    std::mt19937 random(2);
    House house(limits(), 20, 0.0);
    Job job{randomText(random, 60), greedySampling(), 0, 200};
    const Record record = house.run(job);
    // One step reads the prompt and draws the first token.
    CHECK(static_cast<int>(house.scheduler.stepCount()) == 200 - record.usage.acceptedTokens);
    CHECK(record.usage.acceptedTokens > 60);
    CHECK(record.reply.size() == 200);
}

TEST_CASE("guesses end where the reply must: at its limit, at the context's, at an end token, at a stop")
{
    std::mt19937 random(3);
    for (int room = 1; room <= 20; ++room) {
        House house(limits(), 5, 0.0);
        const Job limited{randomText(random, 40), greedySampling(), 0, room};
        CHECK(house.run(limited).reply == idealReply(limited, 1280, {}, 5));
        SchedulerOptions options = House::options(0.0, {});
        options.contextLength = 40 + room;
        Scheduler narrow(house.runner, options);
        Job job{randomText(random, 40), greedySampling(), 0, -1};
        Record record;
        submitJob(narrow, job, static_cast<RequestId>(9), record);
        runToEnd(narrow);
        CHECK(record.reason == FinishReason::ContextFull);
        CHECK(static_cast<int>(record.reply.size()) == room);
    }
}

TEST_CASE("the text of accepted guesses is reused by the next turn")
{
    std::mt19937 random(4);
    House house(limits(), 9, 0.0);
    Job job{randomText(random, 50), greedySampling(), 0, 150};
    const Record first = house.run(job);
    CHECK(first.usage.acceptedTokens > 50);
    Job next = job;
    next.prompt.insert(next.prompt.end(), first.reply.begin(), first.reply.end());
    next.maxTokens = 30;
    const Record second = house.run(next, 2);
    CHECK(second.usage.cachedTokens >= 192 - kBlockTokens);
    CHECK(second.reply == idealReply(next, 1280, {}, 9));
}

TEST_CASE("a batch of six with guesses replies as each alone, within the runner's rows")
{
    std::mt19937 random(5);
    House house(limits(), 6, 0.0);
    std::vector<Job> jobs;
    std::vector<Record> records(6);
    for (std::size_t i = 0; i < 6; ++i) {
        Job job{randomText(random, 20), {}, i, 90};
        job.sampling.temperature = i % 2 == 0 ? 0.0f : 0.7f;
        jobs.push_back(job);
        submitJob(house.scheduler, job, static_cast<RequestId>(i + 1), records[i]);
    }
    runToEnd(house.scheduler);
    int accepted = 0;
    for (std::size_t i = 0; i < 6; ++i) {
        CHECK(records[i].reply == idealReply(jobs[i], 1280, {}, 6));
        accepted += records[i].usage.acceptedTokens;
    }
    CHECK(accepted > 60);
}

TEST_CASE("guesses that cost as much as steps are not verified")
{
    std::mt19937 random(6);
    House house(limits(), 9, 1.0);
    const Record record = house.run({randomText(random, 50), greedySampling(), 0, 150});
    CHECK(record.usage.draftedTokens == 0);
}

TEST_CASE("over all seeds the replies are distributed as the model says, by enumeration")
{
    // Four tokens, replies of four: 256 of them, each with its exact probability. The prompt repeats itself, so that
    // guesses are made, and the model follows it only in part, so that many are wrong.
    constexpr int kVocab = 4, kLength = 4, kDraws = 60000, kEcho = 5;
    const std::vector<Token> prompt{0, 1, 2, 3, 1, 0, 1, 2, 3, 1, 0, 1};
    constexpr std::size_t kReplies = 256;
    std::vector<double> expected(kReplies);
    for (std::size_t code = 0; code < kReplies; ++code) {
        std::vector<Token> text = prompt;
        std::uint64_t hash = 0;
        for (const Token token : prompt)
            hash = FakeRunner::extend(hash, token);
        double probability = 1;
        for (int i = 0; i < kLength; ++i) {
            const Token token = static_cast<Token>(code >> (2 * i) & 3);
            const Token echo = text[text.size() - kEcho];
            double total = 0;
            for (int id = 0; id < kVocab; ++id)
                total += std::exp(static_cast<double>(FakeRunner::logit(hash, id, echo)) / 4);
            probability *= std::exp(static_cast<double>(FakeRunner::logit(hash, token, echo)) / 4) / total;
            text.push_back(token);
            hash = FakeRunner::extend(hash, token);
        }
        expected[code] = probability * kDraws;
    }
    House house(limits(kVocab), kEcho, 0.0);
    std::vector<int> seen(kReplies, 0);
    int drafted = 0, accepted = 0;
    for (std::uint64_t seed = 0; seed < kDraws; ++seed) {
        Job job{prompt, {}, seed, kLength};
        job.sampling.temperature = 4;
        job.sampling.topK = 0;
        job.sampling.topP = 1;
        const Record record = house.run(job);
        REQUIRE(record.reply.size() == kLength);
        std::size_t code = 0;
        for (std::size_t i = 0; i < kLength; ++i)
            code |= static_cast<std::size_t>(record.reply[i]) << (2 * i);
        ++seen[code];
        drafted += record.usage.draftedTokens;
        accepted += record.usage.acceptedTokens;
    }
    double chiSquare = 0;
    int cells = 0;
    for (std::size_t code = 0; code < kReplies; ++code) {
        REQUIRE(expected[code] > 4);
        const double off = seen[code] - expected[code];
        chiSquare += off * off / expected[code];
        ++cells;
    }
    // 255 degrees of freedom: mean 255, deviation 22.6; the seeds are fixed, so a failure is never chance.
    CHECK(chiSquare < 255 + 4 * 22.6);
    CHECK(chiSquare > 255 - 4 * 22.6);
    CHECK(accepted > kDraws / 4);
    CHECK(drafted - accepted > kDraws / 4);
}

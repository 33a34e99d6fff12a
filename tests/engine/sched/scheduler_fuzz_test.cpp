// Thousands of steps of random arrivals and cancels in a pool that is too small; every reply must be a prefix of the
// ideal one, no block may leak, and every request ends exactly once.

#include "sched/scheduler.h"

#include "engine/sched/recording.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

using namespace qwill::engine;

namespace {

struct Life {
    Job job;
    Record record;
    bool cancelled = false;
};

std::uint64_t weakHash(std::uint64_t previous, std::span<const Token> tokens)
{
    return (previous * 3 + static_cast<std::uint64_t>(tokens[1])) % 5;
}

Job randomJob(std::mt19937& random, const std::vector<std::vector<Token>>& roots)
{
    Job job;
    job.prompt = roots[random() % roots.size()];
    job.prompt.resize(1 + random() % job.prompt.size());
    for (std::size_t i = random() % 40; i > 0; --i)
        job.prompt.push_back(static_cast<Token>(random() % FakeRunner::kVocab));
    job.sampling.temperature = random() % 2 == 0 ? 0.0f : 0.9f;
    job.sampling.presencePenalty = random() % 3 == 0 ? 0.5f : 0.0f;
    job.seed = random();
    job.maxTokens = random() % 5 == 0 ? -1 : static_cast<int>(random() % 80);
    job.background = random() % 3 == 0;
    return job;
}

void checkInvariants(const Scheduler& scheduler)
{
    std::set<BlockId> held;
    for (const auto& sequence : scheduler.running()) {
        held.insert(sequence->table.blocks().begin(), sequence->table.blocks().end());
        REQUIRE(sequence->pending() >= 1);
        REQUIRE(sequence->size() < scheduler.contextLength());
        REQUIRE(sequence->table.capacityTokens() >= sequence->computed());
    }
    REQUIRE(scheduler.pool().used() == static_cast<int>(held.size()));
}

void liveThrough(unsigned seed, const SchedulerOptions& options, const RunnerLimits& limits, int echo = 0)
{
    std::mt19937 random(seed);
    FakeRunner runner(limits);
    runner.echoDistance = echo;
    Scheduler scheduler(runner, options);
    std::vector<std::vector<Token>> roots(4);
    for (auto& root : roots) {
        root.resize(120);
        for (Token& token : root)
            token = static_cast<Token>(random() % FakeRunner::kVocab);
    }
    std::map<std::uint64_t, Life> lives;
    std::uint64_t nextId = 1;
    for (int step = 0; step < 3000; ++step) {
        if (random() % 10 == 0) {
            Life& life = lives[nextId];
            life.job = randomJob(random, roots);
            submitJob(scheduler, life.job, static_cast<RequestId>(nextId++), life.record);
        }
        if (random() % 60 == 0 && nextId > 1) {
            const std::uint64_t victim = nextId - 1 - random() % std::min<std::uint64_t>(nextId - 1, 8);
            lives[victim].cancelled = true;
            scheduler.cancel(static_cast<RequestId>(victim));
        }
        if (random() % 200 == 0)
            roots.push_back(lives.empty() ? roots[0] : lives.rbegin()->second.job.prompt);
        if (!scheduler.idle())
            scheduler.step();
        REQUIRE(runner.contractKept);
        REQUIRE(runner.positionsSound);
        checkInvariants(scheduler);
    }
    runToEnd(scheduler);
    CHECK(scheduler.pool().used() == 0);
    CHECK(runner.positionsSound);
    int complete = 0, cached = 0, accepted = 0, rejected = 0;
    for (const auto& [id, life] : lives) {
        REQUIRE(life.record.ends == 1);
        REQUIRE_FALSE(life.record.error.has_value());
        std::vector<Token> ideal = idealReply(life.job, scheduler.contextLength(), options.eosTokens, echo);
        REQUIRE(life.record.reply.size() <= ideal.size());
        if (life.record.reason != FinishReason::Cancelled) {
            REQUIRE(life.record.reply.size() == ideal.size());
            ++complete;
        } else {
            REQUIRE(life.cancelled);
        }
        ideal.resize(life.record.reply.size());
        REQUIRE(life.record.reply == ideal);
        cached += life.record.usage.cachedTokens;
        accepted += life.record.usage.acceptedTokens;
        rejected += life.record.usage.draftedTokens - life.record.usage.acceptedTokens;
    }
    CHECK(complete > 200);
    CHECK((cached > 0) == options.reusePrefix);
    CHECK(scheduler.preemptionCount() > 0);
    if (echo > 0) {
        CHECK(accepted > 500);
        CHECK(rejected > 500);
    }
}

} // namespace

TEST_CASE("random arrivals and cancels in a small pool")
{
    for (unsigned seed = 1; seed <= 3; ++seed) {
        SchedulerOptions options;
        options.eosTokens = {3};
        liveThrough(seed, options, FakeRunner::smallLimits(14, 64, 6));
    }
}

TEST_CASE("random arrivals with a batch smaller than a block and colliding hashes")
{
    SchedulerOptions options;
    options.hash = weakHash;
    options.eosTokens = {3, 4};
    liveThrough(4, options, FakeRunner::smallLimits(10, 20, 9));
}

TEST_CASE("random arrivals without prefix reuse")
{
    SchedulerOptions options;
    options.eosTokens = {3, 4};
    options.reusePrefix = false;
    liveThrough(5, options, FakeRunner::smallLimits(12, 128, 5));
}

TEST_CASE("random arrivals of replies that repeat themselves, with every guess verified")
{
    for (unsigned seed = 6; seed <= 8; ++seed) {
        SchedulerOptions options;
        options.eosTokens = {3};
        options.draftCost = 0;
        RunnerLimits limits = FakeRunner::smallLimits(14, 64, 6);
        limits.maxLogitRows = 16;
        liveThrough(seed, options, limits, 11);
    }
}

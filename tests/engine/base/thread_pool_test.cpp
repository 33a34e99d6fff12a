#include "base/thread_pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <vector>

using namespace qwill::engine;

TEST_CASE("everyThreadRunsEverySectionOnce")
{
    for (int threads : {1, 2, 3, 7}) {
        ThreadPool pool(threads);
        REQUIRE(pool.size() == threads);
        std::vector<int> calls(static_cast<std::size_t>(threads), 0);
        for (int round = 0; round < 500; ++round)
            pool.run([&](int index) { ++calls[static_cast<std::size_t>(index)]; });
        for (int count : calls)
            CHECK(count == 500);
    }
}

TEST_CASE("barrierSeparatesPhases")
{
    ThreadPool pool(4);
    std::atomic<int> arrived{0};
    std::atomic<bool> early{false};
    pool.run([&](int) {
        for (int phase = 1; phase <= 200; ++phase) {
            arrived.fetch_add(1);
            pool.barrier();
            if (arrived.load() != phase * 4)
                early = true;
            pool.barrier();
        }
    });
    CHECK_FALSE(early.load());
}

TEST_CASE("aSmallerTeamLeavesTheOthersAlone")
{
    ThreadPlan plan;
    plan.decode = 2;
    plan.prefill = 5;
    plan.threads.resize(5);
    ThreadPool pool(plan);
    std::vector<int> calls(5, 0);
    for (int round = 0; round < 500; ++round) {
        const int team = round % 3 == 0 ? 5 : 2;
        std::atomic<int> arrived{0};
        std::atomic<bool> early{false};
        pool.run(team, [&](int index) {
            ++calls[static_cast<std::size_t>(index)];
            arrived.fetch_add(1);
            pool.barrier();
            if (arrived.load() != team)
                early = true;
        });
        REQUIRE_FALSE(early.load());
    }
    CHECK(calls == std::vector<int>{500, 500, 167, 167, 167});
}

TEST_CASE("equalThreadsHaveNoPaces")
{
    ThreadPlan plan;
    plan.threads = {{1, {}}, {1, {}}, {0.4f, {}}};
    CHECK(pacesOf(plan, 2).empty());
    const std::vector<Pace> paces = pacesOf(plan, 3);
    REQUIRE(paces.size() == 3);
    CHECK(paces[1].fastest);
    CHECK_FALSE(paces[2].fastest);
    CHECK(paces[2].end - paces[2].begin == doctest::Approx(0.4 / 2.4));
}

TEST_CASE("unequalSharesCoverTheRangeExactlyOnce")
{
    ThreadPlan plan;
    plan.threads = {{1, {}}, {1, {}}, {0.7f, {}}, {0.4f, {}}, {0.31f, {}}};
    for (int threads = 3; threads <= 5; ++threads)
        for (std::size_t count : {0u, 1u, 2u, 5u, 64u, 999u}) {
            std::size_t next = 0;
            for (const Pace& pace : pacesOf(plan, threads)) {
                const WorkRange range = splitWork(count, pace);
                REQUIRE(range.begin == next);
                REQUIRE(range.end >= range.begin);
                next = range.end;
            }
            REQUIRE(next == count);
        }
}

TEST_CASE("workTakenFromACounterIsDoneOnce")
{
    ThreadPlan plan;
    plan.threads = {{1, {}}, {1, {}}, {0.4f, {}}, {0.4f, {}}};
    plan.decode = plan.prefill = 4;
    const std::vector<Pace> paces = pacesOf(plan, 4);
    ThreadPool pool(plan);
    for (const int units : {0, 1, 2, 3, 17, 400}) {
        std::vector<std::atomic<int>> done(static_cast<std::size_t>(units));
        std::atomic<int> next{0};
        pool.run([&](int index) {
            const Pace& pace = paces[static_cast<std::size_t>(index)];
            for (WorkRange r = takeWork(next, units, pace); r.begin < r.end; r = takeWork(next, units, pace))
                for (std::size_t i = r.begin; i < r.end; ++i)
                    done[i].fetch_add(1);
        });
        for (const std::atomic<int>& times : done)
            REQUIRE(times.load() == 1);
    }
}

TEST_CASE("aSlowThreadLeavesTheLastPiecesToFastOnes")
{
    std::atomic<int> next{0};
    const Pace slow{0.9f, 1, false}, fast{0, 0.45f, true};
    CHECK(takeWork(next, 4, slow).end == 0); // four units, a tenth of the pace: others are done with them sooner
    const WorkRange first = takeWork(next, 40, slow);
    CHECK(first.end - first.begin == 2); // half its share
    const WorkRange rest = takeWork(next, 40, fast);
    CHECK(rest.end - rest.begin == 8);
    while (takeWork(next, 40, fast).end != 0) { }
    CHECK(next.load() == 40);
}

TEST_CASE("splitWorkCoversTheRangeExactlyOnce")
{
    for (std::size_t count : {0u, 1u, 63u, 64u, 65u, 1000u})
        for (int parts : {1, 2, 3, 16})
            for (std::size_t grain : {1u, 8u, 64u}) {
                std::size_t next = 0;
                for (int i = 0; i < parts; ++i) {
                    const WorkRange range = splitWork(count, i, parts, grain);
                    REQUIRE(range.begin == next);
                    REQUIRE(range.end >= range.begin);
                    REQUIRE((range.begin % grain == 0 || range.begin == count));
                    next = range.end;
                }
                REQUIRE(next == count);
            }
}

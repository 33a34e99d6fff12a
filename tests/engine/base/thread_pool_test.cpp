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

#include "spec/draft_planner.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <vector>

using namespace qwill::engine;

namespace {

std::vector<float> falling(float chance, int count)
{
    std::vector<float> chances(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < chances.size(); ++i)
        chances[i] = std::pow(chance, static_cast<float>(i + 1));
    return chances;
}

std::vector<int> chosen(const DraftPlanner& planner, const std::vector<std::vector<float>>& chances, int most = 15)
{
    std::vector<std::span<const float>> spans(chances.begin(), chances.end());
    std::vector<int> counts(chances.size(), -1);
    planner.choose(spans, most, counts);
    return counts;
}

} // namespace

TEST_CASE("nothing is drafted before a plain step was timed")
{
    DraftPlanner planner(4, -1);
    CHECK(chosen(planner, {falling(0.99f, 8)}) == std::vector<int>{0});
    planner.observe(1, 0, 60);
    CHECK(chosen(planner, {falling(0.99f, 8)})[0] > 0);
    CHECK(chosen(planner, {falling(0.99f, 8), falling(0.99f, 8)}) == std::vector<int>{0, 0}); // two: another step
}

TEST_CASE("as many as pay: none of the unlikely, more of the likely, fewer of the dear")
{
    DraftPlanner planner(1, -1);
    planner.observe(1, 0, 60);
    for (int i = 0; i < 50; ++i)
        planner.observe(1, 4, 60 + 4 * 6); // a tenth of a step each
    CHECK(chosen(planner, {falling(0.05f, 15)})[0] == 0);
    const int some = chosen(planner, {falling(0.6f, 15)})[0], many = chosen(planner, {falling(0.97f, 15)})[0];
    CHECK(some >= 1);
    CHECK(some <= 5);
    CHECK(many >= 10);
    for (int i = 0; i < 50; ++i)
        planner.observe(1, 4, 60 + 4 * 50); // most of a step each
    CHECK(chosen(planner, {falling(0.6f, 15)})[0] == 0);
    for (int i = 0; i < 50; ++i)
        planner.observe(1, 0, 60);
    CHECK(chosen(planner, {falling(0.999f, 15)})[0] > 0);
}

TEST_CASE("the best number by trying all, for one sequence")
{
    for (const double cost : {0.0, 0.02, 0.1, 0.3, 0.7, 1.5}) {
        for (const float chance : {0.1f, 0.4f, 0.7f, 0.9f, 0.98f}) {
            DraftPlanner planner(1, cost);
            const std::vector<float> chances = falling(chance, 15);
            double best = 1.03, gained = 1;
            int count = 0;
            for (int k = 1; k <= 15; ++k) {
                gained += static_cast<double>(chances[static_cast<std::size_t>(k - 1)]);
                if (gained / (1 + k * cost) > best) {
                    best = gained / (1 + k * cost);
                    count = k;
                }
            }
            CHECK(chosen(planner, {chances})[0] == count);
        }
    }
}

TEST_CASE("several sequences share the rows, the likeliest first")
{
    const DraftPlanner planner(3, 0.0);
    const std::vector<int> counts = chosen(planner, {falling(0.5f, 15), {}, falling(0.9f, 15)}, 6);
    CHECK(counts[1] == 0);
    CHECK(counts[2] > counts[0]);
    CHECK(std::accumulate(counts.begin(), counts.end(), 0) == 6);
}

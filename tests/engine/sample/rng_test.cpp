#include "sample/rng.h"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <set>

using namespace qwill::engine;

TEST_CASE("a draw is a function of seed and index alone")
{
    CHECK(randomBits(1, 2) == randomBits(1, 2));
    CHECK(randomUnit(7, 0) != randomUnit(7, 1));
    CHECK(randomUnit(7, 0) != randomUnit(8, 0));
}

TEST_CASE("neighbouring seeds share no stream")
{
    std::set<std::uint64_t> seen;
    for (std::uint64_t seed = 0; seed < 64; ++seed) {
        for (std::uint64_t index = 0; index < 256; ++index)
            seen.insert(randomBits(seed, index));
    }
    CHECK(seen.size() == 64 * 256);
}

TEST_CASE("units are uniform over indexes and over seeds")
{
    for (const bool overSeeds : {false, true}) {
        std::array<int, 64> bins{};
        constexpr int kDraws = 64000;
        for (std::uint64_t i = 0; i < kDraws; ++i) {
            const double u = overSeeds ? randomUnit(i, 3) : randomUnit(42, i);
            REQUIRE(u >= 0);
            REQUIRE(u < 1);
            ++bins[static_cast<std::size_t>(u * 64)];
        }
        double chi = 0;
        for (const int n : bins)
            chi += (n - 1000.0) * (n - 1000.0) / 1000.0;
        CHECK(chi < 113.5); // 63 degrees of freedom, p = 1e-4
        CHECK(chi > 28.0); // suspiciously even otherwise, p = 1e-4
    }
}

TEST_CASE("each bit of the index moves about half of the output")
{
    int flipped = 0;
    for (int bit = 0; bit < 32; ++bit) {
        for (std::uint64_t i = 0; i < 100; ++i)
            flipped += std::popcount(randomBits(5, i) ^ randomBits(5, i ^ (1ull << bit)));
    }
    const double mean = flipped / 3200.0;
    CHECK(mean > 31.5);
    CHECK(mean < 32.5);
}

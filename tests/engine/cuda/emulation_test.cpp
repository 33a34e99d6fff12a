// The emulation sees what it promises to see.

#include "device_array.h"
#include "emulation/emulation.h"
#include "probe_kernels.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace qwill::engine::cuda;
using namespace qwill::engine::cuda::testing;

TEST_CASE("a launch that breaks a rule fails, the next one works")
{
    const DeviceArray<std::uint32_t> data(std::vector<std::uint32_t>(8, 1000)), out(64);
    for (const BrokenRule rule : {BrokenRule::MisalignedLoad, BrokenRule::MissedBarrier, BrokenRule::MissedShuffle,
                                  BrokenRule::MixedWarpOperations, BrokenRule::MissedAwait}) {
        CAPTURE(static_cast<int>(rule));
        CHECK(probeRule(rule, data.data(), out.data()) == emulation::kBroken);
        CHECK(probeRule(BrokenRule::None, data.data(), out.data()) == 0);
    }
    const auto got = out.get();
    for (std::size_t i = 0; i < 64; ++i)
        CHECK(got[i] == 1000 + (i ^ 1));
}

TEST_CASE("shared memory starts as no number")
{
    const DeviceArray<float> out(64);
    REQUIRE(probeShared(out.data()) == 0);
    for (const float x : out.get())
        CHECK(std::isnan(x));
}

TEST_CASE("launches no device takes are refused")
{
    const auto nothing = [] { emulation::awaitEarlier(); };
    CHECK(emulation::run({1, 1, 1}, 32, 0, nothing) == 0);
    CHECK(emulation::run({0, 1, 1}, 32, 0, nothing) == emulation::kBroken);
    CHECK(emulation::run({1, 65536, 1}, 32, 0, nothing) == emulation::kBroken);
    CHECK(emulation::run({1, 1, 1}, 40, 0, nothing) == emulation::kBroken);
    CHECK(emulation::run({1, 1, 1}, 1056, 0, nothing) == emulation::kBroken);
    CHECK(emulation::run({1, 1, 1}, 32, 100 * 1024, nothing) == emulation::kBroken);
}

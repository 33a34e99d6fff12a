// The emulation sees what it promises to see.

#include "device_array.h"
#include "emulation/emulation.h"
#include "emulation/launch_count.h"
#include "matmul_fixture.h"
#include "probe_kernels.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace qwill::engine;
using namespace qwill::engine::cuda;
using namespace qwill::engine::cuda::testing;

TEST_CASE("a launch that breaks a rule fails, the next one works")
{
    const DeviceArray<std::uint32_t> data(std::vector<std::uint32_t>(8, 1000)), out(64);
    for (const BrokenRule rule :
         {BrokenRule::MisalignedLoad, BrokenRule::MissedBarrier, BrokenRule::MissedShuffle,
          BrokenRule::MixedWarpOperations, BrokenRule::MissedAwait, BrokenRule::MisalignedCopy,
          BrokenRule::CopyOutsideShared, BrokenRule::CopyBeforeAwait, BrokenRule::CopyUnfinished}) {
        CAPTURE(static_cast<int>(rule));
        CHECK(probeRule(rule, data.data(), out.data()) == emulation::kBroken);
        CHECK(probeRule(BrokenRule::None, data.data(), out.data()) == 0);
    }
    const auto got = out.get();
    for (std::size_t i = 0; i < 64; ++i)
        CHECK(got[i] == 1000 + (i ^ 1));
}

namespace {

constexpr int kTurns = 20; // orders of turns

// Of a run: whether it was as it should be.
bool gridIsRight(GridFault fault)
{
    const std::vector<std::int32_t> zeros(kGridBlocks * kGridThreads, 0);
    const DeviceArray<std::int32_t> data(zeros), out(zeros), counters(std::vector<std::int32_t>(4, 0));
    if (probeGrid(fault, data.data(), counters.data(), out.data()) != 0)
        return false;
    const auto got = out.get();
    for (int i = 0; i < kGridBlocks * kGridThreads; ++i)
        if (got[static_cast<std::size_t>(i)]
            != 2 * ((i / kGridThreads + 1) % kGridBlocks * 1000 + (i % kGridThreads ^ 1 ^ 32)) + 1)
            return false;
    return true;
}

bool countsAreRight(CountFault fault)
{
    constexpr int kTeams = 2 * kGridBlocks;
    const DeviceArray<std::int32_t> data(std::vector<std::int32_t>(kTeams * 2 * 64, 0)),
        out(std::vector<std::int32_t>(64, 0)), counters(std::vector<std::int32_t>(2, 0));
    if (probeCounts(fault, data.data(), counters.data(), out.data()) != 0)
        return false;
    const auto got = out.get();
    for (int i = 0; i < 64; ++i) // each team's i-th thread is i or 64 + i
        if (got[static_cast<std::size_t>(i)] != kTeams * (2 * i + 64) + kTeams + 2 * kTeams)
            return false;
    return counters.get() == std::vector<std::int32_t>(2, 0);
}

} // namespace

TEST_CASE("blocks that are there together wait for each other, and a race among them fails whatever the turns")
{
    int raced = 0;
    for (int turns = 0; turns < kTurns; ++turns) {
        CHECK(gridIsRight(GridFault::None));
        for (const GridFault fault : {GridFault::NoArrival, GridFault::CounterTwice, GridFault::NoWait,
                                      GridFault::NoWaitBeforeWriting, GridFault::ReadOnlyPath}) {
            CAPTURE(static_cast<int>(fault));
            CHECK(!gridIsRight(fault));
        }
        raced += gridIsRight(GridFault::NoTeamBarrier) ? 0 : 1; // within a block the turns decide
    }
    CHECK(raced > kTurns / 2);
}

TEST_CASE("teams of a block count for themselves, and publish each time")
{
    int raced = 0;
    for (int turns = 0; turns < kTurns; ++turns) {
        CHECK(countsAreRight(CountFault::None));
        CHECK(!countsAreRight(CountFault::NotPublishedAnew));
        raced += countsAreRight(CountFault::NotLast) ? 0 : 1; // it may be the last
    }
    CHECK(raced > kTurns / 2);
}

TEST_CASE("shared memory starts as no number")
{
    const DeviceArray<float> out(64);
    REQUIRE(probeShared(out.data()) == 0);
    for (const float x : out.get())
        CHECK(std::isnan(x));
}

TEST_CASE("a copy without its wait or its barriers brings poison, whatever the order of turns")
{
    std::vector<std::uint32_t> values(4 * 64 * 4);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<std::uint32_t>(i);
    const DeviceArray<std::uint32_t> data(values), out(values.size());
    const auto poisoned = [&](CopyFault fault) {
        REQUIRE(probeCopies(fault, data.data(), out.data()) == 0);
        const auto got = out.get();
        return std::ranges::count(got, 0xffffffffu) > 0;
    };
    for (int order = 0; order < 20; ++order) {
        CHECK(!poisoned(CopyFault::None));
        CHECK(poisoned(CopyFault::AwaitsTooFew));
        CHECK(poisoned(CopyFault::NoBarrierAfterWait));
        CHECK(poisoned(CopyFault::NoBarrierBeforeCopy));
    }
}

TEST_CASE("launches no device takes are refused")
{
    const auto nothing = [] { emulation::awaitEarlier(); };
    CHECK(emulation::run({1, 1, 1}, 32, 0, nothing) == 0);
    CHECK(emulation::run({0, 1, 1}, 32, 0, nothing) == emulation::kBroken);
    CHECK(emulation::run({1, 65536, 1}, 32, 0, nothing) == emulation::kBroken);
    CHECK(emulation::run({1, 1, 1}, 40, 0, nothing) == emulation::kBroken);
    CHECK(emulation::run({1, 1, 1}, 1056, 0, nothing) == emulation::kBroken);
    CHECK(emulation::run({1, 1, 1}, 32, 48 * 1024, nothing) == 0);
    CHECK(emulation::run({1, 1, 1}, 32, 48 * 1024 + 16, nothing) == emulation::kBroken); // without being allowed
    CHECK(emulation::run({1, 1, 1}, 32, 100 * 1024, nothing, 100 * 1024) == 0);
    void (*const kernel)() = [] {};
    CHECK(emulation::allowedShared(kernel) == 48 * 1024);
    CHECK(emulation::allowShared(kernel, 228 * 1024) != 0);
    CHECK(emulation::allowedShared(kernel) == 48 * 1024);
    CHECK(emulation::allowShared(kernel, 227 * 1024) == 0);
    CHECK(emulation::allowedShared(kernel) == 227 * 1024);
}

TEST_CASE("a product asks for every piece of what comes next, and for nothing beyond")
{
    const Matrix m({MatrixFormat::W8, 128, ""}, 130, 300, 51);
    const OnDevice device(m.view);
    for (const int tokens : {1, 7, 12, 30}) {
        const DeviceArray<float> dx(gaussian(static_cast<std::size_t>(tokens) * 300, 53));
        Acts acts(tokens, 300, 1);
        PrepareArgs prepare = acts.args(MatrixFormat::F16);
        prepare.x = dx.data();
        prepare.xStride = 300;
        REQUIRE(kernels().prepare(&prepare, nullptr) == 0);
        for (const int pieces : {0, 1, 5, 64, 201}) {
            CAPTURE(tokens);
            CAPTURE(pieces);
            const std::size_t bytes = static_cast<std::size_t>(pieces) * kAheadPiece;
            const DeviceArray<std::byte> ahead(std::max<std::size_t>(1, bytes)); // ends where nothing may be read
            const DeviceArray<float> out(static_cast<std::size_t>(tokens) * 130);
            MatmulArgs args{};
            acts.addTo(args);
            args.partCount = 1;
            args.parts[0] = {device.matrix, out.data(), 130, nullptr};
            args.ahead = ahead.data();
            args.aheadBytes = bytes;
            const std::uint64_t before = emulation::bytesAhead();
            REQUIRE(kernels().matmul(&args, nullptr) == 0);
            CHECK(emulation::bytesAhead() - before == bytes);
        }
    }
}

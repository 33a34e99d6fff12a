// What the system itself tells: its cores, its memory.

#include "base/cpu_topology.h"
#include "base/huge_buffer.h"
#include "base/process_memory.h"
#include "base/thread_plan.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <span>
#include <thread>
#include <vector>

using namespace qwill::engine;

TEST_CASE("thisMachineHasCores")
{
    const CpuTopology topology = cpuTopology();
    REQUIRE(!topology.cores.empty());
    CHECK(topology.performanceCores() >= 1);
    const ThreadPlan plan = planThreads(topology);
    CHECK(plan.decode >= 1);
    CHECK(plan.prefill >= plan.decode);
}

TEST_CASE("aThreadPlacedOnAProcessorSeesThatOneOnly")
{
    const CpuTopology all = cpuTopology();
    if (all.cores.front().cpus.empty())
        return; // this system does not number them
    const int cpu = all.cores.back().cpus.front();
    CpuTopology seen;
    std::thread([&] {
        placeThisThread(std::span(&cpu, 1));
        seen = cpuTopology();
    }).join();
    REQUIRE(seen.cores.size() == 1);
    CHECK(seen.cores.front().cpus == std::vector<int>{cpu});
    CHECK(cpuTopology().cores.size() == all.cores.size()); // of the other thread only
}

TEST_CASE("memoryThatWasTakenIsCountedAndGivenBack")
{
    constexpr std::size_t kBytes = std::size_t{64} << 20;
    const ProcessMemory before = processMemory();
    REQUIRE(before.residentBytes > 0);
    {
        auto buffer = HugeBuffer::allocate(kBytes);
        REQUIRE(buffer);
        CHECK(buffer->size() == kBytes);
        CHECK(std::all_of(buffer->data(), buffer->data() + kBytes, [](std::byte b) { return b == std::byte{0}; }));
        std::fill_n(buffer->data(), kBytes, std::byte{1});
        const ProcessMemory held = processMemory();
        CHECK(held.residentBytes >= before.residentBytes + kBytes * 9 / 10);
        if (before.anonymousBytes > 0) // Wine does not tell
            CHECK(held.anonymousBytes >= before.anonymousBytes + kBytes * 9 / 10);
        CHECK(held.peakBytes >= held.residentBytes * 9 / 10);
    }
    CHECK(processMemory().anonymousBytes <= before.anonymousBytes + kBytes / 2);
}

TEST_CASE("moreMemoryThanThereIsAddressSpaceIsAnError")
{
    const auto buffer = HugeBuffer::allocate(std::size_t{1} << 50);
    REQUIRE_FALSE(buffer);
    CHECK(buffer.error().code == ErrorCode::OutOfMemory);
}

#include "cpu/cpu_features.h"
#include "cpu/probe.h"

#include "engine/cpu/quant_case.h"

#include <doctest/doctest.h>

using namespace qwill::engine;
using namespace qwill::engine::cpu;

TEST_CASE("theProbeSeesAMachine")
{
    ThreadPool pool(2);
    const auto kernels = selectKernelTable();
    REQUIRE(kernels);
    const MachineLimits limits = measureMachineLimits(pool, **kernels);
    CHECK(limits.readGBps > 0.1); // slower than any machine that runs this at all
    CHECK(limits.readGBps < 10'000.0);
    CHECK(limits.int8PeakTops > 1e-5);
    CHECK(limits.int8PeakTops < 1'000.0);
}

TEST_CASE("streamReadSeesEveryWord")
{
    for (const KernelTable* table : allKernelTables()) {
        if (selectKernelTable(table->name, cpuFeatures().mask).ok() == false)
            continue;
        CAPTURE(table->name);
        testing::AlignedArray<std::byte> memory(4096);
        CHECK(table->streamRead(memory.data(), memory.size()) == 0);
        for (std::size_t i = 0; i < memory.size(); i += 8) {
            memory[i] = std::byte{1};
            CHECK(table->streamRead(memory.data(), memory.size()) == i / 8 + 1);
        }
    }
}

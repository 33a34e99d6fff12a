#include "cpu/cpu_features.h"
#include "cpu/kernel_table.h"
#include "support/host.h"

#include <doctest/doctest.h>

using namespace qwill::engine;
using namespace qwill::engine::cpu;
using namespace qwill::test;

TEST_CASE("scalarIsLastAndNeedsNothing")
{
    REQUIRE(!allKernelTables().empty());
    CHECK(std::string(allKernelTables().back()->name) == "scalar");
    CHECK(allKernelTables().back()->requiredFeatures == 0);
    const auto onNothing = selectKernelTable("", 0);
    REQUIRE(onNothing);
    CHECK(std::string((*onNothing)->name) == "scalar");
}

TEST_CASE("choosesTheBestTheProcessorSupports")
{
    const auto best = selectKernelTable("", ~0u);
    REQUIRE(best);
    CHECK(*best == allKernelTables().front());
}

TEST_CASE("aForcedTableIsTakenOrRefusedByName")
{
    for (const KernelTable* table : allKernelTables()) {
        const auto forced = selectKernelTable(table->name, ~0u);
        REQUIRE(forced);
        CHECK(*forced == table);
        if (table->requiredFeatures == 0)
            continue;
        const auto refused = selectKernelTable(table->name, 0);
        REQUIRE(!refused);
        CHECK(refused.error().code == ErrorCode::Unsupported);
        CHECK(refused.error().message.find(table->name) != std::string::npos);
        CHECK(refused.error().message.find("supports scalar.") != std::string::npos);
    }
    const auto unknown = selectKernelTable("mmx", ~0u);
    REQUIRE(!unknown);
    CHECK(unknown.error().code == ErrorCode::Invalid);
    CHECK(unknown.error().message.find("mmx") != std::string::npos);
    CHECK(unknown.error().message.find("scalar") != std::string::npos);
}

TEST_CASE("environmentForcesATable")
{
    setVariable("QWILL_CPU", "scalar");
    const auto scalar = selectKernelTable();
    setVariable("QWILL_CPU", "nonsense");
    const auto nonsense = selectKernelTable();
    unsetVariable("QWILL_CPU");
    REQUIRE(scalar);
    CHECK(*scalar == allKernelTables().back());
    CHECK(!nonsense);
    REQUIRE(selectKernelTable());
}

TEST_CASE("featuresHaveNamesAndTheProcessorABrand")
{
    CHECK(featureNames(0).empty());
    CHECK(featureNames(kCpuAvx2 | kCpuAvx512vnni) == std::vector<std::string_view>{"avx2", "avx512vnni"});
    CHECK(!cpuFeatures().brand.empty());
}

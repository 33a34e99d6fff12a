// Machines made of files: what Linux tells of a hybrid laptop, of hyper-threads, of a container.

#include "base/cpu_topology.h"
#include "base/thread_plan.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

#include <unistd.h>

using namespace qwill::engine;
namespace fs = std::filesystem;

namespace {

class Machine {
public:
    Machine()
    {
        static int number = 0;
        m_root = fs::temp_directory_path()
            / ("qwill-topology-" + std::to_string(::getpid()) + "-" + std::to_string(number++));
    }
    ~Machine() { fs::remove_all(m_root); }

    Machine& file(const std::string& path, const std::string& text)
    {
        fs::create_directories((m_root / path).parent_path());
        std::ofstream(m_root / path) << text << "\n";
        return *this;
    }
    Machine& cpu(int number, const std::string& name, const std::string& text)
    {
        return file("sys/devices/system/cpu/cpu" + std::to_string(number) + "/" + name, text);
    }
    // `cores` pairs of hyper-threads, 0-1, 2-3, …
    Machine& pairs(int first, int cores)
    {
        for (int core = 0; core < cores; ++core)
            for (int thread = 0; thread < 2; ++thread) {
                const int low = first + 2 * core;
                cpu(low + thread, "topology/core_cpus_list", std::to_string(low) + "-" + std::to_string(low + 1));
            }
        return *this;
    }
    Machine& singles(int first, int cores)
    {
        for (int core = first; core < first + cores; ++core)
            cpu(core, "topology/core_cpus_list", std::to_string(core));
        return *this;
    }
    CpuTopology read(std::vector<int> allowed) const { return readLinuxTopology(m_root.string(), allowed); }
    CpuTopology read(int cpus) const
    {
        std::vector<int> all(static_cast<std::size_t>(cpus));
        std::iota(all.begin(), all.end(), 0);
        return read(all);
    }

private:
    fs::path m_root;
};

std::vector<float> speeds(const CpuTopology& topology)
{
    std::vector<float> out;
    for (const CpuCore& core : topology.cores)
        out.push_back(core.speed);
    return out;
}

// A laptop of 2 performance cores with hyper-threads (0–3) and 4 efficiency cores (4–7).
Machine& makeAlderLake(Machine& machine)
{
    machine.pairs(0, 2).singles(4, 4);
    return machine.file("sys/devices/cpu_core/cpus", "0-3").file("sys/devices/cpu_atom/cpus", "4-7");
}

} // namespace

TEST_CASE("hyperThreadsAreOneCore")
{
    Machine machine;
    machine.pairs(0, 4);
    const CpuTopology topology = machine.read(8);
    REQUIRE(topology.cores.size() == 4);
    CHECK(topology.cores[1].cpus == std::vector<int>{2, 3});
    CHECK(topology.performanceCores() == 4);
    CHECK(topology.granted == 0);
    const ThreadPlan plan = planThreads(topology);
    CHECK(plan.decode == 4);
    CHECK(plan.prefill == 4);
    CHECK(plan.threads.front().cpus.empty()); // equal cores: the system places threads best
}

TEST_CASE("olderKernelsNameCoresByPackageAndId")
{
    Machine machine;
    for (int cpu = 0; cpu < 8; ++cpu)
        machine.cpu(cpu, "topology/physical_package_id", std::to_string(cpu / 4))
            .cpu(cpu, "topology/core_id", std::to_string(cpu % 4 / 2));
    CHECK(machine.read(8).cores.size() == 4);
}

TEST_CASE("withoutAnyFilesEveryProcessorIsACore")
{
    const Machine nothing;
    CHECK(nothing.read(3).cores.size() == 3);
    CHECK(nothing.read(std::vector<int>{}).cores.size() == 1); // never none
}

TEST_CASE("theAffinityMaskCounts")
{
    Machine machine;
    makeAlderLake(machine);
    const CpuTopology half = machine.read({1, 4, 5}); // one hyper-thread of one core
    CHECK(half.cores.size() == 3);
    CHECK(half.performanceCores() == 1);
    CHECK(half.cores[0].cpus == std::vector<int>{1});
    const CpuTopology efficient = machine.read({4, 5, 6}); // the best there is
    CHECK(efficient.performanceCores() == 3);
}

TEST_CASE("hybridProcessorsDecodeOnPerformanceCoresAndReadPromptsOnAll")
{
    Machine machine;
    const CpuTopology topology = makeAlderLake(machine).read(8);
    REQUIRE(topology.cores.size() == 6);
    CHECK(topology.performanceCores() == 2);
    CHECK(topology.cores[2].speed < 0.75f);
    const ThreadPlan plan = planThreads(topology);
    CHECK(plan.decode == 2);
    CHECK(plan.prefill == 6);
    CHECK(plan.threads[0].cpus == std::vector<int>{0, 1, 2, 3});
    CHECK(plan.threads[5].cpus == std::vector<int>{4, 5, 6, 7});
}

TEST_CASE("theSchedulersCapacitiesSayMoreThanKinds")
{
    Machine machine; // 0–3 little, 4–6 big, 7 prime, as phones and Arm laptops have them
    for (int cpu = 0; cpu < 8; ++cpu)
        machine.cpu(cpu, "cpu_capacity", cpu < 4 ? "256" : cpu < 7 ? "870" : "1024").singles(cpu, 1);
    const CpuTopology topology = machine.read(8);
    CHECK(speeds(topology) == std::vector<float>{1, 1, 1, 1, 0.25f, 0.25f, 0.25f, 0.25f});
    const ThreadPlan plan = planThreads(topology);
    CHECK(plan.decode == 4);
    CHECK(plan.prefill == 4); // a quarter is not worth waiting for
}

TEST_CASE("clocksTellOnlyWhenTheyDifferMuch")
{
    Machine machine;
    machine.singles(0, 4);
    for (int cpu = 0; cpu < 4; ++cpu)
        machine.cpu(cpu, "cpufreq/cpuinfo_max_freq", cpu == 2 ? "5100000" : "4800000"); // a favoured core
    CHECK(machine.read(4).performanceCores() == 4);
    machine.cpu(0, "cpufreq/cpuinfo_max_freq", "3300000"); // a compact one
    CHECK(machine.read(4).performanceCores() == 3);
    CHECK(machine.read(4).cores.back().cpus == std::vector<int>{0});
}

TEST_CASE("lowPowerCoresStayOut")
{
    Machine machine;
    makeAlderLake(machine).singles(8, 2).file("sys/devices/cpu_lowpower/cpus", "8,9");
    const ThreadPlan plan = planThreads(machine.read(10));
    CHECK(plan.decode == 2);
    CHECK(plan.prefill == 6);
}

TEST_CASE("aContainersQuotaIsKept")
{
    struct Case {
        const char* groups;
        const char* path;
        const char* text;
        double granted;
        int threads;
    };
    for (const Case& c : {Case{"0::/", "sys/fs/cgroup/cpu.max", "200000 100000", 2.0, 2},
                          Case{"0::/a/b", "sys/fs/cgroup/a/cpu.max", "350000 100000", 3.5, 3}, // of a group above
                          Case{"0::/host/path", "sys/fs/cgroup/cpu.max", "50000 100000", 0.5, 1},
                          Case{"0::/", "sys/fs/cgroup/cpu.max", "max 100000", 0, 64},
                          Case{"0::/", "sys/fs/cgroup/cpu.max", "nonsense", 0, 64}}) {
        CAPTURE(c.text);
        Machine machine;
        machine.singles(0, 64).file("proc/self/cgroup", c.groups).file(c.path, c.text);
        const CpuTopology topology = machine.read(64);
        CHECK(topology.granted == doctest::Approx(c.granted));
        CHECK(planThreads(topology).decode == c.threads);
        CHECK(planThreads(topology).prefill == c.threads);
        CHECK(planThreads(topology, 5).decode == 5); // who asks by name gets it
    }
}

TEST_CASE("theTightestOfNestedGroupsAndTheFirstVersionCount")
{
    Machine nested;
    nested.singles(0, 8).file("proc/self/cgroup", "0::/pod/box");
    nested.file("sys/fs/cgroup/pod/cpu.max", "300000 100000").file("sys/fs/cgroup/pod/box/cpu.max", "600000 100000");
    CHECK(nested.read(8).granted == doctest::Approx(3));

    Machine first;
    first.singles(0, 8).file("proc/self/cgroup", "5:memory:/docker/x\n4:cpu,cpuacct:/docker/x");
    first.file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "150000");
    first.file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000");
    CHECK(first.read(8).granted == doctest::Approx(1.5));
    first.file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1");
    CHECK(first.read(8).granted == 0);
}

TEST_CASE("countsAreTakenAsAsked")
{
    Machine machine;
    const CpuTopology topology = makeAlderLake(machine).read(8);
    const ThreadPlan both = planThreads(topology, 3);
    CHECK(both.decode == 3);
    CHECK(both.prefill == 3);
    const ThreadPlan apart = planThreads(topology, 2, 5);
    CHECK(apart.decode == 2);
    CHECK(apart.prefill == 5);
    CHECK(apart.threads.size() == 5);
    const ThreadPlan many = planThreads(topology, 1, 9); // more than there are cores
    CHECK(many.threads.size() == 9);
    for (std::size_t i = 1; i < many.threads.size(); ++i)
        CHECK(many.threads[i].speed <= many.threads[i - 1].speed);
}

#include "base/cpu_topology.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>

#include <sched.h>

namespace qwill::engine {

namespace {

// What an efficiency core does of a performance core's int8 products, where the system tells only the kind: half the
// vector units at about four fifths of the clock; and the low-power ones at half the clock of those.
constexpr float kEfficiencySpeed = 0.4f, kLowPowerSpeed = 0.2f;

std::string firstLine(const std::string& path)
{
    std::string line;
    std::ifstream file(path);
    std::getline(file, line);
    return line;
}

std::optional<double> number(std::string_view text)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || value <= 0)
        return std::nullopt;
    return value;
}

// "0-3,8,10-11"
std::vector<int> cpuList(const std::string& text)
{
    constexpr int kMostCpus = 8192;
    std::vector<int> cpus;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, ',');) {
        int first = 0, last = 0;
        const char* end = part.data() + part.size();
        const auto [at, error] = std::from_chars(part.data(), end, first);
        if (error != std::errc() || first < 0)
            continue;
        last = first;
        if (at != end && *at == '-')
            std::from_chars(at + 1, end, last);
        for (int cpu = first; cpu <= last && cpu < kMostCpus; ++cpu)
            cpus.push_back(cpu);
    }
    return cpus;
}

bool contains(const std::vector<int>& cpus, int cpu)
{
    return std::find(cpus.begin(), cpus.end(), cpu) != cpus.end();
}

// Which logical processors are one core: whatever names the same siblings.
std::string coreKey(const std::string& cpuFolder, int cpu)
{
    for (const char* name : {"core_cpus_list", "thread_siblings_list"})
        if (std::string siblings = firstLine(cpuFolder + "topology/" + name); !siblings.empty())
            return siblings;
    const std::string core = firstLine(cpuFolder + "topology/core_id");
    if (core.empty())
        return std::to_string(cpu);
    return firstLine(cpuFolder + "topology/physical_package_id") + ":" + core;
}

// Speeds in any unit that is the same for all of them: the scheduler's capacities, else the kinds that Intel's hybrid
// processors are listed as, else clocks.
class Speeds {
public:
    Speeds(std::string root, std::span<const int> allowed)
        : m_cpus(root + "/sys/devices/system/cpu/cpu"),
          m_efficient(cpuList(firstLine(root + "/sys/devices/cpu_atom/cpus"))),
          m_lowPower(cpuList(firstLine(root + "/sys/devices/cpu_lowpower/cpus")))
    {
        m_capacities = std::all_of(allowed.begin(), allowed.end(), [this](int cpu) { return capacity(cpu); });
        m_clocks = std::all_of(allowed.begin(), allowed.end(), [this](int cpu) { return clock(cpu); });
    }
    float of(int cpu) const
    {
        if (m_capacities)
            return static_cast<float>(*capacity(cpu));
        if (!m_efficient.empty() || !m_lowPower.empty())
            return contains(m_lowPower, cpu) ? kLowPowerSpeed : contains(m_efficient, cpu) ? kEfficiencySpeed : 1.0f;
        return m_clocks ? static_cast<float>(*clock(cpu)) : 1.0f;
    }

private:
    std::optional<double> capacity(int cpu) const
    {
        return number(firstLine(m_cpus + std::to_string(cpu) + "/cpu_capacity"));
    }
    std::optional<double> clock(int cpu) const
    {
        return number(firstLine(m_cpus + std::to_string(cpu) + "/cpufreq/cpuinfo_max_freq"));
    }

    std::string m_cpus;
    std::vector<int> m_efficient, m_lowPower;
    bool m_capacities = false, m_clocks = false;
};

// "200000 100000", as cgroup v2 writes it, or the two files of v1: quota and period; "max" and −1 are no limit.
std::optional<double> quotaOf(const std::string& quota, const std::string& period)
{
    const auto time = number(quota), of = number(period);
    if (!time || !of)
        return std::nullopt;
    return *time / *of;
}

std::optional<double> quotaInFolder(const std::string& folder, bool v2)
{
    if (!v2)
        return quotaOf(firstLine(folder + "/cpu.cfs_quota_us"), firstLine(folder + "/cpu.cfs_period_us"));
    std::istringstream line(firstLine(folder + "/cpu.max"));
    std::string quota, period;
    line >> quota >> period;
    return quotaOf(quota, period);
}

// The least any group above grants. A container may see its own group as the root, or by a path it cannot see.
double granted(const std::string& root)
{
    double least = 0;
    std::ifstream groups(root + "/proc/self/cgroup"); // "0::/user.slice/…", "4:cpu,cpuacct:/docker/…"
    for (std::string line; std::getline(groups, line);) {
        const std::size_t first = line.find(':'), second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos)
            continue;
        std::string controllers(",");
        controllers.append(line, first + 1, second - first - 1).append(",");
        const bool v2 = controllers == ",,";
        if (!v2 && controllers.find(",cpu,") == std::string::npos)
            continue;
        for (const char* mount : {"", "/unified", "/cpu,cpuacct", "/cpu"}) {
            std::string path = line.substr(second + 1);
            for (;; path.erase(path.rfind('/'))) {
                const auto quota = quotaInFolder(root + "/sys/fs/cgroup" + mount + path, v2);
                if (quota && (least == 0 || *quota < least))
                    least = *quota;
                if (path.rfind('/') == std::string::npos)
                    break;
            }
        }
    }
    return least;
}

} // namespace

CpuTopology readLinuxTopology(const std::string& root, std::span<const int> allowed)
{
    const Speeds speeds(root, allowed);
    std::map<std::string, std::size_t> known;
    std::vector<CpuCore> cores;
    for (const int cpu : allowed) {
        const std::string folder = root + "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/";
        const auto [entry, isNew] = known.try_emplace(coreKey(folder, cpu), cores.size());
        if (isNew)
            cores.push_back({{}, speeds.of(cpu)});
        cores[entry->second].cpus.push_back(cpu);
    }
    return rankedTopology(std::move(cores), granted(root));
}

CpuTopology cpuTopology()
{
    cpu_set_t mask;
    CPU_ZERO(&mask);
    std::vector<int> allowed;
    if (sched_getaffinity(0, sizeof mask, &mask) == 0) {
        for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
            if (CPU_ISSET(cpu, &mask))
                allowed.push_back(cpu);
    } else { // more processors than the mask holds
        for (int cpu = 0; cpu < static_cast<int>(std::thread::hardware_concurrency()); ++cpu)
            allowed.push_back(cpu);
    }
    return readLinuxTopology("", allowed);
}

void placeThisThread(std::span<const int> cpus)
{
    cpu_set_t mask;
    CPU_ZERO(&mask);
    for (const int cpu : cpus)
        if (cpu < CPU_SETSIZE)
            CPU_SET(cpu, &mask);
    if (CPU_COUNT(&mask) > 0)
        sched_setaffinity(0, sizeof mask, &mask);
}

} // namespace qwill::engine

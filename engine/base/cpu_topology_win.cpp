#include "base/cpu_topology.h"

#include <cstddef>
#include <utility>

#include <windows.h>

namespace qwill::engine {

namespace {

// Windows tells kinds (EfficiencyClass, higher is faster), not speeds: about half from one class to the next.
float speedOfClass(int efficiencyClass)
{
    float speed = 1;
    for (int i = 0; i < efficiencyClass; ++i)
        speed *= 2.5f;
    return speed;
}

// The calling thread's, in the first processor group.
DWORD_PTR allowedCpus()
{
    GROUP_AFFINITY affinity = {};
    if (GetThreadGroupAffinity(GetCurrentThread(), &affinity) && affinity.Group == 0 && affinity.Mask != 0)
        return affinity.Mask;
    return ~DWORD_PTR{0};
}

// The first processor group only: laptops and desktops have one.
std::vector<int> cpusOf(const PROCESSOR_RELATIONSHIP& core, DWORD_PTR allowed)
{
    std::vector<int> cpus;
    for (WORD g = 0; g < core.GroupCount; ++g)
        for (int bit = 0; core.GroupMask[g].Group == 0 && bit < 64; ++bit)
            if ((core.GroupMask[g].Mask & allowed) >> bit & 1)
                cpus.push_back(bit);
    return cpus;
}

} // namespace

CpuTopology cpuTopology()
{
    const DWORD_PTR allowed = allowedCpus();
    DWORD bytes = 0;
    GetLogicalProcessorInformationEx(RelationProcessorCore, nullptr, &bytes);
    std::vector<std::byte> buffer(bytes);
    auto* first = reinterpret_cast<SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX*>(buffer.data());
    std::vector<CpuCore> cores;
    if (bytes > 0 && GetLogicalProcessorInformationEx(RelationProcessorCore, first, &bytes)) {
        for (DWORD at = 0; at < bytes;) {
            const auto& entry = *reinterpret_cast<SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX*>(buffer.data() + at);
            CpuCore core{cpusOf(entry.Processor, allowed), speedOfClass(entry.Processor.EfficiencyClass)};
            if (!core.cpus.empty())
                cores.push_back(std::move(core));
            at += entry.Size;
        }
    }
    return rankedTopology(std::move(cores), 0);
}

void placeThisThread(std::span<const int> cpus)
{
    DWORD_PTR mask = 0;
    for (const int cpu : cpus)
        if (cpu >= 0 && cpu < 64)
            mask |= DWORD_PTR{1} << cpu;
    if (mask != 0)
        SetThreadAffinityMask(GetCurrentThread(), mask);
}

} // namespace qwill::engine

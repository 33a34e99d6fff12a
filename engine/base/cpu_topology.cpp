#include "base/cpu_topology.h"

#include <algorithm>
#include <utility>

namespace qwill::engine {

namespace {

constexpr float kSameKind = 0.75f; // of the fastest

}

int CpuTopology::performanceCores() const
{
    return static_cast<int>(std::count_if(cores.begin(), cores.end(), [](const CpuCore& c) { return c.speed >= 1; }));
}

CpuTopology rankedTopology(std::vector<CpuCore> cores, double granted)
{
    if (cores.empty())
        cores.emplace_back();
    float fastest = 0;
    for (const CpuCore& core : cores)
        fastest = std::max(fastest, core.speed);
    for (CpuCore& core : cores) {
        const float share = fastest > 0 ? core.speed / fastest : 1.0f;
        core.speed = share >= kSameKind ? 1.0f : share;
    }
    std::stable_sort(cores.begin(), cores.end(), [](const CpuCore& a, const CpuCore& b) { return a.speed > b.speed; });
    return {std::move(cores), granted};
}

} // namespace qwill::engine

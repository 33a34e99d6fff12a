#include "base/thread_plan.h"

#include <algorithm>
#include <limits>

namespace qwill::engine {

namespace {

// A core slower than this would cost more at the barriers than it adds (the low-power cores of laptops).
constexpr float kHopelesslySlow = 0.3f;

// Whole processors only: what a quota leaves beyond them, a further thread would spend waiting, and all others with it.
int wholeProcessors(double granted)
{
    constexpr double kNearlyWhole = 0.1;
    return granted > 0 ? std::max(1, static_cast<int>(granted + kNearlyWhole)) : std::numeric_limits<int>::max();
}

} // namespace

ThreadPlan planThreads(const CpuTopology& machine, int decode, int prefill)
{
    const int most = wholeProcessors(machine.granted);
    const auto usable = std::count_if(machine.cores.begin(), machine.cores.end(),
                                      [](const CpuCore& core) { return core.speed >= kHopelesslySlow; });
    ThreadPlan plan;
    plan.decode = decode > 0 ? decode : std::min(most, machine.performanceCores());
    plan.prefill = prefill > 0 ? prefill : decode > 0 ? decode : std::min(most, static_cast<int>(usable));
    plan.threads.clear();
    const bool hybrid = machine.performanceCores() < static_cast<int>(machine.cores.size());
    for (std::size_t i = 0; i < static_cast<std::size_t>(std::max(plan.decode, plan.prefill)); ++i) {
        ThreadPlan::Thread thread;
        thread.speed = machine.cores[i % machine.cores.size()].speed;
        // Any core of its kind: the system still moves it away from what else runs. Without kinds it knows best.
        for (const CpuCore& core : machine.cores)
            if (hybrid && core.speed == thread.speed)
                thread.cpus.insert(thread.cpus.end(), core.cpus.begin(), core.cpus.end());
        plan.threads.push_back(thread);
    }
    std::stable_sort(plan.threads.begin(), plan.threads.end(),
                     [](const ThreadPlan::Thread& a, const ThreadPlan::Thread& b) { return a.speed > b.speed; });
    return plan;
}

} // namespace qwill::engine

#include "base/thread_pool.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <utility>

#ifdef __linux__
#include <sched.h>
#endif

namespace qwill::engine {

namespace {

// About 20–60 µs of polling before a wait falls back to the futex: longer than any gap between two sections of a
// forward pass, far shorter than a person notices as load.
constexpr int kSpinRounds = 2000;

inline void relax()
{
#if defined(__x86_64__) || defined(_M_X64)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

template <typename T>
void waitWhileEqual(const std::atomic<T>& value, T old)
{
    for (int i = 0; i < kSpinRounds; ++i) {
        if (value.load(std::memory_order_acquire) != old)
            return;
        relax();
    }
    while (value.load(std::memory_order_acquire) == old)
        value.wait(old, std::memory_order_acquire);
}

} // namespace

ThreadPool::ThreadPool(int threads)
{
    const int total = threads > 0 ? threads : physicalCores();
    m_workers.reserve(static_cast<std::size_t>(total - 1));
    for (int i = 1; i < total; ++i)
        m_workers.emplace_back([this, i] { workerLoop(i); });
}

ThreadPool::~ThreadPool()
{
    m_quit.store(true, std::memory_order_relaxed);
    m_generation.fetch_add(1, std::memory_order_release);
    m_generation.notify_all();
    for (std::thread& worker : m_workers)
        worker.join();
}

void ThreadPool::runErased(Function function, void* context)
{
    if (m_workers.empty()) {
        function(context, 0);
        return;
    }
    m_function = function;
    m_context = context;
    m_pending.store(static_cast<int>(m_workers.size()), std::memory_order_relaxed);
    m_generation.fetch_add(1, std::memory_order_release);
    m_generation.notify_all();
    function(context, 0);
    for (int left = m_pending.load(std::memory_order_acquire); left != 0;
         left = m_pending.load(std::memory_order_acquire))
        waitWhileEqual(m_pending, left);
}

void ThreadPool::workerLoop(int index)
{
    std::uint32_t seen = 0;
    for (;;) {
        waitWhileEqual(m_generation, seen);
        ++seen; // the caller waits for every section, so no generation is ever skipped
        if (m_quit.load(std::memory_order_relaxed))
            return;
        m_function(m_context, index);
        if (m_pending.fetch_sub(1, std::memory_order_acq_rel) == 1)
            m_pending.notify_one();
    }
}

void ThreadPool::barrier()
{
    const int total = size();
    if (total == 1)
        return;
    const std::uint32_t phase = m_phase.load(std::memory_order_relaxed);
    if (m_arrived.fetch_add(1, std::memory_order_acq_rel) == total - 1) {
        m_arrived.store(0, std::memory_order_relaxed);
        m_phase.store(phase + 1, std::memory_order_release);
        m_phase.notify_all();
        return;
    }
    waitWhileEqual(m_phase, phase);
}

int ThreadPool::physicalCores()
{
    const int logical = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
#ifdef __linux__
    cpu_set_t mask;
    CPU_ZERO(&mask);
    if (sched_getaffinity(0, sizeof mask, &mask) != 0)
        return logical;
    std::set<std::pair<int, int>> cores; // package, core
    int allowed = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &mask))
            continue;
        ++allowed;
        const std::string topology = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
        int package = 0, core = cpu;
        std::ifstream(topology + "physical_package_id") >> package;
        std::ifstream(topology + "core_id") >> core;
        cores.emplace(package, core);
    }
    return std::max(1, std::min(allowed, static_cast<int>(cores.size())));
#else
    return logical;
#endif
}

WorkRange splitWork(std::size_t count, int index, int parts, std::size_t grain)
{
    const std::size_t units = (count + grain - 1) / grain;
    const std::size_t n = static_cast<std::size_t>(parts), i = static_cast<std::size_t>(index);
    const std::size_t begin = units * i / n, end = units * (i + 1) / n;
    return {std::min(begin * grain, count), std::min(end * grain, count)};
}

} // namespace qwill::engine

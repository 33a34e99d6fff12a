#include "base/thread_pool.h"

#include "base/check.h"
#include "base/cpu_topology.h"
#include "base/parking.h"

#include <algorithm>
#include <utility>

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

void waitWhileEqual(const std::atomic<std::uint32_t>& value, std::uint32_t old)
{
    for (int i = 0; i < kSpinRounds; ++i) {
        if (value.load(std::memory_order_acquire) != old)
            return;
        relax();
    }
    while (value.load(std::memory_order_acquire) == old)
        parkWhileEqual(value, old);
}

ThreadPlan planOf(int threads)
{
    ThreadPlan plan;
    plan.prefill = threads > 0 ? threads : planThreads(cpuTopology()).prefill;
    plan.decode = plan.prefill;
    plan.threads.resize(static_cast<std::size_t>(plan.prefill));
    return plan;
}

} // namespace

ThreadPool::ThreadPool(int threads) : ThreadPool(planOf(threads)) { }

ThreadPool::ThreadPool(ThreadPlan plan) : m_plan(std::move(plan)), m_few(std::min(m_plan.decode, m_plan.prefill))
{
    const int total = static_cast<int>(m_plan.threads.size());
    QWILL_CHECK(m_few >= 1 && std::max(m_plan.decode, m_plan.prefill) == total);
    m_workers.reserve(static_cast<std::size_t>(total - 1));
    for (int i = 1; i < total; ++i)
        m_workers.emplace_back([this, i] {
            placeThisThread(m_plan.threads[static_cast<std::size_t>(i)].cpus);
            workerLoop(i);
        });
}

ThreadPool::~ThreadPool()
{
    m_quit.store(true, std::memory_order_relaxed);
    for (auto* generation : {&m_generation, &m_moreGeneration}) {
        generation->fetch_add(1, std::memory_order_release);
        wakeAll(*generation);
    }
    for (std::thread& worker : m_workers)
        worker.join();
}

void ThreadPool::runErased(Function function, void* context, int threads)
{
    QWILL_CHECK(threads == m_few || threads == size());
    if (const auto& cpus = m_plan.threads.front().cpus; !cpus.empty() && m_placed != std::this_thread::get_id()) {
        placeThisThread(cpus);
        m_placed = std::this_thread::get_id();
    }
    m_active = threads;
    if (threads == 1) {
        function(context, 0);
        return;
    }
    m_function = function;
    m_context = context;
    m_pending.store(static_cast<std::uint32_t>(threads - 1), std::memory_order_relaxed);
    m_generation.fetch_add(1, std::memory_order_release);
    wakeAll(m_generation);
    if (threads > m_few) {
        m_moreGeneration.fetch_add(1, std::memory_order_release);
        wakeAll(m_moreGeneration);
    }
    function(context, 0);
    for (std::uint32_t left = m_pending.load(std::memory_order_acquire); left != 0;
         left = m_pending.load(std::memory_order_acquire))
        waitWhileEqual(m_pending, left);
}

void ThreadPool::workerLoop(int index)
{
    std::uint32_t seen = 0;
    const std::atomic<std::uint32_t>& generation = generationOf(index);
    for (;;) {
        waitWhileEqual(generation, seen);
        ++seen; // the caller waits for every section of this team, so no generation is ever skipped
        if (m_quit.load(std::memory_order_relaxed))
            return;
        m_function(m_context, index);
        if (m_pending.fetch_sub(1, std::memory_order_acq_rel) == 1)
            wakeAll(m_pending); // the caller alone sleeps on it
    }
}

void ThreadPool::barrier()
{
    const int total = m_active;
    if (total == 1)
        return;
    const std::uint32_t phase = m_phase.load(std::memory_order_relaxed);
    if (m_arrived.fetch_add(1, std::memory_order_acq_rel) == total - 1) {
        m_arrived.store(0, std::memory_order_relaxed);
        m_phase.store(phase + 1, std::memory_order_release);
        wakeAll(m_phase);
        return;
    }
    waitWhileEqual(m_phase, phase);
}

int ThreadPool::physicalCores()
{
    return static_cast<int>(cpuTopology().cores.size());
}

WorkRange splitWork(std::size_t count, int index, int parts, std::size_t grain)
{
    const std::size_t units = (count + grain - 1) / grain;
    const std::size_t n = static_cast<std::size_t>(parts), i = static_cast<std::size_t>(index);
    const std::size_t begin = units * i / n, end = units * (i + 1) / n;
    return {std::min(begin * grain, count), std::min(end * grain, count)};
}

std::vector<Pace> pacesOf(const ThreadPlan& plan, int threads)
{
    float all = 0, fastest = 0;
    for (int i = 0; i < threads; ++i) {
        all += plan.threads[static_cast<std::size_t>(i)].speed;
        fastest = std::max(fastest, plan.threads[static_cast<std::size_t>(i)].speed);
    }
    if (all == fastest * static_cast<float>(threads))
        return {};
    std::vector<Pace> paces;
    float before = 0;
    for (int i = 0; i < threads; ++i) {
        const float speed = plan.threads[static_cast<std::size_t>(i)].speed;
        paces.push_back({before / all, (before + speed) / all, speed == fastest});
        before += speed;
    }
    return paces;
}

WorkRange splitWork(std::size_t count, const Pace& pace)
{
    const auto border = [count](float at) {
        return std::min(count, static_cast<std::size_t>(static_cast<double>(count) * static_cast<double>(at) + 0.5));
    };
    return {border(pace.begin), border(pace.end)}; // one's end is the next's begin, to the bit
}

WorkRange takeWork(std::atomic<int>& next, int units, const Pace& pace)
{
    int begin = next.load(std::memory_order_relaxed);
    for (;;) {
        const float mine = static_cast<float>(units - begin) * (pace.end - pace.begin);
        if (begin >= units || (!pace.fastest && mine < 0.5f))
            return {};
        const int end = std::min(units, begin + std::max(1, static_cast<int>(mine / 2)));
        if (next.compare_exchange_weak(begin, end, std::memory_order_relaxed))
            return {static_cast<std::size_t>(begin), static_cast<std::size_t>(end)};
    }
}

} // namespace qwill::engine

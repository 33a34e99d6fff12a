#pragma once
// Runs one function on every thread of a fixed team, the caller included: parallel sections of a forward pass.
// Owned and called by the engine thread only. Between sections the team spins briefly (the next section is microseconds
// away while a token is computed), then sleeps, so that an idle application costs nothing.
//
// Two teams share the threads: all of them, and the first few (ThreadPlan). Those left out of a section are not woken.

#include "base/thread_plan.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <type_traits>
#include <vector>

namespace qwill::engine {

class ThreadPool {
public:
    // `threads` includes the caller; 0 = as many as planThreads() gives prompts. Not bound to any core.
    explicit ThreadPool(int threads = 0);
    // The caller of run() is bound like the first of the plan's threads.
    explicit ThreadPool(ThreadPlan plan);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    int size() const { return static_cast<int>(m_workers.size()) + 1; }
    const ThreadPlan& plan() const { return m_plan; }

    // Calls body(threadIndex) once on each of the team's threads and returns when all are done. No allocation.
    // `body` must not throw and must not call run().
    template <typename Body>
    void run(Body&& body)
    {
        run(size(), body);
    }
    // The same on the first `threads` only: the plan's decode or prefill count, or size().
    template <typename Body>
    void run(int threads, Body&& body)
    {
        using Plain = std::remove_reference_t<Body>;
        runErased([](void* context, int index) { (*static_cast<Plain*>(context))(index); },
                  const_cast<void*>(static_cast<const void*>(&body)), threads);
    }

    // Inside run(): waits until all threads of the team have arrived. Every thread must call it equally often.
    void barrier();

    // Physical cores (not hyper-threads) in this process's affinity mask; at least 1.
    static int physicalCores();

private:
    using Function = void (*)(void*, int);
    void runErased(Function function, void* context, int threads);
    void workerLoop(int index);
    std::atomic<std::uint32_t>& generationOf(int index) { return index < m_few ? m_generation : m_moreGeneration; }

    ThreadPlan m_plan;
    int m_few; // threads of the smaller team
    std::thread::id m_placed; // the caller that is bound already
    std::vector<std::thread> m_workers;
    Function m_function = nullptr;
    void* m_context = nullptr;
    int m_active = 1; // threads of the section at hand
    alignas(64) std::atomic<std::uint32_t> m_generation{0}; // of sections of the first few
    alignas(64) std::atomic<std::uint32_t> m_moreGeneration{0}; // of sections of all
    alignas(64) std::atomic<std::uint32_t> m_pending{0};
    alignas(64) std::atomic<int> m_arrived{0};
    alignas(64) std::atomic<std::uint32_t> m_phase{0};
    std::atomic<bool> m_quit{false};
};

// The half-open range of [0, count) that belongs to `index` of `parts`, in units of `grain` (the last may be short).
struct WorkRange {
    std::size_t begin = 0;
    std::size_t end = 0;
};
WorkRange splitWork(std::size_t count, int index, int parts, std::size_t grain = 1);

// What one of several unequal threads does of a whole team's work in the same time.
struct Pace {
    float begin = 0, end = 1; // of that work, in the order of the threads
    bool fastest = true;
};
// Of the first `threads` of a plan; empty where they are equal.
std::vector<Pace> pacesOf(const ThreadPlan& plan, int threads);
// The range of [0, count) that belongs to a thread of this pace; those of a team cover it exactly once.
WorkRange splitWork(std::size_t count, const Pace& pace);
// The next piece of [0, units) from a counter that a team shares, empty when there is nothing left for this thread:
// half its share of what is left, and a slow thread leaves the last pieces to those who are through with them before
// it.
WorkRange takeWork(std::atomic<int>& next, int units, const Pace& pace);

} // namespace qwill::engine

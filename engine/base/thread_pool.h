#pragma once
// Runs one function on every thread of a fixed team, the caller included: parallel sections of a forward pass.
// Owned and called by the engine thread only. Between sections the team spins briefly (the next section is microseconds
// away while a token is computed), then sleeps, so that an idle application costs nothing.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <type_traits>
#include <vector>

namespace qwill::engine {

class ThreadPool {
public:
    // `threads` includes the caller; 0 = physical cores this process may use.
    explicit ThreadPool(int threads = 0);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    int size() const { return static_cast<int>(m_workers.size()) + 1; }

    // Calls body(threadIndex) once on each of the team's threads and returns when all are done. No allocation.
    // `body` must not throw and must not call run().
    template <typename Body>
    void run(Body&& body)
    {
        using Plain = std::remove_reference_t<Body>;
        runErased([](void* context, int index) { (*static_cast<Plain*>(context))(index); },
                  const_cast<void*>(static_cast<const void*>(&body)));
    }

    // Inside run(): waits until all threads of the team have arrived. Every thread must call it equally often.
    void barrier();

    // Physical cores (not hyper-threads) in this process's affinity mask; at least 1.
    static int physicalCores();

private:
    using Function = void (*)(void*, int);
    void runErased(Function function, void* context);
    void workerLoop(int index);

    std::vector<std::thread> m_workers;
    Function m_function = nullptr;
    void* m_context = nullptr;
    alignas(64) std::atomic<std::uint32_t> m_generation{0};
    alignas(64) std::atomic<int> m_pending{0};
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

} // namespace qwill::engine

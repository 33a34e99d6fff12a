#include "sched/scheduler.h"

#include "engine/sched/recording.h"

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
thread_local bool t_counting = false;
thread_local int t_allocations = 0;
} // namespace

void* operator new(std::size_t size)
{
    t_allocations += t_counting ? 1 : 0;
    if (void* memory = std::malloc(size))
        return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}

using namespace qwill::engine;

namespace {

class SilentObserver : public SequenceObserver {
public:
    void prefillAdvanced(const Sequence&) override { }
    Verdict tokenCommitted(const Sequence&, const Sampled&, TokenKind) override { return Verdict::Continue; }
    void finished(const Sequence&, FinishReason) override { }
    void failed(const Error&) override { }
};

} // namespace

TEST_CASE("two hundred decode steps allocate nothing, whatever the sampling")
{
    FakeRunner runner(FakeRunner::smallLimits(100, 64, 4));
    Scheduler scheduler(runner, {});
    for (int i = 0; i < 4; ++i) {
        SequenceRequest request;
        request.id = static_cast<RequestId>(i + 1);
        request.prompt = {1, 2, 3, static_cast<Token>(i)};
        request.sampling.temperature = i == 0 ? 0.0f : 1.0f;
        request.sampling.topK = i == 1 ? 0 : 20;
        request.sampling.repetitionPenalty = i == 2 ? 1.2f : 1.0f;
        request.sampling.logitBias = {{5, 1.0f}};
        request.topLogprobs = i == 3 ? 5 : -1;
        request.observer = std::make_unique<SilentObserver>();
        scheduler.submit(std::move(request));
    }
    while (scheduler.waitingCount() > 0)
        scheduler.step();
    scheduler.step();
    t_allocations = 0;
    t_counting = true;
    for (int i = 0; i < 200; ++i) // crosses six block borders in each sequence
        scheduler.step();
    t_counting = false;
    CHECK(t_allocations == 0);
    CHECK(scheduler.runningCount() == 4);
}

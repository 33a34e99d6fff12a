#include "sched/scheduler.h"

#include "engine/sched/allocation_count.h"
#include "engine/sched/recording.h"

#include <doctest/doctest.h>

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

namespace {

void decodeWithoutAllocating(double draftCost)
{
    RunnerLimits limits = FakeRunner::smallLimits(200, 64, 4);
    limits.maxLogitRows = 16;
    FakeRunner runner(limits);
    runner.echoDistance = 6;
    SchedulerOptions options;
    options.draftCost = draftCost;
    Scheduler scheduler(runner, options);
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
    qwill::test::startCountingAllocations();
    for (int i = 0; i < 200; ++i) // crosses six block borders in each sequence
        scheduler.step();
    qwill::test::stopCountingAllocations();
    CHECK(qwill::test::countedAllocations() == 0);
    CHECK(scheduler.runningCount() == 4);
}

} // namespace

TEST_CASE("two hundred decode steps allocate nothing, whatever the sampling")
{
    decodeWithoutAllocating(1); // a step, a token
}

TEST_CASE("nor do steps that verify guesses")
{
    decodeWithoutAllocating(0);
}

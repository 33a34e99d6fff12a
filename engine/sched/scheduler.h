#pragma once
// Scheduler: continuous batching. Each step runs one forward pass over every sequence that can use it and hands each
// finished row's token to its sequence. Engine thread; a steady decode step allocates nothing.
//
// Sequences are in order of age, but those in the background count as younger than all others, running or waiting.
//
// A step: every decoding sequence gets its token → what is left of the token budget goes to prefill chunks, oldest
// first → new sequences are admitted, first come first served → out of blocks: the youngest sequence gives its blocks
// up and is computed again later, its text kept → forward, sample, commit. The oldest sequence is never preempted and
// fits the pool alone, so every step makes progress.
//
// A step that only decodes may verify guesses (spec/): a sequence's slice then holds its token and the drafts behind
// it, and every row is drawn as if the tokens before it had been computed one by one. The draw depends on nothing but
// the logits, the seed and the position, so a draft that equals the token drawn is that token, and the reply is the
// same with and without guesses, drawn or greedy.

#include "runner.h"
#include "sched/batch_builder.h"
#include "sched/sequence.h"
#include "spec/draft_planner.h"

#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace qwill::engine {

struct SchedulerOptions {
    int contextLength = 0; // tokens one sequence may reach; 0 = what pool and model allow
    int prefillChunk = 0; // tokens of prefill a step may compute; 0 = limits.maxBatchTokens
    int vocabLimit = 0; // ids from here on are never drawn; 0 = limits.vocabSize
    std::vector<Token> eosTokens;
    bool reusePrefix = true;
    double draftCost = -1; // tests: of a verified guess, in plain steps; negative = measured
    BlockPool::HashFunction hash = BlockPool::chainHash; // tests
};

class Scheduler {
public:
    // The runner outlives the Scheduler.
    Scheduler(ModelRunner& runner, SchedulerOptions options);
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;

    // Queues a sequence; an invalid request fails at once through its observer.
    void submit(SequenceRequest request);
    // Ends it as Cancelled; unknown ids are ignored.
    void cancel(RequestId id);
    // Ends every running sequence as failed and forgets all cached content: after the device failed.
    void failRunning(const Error& error);
    void cancelAll();

    bool idle() const { return m_running.empty() && m_waiting.empty(); }
    // Not when idle(). DeviceError passes through; then call failRunning().
    void step();

    // Logits of every position, row by row, computed between two steps without the prefix cache. Sequences in the way
    // are preempted. tokens: 1 … contextLength().
    using RowFn = std::function<void(int position, std::span<const float> row)>;
    Result<void> evaluate(std::span<const Token> tokens, const RowFn& onRow);

    int contextLength() const { return m_options.contextLength; }
    int runningCount() const { return static_cast<int>(m_running.size()); }
    int waitingCount() const { return static_cast<int>(m_waiting.size()); }
    std::uint64_t stepCount() const { return m_steps; }
    std::uint64_t preemptionCount() const { return m_preemptions; }
    const BlockPool& pool() const { return m_pool; }
    std::span<const std::unique_ptr<Sequence>> running() const { return m_running; } // oldest first

private:
    Result<void> check(const SequenceRequest& request) const;
    Result<void> checkTokens(std::span<const Token> tokens) const;
    void plan();
    int prefillRoom() const;
    int chunkOf(const Sequence& sequence, int room) const;
    void admit(int room);
    bool reuses(const Sequence& sequence) const;
    void reusePrefix(Sequence& sequence);
    bool reserve(std::size_t index, int tokens);
    void preemptYoungest();
    void draft();
    void buildBatch();
    void forward();
    void commit();
    void addHidden(Sequence& sequence, int firstToken);
    void finishEmbedding(Sequence& sequence);
    void advance(Sequence& sequence, int tokens);
    bool verifyDrafts(Sequence& sequence, int row);
    bool commitToken(Sequence& sequence, Sampled sampled);

    ModelRunner& m_runner;
    const RunnerLimits m_limits;
    SchedulerOptions m_options;
    int m_maxRunning;
    BlockPool m_pool;
    std::vector<std::unique_ptr<Sequence>> m_running; // oldest first
    std::deque<std::unique_ptr<Sequence>> m_waiting; // next first; the preempted before the new
    BatchBuilder m_batch;
    std::vector<SampleRow> m_sampleRows; // of the sequences whose tokens are all computed after this step
    std::vector<Sampled> m_sampled;
    DraftPlanner m_planner;
    std::vector<std::span<const float>> m_chances; // of the guesses of each sequence that runs
    std::vector<int> m_draftCounts;
    bool m_onlyDecodes = false; // this step
    std::uint64_t m_steps = 0;
    std::uint64_t m_preemptions = 0;
};

} // namespace qwill::engine

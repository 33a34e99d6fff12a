#pragma once
// CpuRunner: one model on the CPU. Owns its weights, KV memory, scratch and thread pool; everything is allocated by
// create(), nothing by forward() or sample(). Engine thread only.

#include "base/thread_plan.h"
#include "cpu/kernel_table.h"
#include "model/weights.h"
#include "phase_tap.h"
#include "runner.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace qwill::engine::cpu {

struct CpuRunnerOptions {
    KvElement kv = KvElement::F16;
    int contextTokens = 4096; // of all sequences together; rounded up to blocks
    int threads = 0, prefillThreads = 0; // as planThreads() takes them
    // Tokens of one forward. 256: weights are unpacked once per 256 tokens, far below the arithmetic on them, while
    // the scratch of a 4B model stays at 40 MB and a cancel is at most one such chunk away.
    int maxBatchTokens = 256;
    int maxSequences = 16;
    int maxLogitRows = 16;
    int vocabLimit = 0; // rows of the head that are computed, the rest stays −∞; 0 = all
    const KernelTable* kernels = nullptr; // null = selectKernelTable()
    std::optional<ThreadPlan> plan{}; // instead of the two counts: tests
};

struct CpuMemory {
    std::size_t kvBytes = 0;
    std::size_t scratchBytes = 0;
};

// What create() would allocate, exactly.
CpuMemory planCpuMemory(const ModelConfig& config, const CpuRunnerOptions& options);

class CpuRunner : public ModelRunner {
public:
    static Result<std::unique_ptr<CpuRunner>> create(Weights weights, const CpuRunnerOptions& wanted);
    ~CpuRunner() override;

    const RunnerLimits& limits() const override;
    const KvLayout& kvLayout() const override;
    void forward(const Batch& batch) override;
    void sample(std::span<const SampleRow> rows, std::span<Sampled> out) override;
    void copyLogits(int row, std::span<float> out) override;
    void addHidden(int token, std::span<float> out) override;
    void copyBlocks(std::span<const BlockCopy> copies) override;

    const char* kernelName() const;
    int threadCount() const;
    void setTap(PhaseTap tap); // tests

private:
    struct State;
    explicit CpuRunner(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace qwill::engine::cpu

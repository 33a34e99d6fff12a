#include "cpu/cpu_runner.h"

#include "base/check.h"
#include "base/huge_buffer.h"
#include "base/thread_pool.h"
#include "cpu/cpu_forward.h"
#include "cpu/kv_memory.h"
#include "cpu/scratch.h"
#include "sample/sampler.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace qwill::engine::cpu {

namespace {

int blockCount(const CpuRunnerOptions& options)
{
    return (options.contextTokens + kBlockTokens - 1) / kBlockTokens;
}

KvLayout layoutOf(const ModelConfig& config, const CpuRunnerOptions& options)
{
    return {config.layerCount, config.kvHeadCount, config.headDim, options.kv};
}

ThreadPlan threadsOf(const CpuRunnerOptions& options)
{
    return options.plan ? *options.plan : planThreads(cpuTopology(), options.threads, options.prefillThreads);
}

ScratchShape shapeOf(const CpuRunnerOptions& options, const ThreadPlan& plan)
{
    return {static_cast<int>(plan.threads.size()), options.maxBatchTokens, options.maxLogitRows,
            blockCount(options) * kBlockTokens, options.kv};
}

Result<void> checkShape(const ModelConfig& c, const CpuRunnerOptions& options)
{
    if (c.headDim % 8 != 0 || c.headDim > kMaxHeadDim)
        return Error{ErrorCode::Unsupported,
                     "The CPU backend takes attention heads of 8, 16, … " + std::to_string(kMaxHeadDim)
                         + " dimensions; this model has " + std::to_string(c.headDim) + "."};
    if (c.headCount / c.kvHeadCount > kAttentionRows)
        return Error{ErrorCode::Unsupported,
                     "The CPU backend takes up to " + std::to_string(kAttentionRows)
                         + " query heads per key/value head; this model has "
                         + std::to_string(c.headCount / c.kvHeadCount) + "."};
    QWILL_CHECK(options.contextTokens > 0 && options.maxBatchTokens > 0 && options.maxSequences > 0);
    QWILL_CHECK(options.maxLogitRows > 0 && options.vocabLimit >= 0 && options.vocabLimit <= c.vocabSize);
    return {};
}

} // namespace

CpuMemory planCpuMemory(const ModelConfig& config, const CpuRunnerOptions& options)
{
    Scratch counted;
    return {KvMemory::bytes(layoutOf(config, options), blockCount(options)),
            Scratch::lay(config, shapeOf(options, threadsOf(options)), nullptr, counted)};
}

struct CpuRunner::State {
    Weights weights;
    const KernelTable* kernels;
    KvMemory kv;
    HugeBuffer memory;
    Scratch scratch;
    ThreadPool pool;
    RunnerLimits limits;
    SamplerScratch samplerScratch;
    int vocabLimit;
    std::optional<CpuForward> forward; // refers to all of the above

    State(Weights w, const KernelTable* table, KvMemory kvMemory, HugeBuffer buffer, const CpuRunnerOptions& options,
          const ThreadPlan& plan)
        : weights(std::move(w)),
          kernels(table),
          kv(std::move(kvMemory)),
          memory(std::move(buffer)),
          pool(plan),
          samplerScratch(weights.config.vocabSize),
          vocabLimit(options.vocabLimit > 0 ? options.vocabLimit : weights.config.vocabSize)
    {
        const ModelConfig& config = weights.config;
        const ScratchShape shape = shapeOf(options, plan);
        Scratch::lay(config, shape, memory.data(), scratch);
        limits.kvBlockCount = kv.blockCount();
        limits.maxBatchTokens = options.maxBatchTokens;
        limits.maxSequences = options.maxSequences;
        limits.maxLogitRows = options.maxLogitRows;
        limits.vocabSize = config.vocabSize;
        limits.maxContext = std::min(config.maxContext, shape.contextTokens);
        limits.hiddenSize = config.hiddenSize;
        forward.emplace(weights, *kernels, kv, scratch, pool, shape, options.maxSequences, vocabLimit);
    }
};

CpuRunner::CpuRunner(std::unique_ptr<State> state) : m_state(std::move(state)) { }
CpuRunner::~CpuRunner() = default;

Result<std::unique_ptr<CpuRunner>> CpuRunner::create(Weights weights, const CpuRunnerOptions& wanted)
{
    CpuRunnerOptions options = wanted;
    options.plan = threadsOf(wanted); // once: the machine may answer otherwise a moment later
    if (const Result<void> fits = checkShape(weights.config, options); !fits)
        return fits.error();
    const KernelTable* kernels = options.kernels;
    if (!kernels) {
        const Result<const KernelTable*> selected = selectKernelTable();
        if (!selected)
            return selected.error();
        kernels = *selected;
    }
    Result<KvMemory> kv = KvMemory::create(layoutOf(weights.config, options), blockCount(options));
    if (!kv)
        return kv.error();
    Result<HugeBuffer> memory = HugeBuffer::allocate(planCpuMemory(weights.config, options).scratchBytes);
    if (!memory)
        return memory.error();
    auto state = std::make_unique<State>(std::move(weights), kernels, std::move(kv).value(), std::move(memory).value(),
                                         options, *options.plan);
    return std::unique_ptr<CpuRunner>(new CpuRunner(std::move(state)));
}

const RunnerLimits& CpuRunner::limits() const
{
    return m_state->limits;
}

const KvLayout& CpuRunner::kvLayout() const
{
    return m_state->kv.layout();
}

void CpuRunner::forward(const Batch& batch)
{
    checkBatch(batch, m_state->limits);
    m_state->forward->run(batch);
}

void CpuRunner::sample(std::span<const SampleRow> rows, std::span<Sampled> out)
{
    QWILL_CHECK(rows.size() == out.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        QWILL_CHECK(rows[i].row >= 0 && rows[i].row < m_state->forward->logitRows() && rows[i].state);
        const auto vocab = static_cast<std::size_t>(m_state->limits.vocabSize);
        const std::span<const float> logits(m_state->scratch.logits + static_cast<std::size_t>(rows[i].row) * vocab,
                                            static_cast<std::size_t>(m_state->vocabLimit));
        out[i] = engine::sample(logits, *rows[i].state, rows[i].topLogprobs, m_state->samplerScratch);
    }
}

void CpuRunner::copyLogits(int row, std::span<float> out)
{
    const auto vocab = static_cast<std::size_t>(m_state->limits.vocabSize);
    QWILL_CHECK(row >= 0 && row < m_state->forward->logitRows() && out.size() == vocab);
    std::copy_n(m_state->scratch.logits + static_cast<std::size_t>(row) * vocab, vocab, out.data());
}

void CpuRunner::addHidden(int token, std::span<float> out)
{
    QWILL_CHECK(out.size() == static_cast<std::size_t>(m_state->limits.hiddenSize));
    m_state->forward->addHidden(token, out);
}

void CpuRunner::copyBlocks(std::span<const BlockCopy> copies)
{
    for (const BlockCopy& copy : copies)
        m_state->kv.copy(copy);
}

const char* CpuRunner::kernelName() const
{
    return m_state->kernels->name;
}

int CpuRunner::threadCount() const
{
    return m_state->pool.size();
}

void CpuRunner::setTap(PhaseTap tap)
{
    m_state->forward->setTap(tap);
}

} // namespace qwill::engine::cpu

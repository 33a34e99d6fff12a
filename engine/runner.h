#pragma once
// ModelRunner: the backend seam. One model on one device; a whole-model forward per call. Engine thread only.
// A failing device throws DeviceError, which the engine's step catches in one place.

#include "base/check.h"
#include "engine/types.h"
#include "kv/kv_layout.h"
#include "sched/batch.h"

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

namespace qwill::engine {

struct SamplerState; // sample/sampler.h: parameters, seed and penalty counts of one sequence

struct RunnerLimits {
    int kvBlockCount = 0; // blocks of kBlockTokens the runner has memory for
    int maxBatchTokens = 0; // tokens of one forward
    int maxSequences = 0; // slices of one forward
    int maxLogitRows = 0; // rows of logits one forward may ask for
    int vocabSize = 0; // floats of a logit row, padding included
    int maxContext = 0; // tokens of one sequence
    int hiddenSize = 0; // floats of a hidden state
};

// What every runner demands of a batch before it computes; a scheduler that breaks it is a mistake of ours.
inline void checkBatch(const Batch& batch, const RunnerLimits& limits)
{
    const std::size_t tokens = batch.tokens.size();
    QWILL_CHECK(tokens > 0 && tokens <= static_cast<std::size_t>(limits.maxBatchTokens));
    QWILL_CHECK(batch.positions.size() == tokens && batch.kvSlots.size() == tokens);
    QWILL_CHECK(batch.seqs.size() <= static_cast<std::size_t>(limits.maxSequences));
    for (std::size_t t = 0; t < tokens; ++t) {
        QWILL_CHECK(batch.tokens[t] >= 0 && batch.tokens[t] < limits.vocabSize && batch.positions[t] >= 0);
        QWILL_CHECK(batch.kvSlots[t] >= 0 && batch.kvSlots[t] < limits.kvBlockCount * kBlockTokens);
    }
    int next = 0, logitRows = 0;
    for (const SeqSlice& slice : batch.seqs) {
        QWILL_CHECK(slice.firstToken == next && slice.tokenCount > 0 && slice.contextLen >= slice.tokenCount);
        next += slice.tokenCount;
        const auto blocks = static_cast<std::size_t>((slice.contextLen + kBlockTokens - 1) / kBlockTokens);
        QWILL_CHECK(slice.blocks.size() >= blocks);
        for (const BlockId block : slice.blocks.first(blocks))
            QWILL_CHECK(block >= 0 && block < limits.kvBlockCount);
        logitRows += slice.wanted == LogitRows::All ? slice.tokenCount : slice.wanted == LogitRows::Last ? 1 : 0;
    }
    QWILL_CHECK(next == static_cast<int>(tokens) && logitRows <= limits.maxLogitRows);
}

struct SampleRow {
    std::int32_t row = 0; // logit row of the last forward
    const SamplerState* state = nullptr;
    int topLogprobs = -1; // −1 = no logprobs; 0…kMaxTopLogprobs = the drawn token's and that many alternatives
};

inline constexpr int kMaxTopLogprobs = 20;

struct Sampled {
    struct Candidate {
        Token token = 0;
        float logprob = 0;
    };
    Token token = 0; // kNoToken (sample/sampler.h) when the logits were not numbers: the request has failed
    float logprob = 0; // of the unmodified distribution at temperature 1; filled when topLogprobs ≥ 0 is asked
    int candidateCount = 0;
    Candidate candidates[kMaxTopLogprobs];
};

struct BlockCopy {
    BlockId block = 0;
    std::byte* host = nullptr; // KvLayout::blockBytes(), the runner's own order
    enum class Direction : std::uint8_t { ToHost, FromHost } direction = Direction::ToHost;
};

struct DeviceError : std::runtime_error {
    enum class Kind : std::uint8_t { Failure, OutOfMemory };
    explicit DeviceError(const std::string& what, Kind why = Kind::Failure) : std::runtime_error(what), kind(why) { }

    Kind kind;
};

class ModelRunner {
public:
    virtual ~ModelRunner() = default;
    virtual const RunnerLimits& limits() const = 0;
    virtual const KvLayout& kvLayout() const = 0;
    // Computes the batch, appends its K and V, keeps the wanted logits on the device until the next forward.
    virtual void forward(const Batch& batch) = 0;
    // Draws one token per row from the last forward's logits. rows.size() == out.size().
    virtual void sample(std::span<const SampleRow> rows, std::span<Sampled> out) = 0;
    // out: [vocabSize]
    virtual void copyLogits(int row, std::span<float> out) = 0;
    // out: [hiddenSize] += the last hidden state, after the final norm, of that token of the last forward.
    virtual void addHidden(int token, std::span<float> out) = 0;
    virtual void copyBlocks(std::span<const BlockCopy> copies) = 0;
};

} // namespace qwill::engine

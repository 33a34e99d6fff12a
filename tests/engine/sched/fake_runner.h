#pragma once
// FakeRunner: a model whose next token is a hash of the whole context, read back from its paged memory through the
// block table. A wrong block, slot, position or slice changes every later token, so comparing replies proves the
// bookkeeping. Checks the Batch contract on every call. Tests only.

#include "runner.h"
#include "sample/rng.h"
#include "sample/sampler.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace qwill::engine {

class FakeRunner : public ModelRunner {
public:
    explicit FakeRunner(const RunnerLimits& limits)
        : m_limits(limits),
          m_memory(static_cast<std::size_t>(limits.kvBlockCount) * kBlockTokens),
          m_scratch(limits.vocabSize)
    {
        m_logits.reserve(static_cast<std::size_t>(limits.maxLogitRows) * static_cast<std::size_t>(limits.vocabSize));
        m_layout = {1, 1, 2, KvElement::F32};
    }

    static RunnerLimits smallLimits(int blocks, int batchTokens = 64, int sequences = 8)
    {
        return {blocks, batchTokens, sequences, sequences, kVocab, 4096, 1};
    }
    static constexpr int kVocab = 97;

    static std::uint64_t extend(std::uint64_t hash, Token token)
    {
        return mixBits(hash * 31 + static_cast<std::uint64_t>(token) + 1);
    }
    // The logits after a context whose tokens hash to `hash`. A model that repeats itself likes `echo` (the token some
    // way back) best, but not everywhere: what it says departs from what it said now and then. −1: it repeats nothing.
    static float logit(std::uint64_t hash, int id, Token echo = -1)
    {
        const float own = static_cast<float>(randomUnit(hash, static_cast<std::uint64_t>(id))) * 6;
        return id == echo && hash % 16 != 0 ? own + 4.5f : own;
    }

    static float hidden(Token token, int position) { return static_cast<float>(token + 3 * position); }

    const RunnerLimits& limits() const override { return m_limits; }
    const KvLayout& kvLayout() const override { return m_layout; }

    void forward(const Batch& batch) override
    {
        ++forwards;
        tokensComputed += static_cast<int>(batch.tokens.size());
        lastBatchTokens = static_cast<int>(batch.tokens.size());
        checkContract(batch);
        if (failNext) {
            failNext = false;
            throw DeviceError("the fake device fell over");
        }
        m_logits.clear();
        m_hidden.clear();
        for (std::size_t i = 0; i < batch.tokens.size(); ++i)
            m_hidden.push_back(hidden(batch.tokens[i], batch.positions[i]));
        for (std::size_t i = 0; i < batch.tokens.size(); ++i)
            m_memory[static_cast<std::size_t>(batch.kvSlots[i])] = {batch.tokens[i], batch.positions[i]};
        for (const SeqSlice& slice : batch.seqs) {
            std::uint64_t hash = 0;
            bool sound = true;
            const auto cellAt = [&](int t) -> const Cell& {
                const auto block = slice.blocks[static_cast<std::size_t>(t / kBlockTokens)];
                return m_memory[static_cast<std::size_t>(block * kBlockTokens + t % kBlockTokens)];
            };
            const auto echoAfter = [&](int t) { // the token that stands `echoDistance` before the next one
                return echoDistance > 0 && t + 1 >= echoDistance ? cellAt(t + 1 - echoDistance).token : -1;
            };
            for (int t = 0; t < slice.contextLen; ++t) {
                const Cell& cell = cellAt(t);
                sound = sound && cell.position == t;
                hash = extend(hash, cell.token);
                if (slice.wanted == LogitRows::All && t >= slice.contextLen - slice.tokenCount)
                    addRow(hash, echoAfter(t));
            }
            positionsSound = positionsSound && sound;
            if (slice.wanted == LogitRows::Last)
                addRow(hash, echoAfter(slice.contextLen - 1));
        }
    }

    void sample(std::span<const SampleRow> rows, std::span<Sampled> out) override
    {
        for (std::size_t i = 0; i < rows.size(); ++i)
            out[i] = engine::sample(row(rows[i].row), *rows[i].state, rows[i].topLogprobs, m_scratch);
    }
    void copyLogits(int index, std::span<float> out) override
    {
        const auto from = row(index);
        std::copy(from.begin(), from.end(), out.begin());
    }
    void addHidden(int token, std::span<float> out) override { out[0] += m_hidden[static_cast<std::size_t>(token)]; }
    void copyBlocks(std::span<const BlockCopy>) override { }

    int forwards = 0;
    int tokensComputed = 0;
    int lastBatchTokens = 0;
    bool contractKept = true;
    bool positionsSound = true; // every token was read where and as it was written
    bool failNext = false;
    int echoDistance = 0; // 0 = the model repeats nothing
    std::uint64_t poisonHash = 0; // the context of this hash yields NaN; 0 = none

private:
    struct Cell {
        Token token = -1;
        std::int32_t position = -1;
    };

    std::span<const float> row(int index) const
    {
        const auto vocab = static_cast<std::size_t>(m_limits.vocabSize);
        return std::span(m_logits).subspan(static_cast<std::size_t>(index) * vocab, vocab);
    }
    void addRow(std::uint64_t hash, Token echo)
    {
        const bool poisoned = poisonHash != 0 && hash == poisonHash;
        for (int id = 0; id < m_limits.vocabSize; ++id)
            m_logits.push_back(poisoned ? std::numeric_limits<float>::quiet_NaN() : logit(hash, id, echo));
    }
    void checkContract(const Batch& batch)
    {
        bool kept = static_cast<int>(batch.tokens.size()) <= m_limits.maxBatchTokens && !batch.seqs.empty()
            && static_cast<int>(batch.seqs.size()) <= m_limits.maxSequences
            && batch.positions.size() == batch.tokens.size() && batch.kvSlots.size() == batch.tokens.size();
        int next = 0, rows = 0;
        for (const SeqSlice& s : batch.seqs) {
            kept = kept && s.firstToken == next && s.tokenCount >= 1 && s.contextLen >= s.tokenCount
                && s.contextLen <= m_limits.maxContext
                && static_cast<int>(s.blocks.size()) * kBlockTokens >= s.contextLen;
            rows += s.wanted == LogitRows::None ? 0 : s.wanted == LogitRows::Last ? 1 : s.tokenCount;
            for (int i = 0; kept && i < s.tokenCount; ++i) {
                const auto at = static_cast<std::size_t>(s.firstToken + i);
                const int position = s.contextLen - s.tokenCount + i;
                const BlockId block = s.blocks[static_cast<std::size_t>(position / kBlockTokens)];
                kept = batch.positions[at] == position
                    && batch.kvSlots[at] == block * kBlockTokens + position % kBlockTokens;
            }
            next += s.tokenCount;
        }
        contractKept =
            contractKept && kept && next == static_cast<int>(batch.tokens.size()) && rows <= m_limits.maxLogitRows;
    }

    RunnerLimits m_limits;
    KvLayout m_layout;
    std::vector<Cell> m_memory;
    std::vector<float> m_hidden; // of each token of the batch: one number
    std::vector<float> m_logits;
    SamplerScratch m_scratch;
};

} // namespace qwill::engine

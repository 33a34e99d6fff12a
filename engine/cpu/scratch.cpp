#include "cpu/scratch.h"

#include <algorithm>
#include <new>

namespace qwill::engine::cpu {

namespace {

// Split attention is for few tokens over long contexts: one sequence of 262144 tokens and 32 heads needs 8.5 MB. Units
// that would need more are simply not cut.
constexpr std::size_t kMaxPartialBytes = 16u << 20;

// Hands out 64-byte aligned pieces of one allocation; with a null base it only counts.
class Arena {
public:
    explicit Arena(std::byte* base) : m_base(base) { }

    template <typename T>
    T* take(std::size_t count)
    {
        const std::size_t offset = m_used;
        m_used = offset + (count * sizeof(T) + 63) / 64 * 64;
        m_most = std::max(m_most, m_used);
        return m_base ? reinterpret_cast<T*>(m_base + offset) : nullptr;
    }
    std::size_t used() const { return m_used; }
    std::size_t most() const { return m_most; }
    void rewind(std::size_t used) { m_used = used; }
    void skipToMost() { m_used = m_most; }

private:
    std::byte* m_base;
    std::size_t m_used = 0, m_most = 0;
};

QuantActs takeActs(Arena& arena, std::size_t tokens, std::size_t cols)
{
    QuantActs acts{};
    acts.q = arena.take<std::int8_t>(tokens * cols);
    acts.scales = arena.take<float>(tokens * cols / kActGroup);
    acts.sums = arena.take<std::int32_t>(tokens * cols / kActSumGroup);
    return acts;
}

AttentionState takeState(Arena& arena, int headDim)
{
    const std::size_t rows = kAttentionRows;
    AttentionState state{};
    state.max = arena.take<float>(rows);
    state.sum = arena.take<float>(rows);
    state.out = arena.take<float>(rows * static_cast<std::size_t>(headDim));
    return state;
}

void layAttention(Arena& arena, const ModelConfig& c, const ScratchShape& shape, AttentionScratch& out)
{
    const auto threads = static_cast<std::size_t>(shape.threads), dim = static_cast<std::size_t>(c.headDim);
    out.threads = arena.take<AttentionScratch::PerThread>(threads);
    for (std::size_t i = 0; i < threads; ++i) {
        AttentionScratch::PerThread t;
        t.queries = arena.take<float>(kAttentionRows * dim);
        t.visible = arena.take<std::int32_t>(kAttentionRows);
        t.hidden = arena.take<std::int32_t>(c.slidingLayers.empty() ? 0 : kAttentionRows);
        t.running = takeState(arena, c.headDim);
        t.segment = takeState(arena, c.headDim);
        t.kernel = arena.take<std::byte>(attentionScratchBytes(c.headDim));
        if (out.threads)
            new (out.threads + i) AttentionScratch::PerThread(t);
    }
    const auto segments = static_cast<std::size_t>((shape.contextTokens + kSegmentTokens - 1) / kSegmentTokens);
    const std::size_t rowFloats = dim + 2;
    out.partialRows = shape.threads == 1
        ? 0
        : std::min(segments * static_cast<std::size_t>(c.headCount), kMaxPartialBytes / (rowFloats * sizeof(float)));
    out.partials = arena.take<float>(out.partialRows * rowFloats);
}

} // namespace

std::size_t Scratch::lay(const ModelConfig& c, const ScratchShape& shape, std::byte* base, Scratch& out)
{
    Arena arena(base);
    const auto tokens = static_cast<std::size_t>(shape.maxTokens), threads = static_cast<std::size_t>(shape.threads);
    const auto hidden = static_cast<std::size_t>(c.hiddenSize), inner = static_cast<std::size_t>(c.intermediateSize);
    const auto query = static_cast<std::size_t>(c.queryRows()), kv = static_cast<std::size_t>(c.kvRows());
    const std::size_t rows = std::max(tokens, static_cast<std::size_t>(shape.maxLogitRows));
    const std::size_t widest = std::max({hidden, inner, query});
    const std::size_t cols = (widest + kActPad - 1) / kActPad * kActPad;

    out.x = arena.take<float>(tokens * hidden);
    out.normed = arena.take<float>(rows * hidden);
    out.cos = arena.take<float>(tokens * static_cast<std::size_t>(c.headDim / 2));
    out.sin = arena.take<float>(tokens * static_cast<std::size_t>(c.headDim / 2));
    const std::size_t slidingAngles = c.slidingRopeTheta > 0 ? tokens * static_cast<std::size_t>(c.headDim / 2) : 0;
    out.slidingCos = arena.take<float>(slidingAngles);
    out.slidingSin = arena.take<float>(slidingAngles);
    out.branch = arena.take<float>(c.branchNorms ? tokens * hidden : 0);
    // The attention half of a layer is over before its feed-forward half begins: they share memory.
    const std::size_t shared = arena.used();
    out.qkv = arena.take<float>(tokens * (query + 2 * kv));
    out.attention = arena.take<float>(tokens * query);
    arena.rewind(shared);
    out.gate = arena.take<float>(tokens * inner);
    out.up = arena.take<float>(tokens * inner);
    arena.skipToMost();
    out.logits =
        arena.take<float>(static_cast<std::size_t>(shape.maxLogitRows) * static_cast<std::size_t>(c.vocabSize));
    out.acts = takeActs(arena, rows, cols);
    out.privateCols = cols;
    out.privateRow = arena.take<float>(threads * 2 * cols);
    out.privateActs = arena.take<QuantActs>(threads);
    for (std::size_t i = 0; i < threads; ++i) {
        const QuantActs acts = takeActs(arena, 1, cols);
        if (out.privateActs)
            new (out.privateActs + i) QuantActs(acts);
    }
    layAttention(arena, c, shape, out.tiles);
    return arena.most();
}

} // namespace qwill::engine::cpu

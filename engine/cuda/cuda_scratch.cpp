#include "cuda/cuda_scratch.h"

#include "cuda/arena.h"
#include "cuda/step_program.h"

#include <algorithm>
#include <bit>

namespace qwill::engine::cuda {

namespace {

StepOffsets::Arrays layArrays(Arena& counted, std::size_t tokens, std::size_t rows, std::size_t sequences)
{
    StepOffsets::Arrays at{};
    const auto place = [&](std::size_t bytes) {
        const std::size_t offset = counted.used();
        counted.take<std::byte>(bytes);
        return offset;
    };
    at.tokens = place(tokens * sizeof(std::int32_t));
    at.positions = place(tokens * sizeof(std::int32_t));
    at.kvSlots = place(tokens * sizeof(std::int32_t));
    at.logitTokens = place(rows * sizeof(std::int32_t));
    at.seqs = place(sequences * sizeof(SeqView));
    return at;
}

// Sizes of steps that have a program: 1, 2, … kProgramTokens.
constexpr std::size_t programCount()
{
    return static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(kProgramTokens)));
}

} // namespace

ActForms actFormsOf(const Weights& shapes, RepackTarget target, int bf16Parts)
{
    ActForms forms;
    forms.bf16Parts = bf16Parts;
    const auto see = [&](const WeightMatrix& m) {
        const MatrixFormat format = deviceShape(m, target).format;
        if (format == MatrixFormat::F32) {
            forms.plain = true;
        } else if (readsParts(format)) {
            forms.parts = std::max(forms.parts, forms.partsFor(format));
        } else {
            forms.quants = true;
        }
    };
    see(shapes.head);
    for (const LayerWeights& layer : shapes.layers)
        for (const WeightMatrix* m : {&layer.q, &layer.k, &layer.v, &layer.o, &layer.gate, &layer.up, &layer.down})
            see(*m);
    return forms;
}

StepOffsets::StepOffsets(const CudaShape& shape)
{
    Arena counted(nullptr);
    const auto rows = static_cast<std::size_t>(shape.maxLogitRows);
    const auto sequences = static_cast<std::size_t>(shape.maxSequences);
    large = layArrays(counted, static_cast<std::size_t>(shape.maxTokens), rows, sequences);
    smallBegin = counted.used();
    small = layArrays(counted, kGraphTokens, kGraphTokens, kGraphTokens);
    pages = counted.used();
    counted.take<BlockId>(sequences * static_cast<std::size_t>(shape.maxPages()));
    end = counted.used();
}

std::size_t drawImageBytes(int maxRows, int vocab)
{
    const auto rows = static_cast<std::size_t>(maxRows), words = static_cast<std::size_t>((vocab + 63) / 64);
    return rows * sizeof(DrawRow) + rows * words * sizeof(std::uint64_t) + kDrawEntries * sizeof(BiasEntry)
        + (2 * rows + 2) * 16; // each list begins on 16 bytes
}

std::size_t CudaScratch::lay(const ModelConfig& c, const CudaShape& shape, std::byte* base, CudaScratch& out)
{
    Arena arena(base);
    const int widest = std::max({c.hiddenSize, c.intermediateSize, c.queryRows()});
    const int rows = std::max(shape.maxTokens, shape.maxLogitRows);
    const auto tokens = static_cast<std::size_t>(shape.maxTokens), hidden = static_cast<std::size_t>(c.hiddenSize);
    const auto query = static_cast<std::size_t>(c.queryRows()), kv = static_cast<std::size_t>(c.kvRows());
    const auto inner = static_cast<std::size_t>(c.intermediateSize), angles = static_cast<std::size_t>(c.headDim / 2);

    out.step = arena.take<std::byte>(StepOffsets(shape).end);
    out.x = arena.take<float>(tokens * hidden);
    out.cos = arena.take<float>(tokens * angles);
    out.sin = arena.take<float>(tokens * angles);
    const std::size_t sliding = c.slidingRopeTheta > 0 ? tokens * angles : 0;
    out.slidingCos = arena.take<float>(sliding);
    out.slidingSin = arena.take<float>(sliding);
    out.qkv = arena.take<float>(tokens * (query + 2 * kv));
    out.attention = arena.take<float>(tokens * query);
    out.branch = arena.take<float>(c.branchNorms ? tokens * hidden : 0);
    out.gate = arena.take<float>(tokens * inner);
    out.up = arena.take<float>(tokens * inner);
    const auto layActs = [&](ActBuffers& acts, int cols) {
        if (shape.acts.quants) {
            acts.quants = arena.take<std::int8_t>(actQuantBytes(rows, cols));
            acts.scales = reinterpret_cast<float*>(arena.take<std::byte>(actScaleBytes(rows, cols)));
            acts.sums = reinterpret_cast<std::int32_t*>(arena.take<std::byte>(actSumBytes(rows, cols)));
        }
        if (shape.acts.parts > 0)
            acts.parts =
                reinterpret_cast<std::uint16_t*>(arena.take<std::byte>(actPartBytes(rows, cols, shape.acts.parts)));
    };
    layActs(out.acts, std::max(c.hiddenSize, c.queryRows()));
    layActs(out.innerActs, c.intermediateSize);
    out.blas.weights = reinterpret_cast<std::uint16_t*>(arena.take<std::byte>(shape.blas.weights));
    out.blas.acts = reinterpret_cast<std::uint16_t*>(arena.take<std::byte>(shape.blas.acts));
    out.blas.workspace = arena.take<std::byte>(shape.blas.workspace);
    const bool wide = shape.acts.plain || shape.taps;
    out.acts.plain = arena.take<float>(wide ? static_cast<std::size_t>(std::max(rows, kHiddenRows))
                                               * static_cast<std::size_t>(widest)
                                            : kHiddenRows * hidden);
    out.innerActs.plain = arena.take<float>(shape.acts.plain ? tokens * inner : 0);
    const int smallTiles = kGraphTokens * attentionTiles(1, c.headCount / c.kvHeadCount);
    out.partialBlocks = shape.splits > 1 ? smallTiles * attentionBlocks(shape.splits, c.headDim) : 0;
    out.partials = reinterpret_cast<float*>(
        arena.take<std::byte>(attentionScratchBytes(smallTiles, shape.splits, c.kvHeadCount, c.headDim)));
    out.counterCount = std::max({c.headCount + 2 * c.kvHeadCount, ceilDiv(c.intermediateSize, kActGroup),
                                 attentionCounters(out.partialBlocks, c.kvHeadCount, c.headDim)});
    out.counterCount += shape.phases;
    out.counters = arena.take<std::int32_t>(static_cast<std::size_t>(out.counterCount));
    out.phaseCounters = out.counters + (out.counterCount - shape.phases);
    out.phases = reinterpret_cast<StepPhase*>(
        arena.take<std::byte>(programCount() * static_cast<std::size_t>(shape.phases) * sizeof(StepPhase)));
    const auto logitRows = static_cast<std::size_t>(shape.maxLogitRows);
    out.logits = arena.take<float>(logitRows * static_cast<std::size_t>(c.vocabSize));
    out.draw = arena.take<std::byte>(drawImageBytes(shape.maxLogitRows, c.vocabSize));
    out.drawn = arena.take<DrawnRow>(logitRows);
    out.drawScratch = arena.take<std::byte>(drawScratchBytes(shape.maxLogitRows, c.vocabSize));
    return arena.used();
}

} // namespace qwill::engine::cuda

#pragma once
// Parts of a row's keys put together: those of a block's warps, then those of a tile's blocks, and what the next
// product reads of the whole. Device code, for attention.cu.

#include "cuda/kernels/attention_pages.cuh"
#include "cuda/kernels/prepare.cuh"
#include "cuda/kernels/team.cuh"

namespace qwill::engine::cuda {

// Of the keys that a warp or block has seen, for 16 rows; one behind the other in memory.
template <int kOut>
struct Part {
    static constexpr int kFloats = kTileRows * (kOut + 2);
    float *max, *sum, *out; // [16] State::reference, [16], [16][kOut]

    QWILL_MEMBER explicit Part(float* base) : max(base), sum(base + kTileRows), out(base + 2 * kTileRows) { }
};

// A row of parts put together: the lane has columns lane · kOut / 32 and what follows.
template <int kOut>
struct FoldedRow {
    static constexpr int kColumns = kOut / kWarp;
    float max, sum;
    float out[kColumns];

    // `parts` ≤ 32, read by load(); `weights`: [32], the warp's own. All of the warp.
    template <typename Load>
    QWILL_MEMBER FoldedRow(float* parts, int count, int row, int lane, float* weights, Load load)
    {
        const Part<kOut> own(parts + smaller(lane, count - 1) * Part<kOut>::kFloats);
        const float ownMax = lane < count ? load(own.max + row) : minusInfinity();
        max = warpMax(ownMax);
        const float weight = lane < count ? expf32(ownMax - max) : 0.0f;
        sum = warpSum(lane < count ? load(own.sum + row) * weight : 0.0f);
        syncWarp(); // the row before has been read
        weights[lane] = weight;
        syncWarp();
#pragma unroll
        for (int c = 0; c < kColumns; ++c)
            out[c] = 0;
#pragma unroll 4
        for (int i = 0; i < count; ++i) {
            const float* from = Part<kOut>(parts + i * Part<kOut>::kFloats).out + row * kOut + lane * kColumns;
#pragma unroll
            for (int c = 0; c < kColumns; ++c)
                out[c] = fmaf32(load(from + c), weights[i], out[c]);
        }
    }
    QWILL_MEMBER void store(const Part<kOut>& to, int row, int lane) const
    {
        if (lane == 0) {
            to.max[row] = max;
            to.sum[row] = sum;
        }
#pragma unroll
        for (int c = 0; c < kColumns; ++c)
            to.out[row * kOut + lane * kColumns + c] = out[c];
    }
};

// A row's attention, and what the next product reads of it: the columns of a lane are then four of an activation group.
template <int kOut>
QWILL_DEVICE void storeRow(const AttentionArgs& args, const Rows& rows, int kvHead, int row, int first, int lane,
                           const FoldedRow<kOut>& folded)
{
    constexpr int kColumns = FoldedRow<kOut>::kColumns;
    float* out = outputOf(args, rows, kvHead, row);
    Four x{};
#pragma unroll
    for (int c = 0; c < kColumns; ++c) {
        const int d = first + lane * kColumns + c;
        x.v[c] = folded.out[c] / folded.sum;
        if (d < args.pages.headDim)
            out[d] = x.v[c];
    }
    if (args.prepare.rows == 0)
        return;
    const int group = args.headCount / args.kvHeadCount, at = rows.firstRow + row;
    const int token = rows.firstToken + at / group;
    int place = ((kvHead * group + at % group) * args.pages.headDim + first) / kActGroup;
    storeActs(args.prepare, token, place, lane, x);
    const bool isEnd = (place + 1) * kActGroup == args.prepare.cols;
    for (++place; isEnd && place < actGroups(args.prepare.cols); ++place)
        storeActs(args.prepare, token, place, lane, Four{});
}

template <int kOut>
constexpr std::size_t foldBytes(int warps)
{
    return static_cast<std::size_t>(warps * (Part<kOut>::kFloats + kWarp) + 1) * sizeof(float);
}

constexpr int kMaxSplits = 64; // 32 blocks' parts at most

// Which of a launch's blocks: along the tiles and the parts of their keys, the KV head, the part of the output.
struct AttentionBlock {
    int number, kvHead, half;
};

// The parts of a block's warps, then those of the tile's `blocks` blocks; `state` is finished. All of the block.
template <int kDim, typename Crew>
QWILL_DEVICE void foldParts(const AttentionArgs& args, const Crew& crew, const AttentionBlock& block, const Rows& rows,
                            int tile, int blocks, const State<kDim>& state)
{
    constexpr int kOut = attentionOutDim(kDim), kWarps = attentionWarps(kDim), kFloats = Part<kOut>::kFloats;
    const int warp = crew.thread() / kWarp, lane = crew.thread() % kWarp;
    const int kvHead = block.kvHead, g = lane / 4, t = lane % 4;
    auto* shared = static_cast<float*>(crew.shared()); // [warps] parts, [warps][32] weights, whether this block is last
    float* weights = shared + kWarps * kFloats + warp * kWarp;
    auto* last = reinterpret_cast<std::int32_t*>(shared + kWarps * (kFloats + kWarp));
    crew.sync(); // the queries that lay there are done with
    const Part<kOut> mine(shared + warp * kFloats);
#pragma unroll
    for (int half = 0; half < 2; ++half) {
        const int row = g + 8 * half;
        if (t == 0) {
            mine.max[row] = state.reference[half];
            mine.sum[row] = state.sum[half];
        }
#pragma unroll
        for (int i = 0; i < kOut / 8; ++i)
#pragma unroll
            for (int e = 0; e < 2; ++e)
                mine.out[row * kOut + 8 * i + 2 * t + e] = state.out[i][2 * half + e];
    }
    crew.sync();
    const int index = (tile * args.kvHeadCount + kvHead) * (kDim / kOut) + block.half;
    const int perTile = attentionBlocks(args.splits, kDim);
    float* parts = args.partials + static_cast<std::size_t>(index) * static_cast<std::size_t>(perTile * kFloats);
    for (int row = warp; row < rows.count; row += kWarps) {
        const FoldedRow<kOut> folded(shared, kWarps, row, lane, weights, [](const float* p) { return *p; });
        if (blocks == 1)
            storeRow(args, rows, kvHead, row, state.first, lane, folded);
        else
            folded.store(Part<kOut>(parts + block.number % perTile * kFloats), row, lane);
    }
    if (blocks == 1)
        return;
    publish();
    crew.sync();
    if (crew.thread() == 0)
        *last = isLast(args.counters + index, 1, blocks) ? 1 : 0;
    crew.sync();
    if (*last == 0)
        return;
    for (int row = warp; row < rows.count; row += kWarps)
        storeRow(
            args, rows, kvHead, row, state.first, lane,
            FoldedRow<kOut>(parts, blocks, row, lane, weights, [](const float* p) { return loadFresh<float>(p); }));
}

} // namespace qwill::engine::cuda

#pragma once
// The tail of a product: what the block does that stores a group of rows last, so that no kernel of its own has to be
// launched for it. Device code, for the product kernel of matmul.cuh.
//
// A group is what the work needs whole: a row of the residual stream (the next norm), 128 columns of gate and up (the
// activation and its 8 bits), a head (norm, RoPE and the cache). Who stores 16 rows × 8 tokens counts them; whoever
// counts a group's last does the group's work, and sets its counter back. Where a group's parts come of two launches –
// gate and up of different forms – the counter goes on from one to the other.

#include "cuda/kernels/prepare.cuh"
#include "cuda/kernels/rope_kv.cuh"

namespace qwill::engine::cuda {

inline constexpr int kMostRowWarps = 4; // row tiles of a block

// Bytes of shared memory a tail wants.
constexpr std::size_t tailBytes(const MatmulTail& tail, int warps)
{
    const int floats = tail.kind == TailKind::Norm ? tail.prepare.rows * kNormParts
        : tail.kind == TailKind::RopeKv            ? warps * kMaxHeadDim
                                                   : 0;
    return tail.kind == TailKind::None ? 0 : static_cast<std::size_t>(kMostRowWarps + floats) * sizeof(float);
}

// Rows of the stream are normed and prepared whole; all warps of the block.
template <typename Crew>
QWILL_DEVICE void normTail(const PrepareArgs& args, const Crew& crew, float* sums, int warp, int warps, int lane)
{
    for (int item = warp; item < args.rows * kNormParts; item += warps) {
        const int source = sourceRow(args, item / kNormParts);
        const float square =
            source < 0 ? 0.0f : squarePart(args.x + source * args.xStride, args.cols, item % kNormParts, lane);
        if (lane == 0)
            sums[item] = square;
    }
    crew.sync();
    const int groups = actGroups(args.cols);
    for (int item = warp; item < args.rows * groups; item += warps) {
        const int row = item / groups, source = sourceRow(args, row);
        if (source >= 0)
            prepareGroup(args, row, source, item % groups, inverseOf(sums + row * kNormParts, args.cols, args.eps),
                         lane);
    }
}

// The 128 columns of a group, of every row; with the last, the padding's.
QWILL_DEVICE void activationTail(const PrepareArgs& args, int group, int warp, int warps, int lane)
{
    const int end = (group + 1) * kActGroup < args.cols ? group + 1 : actGroups(args.cols);
    for (; group < end; ++group)
        for (int row = warp; row < args.rows; row += warps)
            prepareGroup(args, row, row, group, 1, lane);
}

// After the products of a block's so many token tiles are stored; all of its threads. Row warp i had row tile
// tileOf(i).
template <typename Crew, typename TileOf>
QWILL_DEVICE void finishGroups(const MatmulArgs& args, const Crew& crew, int rowWarps, int tokenTiles, TileOf tileOf)
{
    const MatmulTail& tail = args.tail;
    auto* last = static_cast<std::int32_t*>(crew.shared()); // [kMostRowWarps] the group to finish; −1: none
    auto* shared = reinterpret_cast<float*>(last + kMostRowWarps);
    const int thread = crew.thread(), lane = thread % kWarp, warp = thread / kWarp, warps = crew.warps();
    publish();
    crew.sync(); // and shared memory is free again
    if (thread < rowWarps) {
        const auto at = tileOf(thread);
        last[thread] = -1;
        if (at.tile < at.tiles) {
            const int group = at.tile / tail.groupTiles, index = args.parts[at.part].firstGroup + group;
            const int tiles = smaller(tail.groupTiles, at.tiles - group * tail.groupTiles) * tail.groupParts;
            if (isLast(tail.counters + index, tokenTiles, tiles * ceilDiv(args.tokens, kTileTokens)))
                last[thread] = index;
        }
    }
    crew.sync();
    for (int i = 0; i < rowWarps; ++i) {
        const int group = last[i];
        if (group < 0)
            continue;
        if (tail.kind == TailKind::Norm)
            normTail(tail.prepare, crew, shared, warp, warps, lane);
        else if (tail.kind == TailKind::Activation)
            activationTail(tail.prepare, group, warp, warps, lane);
        else
            for (int row = warp; row < tail.ropeKv.rows; row += warps)
                ropeHead(tail.ropeKv, row, group, shared + warp * kMaxHeadDim, lane);
    }
}

} // namespace qwill::engine::cuda

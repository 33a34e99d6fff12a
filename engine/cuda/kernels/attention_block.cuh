#pragma once
// One block of the attention of few query rows: the pages that its warps walk, and their parts put together. Device
// code, for attention.cu's launches and the persistent kernel.

#include "cuda/kernels/attention_parts.cuh"
#include "cuda/kernels/attention_stage.cuh"

namespace qwill::engine::cuda {

// What a warp walks.
struct Walk {
    int tile;
    int begin, end; // pages
    int blocks; // that have parts of the tile's keys; 0: the warp has nothing to do
};

template <int kDim>
QWILL_DEVICE Walk walkOf(const AttentionArgs& args, Rows& rows, int index, int warp)
{
    constexpr int kWarps = attentionWarps(kDim);
    const int perTile = attentionBlocks(args.splits, kDim);
    const bool isSplit = args.splits > 1;
    const int tile = isSplit ? index / perTile : index * kWarps + warp;
    if (tile >= args.maxTiles)
        return {};
    const SliceTile slice = sliceTile(args, tile, 1);
    if (slice.tile < 0)
        return {};
    rows = rowsOf(args, slice.seq, slice.tile);
    if (!isSplit)
        return {tile, rows.pageBegin, rows.pageEnd, 1};
    const int pages = rows.pageEnd - rows.pageBegin;
    const int perPart = greater(1, ceilDiv(pages, args.splits)), firstPart = index % perTile * kWarps;
    if (firstPart * perPart >= pages)
        return {};
    const int begin = rows.pageBegin + (firstPart + warp) * perPart;
    return {tile, begin, smaller(begin + perPart, rows.pageEnd), ceilDiv(ceilDiv(pages, perPart), kWarps)};
}

// From the cache at once.
template <int kDim, typename Pages>
QWILL_DEVICE void walkPages(const AttentionArgs& args, const Rows& rows, const Walk& walk, int kvHead,
                            const Pages& pages, State<kDim>& state, int lane)
{
    const Sight sight(args, rows);
    const std::byte* base = args.pages.base + static_cast<std::int64_t>(kvHead) * args.pages.headStride;
    const std::int32_t* table = args.step.pageTable + rows.firstPage;
    std::int64_t block = walk.begin < walk.end ? table[walk.begin] : 0;
    for (int number = walk.begin; number < walk.end; ++number) {
        const std::byte* bytes = base + block * args.pages.blockStride;
        block = table[smaller(number + 1, walk.end - 1)]; // there when it is wanted
        pages.template walk<InCache>(Page(sight, bytes, number), args.cap, state, lane);
    }
}

template <int kDim, int kStages, typename Pages>
QWILL_DEVICE void walkStaged(const AttentionArgs& args, const Rows& rows, const Walk& walk, int kvHead,
                             const Pages& pages, State<kDim>& state, std::byte* memory, int lane)
{
    const Sight sight(args, rows);
    PageRing<Pages::kElement, kDim, kWarp, kStages> ring(args, rows.firstPage, kvHead, walk.begin, walk.end,
                                                         state.first, memory, lane);
    for (int number = walk.begin; number < walk.end; ++number)
        pages.template walk<InShared>(Page(sight, ring.take(), number), args.cap, state, lane);
    ring.finish();
}

// One of the blocks of a launch, all of its threads. kStages 0: pages from the cache at once.
template <int kDim, typename Pages, int kStages, typename Crew>
QWILL_DEVICE void attendBlock(const AttentionArgs& args, const Crew& crew, const AttentionBlock& block)
{
    constexpr int kOut = attentionOutDim(kDim), kPages = kStages * stagedPageBytes(Pages::kElement, kDim);
    const int warp = crew.thread() / kWarp, lane = crew.thread() % kWarp;
    const int kvHead = block.kvHead;
    Rows rows{};
    const Walk walk = walkOf<kDim>(args, rows, block.number, warp);
    if (walk.blocks == 0)
        return; // the whole block; without splits the whole warp
    State<kDim> state;
    state.begin(args, rows, block.half * kOut, lane);
    Pages pages;
    std::byte* memory = static_cast<std::byte*>(crew.shared())
        + warp * (kPages + stagedQueryBytes(Pages::kElement, kDim, 2)); // pages, then the query
    pages.begin(args, rows, kvHead, memory + kPages, lane);
    if constexpr (kStages == 0)
        walkPages(args, rows, walk, kvHead, pages, state, lane);
    else
        walkStaged<kDim, kStages>(args, rows, walk, kvHead, pages, state, memory, lane);
    state.finish();
    if (args.splits > 1)
        foldParts<kDim>(args, crew, block, rows, walk.tile, walk.blocks, state);
    else
        storeState(args, rows, kvHead, state, lane);
}

} // namespace qwill::engine::cuda

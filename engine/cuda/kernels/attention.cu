// Paged flash attention for few query rows, decode above all: a warp has 16 of them (queries × heads of one KV head)
// and walks some pages of their keys. Where the keys are cut into parts, the warps of a block put theirs together, and
// the block that is through last puts together what the blocks have, and prepares it for the product that comes next.
// A warp keeps its next pages on their way to shared memory, where there is room for them. Prompts:
// attention_prompt.cu.

#include "cuda/kernels/attention_parts.cuh"
#include "cuda/kernels/attention_stage.cuh"
#include "cuda/kernels/launches.h"

namespace qwill::engine::cuda {

namespace {

// What a warp walks.
struct Walk {
    int tile;
    int begin, end; // pages
    int blocks; // that have parts of the tile's keys; 0: the warp has nothing to do
};

template <int kDim>
QWILL_DEVICE Walk walkOf(const AttentionArgs& args, Rows& rows, int warp)
{
    constexpr int kWarps = attentionWarps(kDim);
    const int index = static_cast<int>(blockIdx.x), perTile = attentionBlocks(args.splits, kDim);
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

// grid: [tiles · blocks of parts, or tiles / warps][kv heads][parts of the output]. Tiles follow each other, so that
// without splits a block's warps have neighbouring queries and read the same pages; with them, neighbouring parts.
template <int kDim, typename Pages, int kStages>
QWILL_KERNEL void __launch_bounds__(attentionWarps(kDim) * kWarp) attentionKernel(AttentionArgs args)
{
    awaitEarlier();
    constexpr int kOut = attentionOutDim(kDim), kPages = kStages * stagedPageBytes(Pages::kElement, kDim);
    const int warp = static_cast<int>(threadIdx.x) / kWarp, lane = static_cast<int>(threadIdx.x) % kWarp;
    const int kvHead = static_cast<int>(blockIdx.y);
    Rows rows{};
    const Walk walk = walkOf<kDim>(args, rows, warp);
    if (walk.blocks == 0)
        return; // the whole block; without splits the whole warp
    State<kDim> state;
    state.begin(args, rows, static_cast<int>(blockIdx.z) * kOut, lane);
    Pages pages;
    std::byte* memory = static_cast<std::byte*>(sharedMemory())
        + warp * (kPages + stagedQueryBytes(Pages::kElement, kDim, 2)); // pages, then the query
    pages.begin(args, rows, kvHead, memory + kPages, lane);
    if constexpr (kStages == 0)
        walkPages(args, rows, walk, kvHead, pages, state, lane);
    else
        walkStaged<kDim, kStages>(args, rows, walk, kvHead, pages, state, memory, lane);
    state.finish();
    if (args.splits > 1)
        foldParts<kDim>(args, rows, walk.tile, walk.blocks, state);
    else
        storeState(args, rows, kvHead, state, lane);
}

template <int kDim, typename Pages>
constexpr int kStagesOf = Pages::kElement == KvElement::Int8 ? 3 : 2; // attentionStages()

template <int kDim, typename Pages, int kStages>
int launchStaged(const AttentionArgs& args, void* stream)
{
    constexpr int kWarps = attentionWarps(kDim), kOut = attentionOutDim(kDim);
    constexpr std::size_t kWalk = attentionBytes(Pages::kElement, kDim, kStages), kFold = foldBytes<kOut>(kWarps);
    const bool isSplit = args.splits > 1;
    const int blocks = isSplit ? args.maxTiles * attentionBlocks(args.splits, kDim) : ceilDiv(args.maxTiles, kWarps);
    return launch(attentionKernel<kDim, Pages, kStages>, {blocks, args.kvHeadCount, kDim / kOut}, kWarps * kWarp,
                  isSplit && kFold > kWalk ? kFold : kWalk, stream, args);
}

template <int kDim, typename Pages>
int launchAttentionOf(const AttentionArgs& args, void* stream)
{
    return attentionStages(deviceTraits, Pages::kElement, kDim) > 0
        ? launchStaged<kDim, Pages, kStagesOf<kDim, Pages>>(args, stream)
        : launchStaged<kDim, Pages, 0>(args, stream);
}

template <int kDim>
int launchAttentionIn(const AttentionArgs& args, void* stream)
{
    return args.pages.element == KvElement::F16 ? launchAttentionOf<kDim, PagesF16<kDim, 2>>(args, stream)
                                                : launchAttentionOf<kDim, PagesInt8<kDim, 2>>(args, stream);
}

template <int kDim, typename Pages>
int prepareOf()
{
    constexpr int kStages = kStagesOf<kDim, Pages>;
    return attentionStages(deviceTraits, Pages::kElement, kDim) == 0
        ? 0
        : allowShared(attentionKernel<kDim, Pages, kStages>, attentionBytes(Pages::kElement, kDim, kStages));
}

template <int kDim>
int prepareIn()
{
    const int error = prepareOf<kDim, PagesF16<kDim, 2>>();
    return error != 0 ? error : prepareOf<kDim, PagesInt8<kDim, 2>>();
}

} // namespace

int prepareAttention()
{
    int error = prepareIn<64>();
    error = error != 0 ? error : prepareIn<128>();
    error = error != 0 ? error : prepareIn<256>();
    return error != 0 ? error : preparePromptAttention();
}

int launchAttention(const AttentionArgs* args, void* stream)
{
    const KvPages& pages = args->pages;
    const bool canPrepare = args->splits > 1 && pages.headDim % kActGroup == 0;
    if (pages.element == KvElement::F32 || pages.headDim > kMaxHeadDim || args->splits < 1 || args->splits > kMaxSplits
        || (args->prepare.rows > 0 && !canPrepare) || (args->parts != 2 && !args->sharesPages))
        return 1;
    if (args->maxTiles < 1)
        return 0;
    if (args->sharesPages)
        return launchPromptAttention(*args, stream);
    switch (paddedHeadDim(pages.headDim)) {
    case 64: return launchAttentionIn<64>(*args, stream);
    case 128: return launchAttentionIn<128>(*args, stream);
    default: return launchAttentionIn<256>(*args, stream);
    }
}

} // namespace qwill::engine::cuda

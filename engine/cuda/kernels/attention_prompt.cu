// Paged flash attention for prompts: the warps of a block have neighbouring tiles of 16 query rows of one slice, and
// the pages that they see come to shared memory once for all of them, the next one while this one is worked on. The
// longest blocks begin first.

#include "cuda/kernels/attention_stage.cuh"
#include "cuda/kernels/launches.h"

namespace qwill::engine::cuda {

namespace {

template <int kDim, typename Pages, int kParts>
QWILL_KERNEL void __launch_bounds__(promptWarps(Pages::kElement, kDim) * kWarp,
                                    promptBlocksPerSm(Pages::kElement, kDim)) promptKernel(AttentionArgs args)
{
    awaitEarlier();
    constexpr int kWarps = promptWarps(Pages::kElement, kDim);
    using Ring = PageRing<Pages::kElement, kDim, kWarps * kWarp, kPromptStages>;
    const int thread = static_cast<int>(threadIdx.x), warp = thread / kWarp, lane = thread % kWarp;
    const int kvHead = static_cast<int>(blockIdx.y);
    const SliceTile slice = sliceTile(args, static_cast<int>(gridDim.x) - 1 - static_cast<int>(blockIdx.x), kWarps);
    if (slice.tile < 0)
        return; // the whole block
    const int last = smaller(slice.tile + kWarps, slice.tiles) - 1;
    const int begin = rowsOf(args, slice.seq, slice.tile).pageBegin, end = rowsOf(args, slice.seq, last).pageEnd;
    Rows rows = rowsOf(args, slice.seq, smaller(slice.tile + warp, last));
    if (slice.tile + warp > last)
        rows.count = rows.pageEnd = 0; // such a warp copies pages for the others
    State<kDim> state;
    state.begin(args, rows, static_cast<int>(blockIdx.z) * attentionOutDim(kDim), lane);
    Pages pages;
    auto* memory = static_cast<std::byte*>(sharedMemory()); // pages, then the warps' queries
    pages.begin(args, rows, kvHead, memory + Ring::kBytes + warp * stagedQueryBytes(Pages::kElement, kDim, kParts),
                lane);
    const Sight sight(args, rows);
    Ring ring(args, slice.seq.firstPage, kvHead, begin, end, state.first, memory, thread);
    for (int number = begin; number < end; ++number) {
        const std::byte* bytes = ring.take();
        if (number >= rows.pageBegin && number < rows.pageEnd)
            pages.template walk<InShared>(Page(sight, bytes, number), args.cap, state, lane);
    }
    ring.finish();
    state.finish();
    storeState(args, rows, kvHead, state, lane);
}

// Each form that there is, once: do(kernel, bytes of shared memory, dimensions of a head).
template <int kDim, typename Pages, int kParts, typename Do>
int with(Do&& function)
{
    return function(promptKernel<kDim, Pages, kParts>, promptBytes(Pages::kElement, kDim, kParts), kDim);
}

template <int kDim, typename Do>
int withForm(KvElement element, int parts, Do&& function)
{
    if (element == KvElement::Int8)
        return parts == 1 ? with<kDim, PagesInt8<kDim, 1>, 1>(function) : with<kDim, PagesInt8<kDim, 2>, 2>(function);
    if constexpr (kDim <= 128)
        return parts == 1 ? with<kDim, PagesF16<kDim, 1>, 1>(function) : with<kDim, PagesF16<kDim, 2>, 2>(function);
    return 1;
}

template <typename Do>
int withForm(KvElement element, int headDim, int parts, Do&& function)
{
    switch (paddedHeadDim(headDim)) {
    case 64: return withForm<64>(element, parts, function);
    case 128: return withForm<128>(element, parts, function);
    default: return withForm<256>(element, parts, function);
    }
}

} // namespace

int preparePromptAttention()
{
    for (const KvElement element : {KvElement::F16, KvElement::Int8})
        for (const int headDim : {64, 128, 256})
            for (const int parts : {1, 2}) {
                if (!attentionSharesPages(deviceTraits, element, headDim, parts))
                    continue;
                const int error = withForm(element, headDim, parts, [](auto kernel, int bytes, int) {
                    return allowShared(kernel, static_cast<std::size_t>(bytes));
                });
                if (error != 0)
                    return error;
            }
    return 0;
}

int launchPromptAttention(const AttentionArgs& args, void* stream)
{
    if (args.splits != 1 || args.parts < 1 || args.parts > 2
        || !attentionSharesPages(deviceTraits, args.pages.element, args.pages.headDim, args.parts))
        return 1;
    const int warps = promptWarps(args.pages.element, args.pages.headDim);
    // At most so many groups of tiles: all but a slice's last are whole.
    const int blocks = args.maxTiles / warps + smaller(args.seqCount, args.maxTiles);
    return withForm(args.pages.element, args.pages.headDim, args.parts, [&](auto kernel, int bytes, int dim) {
        return launch(kernel, {blocks, args.kvHeadCount, dim / attentionOutDim(dim)}, warps * kWarp,
                      static_cast<std::size_t>(bytes), stream, args);
    });
}

} // namespace qwill::engine::cuda

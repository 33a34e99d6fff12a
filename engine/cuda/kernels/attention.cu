// Paged flash attention for few query rows, decode above all: a warp has 16 of them (queries × heads of one KV head)
// and walks some pages of their keys. Where the keys are cut into parts, the warps of a block put theirs together, and
// the block that is through last puts together what the blocks have, and prepares it for the product that comes next.
// A warp keeps its next pages on their way to shared memory, where there is room for them. Prompts:
// attention_prompt.cu.

#include "cuda/kernels/attention_block.cuh"
#include "cuda/kernels/launches.h"

namespace qwill::engine::cuda {

namespace {

// grid: [tiles · blocks of parts, or tiles / warps][kv heads][parts of the output]. Tiles follow each other, so that
// without splits a block's warps have neighbouring queries and read the same pages; with them, neighbouring parts.
template <int kDim, typename Pages, int kStages>
QWILL_KERNEL void __launch_bounds__(attentionWarps(kDim) * kWarp) attentionKernel(AttentionArgs args)
{
    awaitEarlier();
    attendBlock<kDim, Pages, kStages>(
        args, WholeBlock(), {static_cast<int>(blockIdx.x), static_cast<int>(blockIdx.y), static_cast<int>(blockIdx.z)});
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

// The persistent kernel's forms and its launch, and what becomes a phase of it: models whose matrices all have 8 bits,
// 4 with 8 among them, or bf16, with heads of 128 dimensions.

#include "cuda/kernels/persistent.cuh"

#include "cuda/kernels/launches.h"

#include <type_traits>

namespace qwill::engine::cuda {

namespace {

static_assert(std::is_trivially_copyable_v<StepPhase> && sizeof(StepPhase) % 16 == 0);

constexpr unsigned bitOf(PhaseWork work)
{
    return 1u << static_cast<int>(work);
}
constexpr unsigned kOf8 = bitOf(PhaseWork::W8), kOf4 = kOf8 | bitOf(PhaseWork::W4K), kOf16 = bitOf(PhaseWork::Bf16);

// What the teams of a block have at most: those that multiply, or the one that attends.
constexpr std::size_t kAttentionBytes = greater(static_cast<int>(foldBytes<128>(attentionWarps(128))),
                                                attentionWarps(128) * stagedQueryBytes(KvElement::F16, 128, 2));
constexpr std::size_t kSharedBytes = sizeof(StepPhase) + kAttentionBytes;
static_assert(kPersistentWarps * teamBytes(1) <= static_cast<int>(kAttentionBytes) && kSharedBytes <= 48 * 1024);

template <unsigned kWorks, typename Pages>
int launchOf(const PersistentArgs& args, void* stream)
{
    constexpr int kThreads = kPersistentWarps * kWarp;
    if (blocksAnSm(persistentKernel<kWorks, Pages>, kThreads, kSharedBytes) < 1)
        return kNoSuchKernel;
    return launchTogether(persistentKernel<kWorks, Pages>, deviceTraits.smCount, kThreads, kSharedBytes, stream, args);
}

template <unsigned kWorks>
int launchWith(const PersistentArgs& args, void* stream)
{
    return args.element == KvElement::F16 ? launchOf<kWorks, PagesF16<128, 2>>(args, stream)
                                          : launchOf<kWorks, PagesInt8<128, 2>>(args, stream);
}

} // namespace

int planRun(const MatmulArgs& run, bool joins, StepPhase* out)
{
    const DeviceMatrix& weights = run.parts[0].weights;
    const bool isW8 = weights.format == MatrixFormat::W8 && weights.groupSize == 128;
    const bool isW4K = weights.format == MatrixFormat::W4K, isBf16 = weights.format == MatrixFormat::Bf16;
    if (deviceTraits.computeCapability < 80 || run.tokens < 1 || run.tokens > kTileTokens || !(isW8 || isW4K || isBf16))
        return kNoSuchKernel;
    const MatmulShape shape = matmulShape<1, 1>(run, chunkCount(weights.format, weights.cols));
    *out = {};
    out->work = isW8 ? PhaseWork::W8 : isW4K ? PhaseWork::W4K : PhaseWork::Bf16;
    out->joins = joins ? 1 : 0;
    out->rowWarps = shape.rowWarps;
    out->split = shape.split;
    out->blocks = shape.blocks;
    out->product = run;
    return 0;
}

int planAttention(const AttentionArgs* args, StepPhase* out)
{
    if (deviceTraits.computeCapability < 80 || args->sharesPages || args->pages.headDim != 128 || args->splits < 2
        || args->splits > kMaxSplits || args->maxTiles < 1)
        return kNoSuchKernel;
    *out = {};
    out->work = PhaseWork::Attention;
    out->blocks = args->maxTiles * attentionBlocks(args->splits, args->pages.headDim) * args->kvHeadCount;
    out->attention = *args;
    return 0;
}

int launchPersistent(const PersistentArgs* args, void* stream)
{
    const unsigned products = args->works & ~bitOf(PhaseWork::Attention);
    if (args->count < 1)
        return 0;
    if ((products & ~kOf8) == 0)
        return launchWith<kOf8>(*args, stream);
    if ((products & ~kOf4) == 0)
        return launchWith<kOf4>(*args, stream);
    return (products & ~kOf16) == 0 ? launchWith<kOf16>(*args, stream) : kNoSuchKernel;
}

} // namespace qwill::engine::cuda

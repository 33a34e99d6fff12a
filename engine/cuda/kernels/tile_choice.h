#pragma once
// Which tiles a prompt's products get: rows × tokens of a block, how deep its ring of copies is, and whether the kernel
// for few tokens (matmul.cuh) would be through earlier. Pure arithmetic on a card's rates; any thread.
//
// A block of 8 warps has 128 rows; each warp 32 of them × 16 · width tokens, so that the SM's four quarters have alike
// to do with 32, 64, … 256 tokens. The time of a step – 128 columns of k, of 16-bit weights 64 of one part – is
// the longest of what tensor cores and issue, shared memory and L2 need for it; blocks come in waves of one an SM. None
// of the rates was measured by us: QWILL_CUDA_PROMPT_TILES and gpu-check's rows will say.

#include "cuda/kernels/kernel_table.h"

namespace qwill::engine::cuda {

inline constexpr int kTiledRowTiles = 8; // of a block
inline constexpr int kTiledRowWarps = 4, kTiledTokenWarps = 2, kTiledWarps = 8;
inline constexpr int kTiledWarpRows = 2; // row tiles of a warp
inline constexpr int kTiledMostWidth = 8; // pairs of token tiles of a warp
inline constexpr int kTiledMostStages = 4;
inline constexpr int kTiledFewestTokens = 33;

struct TiledShape {
    std::int32_t width = 0; // pairs of token tiles of a warp; 0: not by tiles
    std::int32_t stages = 0; // of the ring of activations
    std::int32_t rowBlocks = 0, tokenBlocks = 0;
};

// What a step brings, and what its products cost.
struct TiledForm {
    int stepsPerChunk = 0; // 0: the format has no tiles
    int weightBytes = 0; // of a row tile
    int actBytes = 0; // of a token tile
    bool is16 = false; // products of 16 bits, 64 columns a step; else of 8, 128
    int instructions = 0; // of a warp for 16 rows × 8 tokens, as sm_90's disassembly has them
};
QWILL_BOTH constexpr TiledForm tiledForm(MatrixFormat f, int groupSize)
{
    const int sums = f == MatrixFormat::W4K || f == MatrixFormat::W8K ? 64 : groupSize == kActGroup ? 32 : 128;
    switch (f) {
    case MatrixFormat::W8: return {1, chunkBytes(f, groupSize), 1024 + 32, false, groupSize == 128 ? 24 : 60};
    case MatrixFormat::W4K: return {2, kChunkBytes / 2 + 256, 1024 + 32 + sums, false, 63};
    case MatrixFormat::W4G:
        return {2, chunkBytes(f, groupSize) / 2, 1024 + 32 + sums, false,
                groupSize == 128      ? 35
                    : groupSize == 64 ? 60
                                      : 103};
    case MatrixFormat::W8S: return {1, chunkBytes(f, groupSize), 1024 + 32, false, 63};
    case MatrixFormat::W8K: return {1, chunkBytes(f, groupSize), 1024 + 32 + sums, false, 63};
    case MatrixFormat::F16:
    case MatrixFormat::Bf16: return {1, kChunkBytes, 1024, true, 12};
    default: return {};
    }
}

// Copies of weights that a ring of so many stages wants, where a copy serves `every` steps.
QWILL_BOTH constexpr int weightStages(int stages, int every)
{
    return ceilDiv(stages, every);
}
QWILL_BOTH constexpr int tiledBytes(const TiledForm& form, int width, int stages, int every)
{
    return weightStages(stages, every) * kTiledRowTiles * form.weightBytes
        + stages * kTiledTokenWarps * 2 * width * form.actBytes;
}

struct CardRates {
    int bytes, halves; // multiply-adds of 8 and of 16 bits a cycle and SM by mma.sync, sums of 32 bits
    int l2; // bytes a cycle and SM
};
constexpr CardRates cardRates(int capability)
{
    return capability == 80                    ? CardRates{2048, 1024, 40}
        : capability >= 90 && capability < 120 ? CardRates{2048, 1024, 24}
                                               : CardRates{1024, 256, 16}; // GeForce
}

// Cycles of an SM for 16 rows × 8 tokens of a step.
constexpr int tileCycles(const TiledForm& form, const CardRates& card)
{
    const int tensor = form.is16 ? 16 * 8 * 64 / card.halves : 16 * 8 * 128 / card.bytes;
    return greater(tensor, ceilDiv(form.instructions, 4));
}
// A block's step, with what a barrier and the first loads cost.
constexpr int tiledStepCycles(const TiledForm& form, const CardRates& card, int width, int every)
{
    const int weights = kTiledRowTiles * form.weightBytes / every;
    const int acts = kTiledTokenWarps * 2 * width * form.actBytes;
    const int compute = kTiledWarps * kTiledWarpRows * 2 * width * tileCycles(form, card);
    // Each warp reads its rows' weights and its tokens' activations, and the copies are written.
    const int shared = ((kTiledTokenWarps + 1) * weights + (kTiledRowWarps + 1) * acts) / 128;
    return greater(greater(compute, shared), (weights + acts) / card.l2) + 150;
}
// The kernel of matmul.cuh: warps of 32 rows × 64 tokens, four a block or sharing k; its blocks are small, so no waves.
// Half of what issue and tensor cores allow: loads and chains of products lie bare in it.
constexpr std::int64_t fewTokensCycles(const TiledForm& form, const CardRates& card, int smCount, int rowTiles,
                                       int tokens, int steps)
{
    const std::int64_t warpTiles = static_cast<std::int64_t>(ceilDiv(rowTiles, 2)) * ceilDiv(tokens, 64);
    const int split = warpTiles * 4 > 12 * smCount ? 1 : 4;
    const int bytes = 2 * form.weightBytes + 8 * form.actBytes / (split > 1 ? 1 : 2);
    const int perTile = greater(32 * tileCycles(form, card), bytes / card.l2);
    const std::int64_t all = warpTiles * perTile * steps / smCount;
    const std::int64_t one = static_cast<std::int64_t>(96 * tileCycles(form, card)) * steps / split; // a warp alone
    return all > one ? all : one;
}

// The shape for these products, which read the same activations and have the same format; width 0 where the
// format or the card has none, or where the other kernel is the better.
inline TiledShape chooseTiles(const DeviceTraits& device, const MatmulArgs& args)
{
    const DeviceMatrix& first = args.parts[0].weights;
    const TiledForm form = tiledForm(first.format, first.groupSize);
    if (device.promptTiles == PromptTiles::Never || device.computeCapability < 80 || form.stepsPerChunk == 0
        || args.tokens < kTiledFewestTokens || args.cap > 0) // nobody wants so many capped logits
        return {};
    const int every = readsParts(first.format) ? args.actPartCount : 1;
    const int steps = chunkCount(first.format, first.cols) * form.stepsPerChunk * every;
    const CardRates card = cardRates(device.computeCapability);
    int rowTiles = 0, rowBlocks = 0;
    for (int i = 0; i < args.partCount; ++i) {
        const int tiles = ceilDiv(args.parts[i].weights.rows, kTileRows);
        rowTiles += tiles;
        rowBlocks += ceilDiv(tiles, kTiledRowTiles);
    }
    TiledShape best;
    std::int64_t least = device.promptTiles == PromptTiles::Always
        ? INT64_MAX
        : fewTokensCycles(form, card, device.smCount, rowTiles, args.tokens, steps);
    for (int width = kTiledMostWidth; width > 0; --width) {
        int stages = kTiledMostStages;
        while (stages > 1 && static_cast<std::size_t>(tiledBytes(form, width, stages, every)) > device.sharedPerBlock)
            --stages;
        if (stages < 2)
            continue;
        const int tokenBlocks = ceilDiv(args.tokens, kTiledTokenWarps * 2 * width * kTileTokens);
        const std::int64_t waves =
            (static_cast<std::int64_t>(rowBlocks) * tokenBlocks + device.smCount - 1) / device.smCount;
        const std::int64_t cycles = waves * tiledStepCycles(form, card, width, every) * steps;
        if (cycles >= least)
            continue;
        least = cycles;
        best = {width, stages, rowBlocks, tokenBlocks};
    }
    return best;
}

} // namespace qwill::engine::cuda

// Weights and activations of 16 bits from mma order to plain rows, as a library of products reads them. Every number is
// read and written once, 16 bytes a lane: the four lanes of a row exchange words, so that each has eight neighbours.

#include "cuda/kernels/launches.h"

namespace qwill::engine::cuda {

namespace {

constexpr int kUntileWarps = 8;

// Word j of lane t goes to lane j, as its word t, among the four lanes of equal lane / 4.
QWILL_DEVICE uint4 transposed(std::uint32_t (&words)[4], int t)
{
#pragma unroll
    for (int mask = 1; mask <= 2; mask *= 2) {
        const bool upper = (t & mask) != 0;
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            std::uint32_t& low = words[mask == 1 ? 2 * i : i];
            std::uint32_t& high = words[mask == 1 ? 2 * i + 1 : i + 2];
            const auto other = static_cast<std::uint32_t>(shuffleXor(static_cast<int>(upper ? low : high), mask));
            if (upper)
                low = other;
            else
                high = other;
        }
    }
    return {words[0], words[1], words[2], words[3]};
}

QWILL_DEVICE int warpOfGrid()
{
    return static_cast<int>(blockIdx.x) * kUntileWarps + static_cast<int>(threadIdx.x) / kWarp;
}

// A warp has one chunk: 16 rows of 64 columns. Neighbouring warps write neighbouring columns.
QWILL_KERNEL void __launch_bounds__(kUntileWarps* kWarp) untileWeightsKernel(UntileWeightsArgs args)
{
    awaitEarlier(); // a product may still read what is written here
    const int cols = untiledCols(args.weights.cols), chunks = cols / 64, index = warpOfGrid();
    const int tile = index / chunks, chunk = index % chunks;
    if (tile >= ceilDiv(args.weights.rows, kTileRows))
        return; // the whole warp
    const int lane = static_cast<int>(threadIdx.x) % kWarp, t = lane % 4;
    const std::byte* from = args.weights.data + static_cast<std::size_t>(index) * kChunkBytes;
    from += lane * 16;
    const uint4 q[4] = {loadStream<0>(from), loadStream<512>(from), loadStream<1024>(from), loadStream<1536>(from)};
#pragma unroll
    for (int half = 0; half < 2; ++half) {
        std::uint16_t* row = args.out
            + static_cast<std::size_t>(tile * kTileRows + lane / 4 + 8 * half) * static_cast<std::size_t>(cols)
            + static_cast<std::size_t>(chunk * 64 + 8 * t);
#pragma unroll
        for (int block = 0; block < 2; ++block) { // of 32 columns
            const uint4 a = q[2 * block], b = q[2 * block + 1];
            std::uint32_t words[4] = {half == 0 ? a.x : a.y, half == 0 ? a.z : a.w, half == 0 ? b.x : b.y,
                                      half == 0 ? b.z : b.w};
            *reinterpret_cast<uint4*>(row + 32 * block) = transposed(words, t);
        }
    }
}

// A warp has 32 columns of a token tile's part.
QWILL_KERNEL void __launch_bounds__(kUntileWarps* kWarp) untilePartsKernel(UntilePartsArgs args)
{
    awaitEarlier();
    const int cols = untiledCols(args.cols), blocks = cols / 32, index = warpOfGrid();
    const int block = index % blocks, part = index / blocks % args.partCount, tile = index / blocks / args.partCount;
    if (tile >= ceilDiv(args.tokens, kTileTokens))
        return; // the whole warp
    const int lane = static_cast<int>(threadIdx.x) % kWarp, t = lane % 4, token = tile * kTileTokens + lane / 4;
    const std::size_t from =
        static_cast<std::size_t>(tile * args.partCount + part) * static_cast<std::size_t>(colsPadded(args.cols) / 32)
        + static_cast<std::size_t>(block);
    const uint4 x = loadWritten<uint4>(args.parts + from * 256 + lane * 8);
    std::uint32_t words[4] = {x.x, x.y, x.z, x.w};
    const uint4 row = transposed(words, t);
    if (token < args.tokens)
        *reinterpret_cast<uint4*>(
            args.out + static_cast<std::size_t>(part * args.tokens + token) * static_cast<std::size_t>(cols)
            + static_cast<std::size_t>(block * 32 + 8 * t)) = row;
}

} // namespace

int launchUntileWeights(const UntileWeightsArgs* args, void* stream)
{
    const DeviceMatrix& m = args->weights;
    if (m.format != MatrixFormat::F16 && m.format != MatrixFormat::Bf16)
        return 1; // the runtime's “invalid value”
    const int chunks = untiledCols(m.cols) / 64 * ceilDiv(m.rows, kTileRows);
    return launch(untileWeightsKernel, {ceilDiv(chunks, kUntileWarps), 1, 1}, kUntileWarps * kWarp, 0, stream, *args);
}

int launchUntileParts(const UntilePartsArgs* args, void* stream)
{
    const int blocks = untiledCols(args->cols) / 32 * args->partCount * ceilDiv(args->tokens, kTileTokens);
    return blocks < 1
        ? 0
        : launch(untilePartsKernel, {ceilDiv(blocks, kUntileWarps), 1, 1}, kUntileWarps * kWarp, 0, stream, *args);
}

} // namespace qwill::engine::cuda

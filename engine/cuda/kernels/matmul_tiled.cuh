#pragma once
// The products of prompts: weights as A, tokens as B, 128 rows × up to 256 tokens a block of 8 warps. Device code;
// matmul_tiled_<formats>.cu instantiate it, tile_choice.h says when and with which shape.
//
// Weights and activations come to shared memory by asynchronous copies, some steps ahead in a ring; both lie in the
// order of mma's operands, so that each is read there as 16 bytes a lane without conflicts, weights once a step, an
// activation once for 32 rows. A step is 128 columns (of 16-bit weights 64, of one part), and a warp adds up its steps
// in their order: the results are, to the bit, those of matmul.cuh's kernel where that does not share k.

#include "cuda/kernels/matmul.cuh"
#include "cuda/kernels/tile_choice.h"

namespace qwill::engine::cuda {

// --- activations of a step -------------------------------------------------------------------------------------------

// 128 columns of 8 tokens, in shared memory: quants, scales, then what of the sums the format reads.
struct HeldQuants {
    uint4 x[2];
    float2 s;
    const std::byte* sums;
    int lane;

    QWILL_MEMBER HeldQuants(const std::byte* tile, int lane_)
        : x{loadShared<uint4>(tile + lane_ * 16), loadShared<uint4>(tile + 512 + lane_ * 16)},
          s(loadShared<float2>(tile + 1024 + lane_ % 4 * 8)),
          sums(tile + 1024 + 32),
          lane(lane_)
    {
    }
    // As TileActs.
    QWILL_MEMBER uint4 block(int block64) const { return x[block64]; }
    QWILL_MEMBER uint2 step(int step) const
    {
        return step % 2 == 0 ? uint2{x[step / 2].x, x[step / 2].y} : uint2{x[step / 2].z, x[step / 2].w};
    }
    QWILL_MEMBER float2 scale(int) const { return s; }
    QWILL_MEMBER int2 sum(int block32) const { return loadShared<int2>(sums + block32 * 32 + lane % 4 * 8); }
    QWILL_MEMBER int2 sum128(int) const { return loadShared<int2>(sums + lane % 4 * 8); }
    QWILL_MEMBER uint2 sumWords(int) const { return loadShared<uint2>(sums + lane / 4 * 8); }
};

// 64 columns of one part.
struct HeldPart {
    uint4 x[2];

    QWILL_MEMBER HeldPart(const std::byte* tile, int lane)
        : x{loadShared<uint4>(tile + lane * 16), loadShared<uint4>(tile + 512 + lane * 16)}
    {
    }
};

// --- weights of a step, by format: 16 rows ---------------------------------------------------------------------------

QWILL_DEVICE void loadQuads(Quads& q, const std::byte* own, int lane)
{
#pragma unroll
    for (int i = 0; i < 4; ++i)
        q.w[i] = loadShared<uint4>(own + (i * kWarp + lane) * 16);
}

// Where a step's bytes lie in its chunk, `half` of it; what of the activations' sums it reads.
template <int kGroup>
struct PieceW8 {
    using Acts = HeldQuants;
    static constexpr MatrixFormat kFormat = MatrixFormat::W8;
    static constexpr int kGroupSize = kGroup;
    static constexpr int kScaleBytes = chunkScaleBytes(kFormat, kGroup), kSumOffset = 0, kSumBytes = 0;
    static QWILL_MEMBER int scaleOffset(int) { return 0; }
    ChunkW8<kGroup> chunk;

    QWILL_MEMBER void load(const std::byte* own, int, int lane)
    {
        loadQuads(chunk.q, own, lane);
#pragma unroll
        for (int i = 0; i < 128 / kGroup; ++i)
            chunk.scale[i] = loadShared<std::uint32_t>(own + kChunkBytes + (i * 8 + lane / 4) * 4);
    }
    QWILL_MEMBER void multiply(float (&acc)[4], const Acts& acts) const
    {
        chunk.multiplyTile(acc, acts);
    }
};

// The A operands of 128 columns whose nibbles lie in 1024 bytes.
struct Nibbles {
    uint4 w[4];

    QWILL_MEMBER void load(const std::byte* own, int lane)
    {
        constexpr std::uint32_t kLow = 0x0f0f0f0fu;
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const uint4 v = loadShared<uint4>(own + (i * kWarp + lane) * 16);
            w[2 * i] = {v.x & kLow, v.y & kLow, v.z & kLow, v.w & kLow};
            w[2 * i + 1] = {v.x >> 4 & kLow, v.y >> 4 & kLow, v.z >> 4 & kLow, v.w >> 4 & kLow};
        }
    }
    QWILL_MEMBER void multiply(int (&c)[4], int step, uint2 x) const
    {
        mmaS8(c, w[step].x, w[step].y, w[step].z, w[step].w, x.x, x.y);
    }
};

struct PieceW4K {
    using Acts = HeldQuants;
    static constexpr MatrixFormat kFormat = MatrixFormat::W4K;
    static constexpr int kGroupSize = 32;
    static constexpr int kScaleBytes = 256, kSumOffset = kActSumWords * 4, kSumBytes = 64;
    static QWILL_MEMBER int scaleOffset(int) { return 0; }
    Nibbles q;
    ChunkW4K::Factors factors;

    QWILL_MEMBER void load(const std::byte* own, int half, int lane)
    {
        q.load(own, lane);
        ChunkW4K chunk;
        chunk.super = loadShared<uint4>(own + 1024 + lane / 4 * 32);
        chunk.factors = loadShared<uint4>(own + 1024 + lane / 4 * 32 + 16);
        factors = chunk.factorsOf(half);
    }
    QWILL_MEMBER void multiply(float (&acc)[4], const Acts& acts) const
    {
        int isum[4] = {0, 0, 0, 0};
#pragma unroll
        for (int step = 0; step < 4; ++step) {
            int c[4] = {0, 0, 0, 0};
            q.multiply(c, step, acts.step(step));
            factors.add(isum, c, step);
        }
        factors.fold(acc, isum, acts.sumWords(0), acts.scale(0));
    }
};

template <int kGroup>
struct PieceW4G {
    using Acts = HeldQuants;
    static constexpr MatrixFormat kFormat = MatrixFormat::W4G;
    static constexpr int kGroupSize = kGroup;
    static constexpr int kScaleBytes = chunkScaleBytes(kFormat, kGroup) / 2;
    static constexpr int kSumOffset = kGroup == kActGroup ? kActSumTotals * 4 : 0;
    static constexpr int kSumBytes = kGroup == kActGroup ? 32 : 128;
    static QWILL_MEMBER int scaleOffset(int half) { return half * kScaleBytes; }
    Nibbles q;
    uint2 scale[128 / kGroup]; // {scale, min} of row g, of row g + 8

    QWILL_MEMBER void load(const std::byte* own, int, int lane)
    {
        q.load(own, lane);
#pragma unroll
        for (int i = 0; i < 128 / kGroup; ++i)
            scale[i] = loadShared<uint2>(own + 1024 + (i * 8 + lane / 4) * 8);
    }
    QWILL_MEMBER void multiply(float (&acc)[4], const Acts& acts) const
    {
        int c[4] = {0, 0, 0, 0};
        int2 sum{0, 0};
#pragma unroll
        for (int step = 0; step < 4; ++step) {
            q.multiply(c, step, acts.step(step));
            const bool ends = (step + 1) * 32 % kGroup == 0;
            if constexpr (kGroup < kActGroup) {
                const int2 more = acts.sum(step);
                sum = {sum.x + more.x, sum.y + more.y};
            } else if (ends) {
                sum = acts.sum128(0);
            }
            if (!ends)
                continue;
            foldWithMinima(acc, c, sum, scale[step * 32 / kGroup], acts.scale(0));
            c[0] = c[1] = c[2] = c[3] = 0;
            sum = {0, 0};
        }
    }
};

template <MatrixFormat kDense>
struct Piece16 {
    using Acts = HeldPart;
    static constexpr MatrixFormat kFormat = kDense;
    static constexpr int kGroupSize = 0;
    static constexpr int kScaleBytes = 0, kSumOffset = 0, kSumBytes = 0;
    static QWILL_MEMBER int scaleOffset(int) { return 0; }
    uint4 w[4];

    QWILL_MEMBER void load(const std::byte* own, int, int lane)
    {
#pragma unroll
        for (int i = 0; i < 4; ++i)
            w[i] = loadShared<uint4>(own + (i * kWarp + lane) * 16);
    }
    QWILL_MEMBER void multiply(float (&acc)[4], const Acts& acts) const
    {
        using Chunk = Chunk16<kDense>;
        Chunk::step(acc, w[0], acts.x[0].x, acts.x[0].y);
        Chunk::step(acc, w[1], acts.x[0].z, acts.x[0].w);
        Chunk::step(acc, w[2], acts.x[1].x, acts.x[1].y);
        Chunk::step(acc, w[3], acts.x[1].z, acts.x[1].w);
    }
};

// --- the ring --------------------------------------------------------------------------------------------------------

// What all of a block's threads know of it. Memory: [weight copies][8 row tiles], then [stages][token tiles].
template <typename Piece>
struct TileRing {
    static constexpr TiledForm kForm = tiledForm(Piece::kFormat, Piece::kGroupSize);
    static constexpr int kHalves = kForm.stepsPerChunk;
    static constexpr int kQuantBytes = kChunkBytes / kHalves;
    static constexpr int kWholeBytes = chunkBytes(Piece::kFormat, Piece::kGroupSize > 0 ? Piece::kGroupSize : 1);
    static constexpr int kWeightBytes = kTiledRowTiles * kForm.weightBytes; // of a step
    static constexpr bool kParts = readsParts(Piece::kFormat);
    static_assert(kForm.weightBytes == kQuantBytes + Piece::kScaleBytes);
    static_assert(kForm.actBytes == 1024 + (kParts ? 0 : 32 + Piece::kSumBytes));

    // Where a step's weights and activations lie; goes round.
    struct Place {
        int part = 0, half = 0; // of the chunk; steps of one part have other weights, parts of one chunk the same
        int weights = 0, acts = 0; // bytes

        QWILL_MEMBER void next(const TiledShape& shape, int every)
        {
            const int actBytes = shape.width * (2 * kTiledTokenWarps * kForm.actBytes);
            acts = acts + actBytes < shape.stages * actBytes ? acts + actBytes : 0;
            if (++part < every)
                return;
            part = 0;
            half = kHalves == 1 ? 0 : half ^ 1;
            weights =
                weights + kWeightBytes < weightStages(shape.stages, every) * kWeightBytes ? weights + kWeightBytes : 0;
        }
    };

    static QWILL_MEMBER int everyOf(const MatmulArgs& args) { return kParts ? args.actPartCount : 1; }
    static QWILL_MEMBER std::byte* actMemory(const TiledShape& shape, int every)
    {
        return static_cast<std::byte*>(sharedMemory()) + weightStages(shape.stages, every) * kWeightBytes;
    }
};

// Asks for the copies, step after step: of weights a row tile a warp, of activations every eighth token tile.
template <typename Piece>
struct TileCopies {
    using Ring = TileRing<Piece>;
    const std::byte* weights; // the lane's 16 bytes of the chunk's first
    const std::byte* acts; // and of the warp's first token tile, of the next step
    const std::byte* scales; // of two lanes; the next ones' are sums
    typename Ring::Place place;
    int tokens; // from the lane's column of the warp's first token tile on
    int left; // steps

    QWILL_MEMBER TileCopies(const MatmulArgs& args, const PartTile& at, int firstTile, int steps, int warp, int lane)
        : left(steps)
    {
        const DeviceMatrix& m = args.parts[at.part].weights;
        const int chunks = chunkCount(Piece::kFormat, m.cols);
        // Beyond the matrix: its last tile again, never stored.
        const std::size_t row = static_cast<std::size_t>(smaller(at.tile + warp, at.tiles - 1));
        weights = m.data + row * static_cast<std::size_t>(chunks) * Ring::kWholeBytes + lane * 16;
        const std::size_t padded = static_cast<std::size_t>(colsPadded(m.cols)),
                          tile = static_cast<std::size_t>(firstTile + warp);
        tokens = args.tokens - (firstTile + warp) * kTileTokens - lane / 4;
        if constexpr (Ring::kParts) {
            acts = reinterpret_cast<const std::byte*>(args.actParts)
                + tile * static_cast<std::size_t>(args.actPartCount) * padded * (kTileTokens * 2) + lane * 16;
            scales = nullptr;
        } else {
            acts = reinterpret_cast<const std::byte*>(args.quants) + tile * padded * kTileTokens + lane * 16;
            const std::size_t group = tile * (padded / kActGroup);
            scales = lane < 2 ? reinterpret_cast<const std::byte*>(args.scales + group * kTileTokens) + lane * 16
                              : reinterpret_cast<const std::byte*>(args.sums + group * kActSumInts) + Piece::kSumOffset
                    + (lane - 2) * 16;
        }
    }

    // The next step's weights alone, then, after awaitEarlier(), its activations: next() is both.
    QWILL_MEMBER void copyWeights(const typename Ring::Place& to, int warp, int lane)
    {
        if (to.part != 0)
            return;
        std::byte* shared = static_cast<std::byte*>(sharedMemory()) + to.weights + warp * Ring::kForm.weightBytes;
        const std::byte* quants = weights + (Ring::kWholeBytes - kChunkBytes) + to.half * Ring::kQuantBytes;
#pragma unroll
        for (int i = 0; i < Ring::kQuantBytes / 512; ++i)
            copyAsync(shared + i * 512 + lane * 16, quants + i * 512);
        if (lane < Piece::kScaleBytes / 16)
            copyAsync(shared + Ring::kQuantBytes + lane * 16, weights + Piece::scaleOffset(to.half));
        if (to.half == Ring::kHalves - 1)
            weights += Ring::kWholeBytes;
    }
    QWILL_MEMBER void copyActs(const MatmulArgs& args, const TiledShape& shape, const typename Ring::Place& to,
                               int every, int warp, int lane)
    {
        const std::size_t padded = static_cast<std::size_t>(colsPadded(args.parts[0].weights.cols));
        const std::size_t stride =
            padded * (kTileTokens * kTiledWarps * (Ring::kParts ? 2 : 1)) * static_cast<std::size_t>(every);
        const std::size_t scaleStride =
            padded / kActGroup * kTiledWarps * static_cast<std::size_t>(lane < 2 ? kTileTokens * 4 : kActSumInts * 4);
        std::byte* shared = Ring::actMemory(shape, every) + to.acts + warp * Ring::kForm.actBytes + lane * 16;
        const std::byte *from = acts, *own = scales;
#pragma unroll
        for (int i = 0; i < kTiledMostWidth * 2 * kTiledTokenWarps / kTiledWarps; ++i) {
            if (i * kTiledWarps + warp >= shape.width * 2 * kTiledTokenWarps)
                break;
            const int after = tokens - i * (kTileTokens * kTiledWarps);
            copyWritten(shared, from, after > 0); // a column beyond: zeros
            copyWritten(shared + 512, from + 512, after > 0);
            if constexpr (!Ring::kParts)
                if (lane < 2 + Piece::kSumBytes / 16)
                    copyWritten(shared + 1024, own, after + lane / 4 > 0); // of all the tile's tokens
            shared += kTiledWarps * Ring::kForm.actBytes;
            from += stride;
            if constexpr (!Ring::kParts) // else there are none
                own += scaleStride;
        }
        if constexpr (Ring::kParts) {
            const std::size_t part = padded * (kTileTokens * 2);
            acts += to.part + 1 < every ? part : 1024 - part * static_cast<std::size_t>(every - 1);
        } else {
            acts += 1024;
            scales += lane < 2 ? kTileTokens * 4 : kActSumInts * 4;
        }
    }
    QWILL_MEMBER void next(const MatmulArgs& args, const TiledShape& shape, int every, int warp, int lane)
    {
        if (left > 0) {
            copyWeights(place, warp, lane);
            copyActs(args, shape, place, every, warp, lane);
            place.next(shape, every);
        }
        --left;
        commitCopies();
    }
};

// All of the thread's groups of copies but the youngest stages − 2.
QWILL_DEVICE void awaitStage(int stages)
{
    if (stages == 2)
        awaitCopies<0>();
    else if (stages == 3)
        awaitCopies<1>();
    else
        awaitCopies<2>();
}

// --- what is done with the sums --------------------------------------------------------------------------------------

template <bool kPlain, int kMost>
QWILL_DEVICE void storeWarpTile(const MatmulArgs& args, const MatmulPart& part, int firstRow, int firstToken,
                                int tokenTiles, const float (&acc)[kTiledWarpRows][kMost][4], float factor, int lane)
{
    const Finish finish{kPlain ? nullptr : part.bias, 0, args.store == Store::Add};
    const int row0 = firstRow + lane / 4;
#pragma unroll
    for (int t = 0; t < kMost; ++t) {
        if (t >= tokenTiles)
            break;
#pragma unroll
        for (int column = 0; column < 2; ++column) {
            const int token = firstToken + t * kTileTokens + lane % 4 * 2 + column;
            if (token >= args.tokens)
                continue;
            float* out = part.out + static_cast<std::int64_t>(token) * part.outStride + row0;
#pragma unroll
            for (int i = 0; i < kTiledWarpRows; ++i)
#pragma unroll
                for (int half = 0; half < 2; ++half) {
                    const int row = i * kTileRows + half * 8;
                    if (kPlain || row0 + row < part.weights.rows)
                        finish.store(out + row, row0 + row, acc[i][t][2 * half + column] * factor);
                }
        }
    }
}

// --- the kernel ------------------------------------------------------------------------------------------------------

// Neighbours have the same rows and, of up to 8, other tokens: what runs together reads the weights once, and those
// tokens' activations stay in L2.
QWILL_DEVICE int2 tilePlace(const TiledShape& shape, int block)
{
    constexpr int kGroup = 8;
    const int group = block / (kGroup * shape.rowBlocks), first = group * kGroup;
    const int width = smaller(kGroup, shape.tokenBlocks - first), at = block - first * shape.rowBlocks;
    return {at / width, first + at % width};
}

template <typename Piece>
QWILL_DEVICE void multiplyTiles(const MatmulArgs& args, const TiledShape& shape)
{
    using Ring = TileRing<Piece>;
    constexpr int kMost = 2 * kTiledMostWidth;
    const int warp = static_cast<int>(threadIdx.x) / kWarp, lane = static_cast<int>(threadIdx.x) % kWarp;
    const int rowWarp = warp % kTiledRowWarps, tokenWarp = warp / kTiledRowWarps;
    const int2 block = tilePlace(shape, static_cast<int>(blockIdx.x));
    const PartTile at = partTile(args, block.x * kTiledRowTiles, kTiledRowTiles);
    const int firstTile = block.y * shape.width * 2 * kTiledTokenWarps, every = Ring::everyOf(args);
    const int steps = chunkCount(Piece::kFormat, args.parts[0].weights.cols) * Ring::kHalves * every;
    TileCopies<Piece> copies(args, at, firstTile, steps, warp, lane);
    awaitEarlier();
    for (int step = 0; step < shape.stages - 1; ++step)
        copies.next(args, shape, every, warp, lane);

    const int firstToken = (firstTile + tokenWarp * shape.width * 2) * kTileTokens;
    const bool isIdle = firstToken >= args.tokens;
    Piece pieces[kTiledWarpRows];
    float acc[kTiledWarpRows][kMost][4] = {};
    typename Ring::Place place;
    for (int step = 0; step < steps; ++step) {
        awaitStage(shape.stages);
        syncBlock(); // everybody's copies are there, and the stage of the step before is free
        copies.next(args, shape, every, warp, lane);
        if (!isIdle) {
            const std::byte* own = static_cast<const std::byte*>(sharedMemory()) + place.weights
                + rowWarp * (kTiledWarpRows * Ring::kForm.weightBytes);
            if (place.part == 0)
#pragma unroll
                for (int i = 0; i < kTiledWarpRows; ++i)
                    pieces[i].load(own + i * Ring::kForm.weightBytes, place.half, lane);
            const std::byte* acts =
                Ring::actMemory(shape, every) + place.acts + tokenWarp * shape.width * (2 * Ring::kForm.actBytes);
#pragma unroll
            for (int t = 0; t < kMost; t += 2) {
                if (t >= 2 * shape.width)
                    break;
                const typename Piece::Acts first(acts + t * Ring::kForm.actBytes, lane);
                const typename Piece::Acts second(acts + (t + 1) * Ring::kForm.actBytes, lane);
#pragma unroll
                for (int i = 0; i < kTiledWarpRows; ++i) {
                    pieces[i].multiply(acc[i][t], first);
                    pieces[i].multiply(acc[i][t + 1], second);
                }
            }
        }
        place.next(shape, every);
    }

    const int firstRow = (at.tile + rowWarp * kTiledWarpRows) * kTileRows;
    const MatmulPart& part = args.parts[at.part];
    const bool isPlain = firstRow + kTiledWarpRows * kTileRows <= part.weights.rows && !part.bias;
    constexpr float kFactor = productFactor(Piece::kFormat);
    if (isPlain)
        storeWarpTile<true>(args, part, firstRow, firstToken, 2 * shape.width, acc, kFactor, lane);
    else
        storeWarpTile<false>(args, part, firstRow, firstToken, 2 * shape.width, acc, kFactor, lane);
}

template <typename Piece>
QWILL_KERNEL void __launch_bounds__(kTiledWarps* kWarp, 1)
    tiledKernel([[maybe_unused]] QWILL_PARAMETER MatmulArgs args, [[maybe_unused]] QWILL_PARAMETER TiledShape shape)
{
    if constexpr (kCopiesAhead)
        multiplyTiles<Piece>(args, shape);
}

// --- the launch ------------------------------------------------------------------------------------------------------

template <typename Piece>
int launchTiled(const MatmulArgs& args, const TiledShape& shape, void* stream)
{
    constexpr TiledForm kForm = tiledForm(Piece::kFormat, Piece::kGroupSize);
    const int every = readsParts(Piece::kFormat) ? args.actPartCount : 1;
    const int bytes = tiledBytes(kForm, shape.width, shape.stages, every);
    return launch(tiledKernel<Piece>, {shape.rowBlocks * shape.tokenBlocks, 1, 1}, kTiledWarps * kWarp,
                  static_cast<std::size_t>(bytes), stream, args, shape);
}

// matmul_tiled_w8.cu, matmul_tiled_w4.cu, matmul_tiled_coded.cu, matmul_tiled_dense.cu: the product, and what a device
// is asked before.
int tiledW8(const MatmulArgs& args, const TiledShape& shape, void* stream);
int tiledW4(const MatmulArgs& args, const TiledShape& shape, void* stream);
int tiledCoded(const MatmulArgs& args, const TiledShape& shape, void* stream);
int tiledDense(const MatmulArgs& args, const TiledShape& shape, void* stream);
int prepareTiledW8(std::size_t shared);
int prepareTiledW4(std::size_t shared);
int prepareTiledCoded(std::size_t shared);
int prepareTiledDense(std::size_t shared);

} // namespace qwill::engine::cuda

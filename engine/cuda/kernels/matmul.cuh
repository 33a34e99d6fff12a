#pragma once
// The matrix products: weights as A, tokens as B, 16 rows × 8 tokens a tile, one kernel for every number of tokens.
// Device code; matmul_<formats>.cu instantiate it, kernel_table.cu chooses.
//
// A warp owns kRowTiles · 16 rows and kTokenTiles · 8 tokens. Its weights come straight from memory into registers,
// four 16-byte words per lane and chunk, the next chunk requested before this one is multiplied; activations come
// through L1, where the block's warps share them. For few tokens the chunks of a row tile are dealt out to `split`
// warps, whose sums meet in shared memory in the order of the warps: the result depends on the shape alone.

#include "cuda/kernels/intrinsics.cuh"
#include "cuda/kernels/kernel_table.h"
#include "cuda/kernels/tail.cuh"
#include "cuda/kernels/team.cuh"

namespace qwill::engine::cuda {

struct MatmulShape {
    int rowWarps, split; // warps of a block: rowWarps · split
    int blocks; // along the rows
};

// Where a lane finds the activations of its columns in a chunk, of the block's first token tile; strides in elements a
// tile. It goes from chunk to chunk with the weights, so that a load needs no more than a constant beside it.
struct Columns {
    const std::int8_t* quants;
    const float* scales; // of the lane's two tokens of the accumulators
    const std::int32_t *sums, *sumWords; // of those two; of its column
    const std::uint16_t* parts;
    int quantStride, scaleStride, sumStride, partStride, partCount;
    const float* plain;
    int col, cols; // the chunk's first, all; f32
    int firstTile, tokens; // tokens from the block's first on

    QWILL_MEMBER void skip(int columns)
    {
        quants += columns * kTileTokens;
        scales += columns / kActGroup * kTileTokens;
        sums += columns / kActGroup * kActSumInts;
        sumWords += columns / kActGroup * kActSumInts;
        parts += columns * kTileTokens;
        col += columns;
    }
};

// With one tile, columns beyond the tokens are the last one again, so that a single token's step reads its lines alone.
// Otherwise they are whatever lies there: what is made of them is not stored.
template <int kTokenTiles>
QWILL_DEVICE Columns columnsOf(const MatmulArgs& args, int firstTile, int lane)
{
    const int cols = args.parts[0].weights.cols, padded = colsPadded(cols);
    Columns b;
    b.quantStride = padded * kTileTokens;
    b.scaleStride = padded / kActGroup * kTileTokens;
    b.sumStride = padded / kActGroup * kActSumInts;
    b.partStride = padded * kTileTokens; // of a tile's part
    b.partCount = args.actPartCount;
    b.tokens = args.tokens - firstTile * kTileTokens;
    const int column = kTokenTiles > 1 ? lane / 4 : smaller(lane / 4, b.tokens - 1), place = column * 4 + lane % 4;
    const auto tile = static_cast<std::int64_t>(firstTile);
    b.quants = args.quants + tile * b.quantStride + place * 16;
    b.scales = args.scales + tile * b.scaleStride + lane % 4 * 2;
    b.sums = args.sums + tile * b.sumStride + lane % 4 * 2;
    b.sumWords = args.sums + tile * b.sumStride + kActSumWords + column * 2;
    b.parts = args.actParts + tile * b.partCount * b.partStride + place * 8;
    b.plain = args.plain;
    b.col = 0;
    b.cols = cols;
    b.firstTile = firstTile;
    return b;
}

// Whether a tile of a block's tokens has none; the buffers end there, too. The same in every lane.
QWILL_DEVICE bool isBeyond(const Columns& b, int tile)
{
    return tile > 0 && tile * kTileTokens >= b.tokens;
}

// One chunk's activations of a token tile.
struct TileActs {
    const std::int8_t* quants;
    const float* scales;
    const std::int32_t *sums, *words;

    QWILL_MEMBER TileActs(const Columns& b, int tile)
        : quants(b.quants + tile * b.quantStride),
          scales(b.scales + tile * b.scaleStride),
          sums(b.sums + tile * b.sumStride),
          words(b.sumWords + tile * b.sumStride)
    {
    }
    QWILL_MEMBER uint4 block(int block64) const // two mma steps' B operand
    {
        return loadWritten<uint4>(quants + block64 * 512);
    }
    QWILL_MEMBER uint2 step(int step) const // one's, of 32 columns
    {
        return loadWritten<uint2>(quants + (step / 2 * 512 + step % 2 * 8));
    }
    QWILL_MEMBER float2 scale(int block128) const { return loadWritten<float2>(scales + block128 * kTileTokens); }
    QWILL_MEMBER int2 sum(int block32) const
    {
        return loadWritten<int2>(sums + (block32 / 4 * kActSumInts + block32 % 4 * kTileTokens));
    }
    QWILL_MEMBER int2 sum128(int block128) const
    {
        return loadWritten<int2>(sums + (block128 * kActSumInts + kActSumTotals));
    }
    // The four sums of 128 columns as bytes: low and high words, B operands.
    QWILL_MEMBER uint2 sumWords(int block128) const { return loadWritten<uint2>(words + block128 * kActSumInts); }
};

QWILL_DEVICE float lowHalf(std::uint32_t both)
{
    return halfToFloat(static_cast<std::uint16_t>(both & 0xffffu));
}
QWILL_DEVICE float highHalf(std::uint32_t both)
{
    return halfToFloat(static_cast<std::uint16_t>(both >> 16));
}

// acc += (row's factor · token's scale) · c, for the lane's 2 rows × 2 tokens.
QWILL_DEVICE void fold(float (&acc)[4], const int (&c)[4], float low, float high, float2 s)
{
    acc[0] = fmaf32(low * s.x, static_cast<float>(c[0]), acc[0]);
    acc[1] = fmaf32(low * s.y, static_cast<float>(c[1]), acc[1]);
    acc[2] = fmaf32(high * s.x, static_cast<float>(c[2]), acc[2]);
    acc[3] = fmaf32(high * s.y, static_cast<float>(c[3]), acc[3]);
}

// isum += factors · c, of the lane's 2 rows × 2 tokens.
QWILL_DEVICE void addScaled(int (&isum)[4], const int (&c)[4], int low, int high)
{
    isum[0] += low * c[0];
    isum[1] += low * c[1];
    isum[2] += high * c[2];
    isum[3] += high * c[3];
}

// 4 · Σ m · sum over the four groups of 128 columns, whose m are the bytes of a word: a product of bytes, too. All four
// lanes of a row have its word and all four of a column its sums, hence the 4, which leaves the number exact in f32.
QWILL_DEVICE void sumMinima(int (&msum)[4], std::uint32_t low, std::uint32_t high, uint2 sums)
{
    msum[0] = msum[1] = msum[2] = msum[3] = 0;
    mmaS8K16(msum, low, high, sums.y);
#pragma unroll
    for (int e = 0; e < 4; ++e)
        msum[e] *= kActSumStep;
    mmaS8K16(msum, low, high, sums.x);
}
// acc −= minimum's factor · Σ m · sum, as sumMinima() leaves it.
QWILL_DEVICE void foldMinima(float (&acc)[4], const int (&msum)[4], std::uint32_t low, std::uint32_t high, float2 s)
{
    fold(acc, msum, highHalf(low) * -0.25f, highHalf(high) * -0.25f, s);
}

// A group's sums, with {scale, minimum} of row g and of row g + 8.
QWILL_DEVICE void foldWithMinima(float (&acc)[4], const int (&c)[4], int2 sum, uint2 group, float2 s)
{
    const int sums[4] = {sum.x, sum.y, sum.x, sum.y};
    fold(acc, c, lowHalf(group.x), lowHalf(group.y), s);
    fold(acc, sums, highHalf(group.x), highHalf(group.y), s);
}

QWILL_DEVICE int byteOf(std::uint32_t word, int index) // 0 … 255
{
    return static_cast<int>(permuteBytes(word, 0, 0x4440u + static_cast<std::uint32_t>(index)));
}

// --- one chunk of one row tile, by format ----------------------------------------------------------------------------

struct Quads {
    uint4 w[4];

    // Behind the scales of the chunk.
    template <int kScaleBytes>
    QWILL_MEMBER void load(const std::byte* chunk, int lane)
    {
        const std::byte* own = chunk + lane * 16;
        w[0] = loadStream<kScaleBytes>(own);
        w[1] = loadStream<kScaleBytes + 512>(own);
        w[2] = loadStream<kScaleBytes + 1024>(own);
        w[3] = loadStream<kScaleBytes + 1536>(own);
    }
};

template <int kGroup>
struct ChunkW8 {
    static constexpr MatrixFormat kFormat = MatrixFormat::W8;
    static constexpr int kGroupSize = kGroup;
    static constexpr int kMostRowTiles = 2, kMostTokenTiles = 8;
    Quads q;
    std::uint32_t scale[128 / kGroup]; // rows g, g + 8

    QWILL_MEMBER void load(const std::byte* chunk, int lane)
    {
        q.load<chunkScaleBytes(kFormat, kGroup)>(chunk, lane);
#pragma unroll
        for (int i = 0; i < 128 / kGroup; ++i)
            scale[i] = loadAs<std::uint32_t>(chunk + (i * 8 + lane / 4) * 4);
    }

    template <int kTokenTiles>
    QWILL_MEMBER void multiply(float (&acc)[kTokenTiles][4], const Columns& b) const
    {
#pragma unroll
        for (int tile = 0; tile < kTokenTiles; ++tile) {
            if (isBeyond(b, tile))
                break;
            multiplyTile(acc[tile], TileActs(b, tile));
        }
    }

    template <typename Acts>
    QWILL_MEMBER void multiplyTile(float (&acc)[4], const Acts& acts) const
    {
        const float2 s = acts.scale(0);
        int c[4] = {0, 0, 0, 0};
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const uint4 x = acts.block(i);
            const uint4 first = q.w[2 * i], second = q.w[2 * i + 1];
            mmaS8(c, first.x, first.y, first.z, first.w, x.x, x.y);
            foldGroup(acc, c, s, 2 * i);
            mmaS8(c, second.x, second.y, second.z, second.w, x.z, x.w);
            foldGroup(acc, c, s, 2 * i + 1);
        }
    }

    // After step `step` of 32 k, where a group ends.
    QWILL_MEMBER void foldGroup(float (&acc)[4], int (&c)[4], float2 s, int step) const
    {
        if ((step + 1) * 32 % kGroup != 0)
            return;
        const std::uint32_t both = scale[step * 32 / kGroup];
        fold(acc, c, lowHalf(both), highHalf(both), s);
        c[0] = c[1] = c[2] = c[3] = 0;
    }
};

// c = the 32 columns of step `nibble` of a 64-column word.
QWILL_DEVICE void multiplyNibbles(int (&c)[4], uint4 w, uint4 x, int nibble)
{
    constexpr std::uint32_t kLow = 0x0f0f0f0fu;
    if (nibble == 0)
        mmaS8(c, w.x & kLow, w.y & kLow, w.z & kLow, w.w & kLow, x.x, x.y);
    else
        mmaS8(c, w.x >> 4 & kLow, w.y >> 4 & kLow, w.z >> 4 & kLow, w.w >> 4 & kLow, x.z, x.w);
}

struct ChunkW4K {
    static constexpr MatrixFormat kFormat = MatrixFormat::W4K;
    static constexpr int kGroupSize = 32;
    static constexpr int kMostRowTiles = 2, kMostTokenTiles = 6; // with more, registers are short
    Quads q;
    uint4 super; // {d, dmin} of row g, of row g + 8; word 2 of their factors
    uint4 factors; // words 0 and 1 of row g, of row g + 8

    QWILL_MEMBER void load(const std::byte* chunk, int lane)
    {
        q.load<chunkScaleBytes(kFormat, kGroupSize)>(chunk, lane);
        const std::byte* own = chunk + lane / 4 * 32;
        super = loadAs<uint4>(own);
        factors = loadAs<uint4>(own + 16);
    }

    // Four groups' minima of half h of the columns.
    static QWILL_MEMBER std::uint32_t minima(int h, std::uint32_t first, std::uint32_t second, std::uint32_t third)
    {
        if (h == 0)
            return third & 0x3f3f3f3fu;
        return (first >> 6 & 0x03030303u) | (second >> 4 & 0x0c0c0c0cu) | (third >> 2 & 0x30303030u);
    }

    // What is done with the sums of 128 columns.
    struct Factors {
        std::uint32_t sc0, sc8, m0, m8; // four groups' of row g, of row g + 8
        std::uint32_t super0, super8; // d, dmin

        QWILL_MEMBER void add(int (&isum)[4], const int (&c)[4], int group) const
        {
            addScaled(isum, c, byteOf(sc0, group), byteOf(sc8, group));
        }
        QWILL_MEMBER void fold(float (&acc)[4], const int (&isum)[4], uint2 sumWords, float2 s) const
        {
            int msum[4];
            sumMinima(msum, m0, m8, sumWords);
            cuda::fold(acc, isum, lowHalf(super0), lowHalf(super8), s);
            foldMinima(acc, msum, super0, super8, s);
        }
    };
    QWILL_MEMBER Factors factorsOf(int h) const
    {
        return {(h == 0 ? factors.x : factors.y) & 0x3f3f3f3fu,
                (h == 0 ? factors.z : factors.w) & 0x3f3f3f3fu,
                minima(h, factors.x, factors.y, super.z),
                minima(h, factors.z, factors.w, super.w),
                super.x,
                super.y};
    }

    template <int kTokenTiles>
    QWILL_MEMBER void multiply(float (&acc)[kTokenTiles][4], const Columns& b) const
    {
#pragma unroll
        for (int h = 0; h < 2; ++h) { // 128 columns
            const Factors f = factorsOf(h);
#pragma unroll
            for (int tile = 0; tile < kTokenTiles; ++tile) {
                if (isBeyond(b, tile))
                    break;
                const TileActs acts(b, tile);
                int isum[4] = {0, 0, 0, 0};
#pragma unroll
                for (int i = 0; i < 2; ++i) {
                    const uint4 x = acts.block(2 * h + i);
#pragma unroll
                    for (int nibble = 0; nibble < 2; ++nibble) {
                        int c[4] = {0, 0, 0, 0};
                        multiplyNibbles(c, q.w[2 * h + i], x, nibble);
                        f.add(isum, c, 2 * i + nibble);
                    }
                }
                f.fold(acc[tile], isum, acts.sumWords(h), acts.scale(h));
            }
        }
    }
};

template <int kGroup>
struct ChunkW4G {
    static constexpr MatrixFormat kFormat = MatrixFormat::W4G;
    static constexpr int kGroupSize = kGroup;
    // Of the large tile: with more, the many scales leave the registers.
    static constexpr int kMostRowTiles = kGroup < 64 ? 1 : 2, kMostTokenTiles = kGroup == 64 ? 4 : 8;
    Quads q;
    uint2 scale[256 / kGroup]; // {scale, min} of row g, of row g + 8

    QWILL_MEMBER void load(const std::byte* chunk, int lane)
    {
        q.load<chunkScaleBytes(kFormat, kGroup)>(chunk, lane);
#pragma unroll
        for (int i = 0; i < 256 / kGroup; ++i)
            scale[i] = loadAs<uint2>(chunk + (i * 8 + lane / 4) * 8);
    }

    template <int kTokenTiles>
    QWILL_MEMBER void multiply(float (&acc)[kTokenTiles][4], const Columns& b) const
    {
#pragma unroll
        for (int tile = 0; tile < kTokenTiles; ++tile) {
            if (isBeyond(b, tile))
                break;
            const TileActs acts(b, tile);
            int c[4] = {0, 0, 0, 0};
            int2 sum{0, 0};
#pragma unroll
            for (int i = 0; i < 4; ++i) { // 64 columns
                const uint4 x = acts.block(i);
                const float2 s = acts.scale(i / 2);
#pragma unroll
                for (int nibble = 0; nibble < 2; ++nibble) {
                    multiplyNibbles(c, q.w[i], x, nibble);
                    const int end = 64 * i + 32 * (nibble + 1);
                    if constexpr (kGroup < kActGroup) {
                        const int2 more = acts.sum(2 * i + nibble);
                        sum = {sum.x + more.x, sum.y + more.y};
                    }
                    if (end % kGroup != 0)
                        continue;
                    if constexpr (kGroup == kActGroup)
                        sum = acts.sum128(i / 2);
                    foldWithMinima(acc[tile], c, sum, scale[end / kGroup - 1], s);
                    c[0] = c[1] = c[2] = c[3] = 0;
                    sum = {0, 0};
                }
            }
        }
    }
};

template <MatrixFormat kDense>
struct Chunk16 {
    static constexpr MatrixFormat kFormat = kDense;
    static constexpr int kGroupSize = 0;
    static constexpr int kMostRowTiles = 2, kMostTokenTiles = 8;
    Quads q;

    QWILL_MEMBER void load(const std::byte* chunk, int lane) { q.load<0>(chunk, lane); }

    template <int kTokenTiles>
    QWILL_MEMBER void multiply(float (&acc)[kTokenTiles][4], const Columns& b) const
    {
        if (b.partCount == 1)
            multiplyParts<1>(acc, b);
        else if (b.partCount == 2)
            multiplyParts<2>(acc, b);
        else
            multiplyParts<3>(acc, b);
    }

    template <int kParts, int kTokenTiles>
    QWILL_MEMBER void multiplyParts(float (&acc)[kTokenTiles][4], const Columns& b) const
    {
#pragma unroll
        for (int tile = 0; tile < kTokenTiles; ++tile) {
            if (isBeyond(b, tile))
                break;
            const std::uint16_t* parts = b.parts + tile * kParts * b.partStride;
#pragma unroll
            for (int part = 0; part < kParts; ++part, parts += b.partStride) {
                const uint4 first = loadWritten<uint4>(parts), second = loadWritten<uint4>(parts + 256);
                step(acc[tile], q.w[0], first.x, first.y);
                step(acc[tile], q.w[1], first.z, first.w);
                step(acc[tile], q.w[2], second.x, second.y);
                step(acc[tile], q.w[3], second.z, second.w);
            }
        }
    }

    static QWILL_MEMBER void step(float (&acc)[4], uint4 w, std::uint32_t b0, std::uint32_t b1)
    {
        if constexpr (kDense == MatrixFormat::F16)
            mmaF16(acc, w.x, w.y, w.z, w.w, b0, b1);
        else
            mmaBf16(acc, w.x, w.y, w.z, w.w, b0, b1);
    }
};

// Plain multiply-adds: f32 weights are for models made for tests. Each lane has a quarter of the columns of rows g and
// g + 8, for all 8 tokens; the quarters meet at once.
struct ChunkF32 {
    static constexpr MatrixFormat kFormat = MatrixFormat::F32;
    static constexpr int kGroupSize = 0;
    Quads q;

    QWILL_MEMBER void load(const std::byte* chunk, int lane) { q.load<0>(chunk, lane); }

    template <int kTokenTiles>
    QWILL_MEMBER void multiply(float (&acc)[kTokenTiles][4], const Columns& b) const
    {
        const int lane = static_cast<int>(threadIdx.x) % kWarp;
        for (int tile = 0; tile < kTokenTiles; ++tile)
            for (int n = 0; n < kTileTokens; ++n) {
                const int token = tile * kTileTokens + n;
                float low = 0, high = 0;
                for (int i = 0; i < 8 && token < b.tokens; ++i) {
                    const int k = b.col + 4 * i + lane % 4;
                    const float x = k < b.cols
                        ? loadWritten<float>(b.plain
                                             + static_cast<std::size_t>(b.firstTile * kTileTokens + token)
                                                 * static_cast<std::size_t>(b.cols)
                                             + static_cast<std::size_t>(k))
                        : 0.0f;
                    const uint4 w = q.w[i / 2];
                    low = fmaf32(floatFromBits(i % 2 == 0 ? w.x : w.z), x, low);
                    high = fmaf32(floatFromBits(i % 2 == 0 ? w.y : w.w), x, high);
                }
                low = quadSum(low);
                high = quadSum(high);
                if (lane % 4 == n / 2) {
                    acc[tile][n % 2] += low;
                    acc[tile][2 + n % 2] += high;
                }
            }
    }
};

// --- the kernel ------------------------------------------------------------------------------------------------------

// Row tiles of the parts laid end to end, each part rounded up to the warp's kRowTiles.
struct PartTile {
    int part, tile, tiles; // tiles of the part; tile may be beyond
};
QWILL_DEVICE PartTile partTile(const MatmulArgs& args, int tile, int rowTiles)
{
    int part = 0;
    int tiles = ceilDiv(args.parts[0].weights.rows, kTileRows);
    while (part + 1 < args.partCount && tile >= ceilDiv(tiles, rowTiles) * rowTiles) {
        tile -= ceilDiv(tiles, rowTiles) * rowTiles;
        tiles = ceilDiv(args.parts[++part].weights.rows, kTileRows);
    }
    return {part, tile, tiles};
}

// What a sum passes on its way out.
struct Finish {
    const float* bias;
    float cap;
    bool adds;

    QWILL_MEMBER void store(float* out, int row, float value) const
    {
        if (bias)
            value += bias[row];
        if (cap > 0)
            value = softCapped(value, cap);
        *out = adds ? loadWritten<float>(out) + value : value;
    }
};

QWILL_DEVICE void storeProduct(const MatmulArgs& args, const PartTile& at, int tile, int tokenTile, int index, int lane,
                               float value, float factor)
{
    const MatmulPart& part = args.parts[at.part];
    const int row = (at.tile + tile) * kTileRows + lane / 4 + index / 2 * 8;
    const int token = tokenTile * kTileTokens + lane % 4 * 2 + index % 2;
    if (row >= part.weights.rows || token >= args.tokens)
        return;
    float* out = part.out + static_cast<std::int64_t>(token) * part.outStride + row;
    Finish{part.bias, args.cap, args.store == Store::Add}.store(out, row, value * factor);
}

// What the sums of a format still lack: activations are scaled down for f16, and F8's weights by 2^8, while its scales
// are of panel_layout.h's integers, 64 to one.
constexpr float productFactor(MatrixFormat f)
{
    return f == MatrixFormat::F16 ? 1 / kF16ActScale : f == MatrixFormat::F8 ? 0x1p14f / kF16ActScale : 1.0f;
}

// Warps a block may have, so that a thread's accumulators and two chunks stay in registers.
template <int kRowTiles, int kTokenTiles>
constexpr int mostWarps()
{
    return kRowTiles * kTokenTiles == 1 ? 12 : kRowTiles * kTokenTiles <= 4 ? 8 : 4;
}

// Steps of up to kTailTokens tokens have one row tile a warp.
template <int kRowTiles, int kTokenTiles>
constexpr bool hasTail()
{
    return kRowTiles == 1 && kTokenTiles <= 4;
}

// A warp's sums where it has all columns, else the sums of those who share them.
template <int kRowTiles, int kTokenTiles, typename Crew>
QWILL_DEVICE void storeProducts(const MatmulArgs& args, const MatmulShape& shape, const Crew& crew, const PartTile& at,
                                int firstTokenTile, const float (&acc)[kRowTiles][kTokenTiles][4], int lane, int warp,
                                float factor)
{
    if (shape.split == 1) {
#pragma unroll
        for (int i = 0; i < kRowTiles; ++i)
#pragma unroll
            for (int t = 0; t < kTokenTiles; ++t)
#pragma unroll
                for (int e = 0; e < 4; ++e)
                    storeProduct(args, at, i, firstTokenTile + t, e, lane, acc[i][t][e], factor);
        return;
    }
    constexpr int kValues = kRowTiles * kTokenTiles * 4; // of a lane
    float* sums = static_cast<float*>(crew.shared()); // [rowWarps][split][kValues][32 lanes]
    float* mine = sums + warp * kValues * kWarp + lane;
#pragma unroll
    for (int i = 0; i < kRowTiles; ++i)
#pragma unroll
        for (int t = 0; t < kTokenTiles; ++t)
#pragma unroll
            for (int e = 0; e < 4; ++e)
                mine[((i * kTokenTiles + t) * 4 + e) * kWarp] = acc[i][t][e];
    crew.sync();
    const float* first = sums + warp / shape.split * shape.split * kValues * kWarp + lane;
    for (int value = warp % shape.split; value < kValues; value += shape.split) {
        float sum = 0;
        for (int s = 0; s < shape.split; ++s)
            sum += first[(s * kValues + value) * kWarp];
        storeProduct(args, at, value / 4 / kTokenTiles, firstTokenTile + value / 4 % kTokenTiles, value % 4, lane, sum,
                     factor);
    }
}

template <typename Crew>
[[maybe_unused]] QWILL_APART void finishTail(const MatmulArgs& args, Crew crew, int block, int rowWarps, int tokenTiles)
{
    finishGroups(args, crew, rowWarps, tokenTiles,
                 [&](int index) { return partTile(args, block * rowWarps + index, 1); });
}

// The block's share of what the next products read. All of its threads.
template <typename Crew>
QWILL_DEVICE void lookAhead(const MatmulArgs& args, const MatmulShape& shape, const Crew& crew, int block)
{
    const int warps = shape.rowWarps * shape.split, pieces = static_cast<int>(args.aheadBytes / kAheadPiece);
    for (int piece = block * warps + crew.thread() / kWarp; piece < pieces; piece += shape.blocks * warps)
        bringToL2(args.ahead + static_cast<std::size_t>(piece) * kAheadPiece, crew.thread() % kWarp);
}

// Block `block` along the rows, `tokenBlock` along the tokens, of those that `shape` says. await(): until the
// activations are there; its first weights are on their way then.
template <typename Chunk, int kRowTiles, int kTokenTiles, typename Crew, typename Await>
QWILL_DEVICE void multiplyBlock(const MatmulArgs& args, const MatmulShape& shape, const Crew& crew, int block,
                                int tokenBlock, const Await& await)
{
    const int warp = crew.thread() / kWarp, lane = crew.thread() % kWarp;
    const int rowWarp = warp / shape.split, slice = warp % shape.split;
    const PartTile at = partTile(args, (block * shape.rowWarps + rowWarp) * kRowTiles, kRowTiles);
    const DeviceMatrix& weights = args.parts[at.part].weights;
    Columns b = columnsOf<kTokenTiles>(args, tokenBlock * kTokenTiles, lane);
    constexpr int kBytes = chunkBytes(Chunk::kFormat, Chunk::kGroupSize > 0 ? Chunk::kGroupSize : 1);
    const int chunks = chunkCount(Chunk::kFormat, weights.cols);
    b.skip(slice * chunkCols(Chunk::kFormat));

    const std::byte* tiles[kRowTiles]; // at the chunk; beyond the matrix: its last tile again, never stored
    Chunk now[kRowTiles], next[kRowTiles];
    float acc[kRowTiles][kTokenTiles][4];
#pragma unroll
    for (int i = 0; i < kRowTiles; ++i) {
        tiles[i] = weights.data
            + (static_cast<std::size_t>(smaller(at.tile + i, at.tiles - 1)) * static_cast<std::size_t>(chunks)
               + static_cast<std::size_t>(slice))
                * kBytes;
        if (slice < chunks)
            now[i].load(tiles[i], lane);
#pragma unroll
        for (int t = 0; t < kTokenTiles; ++t)
            acc[i][t][0] = acc[i][t][1] = acc[i][t][2] = acc[i][t][3] = 0;
    }
    await();
    // By twos, what was the next chunk need not move to where the present one is; large tiles lack the registers.
    [[maybe_unused]] constexpr int kUnroll = kRowTiles * kTokenTiles <= 2 ? 2 : 1;
#pragma unroll kUnroll
    for (int chunk = slice; chunk < chunks; chunk += shape.split) {
        const int step = chunk + shape.split < chunks ? shape.split * kBytes : 0; // the last again: no branch
#pragma unroll
        for (int i = 0; i < kRowTiles; ++i) {
            tiles[i] += step;
            next[i].load(tiles[i], lane);
        }
#pragma unroll
        for (int i = 0; i < kRowTiles; ++i) {
            now[i].template multiply<kTokenTiles>(acc[i], b);
            now[i] = next[i];
        }
        b.skip(shape.split * chunkCols(Chunk::kFormat));
    }

    if constexpr (hasTail<kRowTiles, kTokenTiles>())
        if (tokenBlock == 0)
            lookAhead(args, shape, crew, block);
    storeProducts(args, shape, crew, at, b.firstTile, acc, lane, warp, productFactor(Chunk::kFormat));
    if constexpr (hasTail<kRowTiles, kTokenTiles>())
        if (args.tail.kind != TailKind::None)
            finishTail(args, crew, block, shape.rowWarps, smaller(kTokenTiles, ceilDiv(b.tokens, kTileTokens)));
}

// One block an SM is enough: told nothing, the compiler spills to fit two of the largest.
template <typename Chunk, int kRowTiles, int kTokenTiles>
QWILL_KERNEL void __launch_bounds__(mostWarps<kRowTiles, kTokenTiles>() * kWarp, 1)
    matmulKernel(QWILL_PARAMETER MatmulArgs args, MatmulShape shape)
{
    multiplyBlock<Chunk, kRowTiles, kTokenTiles>(args, shape, WholeBlock(), static_cast<int>(blockIdx.x),
                                                 static_cast<int>(blockIdx.y), [] { awaitEarlier(); });
}

// --- the launch ------------------------------------------------------------------------------------------------------

extern DeviceTraits deviceTraits; // kernel_table.cu; prepareDevice() sets it
inline constexpr int kNoSuchKernel = 1; // the runtime's “invalid value”

// The blocks of so many tokens with `chunks` chunks a row tile: enough warps for the latency of memory, 12 an SM; then
// as few as give each warp as many chunks.
template <int kRowTiles, int kTokenTiles>
MatmulShape matmulShape(const MatmulArgs& args, int chunks)
{
    int tiles = 0;
    for (int i = 0; i < args.partCount; ++i)
        tiles += ceilDiv(ceilDiv(args.parts[i].weights.rows, kTileRows), kRowTiles);
    const int wanted = ceilDiv(12 * deviceTraits.smCount, tiles * ceilDiv(args.tokens, kTokenTiles * kTileTokens));
    const int most = smaller(chunks, mostWarps<kRowTiles, kTokenTiles>());
    int split = wanted < 1 ? 1 : smaller(wanted, most);
    split = ceilDiv(chunks, ceilDiv(chunks, split));
    MatmulShape shape{split >= 4 ? 1 : 4 / split, split, 0};
    shape.blocks = ceilDiv(tiles, shape.rowWarps);
    return shape;
}
// Bytes of shared memory that its blocks want.
template <int kRowTiles, int kTokenTiles>
std::size_t matmulBytes(const MatmulArgs& args, const MatmulShape& shape)
{
    const int warps = shape.rowWarps * shape.split;
    const std::size_t sums =
        shape.split == 1 ? 0 : static_cast<std::size_t>(warps * kRowTiles * kTokenTiles * 4 * kWarp) * sizeof(float);
    const std::size_t tail = tailBytes(args.tail, warps);
    return tail > sums ? tail : sums;
}

template <typename Chunk, int kRowTiles, int kTokenTiles>
int launchMatmul(const MatmulArgs& args, void* stream)
{
    const MatmulShape shape =
        matmulShape<kRowTiles, kTokenTiles>(args, chunkCount(Chunk::kFormat, args.parts[0].weights.cols));
    if (args.tail.kind != TailKind::None && (!hasTail<kRowTiles, kTokenTiles>() || shape.rowWarps > kMostRowWarps))
        return kNoSuchKernel;
    const Grid grid{shape.blocks, ceilDiv(args.tokens, kTokenTiles * kTileTokens), 1};
    return launch(matmulKernel<Chunk, kRowTiles, kTokenTiles>, grid, shape.rowWarps * shape.split * kWarp,
                  matmulBytes<kRowTiles, kTokenTiles>(args, shape), stream, args, shape);
}

// Up to 8, 16 and 32 tokens the weights are the cost: one row tile a warp, the columns shared out. Beyond, tiles of
// 32 rows × 64 tokens, each weight then serves 64 tokens.
template <typename Chunk>
int launchMatmulOf(const MatmulArgs& args, void* stream)
{
    if (args.tokens <= 8)
        return launchMatmul<Chunk, 1, 1>(args, stream);
    if (args.tokens <= 16)
        return launchMatmul<Chunk, 1, 2>(args, stream);
    if (args.tokens <= 32)
        return launchMatmul<Chunk, 1, 4>(args, stream);
    return launchMatmul<Chunk, Chunk::kMostRowTiles, Chunk::kMostTokenTiles>(args, stream);
}

// matmul_w8.cu, matmul_w4.cu, matmul_coded8.cu, matmul_coded4.cu, matmul_dense.cu
int matmulCoded8(const MatmulArgs& args, void* stream);
int matmulCoded4(const MatmulArgs& args, void* stream);
int matmulW8(const MatmulArgs& args, void* stream);
int matmulW4(const MatmulArgs& args, void* stream);
int matmulDense(const MatmulArgs& args, void* stream);

} // namespace qwill::engine::cuda

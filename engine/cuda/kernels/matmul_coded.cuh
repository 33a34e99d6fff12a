#pragma once
// Chunks of the coded forms for the product kernel of matmul.cuh: weights that stand for integers of 16 bits, or for
// numbers of 16 bits (F8). Device code; matmul_coded8.cu and matmul_coded4.cu instantiate it.
//
// W8G, W8S, W8K, W4S and C4 are the CPU's arithmetic (cpu/kernel_types.h): integer sums exactly, then floats. F8 is
// not: the CPU makes integers of e4m3, here they become f16, exactly, and multiply activations cut into two f16
// numbers.

#include "cuda/kernels/matmul.cuh"

namespace qwill::engine::cuda {

QWILL_DEVICE int signedByte(std::uint32_t word, int index)
{
    return static_cast<std::int8_t>(word >> (8 * index) & 255u);
}

template <int kGroup>
struct ChunkW8G {
    static constexpr MatrixFormat kFormat = MatrixFormat::W8G;
    static constexpr int kGroupSize = kGroup;
    Quads q;
    std::uint32_t scale[128 / kGroup]; // rows g, g + 8
    float2 min[128 / kGroup];

    QWILL_MEMBER void load(const std::byte* chunk, int lane)
    {
        q.load<chunkScaleBytes(kFormat, kGroup)>(chunk, lane);
#pragma unroll
        for (int i = 0; i < 128 / kGroup; ++i) {
            scale[i] = loadAs<std::uint32_t>(chunk + (i * 8 + lane / 4) * 4);
            min[i] = loadAs<float2>(chunk + 128 / kGroup * 32 + (i * 8 + lane / 4) * 8);
        }
    }

    template <int kTokenTiles>
    QWILL_MEMBER void multiply(float (&acc)[kTokenTiles][4], const Columns& b) const
    {
#pragma unroll
        for (int tile = 0; tile < kTokenTiles; ++tile) {
            if (isBeyond(b, tile))
                break;
            const TileActs acts(b, tile);
            const float2 s = acts.scale(0);
            int c[4] = {0, 0, 0, 0}, sums[4] = {0, 0, 0, 0};
#pragma unroll
            for (int step = 0; step < 4; ++step) {
                const uint2 x = acts.step(step);
                const uint4 w = q.w[step];
                mmaU8S8(c, w.x, w.y, w.z, w.w, x.x, x.y);
                const int2 sum = acts.sum(step);
                sums[0] += sum.x;
                sums[1] += sum.y;
                if ((step + 1) * 32 % kGroup != 0)
                    continue;
                const int group = step * 32 / kGroup;
                sums[2] = sums[0];
                sums[3] = sums[1];
                fold(acc[tile], c, lowHalf(scale[group]), highHalf(scale[group]), s);
                fold(acc[tile], sums, min[group].x, min[group].y, s);
                c[0] = c[1] = c[2] = c[3] = sums[0] = sums[1] = 0;
            }
        }
    }
};

// Groups of 16: an mma each.
struct ChunkW8S {
    static constexpr MatrixFormat kFormat = MatrixFormat::W8S;
    static constexpr int kGroupSize = 16;
    Quads q;
    std::uint32_t scale; // rows g, g + 8
    uint4 sc; // 8 groups of row g, of row g + 8

    QWILL_MEMBER void load(const std::byte* chunk, int lane)
    {
        q.load<chunkScaleBytes(kFormat, kGroupSize)>(chunk, lane);
        scale = loadAs<std::uint32_t>(chunk + lane / 4 * 4);
        sc = loadAs<uint4>(chunk + 32 + lane / 4 * 16);
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
        int isum[4] = {0, 0, 0, 0};
#pragma unroll
        for (int step = 0; step < 4; ++step) {
            const uint2 x = acts.step(step);
            const uint4 w = q.w[step];
            const std::uint32_t low = step < 2 ? sc.x : sc.y, high = step < 2 ? sc.z : sc.w;
            int c[4] = {0, 0, 0, 0}, d[4] = {0, 0, 0, 0};
            mmaS8K16(c, w.x, w.y, x.x);
            mmaS8K16(d, w.z, w.w, x.y);
            const int at = step % 2 * 2;
            addScaled(isum, c, signedByte(low, at), signedByte(high, at));
            addScaled(isum, d, signedByte(low, at + 1), signedByte(high, at + 1));
        }
        fold(acc, isum, lowHalf(scale), highHalf(scale), acts.scale(0));
    }
};

struct ChunkW8K {
    static constexpr MatrixFormat kFormat = MatrixFormat::W8K;
    static constexpr int kGroupSize = 32;
    Quads q;
    uint2 super; // {d, dmin} of row g, of row g + 8
    uint4 factors; // sc of four groups and m of row g, of row g + 8

    QWILL_MEMBER void load(const std::byte* chunk, int lane)
    {
        q.load<chunkScaleBytes(kFormat, kGroupSize)>(chunk, lane);
        super = loadAs<uint2>(chunk + lane / 4 * 8);
        factors = loadAs<uint4>(chunk + 64 + lane / 4 * 16);
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
        int isum[4] = {0, 0, 0, 0}, msum[4];
#pragma unroll
        for (int step = 0; step < 4; ++step) {
            const uint2 x = acts.step(step);
            const uint4 w = q.w[step];
            int c[4] = {0, 0, 0, 0};
            mmaU8S8(c, w.x, w.y, w.z, w.w, x.x, x.y);
            addScaled(isum, c, signedByte(factors.x, step), signedByte(factors.z, step));
        }
        sumMinima(msum, factors.y, factors.w, acts.sumWords(0));
        const float2 s = acts.scale(0);
        fold(acc, isum, lowHalf(super.x), lowHalf(super.y), s);
        foldMinima(acc, msum, super.x, super.y, s);
    }
};

// sc · q fits a byte, and Σ m · x is a product too: both sums are mma alone.
struct ChunkW4S {
    static constexpr MatrixFormat kFormat = MatrixFormat::W4S;
    static constexpr int kGroupSize = 16;
    Quads q;
    uint2 super[2]; // of 128 columns: {d, dmin} of row g, of row g + 8
    uint4 factors[2]; // (sc | m << 4) of 8 groups of row g, of row g + 8

    QWILL_MEMBER void load(const std::byte* chunk, int lane)
    {
        q.load<chunkScaleBytes(kFormat, kGroupSize)>(chunk, lane);
#pragma unroll
        for (int h = 0; h < 2; ++h) {
            super[h] = loadAs<uint2>(chunk + h * 64 + lane / 4 * 8);
            factors[h] = loadAs<uint4>(chunk + 128 + h * 128 + lane / 4 * 16);
        }
    }

    // The A operand of 32 columns, and that of their minima.
    struct Step {
        std::uint32_t a[4], m[4];
    };
    QWILL_MEMBER Step operands(int h, int step) const
    {
        const uint4 w = q.w[2 * h + step / 2];
        const std::uint32_t words[4] = {w.x, w.y, w.z, w.w};
        const std::uint32_t low = step < 2 ? factors[h].x : factors[h].y, high = step < 2 ? factors[h].z : factors[h].w;
        Step out;
#pragma unroll
        for (int i = 0; i < 4; ++i) { // word i: row half i % 2, group i / 2 of the step's two
            const std::uint32_t both = (i % 2 == 0 ? low : high) >> (8 * (step % 2 * 2 + i / 2)) & 255u;
            const std::uint32_t quants = (step % 2 == 0 ? words[i] : words[i] >> 4) & 0x0f0f0f0fu;
            out.a[i] = quants * (both & 15u); // at most 225 a byte: nothing is carried
            out.m[i] = (both >> 4) * 0x01010101u;
        }
        return out;
    }

    template <int kTokenTiles>
    QWILL_MEMBER void multiply(float (&acc)[kTokenTiles][4], const Columns& b) const
    {
#pragma unroll
        for (int h = 0; h < 2; ++h) {
            int isum[kTokenTiles][4] = {}, msum[kTokenTiles][4] = {};
#pragma unroll
            for (int step = 0; step < 4; ++step) {
                const Step w = operands(h, step);
#pragma unroll
                for (int tile = 0; tile < kTokenTiles; ++tile) {
                    if (isBeyond(b, tile))
                        break;
                    const uint2 x = TileActs(b, tile).step(4 * h + step);
                    mmaU8S8(isum[tile], w.a[0], w.a[1], w.a[2], w.a[3], x.x, x.y);
                    mmaU8S8(msum[tile], w.m[0], w.m[1], w.m[2], w.m[3], x.x, x.y);
                }
            }
#pragma unroll
            for (int tile = 0; tile < kTokenTiles; ++tile) {
                if (isBeyond(b, tile))
                    break;
                const float2 s = TileActs(b, tile).scale(h);
                fold(acc[tile], isum[tile], lowHalf(super[h].x), lowHalf(super[h].y), s);
                fold(acc[tile], msum[tile], -highHalf(super[h].x), -highHalf(super[h].y), s);
            }
        }
    }
};

// The codebook's integers as a signed high and an unsigned low byte, looked up by byte permutations.
template <int kGroup>
struct ChunkC4 {
    static constexpr MatrixFormat kFormat = MatrixFormat::C4;
    static constexpr int kGroupSize = kGroup;
    Quads q;
    float2 scale[256 / kGroup]; // rows g, g + 8
    const std::byte* codebook; // of the chunk's two halves; small, and in L1 behind the scales

    QWILL_MEMBER void load(const std::byte* chunk, int lane)
    {
        q.load<chunkScaleBytes(kFormat, kGroup)>(chunk, lane);
#pragma unroll
        for (int i = 0; i < 256 / kGroup; ++i)
            scale[i] = loadAs<float2>(chunk + 64 + (i * 8 + lane / 4) * 8);
        codebook = chunk;
    }

    // The bytes that the low four nibbles of `selectors` choose from a table of 16.
    static QWILL_MEMBER std::uint32_t lookUp(uint4 table, std::uint32_t selectors)
    {
        const std::uint32_t index = selectors & 0x7777u;
        const std::uint32_t upper = permuteBytes(0, 0xffffffffu, selectors >> 1 & 0x4444u);
        return (permuteBytes(table.x, table.y, index) & ~upper) | (permuteBytes(table.z, table.w, index) & upper);
    }

    template <int kTokenTiles>
    QWILL_MEMBER void multiply(float (&acc)[kTokenTiles][4], const Columns& b) const
    {
        int high[kTokenTiles][4] = {}, low[kTokenTiles][4] = {};
#pragma unroll
        for (int step = 0; step < 8; ++step) {
            const uint4 lowTable = loadAs<uint4>(codebook + step / 4 * 32);
            const uint4 highTable = loadAs<uint4>(codebook + step / 4 * 32 + 16);
            const uint4 w = q.w[step / 2];
            const std::uint32_t words[4] = {w.x, w.y, w.z, w.w};
            std::uint32_t a[4], h[4];
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                const std::uint32_t selectors = words[i] >> (step % 2 * 16);
                a[i] = lookUp(lowTable, selectors);
                h[i] = lookUp(highTable, selectors);
            }
            const bool ends = (step + 1) * 32 % kGroup == 0;
            const float2 factor = scale[step * 32 / kGroup];
#pragma unroll
            for (int tile = 0; tile < kTokenTiles; ++tile) {
                if (isBeyond(b, tile))
                    break;
                const TileActs acts(b, tile);
                const uint2 x = acts.step(step);
                mmaS8(high[tile], h[0], h[1], h[2], h[3], x.x, x.y);
                mmaU8S8(low[tile], a[0], a[1], a[2], a[3], x.x, x.y);
                if (!ends)
                    continue;
#pragma unroll
                for (int e = 0; e < 4; ++e) {
                    low[tile][e] += high[tile][e] * 256;
                    high[tile][e] = 0;
                }
                fold(acc[tile], low[tile], factor.x, factor.y, acts.scale(step / 4));
                low[tile][0] = low[tile][1] = low[tile][2] = low[tile][3] = 0;
            }
        }
    }
};

// An e4m3 byte is the upper byte of an f16 number 2^8 times smaller, but for one bit: its exponent has four.
template <int kGroup>
struct ChunkF8 {
    static constexpr MatrixFormat kFormat = MatrixFormat::F8;
    static constexpr int kGroupSize = kGroup;
    Quads q;
    float2 scale[128 / kGroup]; // rows g, g + 8

    QWILL_MEMBER void load(const std::byte* chunk, int lane)
    {
        q.load<chunkScaleBytes(kFormat, kGroup)>(chunk, lane);
#pragma unroll
        for (int i = 0; i < 128 / kGroup; ++i)
            scale[i] = loadAs<float2>(chunk + (i * 8 + lane / 4) * 8);
    }

    // Two bytes of a word, `selector` 0x1404 or 0x3424 puts them into the upper bytes of halves.
    static QWILL_MEMBER std::uint32_t halves(std::uint32_t word, std::uint32_t selector)
    {
        const std::uint32_t both = permuteBytes(word, 0, selector);
        return (both & 0x80008000u) | (both >> 1 & 0x3f803f80u);
    }

    template <int kTokenTiles>
    QWILL_MEMBER void multiply(float (&acc)[kTokenTiles][4], const Columns& b) const
    {
        if (b.partCount == 1)
            multiplyParts<1>(acc, b);
        else
            multiplyParts<2>(acc, b);
    }

    template <int kParts, int kTokenTiles>
    QWILL_MEMBER void multiplyParts(float (&acc)[kTokenTiles][4], const Columns& b) const
    {
        float c[kTokenTiles][4] = {};
#pragma unroll
        for (int step = 0; step < 4; ++step) { // 32 columns
            const uint4 w = q.w[step];
            const std::uint32_t first[4] = {halves(w.x, 0x1404), halves(w.y, 0x1404), halves(w.x, 0x3424),
                                            halves(w.y, 0x3424)};
            const std::uint32_t second[4] = {halves(w.z, 0x1404), halves(w.w, 0x1404), halves(w.z, 0x3424),
                                             halves(w.w, 0x3424)};
            const bool ends = (step + 1) * 32 % kGroup == 0;
            const float2 factor = scale[step * 32 / kGroup];
#pragma unroll
            for (int tile = 0; tile < kTokenTiles; ++tile) {
                if (isBeyond(b, tile))
                    break;
                const std::uint16_t* parts = b.parts + (tile * kParts * b.partStride + step * 256);
#pragma unroll
                for (int part = 0; part < kParts; ++part, parts += b.partStride) {
                    const uint4 x = loadWritten<uint4>(parts);
                    mmaF16(c[tile], first[0], first[1], first[2], first[3], x.x, x.y);
                    mmaF16(c[tile], second[0], second[1], second[2], second[3], x.z, x.w);
                }
                if (!ends)
                    continue;
                acc[tile][0] = fmaf32(factor.x, c[tile][0], acc[tile][0]);
                acc[tile][1] = fmaf32(factor.x, c[tile][1], acc[tile][1]);
                acc[tile][2] = fmaf32(factor.y, c[tile][2], acc[tile][2]);
                acc[tile][3] = fmaf32(factor.y, c[tile][3], acc[tile][3]);
                c[tile][0] = c[tile][1] = c[tile][2] = c[tile][3] = 0;
            }
        }
    }
};

// Two tiles only: such weights are few models', and each tile is code for every card.
template <typename Chunk>
int launchCodedOf(const MatmulArgs& args, void* stream)
{
    return args.tokens <= 8 ? launchMatmul<Chunk, 1, 1>(args, stream) : launchMatmul<Chunk, 1, 4>(args, stream);
}

} // namespace qwill::engine::cuda

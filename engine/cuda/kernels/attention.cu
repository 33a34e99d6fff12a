// Paged flash attention, for prefill and decode alike: a warp has 16 query rows (queries × heads of one KV head) and
// walks some pages of their keys. Where the keys are cut into parts, the warps of a block put theirs together, and the
// block that is through last puts together what the blocks have, and prepares it for the product that comes next.
//
// K and V go from their pages straight into registers, 16 bytes a lane, because a page is laid out for it and because
// the inner index of a product may be permuted freely as long as both operands agree: column 2t + e of score tile j is
// token 8t + 2j + e, so that the scores a lane computes are the ones it multiplies with V. The warps of a block share
// pages through L1. F16: q and the weights p as two f16 numbers each, as exact as f32. Int8: the CPU's integers,
// exactly (cpu/vector_kernels.h): q as 8 bits, p · vScale as 15 bits of a block of 32 tokens.

#include "cuda/kernels/launches.h"
#include "cuda/kernels/prepare.cuh"

namespace qwill::engine::cuda {

namespace {

constexpr int kTiles = kBlockTokens / 8; // score tiles of a page
constexpr int kMaxSplits = 64; // 32 blocks' parts at most

// What a warp works on.
struct Rows {
    int firstRow, count; // of the slice's query rows: query · group + head
    int firstToken, firstVisible; // of the slice; tokens its first query sees
    int firstPage; // in the page table
    int pageBegin, pageEnd; // of the sequence, all parts together
};

// The slice that tile `tile` belongs to; count 0 = none.
QWILL_DEVICE Rows rowsOf(const AttentionArgs& args, int tile)
{
    const int group = args.headCount / args.kvHeadCount;
    for (int s = 0; s < args.seqCount; ++s) {
        const SeqView seq = args.step.seqs[s];
        const int rows = seq.tokenCount * group, tiles = ceilDiv(rows, kTileRows);
        if (tile >= tiles) {
            tile -= tiles;
            continue;
        }
        Rows out;
        out.firstRow = tile * kTileRows;
        out.count = smaller(kTileRows, rows - out.firstRow);
        out.firstToken = seq.firstToken;
        out.firstVisible = seq.contextLen - seq.tokenCount + 1;
        out.firstPage = seq.firstPage;
        const int first = out.firstVisible + out.firstRow / group;
        const int last = out.firstVisible + (out.firstRow + out.count - 1) / group;
        out.pageBegin = args.window > 0 ? greater(0, first - args.window) / kBlockTokens : 0;
        out.pageEnd = ceilDiv(last, kBlockTokens);
        return out;
    }
    return {0, 0, 0, 0, 0, 0, 0};
}

QWILL_DEVICE int pagesPerPart(const AttentionArgs& args, const Rows& rows)
{
    return greater(1, ceilDiv(rows.pageEnd - rows.pageBegin, args.splits));
}

QWILL_DEVICE float* outputOf(const AttentionArgs& args, const Rows& rows, int kvHead, int row)
{
    const int group = args.headCount / args.kvHeadCount, at = rows.firstRow + row;
    const std::int64_t token = rows.firstToken + at / group;
    return args.out + (token * args.headCount + kvHead * group + at % group) * args.pages.headDim;
}

// Four numbers of a query row; zeros beyond the rows and the head.
QWILL_DEVICE float4 queryAt(const AttentionArgs& args, const Rows& rows, int kvHead, int row, int d)
{
    if (row >= rows.count || d >= args.pages.headDim)
        return {0, 0, 0, 0};
    const int group = args.headCount / args.kvHeadCount, at = rows.firstRow + row;
    const float* q =
        args.qkv + (rows.firstToken + at / group) * args.qkvStride + (kvHead * group + at % group) * args.pages.headDim;
    return loadWritten<float4>(q + d);
}

// The softmax state of a lane: rows g and g + 8, columns d = first + 8i + 2t, + 1.
template <int kDim>
struct State {
    float max[2], sum[2];
    float out[attentionOutDim(kDim) / 8][4];
    int first; // multiple of attentionOutDim(kDim)
    int visible[2], hidden[2];
};

// Scores become weights exp(s − m'), m' the new maximum; the factor for what was there, exp(m − m'). Returns the sum.
template <int kDim>
QWILL_DEVICE void weigh(State<kDim>& state, float (&s)[kTiles][4], int firstToken, float cap, int t, float (&factor)[2])
{
#pragma unroll
    for (int half = 0; half < 2; ++half) {
        if (cap > 0) { // few models have one
            for (int j = 0; j < kTiles; ++j)
                for (int e = 0; e < 2; ++e)
                    s[j][2 * half + e] = softCapped(s[j][2 * half + e], cap);
        }
        float top = state.max[half];
#pragma unroll
        for (int j = 0; j < kTiles; ++j) {
#pragma unroll
            for (int e = 0; e < 2; ++e) {
                const int token = firstToken + 8 * t + 2 * j + e;
                float& x = s[j][2 * half + e];
                if (token >= state.visible[half] || token < state.hidden[half])
                    x = minusInfinity();
                top = larger(top, x);
            }
        }
        top = quadMax(top);
        factor[half] = expf32(state.max[half] - top);
        float sum = 0;
#pragma unroll
        for (int j = 0; j < kTiles; ++j) {
#pragma unroll
            for (int e = 0; e < 2; ++e) {
                float& x = s[j][2 * half + e];
                x = expf32(x - top); // −∞ − −∞ is no number: 0
                sum += x;
            }
        }
        state.sum[half] = fmaf32(state.sum[half], factor[half], quadSum(sum));
        state.max[half] = top;
    }
}

QWILL_DEVICE void split(float x, std::uint16_t& high, std::uint16_t& low)
{
    high = floatToHalf(x);
    low = floatToHalf(x - halfToFloat(high));
}

// One page in 16 bits. The query lies in shared memory as A operands: [D / 16][2 parts][32 lanes].
template <int kDim>
struct PagesF16 {
    static constexpr KvElement kElement = KvElement::F16;
    static constexpr std::size_t kSharedBytes = kDim / 16 * 2 * kWarp * 16; // of a warp
    uint4* query;

    QWILL_MEMBER void begin(const AttentionArgs& args, const Rows& rows, int kvHead, void* shared, int lane)
    {
        query = static_cast<uint4*>(shared);
        for (int step = 0; step < kDim / 16; ++step) {
            const int d = step / 2 * 32 + lane % 4 * 8 + step % 2 * 4;
            const float4 q[2] = {queryAt(args, rows, kvHead, lane / 4, d),
                                 queryAt(args, rows, kvHead, lane / 4 + 8, d)};
            std::uint16_t high[2][4], low[2][4];
#pragma unroll
            for (int half = 0; half < 2; ++half) {
                split(q[half].x, high[half][0], low[half][0]);
                split(q[half].y, high[half][1], low[half][1]);
                split(q[half].z, high[half][2], low[half][2]);
                split(q[half].w, high[half][3], low[half][3]);
            }
            query[step * 2 * kWarp + lane] = {twoHalves(high[0][0], high[0][1]), twoHalves(high[1][0], high[1][1]),
                                              twoHalves(high[0][2], high[0][3]), twoHalves(high[1][2], high[1][3])};
            query[(step * 2 + 1) * kWarp + lane] = {twoHalves(low[0][0], low[0][1]), twoHalves(low[1][0], low[1][1]),
                                                    twoHalves(low[0][2], low[0][3]), twoHalves(low[1][2], low[1][3])};
        }
        syncWarp();
    }

    QWILL_MEMBER void page(const std::byte* page, int firstToken, int tokenEnd, float cap, State<kDim>& state,
                           int lane) const
    {
        const int g = lane / 4, t = lane % 4;
        float s[kTiles][4] = {};
#pragma unroll
        for (int block = 0; block < kDim / 32; ++block) {
            uint4 k[kTiles];
#pragma unroll
            for (int j = 0; j < kTiles; ++j)
                k[j] = loadWritten<uint4>(page + pageK(kElement, kDim, g / 2 * 8 + 2 * j + g % 2, block * 32 + t * 8));
#pragma unroll
            for (int part = 0; part < 2; ++part) {
                const uint4 first = query[(block * 4 + part) * kWarp + lane];
                const uint4 second = query[(block * 4 + 2 + part) * kWarp + lane];
#pragma unroll
                for (int j = 0; j < kTiles; ++j) {
                    mmaF16(s[j], first.x, first.y, first.z, first.w, k[j].x, k[j].y);
                    mmaF16(s[j], second.x, second.y, second.z, second.w, k[j].z, k[j].w);
                }
            }
        }
        float factor[2];
        weigh<kDim>(state, s, firstToken, cap, t, factor);
        std::uint32_t high[kTiles][2], low[kTiles][2]; // [tile][row half]
#pragma unroll
        for (int j = 0; j < kTiles; ++j) {
#pragma unroll
            for (int half = 0; half < 2; ++half) {
                std::uint16_t h[2], l[2];
                split(s[j][2 * half], h[0], l[0]);
                split(s[j][2 * half + 1], h[1], l[1]);
                high[j][half] = twoHalves(h[0], h[1]);
                low[j][half] = twoHalves(l[0], l[1]);
            }
        }
        const int valid = tokenEnd - firstToken - 8 * t; // of the lane's 8 tokens; what lies beyond may be anything
        const std::uint32_t keep[4] = {keptWord(valid), keptWord(valid - 2), keptWord(valid - 4), keptWord(valid - 6)};
#pragma unroll
        for (int i = 0; i < attentionOutDim(kDim) / 8; ++i) {
            float(&o)[4] = state.out[i];
            o[0] *= factor[0];
            o[1] *= factor[0];
            o[2] *= factor[1];
            o[3] *= factor[1];
            uint4 v = loadWritten<uint4>(page + pageV(kElement, kDim, t * 8, state.first + i * 8 + g));
            v = {v.x & keep[0], v.y & keep[1], v.z & keep[2], v.w & keep[3]};
            mmaF16(o, high[0][0], high[0][1], high[1][0], high[1][1], v.x, v.y);
            mmaF16(o, high[2][0], high[2][1], high[3][0], high[3][1], v.z, v.w);
            mmaF16(o, low[0][0], low[0][1], low[1][0], low[1][1], v.x, v.y);
            mmaF16(o, low[2][0], low[2][1], low[3][0], low[3][1], v.z, v.w);
        }
    }

    static QWILL_MEMBER std::uint32_t keptWord(int valid) // of two halves
    {
        return valid >= 2 ? 0xffffffffu : valid == 1 ? 0xffffu : 0u;
    }
};

// One page in 8 bits.
template <int kDim>
struct PagesInt8 {
    static constexpr KvElement kElement = KvElement::Int8;
    static constexpr std::size_t kSharedBytes = 0;
    std::uint32_t query[kDim / 32][4]; // A operands
    float scale[2]; // of rows g and g + 8

    QWILL_MEMBER void begin(const AttentionArgs& args, const Rows& rows, int kvHead, void*, int lane)
    {
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            const int row = lane / 4 + 8 * half;
            float most = 0;
#pragma unroll
            for (int step = 0; step < kDim / 16; ++step) {
                const float4 q = queryAt(args, rows, kvHead, row, column(step, lane));
                most = larger(larger(most, magnitude(q.x)), magnitude(q.y));
                most = larger(larger(most, magnitude(q.z)), magnitude(q.w));
            }
            float a = quadMax(most) / 127.0f;
            if (a < 0x1p-126f)
                a = 0;
            scale[half] = a;
            const float inverse = a > 0 ? 1.0f / a : 0.0f;
#pragma unroll
            for (int step = 0; step < kDim / 16; ++step) {
                const float4 q = queryAt(args, rows, kvHead, row, column(step, lane));
                query[step / 2][half + step % 2 * 2] = byteOf(q.x * inverse) | byteOf(q.y * inverse) << 8
                    | byteOf(q.z * inverse) << 16 | byteOf(q.w * inverse) << 24;
            }
        }
    }
    // First of the four columns in word step % 2 · 2 of mma step step / 2.
    static QWILL_MEMBER int column(int step, int lane)
    {
        return step / 4 * 64 + lane % 4 * 16 + step % 4 * 4;
    }
    static QWILL_MEMBER float magnitude(float x)
    {
        return x < 0 ? -x : x;
    }
    static QWILL_MEMBER std::uint32_t byteOf(float x)
    {
        return static_cast<std::uint32_t>(roundToInt(x)) & 255u;
    }

    QWILL_MEMBER void page(const std::byte* page, int firstToken, int tokenEnd, float cap, State<kDim>& state,
                           int lane) const
    {
        const int g = lane / 4, t = lane % 4;
        int dots[kTiles][4] = {};
#pragma unroll
        for (int block = 0; block < kDim / 64; ++block) {
#pragma unroll
            for (int j = 0; j < kTiles; ++j) {
                const uint4 k =
                    loadWritten<uint4>(page + pageK(kElement, kDim, g / 2 * 8 + 2 * j + g % 2, block * 64 + t * 16));
                const std::uint32_t(&a)[4] = query[2 * block], (&b)[4] = query[2 * block + 1];
                mmaS8(dots[j], a[0], a[1], a[2], a[3], k.x, k.y);
                mmaS8(dots[j], b[0], b[1], b[2], b[3], k.z, k.w);
            }
        }
        const float* scales = reinterpret_cast<const float*>(page);
        float kScale[8], vScale[8]; // of the lane's tokens; beyond the end they may be anything
        loadEight(scales + 8 * t, kScale);
        loadEight(scales + kBlockTokens + 8 * t, vScale);
        float s[kTiles][4];
#pragma unroll
        for (int j = 0; j < kTiles; ++j) {
#pragma unroll
            for (int e = 0; e < 4; ++e)
                s[j][e] = static_cast<float>(dots[j][e]) * (scale[e / 2] * kScale[2 * j + e % 2]);
        }
        float factor[2];
        weigh<kDim>(state, s, firstToken, cap, t, factor);
        // t = p · vScale as 15 bits, high and low byte.
        float step[2];
        std::uint32_t high[4], low[4]; // A operands
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            float most = 0;
#pragma unroll
            for (int i = 0; i < 8; ++i) {
                float& x = s[i / 2][2 * half + i % 2];
                x = firstToken + 8 * t + i < tokenEnd ? x * vScale[i] : 0.0f;
                most = larger(most, x);
            }
            step[half] = quadMax(most) / 32767.0f;
            if (step[half] < 0x1p-126f)
                step[half] = 0;
            const float inverse = step[half] > 0 ? 1.0f / step[half] : 0.0f;
            high[half] = high[half + 2] = low[half] = low[half + 2] = 0;
#pragma unroll
            for (int i = 0; i < 8; ++i) {
                const auto q = static_cast<std::uint32_t>(roundToInt(s[i / 2][2 * half + i % 2] * inverse));
                high[half + i / 4 * 2] |= (q >> 8 & 255u) << (i % 4 * 8);
                low[half + i / 4 * 2] |= (q & 255u) << (i % 4 * 8);
            }
        }
#pragma unroll
        for (int i = 0; i < attentionOutDim(kDim) / 16; ++i) {
            const uint4 v = loadWritten<uint4>(page + pageV(kElement, kDim, t * 8, state.first + i * 16 + g));
            addValues(state.out[2 * i], high, low, v.x, v.y, step, factor);
            addValues(state.out[2 * i + 1], high, low, v.z, v.w, step, factor);
        }
    }

    static QWILL_MEMBER void loadEight(const float* from, float (&to)[8])
    {
        const float4 a = loadWritten<float4>(from), b = loadWritten<float4>(from + 4);
        to[0] = a.x, to[1] = a.y, to[2] = a.z, to[3] = a.w;
        to[4] = b.x, to[5] = b.y, to[6] = b.z, to[7] = b.w;
    }
    static QWILL_MEMBER void addValues(float (&o)[4], const std::uint32_t (&high)[4], const std::uint32_t (&low)[4],
                                       std::uint32_t b0, std::uint32_t b1, const float (&step)[2],
                                       const float (&factor)[2])
    {
        int total[4] = {0, 0, 0, 0};
        mmaU8S8(total, high[0], high[1], high[2], high[3], b0, b1);
#pragma unroll
        for (int e = 0; e < 4; ++e)
            total[e] *= 256;
        mmaU8S8(total, low[0], low[1], low[2], low[3], b0, b1);
#pragma unroll
        for (int e = 0; e < 4; ++e)
            o[e] = fmaf32(static_cast<float>(total[e]), step[e / 2], o[e] * factor[e / 2]);
    }
};

// --- parts put together ----------------------------------------------------------------------------------------------

// Of the keys that a warp or block has seen, for 16 rows; one behind the other in memory.
template <int kOut>
struct Part {
    static constexpr int kFloats = kTileRows * (kOut + 2);
    float *max, *sum, *out; // [16], [16], [16][kOut]

    QWILL_MEMBER explicit Part(float* base) : max(base), sum(base + kTileRows), out(base + 2 * kTileRows) { }
};

// A row of parts put together: the lane has columns lane · kOut / 32 and what follows.
template <int kOut>
struct FoldedRow {
    static constexpr int kColumns = kOut / kWarp;
    float max, sum;
    float out[kColumns];

    // `parts` ≤ 32, read by load(); `weights`: [32], the warp's own. All of the warp.
    template <typename Load>
    QWILL_MEMBER FoldedRow(float* parts, int count, int row, int lane, float* weights, Load load)
    {
        const Part<kOut> own(parts + smaller(lane, count - 1) * Part<kOut>::kFloats);
        const float ownMax = lane < count ? load(own.max + row) : minusInfinity();
        max = warpMax(ownMax);
        const float weight = lane < count ? expf32(ownMax - max) : 0.0f;
        sum = warpSum(lane < count ? load(own.sum + row) * weight : 0.0f);
        syncWarp(); // the row before has been read
        weights[lane] = weight;
        syncWarp();
#pragma unroll
        for (int c = 0; c < kColumns; ++c)
            out[c] = 0;
#pragma unroll 4
        for (int i = 0; i < count; ++i) {
            const float* from = Part<kOut>(parts + i * Part<kOut>::kFloats).out + row * kOut + lane * kColumns;
#pragma unroll
            for (int c = 0; c < kColumns; ++c)
                out[c] = fmaf32(load(from + c), weights[i], out[c]);
        }
    }
    QWILL_MEMBER void store(const Part<kOut>& to, int row, int lane) const
    {
        if (lane == 0) {
            to.max[row] = max;
            to.sum[row] = sum;
        }
#pragma unroll
        for (int c = 0; c < kColumns; ++c)
            to.out[row * kOut + lane * kColumns + c] = out[c];
    }
};

// A row's attention, and what the next product reads of it: the columns of a lane are then four of an activation group.
template <int kOut>
QWILL_DEVICE void storeRow(const AttentionArgs& args, const Rows& rows, int kvHead, int row, int first, int lane,
                           const FoldedRow<kOut>& folded)
{
    constexpr int kColumns = FoldedRow<kOut>::kColumns;
    float* out = outputOf(args, rows, kvHead, row);
    Four x{};
#pragma unroll
    for (int c = 0; c < kColumns; ++c) {
        const int d = first + lane * kColumns + c;
        x.v[c] = folded.out[c] / folded.sum;
        if (d < args.pages.headDim)
            out[d] = x.v[c];
    }
    if (args.prepare.rows == 0)
        return;
    const int group = args.headCount / args.kvHeadCount, at = rows.firstRow + row;
    const int token = rows.firstToken + at / group;
    int place = ((kvHead * group + at % group) * args.pages.headDim + first) / kActGroup;
    storeActs(args.prepare, token, place, lane, x);
    const bool isEnd = (place + 1) * kActGroup == args.prepare.cols;
    for (++place; isEnd && place < actGroups(args.prepare.cols); ++place)
        storeActs(args.prepare, token, place, lane, Four{});
}

template <int kOut>
constexpr std::size_t foldBytes(int warps)
{
    return static_cast<std::size_t>(warps * (Part<kOut>::kFloats + kWarp) + 1) * sizeof(float);
}

// The parts of a block's warps, then those of the tile's `blocks` blocks. All of the block.
template <int kDim>
QWILL_DEVICE void foldParts(const AttentionArgs& args, const Rows& rows, int tile, int blocks, const State<kDim>& state)
{
    constexpr int kOut = attentionOutDim(kDim), kWarps = attentionWarps(kDim), kFloats = Part<kOut>::kFloats;
    const int warp = static_cast<int>(threadIdx.x) / kWarp, lane = static_cast<int>(threadIdx.x) % kWarp;
    const int kvHead = static_cast<int>(blockIdx.y), g = lane / 4, t = lane % 4;
    auto* shared =
        static_cast<float*>(sharedMemory()); // [warps] parts, [warps][32] weights, whether this block is last
    float* weights = shared + kWarps * kFloats + warp * kWarp;
    auto* last = reinterpret_cast<std::int32_t*>(shared + kWarps * (kFloats + kWarp));
    syncBlock(); // the queries that lay there are done with
    const Part<kOut> mine(shared + warp * kFloats);
#pragma unroll
    for (int half = 0; half < 2; ++half) {
        const int row = g + 8 * half;
        if (t == 0) {
            mine.max[row] = state.max[half];
            mine.sum[row] = state.sum[half];
        }
#pragma unroll
        for (int i = 0; i < kOut / 8; ++i)
#pragma unroll
            for (int e = 0; e < 2; ++e)
                mine.out[row * kOut + 8 * i + 2 * t + e] = state.out[i][2 * half + e];
    }
    syncBlock();
    const int index = (tile * args.kvHeadCount + kvHead) * (kDim / kOut) + static_cast<int>(blockIdx.z);
    const int perTile = attentionBlocks(args.splits, kDim);
    float* parts = args.partials + static_cast<std::size_t>(index) * static_cast<std::size_t>(perTile * kFloats);
    for (int row = warp; row < rows.count; row += kWarps) {
        const FoldedRow<kOut> folded(shared, kWarps, row, lane, weights, [](const float* p) { return *p; });
        if (blocks == 1)
            storeRow(args, rows, kvHead, row, state.first, lane, folded);
        else
            folded.store(Part<kOut>(parts + static_cast<int>(blockIdx.x) % perTile * kFloats), row, lane);
    }
    if (blocks == 1)
        return;
    publish();
    syncBlock();
    if (threadIdx.x == 0)
        *last = isLast(args.counters + index, 1, blocks) ? 1 : 0;
    syncBlock();
    if (*last == 0)
        return;
    for (int row = warp; row < rows.count; row += kWarps)
        storeRow(
            args, rows, kvHead, row, state.first, lane,
            FoldedRow<kOut>(parts, blocks, row, lane, weights, [](const float* p) { return loadFresh<float>(p); }));
}

// --- the kernel ------------------------------------------------------------------------------------------------------

// grid: [tiles · blocks of parts, or tiles / warps][kv heads][parts of the output]. Tiles follow each other, so that
// without splits a block's warps have neighbouring queries and read the same pages; with them, neighbouring parts.
template <int kDim, template <int> typename Pages>
QWILL_KERNEL void __launch_bounds__(attentionWarps(kDim) * kWarp) attentionKernel(AttentionArgs args)
{
    awaitEarlier();
    constexpr int kWarps = attentionWarps(kDim), kOut = attentionOutDim(kDim);
    const int warp = static_cast<int>(threadIdx.x) / kWarp, lane = static_cast<int>(threadIdx.x) % kWarp;
    const int index = static_cast<int>(blockIdx.x), kvHead = static_cast<int>(blockIdx.y);
    const bool isSplit = args.splits > 1;
    const int perTile = attentionBlocks(args.splits, kDim);
    const int tile = isSplit ? index / perTile : index * kWarps + warp;
    const int firstPart = isSplit ? index % perTile * kWarps : 0, part = isSplit ? firstPart + warp : 0;
    if (tile >= args.maxTiles)
        return; // the whole block, here and below; without splits the whole warp
    const Rows rows = rowsOf(args, tile);
    if (rows.count == 0)
        return;
    const int pageCount = rows.pageEnd - rows.pageBegin, perPart = pagesPerPart(args, rows);
    if (firstPart * perPart >= pageCount)
        return;
    const int begin = rows.pageBegin + part * perPart, end = smaller(begin + perPart, rows.pageEnd);

    const int group = args.headCount / args.kvHeadCount, g = lane / 4;
    State<kDim> state;
#pragma unroll
    for (int half = 0; half < 2; ++half) {
        const int row = g + 8 * half;
        state.max[half] = minusInfinity();
        state.sum[half] = 0;
        state.visible[half] = row < rows.count ? rows.firstVisible + (rows.firstRow + row) / group : 0;
        state.hidden[half] = args.window > 0 ? state.visible[half] - args.window : 0;
    }
    state.first = static_cast<int>(blockIdx.z) * kOut;
#pragma unroll
    for (int i = 0; i < kOut / 8; ++i)
        state.out[i][0] = state.out[i][1] = state.out[i][2] = state.out[i][3] = 0;

    Pages<kDim> pages;
    pages.begin(args, rows, kvHead,
                static_cast<std::byte*>(sharedMemory()) + static_cast<std::size_t>(warp) * Pages<kDim>::kSharedBytes,
                lane);
    const int lastVisible = rows.firstVisible + (rows.firstRow + rows.count - 1) / group;
    const std::byte* base = args.pages.base + static_cast<std::int64_t>(kvHead) * args.pages.headStride;
    for (int number = begin; number < end; ++number) {
        const std::int64_t block = args.step.pageTable[rows.firstPage + number];
        pages.page(base + block * args.pages.blockStride, number * kBlockTokens, lastVisible, args.cap, state, lane);
    }
    if (isSplit) {
        foldParts<kDim>(args, rows, tile, ceilDiv(ceilDiv(pageCount, perPart), kWarps), state);
        return;
    }
    const int t = lane % 4;
#pragma unroll
    for (int half = 0; half < 2; ++half) {
        const int row = g + 8 * half;
        if (row >= rows.count)
            continue;
        float* out = outputOf(args, rows, kvHead, row);
#pragma unroll
        for (int i = 0; i < kOut / 8; ++i)
#pragma unroll
            for (int e = 0; e < 2; ++e)
                if (state.first + 8 * i + 2 * t + e < args.pages.headDim)
                    out[state.first + 8 * i + 2 * t + e] = state.out[i][2 * half + e] / state.sum[half];
    }
}

template <int kDim, template <int> typename Pages>
int launchAttentionOf(const AttentionArgs& args, void* stream)
{
    constexpr int kWarps = attentionWarps(kDim), kOut = attentionOutDim(kDim);
    constexpr std::size_t kQueries = kWarps * Pages<kDim>::kSharedBytes, kFold = foldBytes<kOut>(kWarps);
    const bool isSplit = args.splits > 1;
    const int blocks = isSplit ? args.maxTiles * attentionBlocks(args.splits, kDim) : ceilDiv(args.maxTiles, kWarps);
    return launch(attentionKernel<kDim, Pages>, {blocks, args.kvHeadCount, kDim / kOut}, kWarps * kWarp,
                  isSplit && kFold > kQueries ? kFold : kQueries, stream, args);
}

template <template <int> typename Pages>
int launchAttentionIn(const AttentionArgs& args, void* stream)
{
    switch (paddedHeadDim(args.pages.headDim)) {
    case 64: return launchAttentionOf<64, Pages>(args, stream);
    case 128: return launchAttentionOf<128, Pages>(args, stream);
    default: return launchAttentionOf<256, Pages>(args, stream);
    }
}

} // namespace

int prepareAttention()
{
    return 0; // every kernel stays below the 48 KiB that need no asking
}

int launchAttention(const AttentionArgs* args, void* stream)
{
    const KvPages& pages = args->pages;
    const bool canPrepare = args->splits > 1 && pages.headDim % kActGroup == 0;
    if (pages.element == KvElement::F32 || pages.headDim > kMaxHeadDim || args->splits < 1 || args->splits > kMaxSplits
        || (args->prepare.rows > 0 && !canPrepare))
        return 1;
    if (args->maxTiles < 1)
        return 0;
    return pages.element == KvElement::F16 ? launchAttentionIn<PagesF16>(*args, stream)
                                           : launchAttentionIn<PagesInt8>(*args, stream);
}

} // namespace qwill::engine::cuda

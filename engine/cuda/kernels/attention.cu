// Paged flash attention, for prefill and decode alike: a warp has 16 query rows (queries × heads of one KV head) and
// walks some pages of their keys; where the keys are cut into parts, a second kernel folds them.
//
// K and V go from their pages straight into registers, 16 bytes a lane, because a page is laid out for it and because
// the inner index of a product may be permuted freely as long as both operands agree: column 2t + e of score tile j is
// token 8t + 2j + e, so that the scores a lane computes are the ones it multiplies with V. The warps of a block share
// pages through L1. F16: q and the weights p as two f16 numbers each, as exact as f32. Int8: the CPU's integers,
// exactly (cpu/vector_kernels.h): q as 8 bits, p · vScale as 15 bits of a block of 32 tokens.

#include "cuda/kernels/launches.h"

namespace qwill::engine::cuda {

namespace {

constexpr int kTiles = kBlockTokens / 8; // score tiles of a page

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

struct Partial {
    float *max, *sum, *out; // [16], [16], [16][D]
};
QWILL_DEVICE Partial partialOf(const AttentionArgs& args, int tile, int kvHead, int part, int dim)
{
    const std::size_t index =
        (static_cast<std::size_t>(tile) * static_cast<std::size_t>(args.kvHeadCount) + static_cast<std::size_t>(kvHead))
            * static_cast<std::size_t>(args.splits)
        + static_cast<std::size_t>(part);
    float* base = args.partials + index * static_cast<std::size_t>(kTileRows * (dim + 2));
    return {base, base + kTileRows, base + 2 * kTileRows};
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

// Columns of the output that a warp keeps in registers; of a longer head each of two warps has half, and both the
// scores.
constexpr int outDim(int dim)
{
    return dim > 128 ? 128 : dim;
}

// The softmax state of a lane: rows g and g + 8, columns d = first + 8i + 2t, + 1.
template <int kDim>
struct State {
    float max[2], sum[2];
    float out[outDim(kDim) / 8][4];
    int first; // multiple of outDim(kDim)
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
        for (int i = 0; i < outDim(kDim) / 8; ++i) {
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
        for (int i = 0; i < outDim(kDim) / 16; ++i) {
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

template <int kDim>
constexpr int attentionWarps()
{
    return kDim > 128 ? 2 : 4;
}

// grid: [tiles · splits / warps][kv heads][parts of the output]. Tiles follow each other, so that without splits a
// block's warps have neighbouring queries and read the same pages; with them, neighbouring parts.
template <int kDim, template <int> typename Pages>
QWILL_KERNEL void __launch_bounds__(attentionWarps<kDim>() * kWarp) attentionKernel(AttentionArgs args)
{
    awaitEarlier();
    const int warp = static_cast<int>(threadIdx.x) / kWarp, lane = static_cast<int>(threadIdx.x) % kWarp;
    const int index = static_cast<int>(blockIdx.x) * attentionWarps<kDim>() + warp;
    const int tile = index / args.splits, part = index % args.splits, kvHead = static_cast<int>(blockIdx.y);
    if (tile >= args.maxTiles)
        return; // the whole warp, here and below
    const Rows rows = rowsOf(args, tile);
    if (rows.count == 0)
        return;
    const int perPart = pagesPerPart(args, rows);
    const int begin = rows.pageBegin + part * perPart, end = smaller(begin + perPart, rows.pageEnd);
    if (begin >= end)
        return;

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
    state.first = static_cast<int>(blockIdx.z) * outDim(kDim);
#pragma unroll
    for (int i = 0; i < outDim(kDim) / 8; ++i)
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

    const int t = lane % 4;
#pragma unroll
    for (int half = 0; half < 2; ++half) {
        const int row = g + 8 * half;
        if (row >= rows.count)
            continue;
        if (args.splits == 1) {
            float* out = outputOf(args, rows, kvHead, row);
#pragma unroll
            for (int i = 0; i < outDim(kDim) / 8; ++i)
#pragma unroll
                for (int e = 0; e < 2; ++e)
                    if (state.first + 8 * i + 2 * t + e < args.pages.headDim)
                        out[state.first + 8 * i + 2 * t + e] = state.out[i][2 * half + e] / state.sum[half];
            continue;
        }
        const Partial partial = partialOf(args, tile, kvHead, part, kDim);
        if (t == 0 && state.first == 0) {
            partial.max[row] = state.max[half];
            partial.sum[row] = state.sum[half];
        }
#pragma unroll
        for (int i = 0; i < outDim(kDim) / 8; ++i)
#pragma unroll
            for (int e = 0; e < 2; ++e)
                partial.out[row * kDim + state.first + 8 * i + 2 * t + e] = state.out[i][2 * half + e];
    }
}

// grid: [tiles][kv heads][16 rows]; a block folds one row's parts.
constexpr int kCombineThreads = 64;
constexpr int kMaxSplits = 64;
QWILL_KERNEL void __launch_bounds__(kCombineThreads) combineKernel(AttentionArgs args)
{
    awaitEarlier();
    const int tile = static_cast<int>(blockIdx.x), kvHead = static_cast<int>(blockIdx.y),
              row = static_cast<int>(blockIdx.z);
    const Rows rows = rowsOf(args, tile);
    if (row >= rows.count)
        return; // the whole block
    const int dim = paddedHeadDim(args.pages.headDim), thread = static_cast<int>(threadIdx.x);
    const int parts = smaller(args.splits, ceilDiv(rows.pageEnd - rows.pageBegin, pagesPerPart(args, rows)));
    float* weights = static_cast<float*>(sharedMemory()); // [kMaxSplits]
    float top = minusInfinity();
    for (int part = 0; part < parts; ++part)
        top = larger(top, partialOf(args, tile, kvHead, part, dim).max[row]);
    if (thread < parts)
        weights[thread] = expf32(partialOf(args, tile, kvHead, thread, dim).max[row] - top);
    syncBlock();
    float sum = 0;
    for (int part = 0; part < parts; ++part)
        sum = fmaf32(partialOf(args, tile, kvHead, part, dim).sum[row], weights[part], sum);
    float* out = outputOf(args, rows, kvHead, row);
    for (int d = thread; d < args.pages.headDim; d += kCombineThreads) {
        float value = 0;
#pragma unroll 4
        for (int part = 0; part < parts; ++part)
            value = fmaf32(partialOf(args, tile, kvHead, part, dim).out[row * dim + d], weights[part], value);
        out[d] = value / sum;
    }
}

template <int kDim, template <int> typename Pages>
int launchAttentionOf(const AttentionArgs& args, void* stream)
{
    constexpr int kWarps = attentionWarps<kDim>();
    const Grid grid{ceilDiv(args.maxTiles * args.splits, kWarps), args.kvHeadCount, kDim / outDim(kDim)};
    return launch(attentionKernel<kDim, Pages>, grid, kWarps * kWarp, kWarps * Pages<kDim>::kSharedBytes, stream, args);
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
    if (args->pages.element == KvElement::F32 || args->pages.headDim > kMaxHeadDim || args->splits < 1
        || args->splits > kMaxSplits)
        return 1;
    if (args->maxTiles < 1)
        return 0;
    const int error = args->pages.element == KvElement::F16 ? launchAttentionIn<PagesF16>(*args, stream)
                                                            : launchAttentionIn<PagesInt8>(*args, stream);
    if (error != 0 || args->splits == 1)
        return error;
    return launch(combineKernel, {args->maxTiles, args->kvHeadCount, kTileRows}, kCombineThreads,
                  kMaxSplits * sizeof(float), stream, *args);
}

} // namespace qwill::engine::cuda

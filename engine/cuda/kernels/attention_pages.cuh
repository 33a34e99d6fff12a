#pragma once
// One page of keys and values for 16 query rows: scores, their weights, the weighted sum of the values. Device code,
// for attention.cu and attention_prompt.cu.
//
// K and V are read 16 bytes a lane, as operands of mma, because a page is laid out for it and because the inner index
// of a product may be permuted freely as long as both operands agree: column 2t + e of score tile j is token 8t + 2j +
// e, so that the scores a lane computes are the ones it multiplies with V.
//
// kParts 2, exact: F16 takes q and the weights p as two f16 numbers each, as good as f32; Int8 has the CPU's integers
// (cpu/vector_kernels.h), q as 8 bits and p · vScale as 15 bits of a block of 32 tokens, of weights that are the CPU's
// to the bit: exp(score − the largest so far). kParts 1, near: F16 takes one f16 number each, and the sum of those
// weights; weights are 2^x to within 2^-22, to a reference that follows the largest score only where that runs away, so
// that what was summed is seldom scaled; Int8 keeps its 8 and 15 bits. A row's numbers do not depend on its
// neighbours'.

#include "cuda/kernels/attention_rows.cuh"

namespace qwill::engine::cuda {

constexpr int kTiles = kBlockTokens / 8; // score tiles of a page
constexpr float kLog2e = 1.44269502f;
constexpr float kNoReference = -0x1p100f; // below every score, and finite: −∞ − that is no trouble
constexpr float kHeadroom = 5; // of scores; near weights are at most e^5: far from f16's end
constexpr float kIntegers = 0x1.8p23f; // added to a whole number below 2^22, shows its bits

// The softmax state of a lane: rows g and g + 8, columns d = first + 8i + 2t, + 1.
template <int kDim>
struct State {
    float reference[2]; // what weights stand to; of exact ones the largest score
    float sum[2]; // of the lane's tokens, until finish()
    float out[attentionOutDim(kDim) / 8][4];
    int first; // multiple of attentionOutDim(kDim)
    int visible[2], hidden[2];

    QWILL_MEMBER void begin(const AttentionArgs& args, const Rows& rows, int firstColumn, int lane)
    {
        const int group = args.headCount / args.kvHeadCount;
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            const int row = lane / 4 + 8 * half;
            reference[half] = kNoReference;
            sum[half] = 0;
            visible[half] = row < rows.count ? rows.firstVisible + (rows.firstRow + row) / group : 0;
            hidden[half] = args.window > 0 ? visible[half] - args.window : 0;
        }
        first = firstColumn;
#pragma unroll
        for (int i = 0; i < attentionOutDim(kDim) / 8; ++i)
            out[i][0] = out[i][1] = out[i][2] = out[i][3] = 0;
    }
    QWILL_MEMBER void finish()
    {
#pragma unroll
        for (int half = 0; half < 2; ++half) // NaN where a score was: exp() may have lost it
            sum[half] = quadSum(sum[half]) + (reference[half] - reference[half]);
    }
};

// What the rows of a warp see, and of a page: whether not every row sees every token.
struct Sight {
    int leastVisible, mostVisible, mostHidden;

    QWILL_MEMBER Sight(const AttentionArgs& args, const Rows& rows)
    {
        const int group = args.headCount / args.kvHeadCount;
        leastVisible = rows.firstVisible + rows.firstRow / group;
        mostVisible = rows.firstVisible + (rows.firstRow + rows.count - 1) / group;
        mostHidden = args.window > 0 ? mostVisible - args.window : 0;
    }
};
struct Page {
    const std::byte* bytes;
    int firstToken;
    int tokenEnd; // what lies beyond may be anything
    bool isEdge;

    QWILL_MEMBER Page(const Sight& sight, const std::byte* at, int number)
        : bytes(at),
          firstToken(number * kBlockTokens),
          tokenEnd(sight.mostVisible),
          isEdge(firstToken + kBlockTokens > sight.leastVisible || firstToken < sight.mostHidden)
    {
    }
};

// Where a page lies: in the cache, or in shared memory as stagePage() (attention_stage.cuh) left it.
struct InCache {
    static constexpr bool kIsStaged = false;
    template <typename T>
    static QWILL_MEMBER T load(const std::byte* p)
    {
        return loadWritten<T>(p);
    }
};
struct InShared {
    static constexpr bool kIsStaged = true;
    template <typename T>
    static QWILL_MEMBER T load(const std::byte* p)
    {
        return *reinterpret_cast<const T*>(p);
    }
};

// Whether rows of K lie so that, two by two, their 64-byte halves are exchanged: a quarter of a warp reads 64 bytes of
// two neighbours, which would else be of the same banks.
QWILL_BOTH constexpr bool exchangesHalves(KvElement element, int kDim)
{
    return kDim * (element == KvElement::F16 ? 2 : 1) > 64;
}

// The B operands of a page's scores: 64 bytes of each token at a time.
template <typename From, KvElement kElement, int kDim>
struct Keys {
    static constexpr int kRowBytes = kDim * (kElement == KvElement::F16 ? 2 : 1);
    const std::byte *even,
        *odd; // where blocks of 64 bytes with such numbers would begin, had they all this number's turn

    QWILL_MEMBER Keys(const std::byte* page, int lane)
    {
        const int g = lane / 4, t = lane % 4;
        const int turn = From::kIsStaged && exchangesHalves(kElement, kDim) ? g % 2 * 64 : 0;
        const std::byte* base = page + pageK(kElement, kDim, g / 2 * 8 + g % 2, 0) + t * 16;
        even = base + turn;
        odd = base - turn;
    }
    QWILL_MEMBER uint4 operator()(int block, int j) const
    {
        return From::template load<uint4>((block % 2 == 0 ? even : odd) + block * 64 + j * 2 * kRowBytes);
    }
};

// The B operands of the values: words of 512 bytes for the tokens of a lane.
template <typename From, KvElement kElement, int kDim>
QWILL_DEVICE const std::byte* valuesOf(const std::byte* page, int firstColumn, int lane)
{
    return page + pageV(kElement, kDim, lane % 4 * 8, (From::kIsStaged ? 0 : firstColumn) + lane / 4);
}

template <int kDim>
QWILL_DEVICE void hideTokens(const State<kDim>& state, float (&s)[kTiles][4], int firstToken, int t)
{
#pragma unroll
    for (int i = 0; i < 4 * kTiles; ++i) {
        const int half = i % 4 / 2, token = firstToken + 8 * t + i / 4 * 2 + i % 2;
        if (token >= state.visible[half] || token < state.hidden[half])
            s[i / 4][i % 4] = minusInfinity();
    }
}

QWILL_DEVICE void capScores(float (&s)[kTiles][4], float cap) // few models have one
{
    for (int j = 0; j < kTiles; ++j)
        for (int e = 0; e < 4; ++e)
            s[j][e] = softCapped(s[j][e], cap);
}

// What was summed, to the reference that the next page's scores have: where `top` is above that by more than kAbove.
template <bool kExact, int kDim>
QWILL_DEVICE void moveReference(State<kDim>& state, const float (&top)[2])
{
    constexpr float kAbove = kExact ? 0 : kHeadroom;
    const bool stays = top[0] <= state.reference[0] + kAbove && top[1] <= state.reference[1] + kAbove;
    if (ballot(!stays) == 0)
        return;
    float factor[2];
#pragma unroll
    for (int half = 0; half < 2; ++half) {
        const bool moves = !(top[half] <= state.reference[half] + kAbove); // to a NaN, too
        factor[half] = moves ? expBelow(state.reference[half] - top[half]) : 1.0f;
        state.reference[half] = moves ? top[half] : state.reference[half];
        state.sum[half] *= factor[half];
    }
#pragma unroll
    for (int i = 0; i < attentionOutDim(kDim) / 8; ++i)
#pragma unroll
        for (int e = 0; e < 4; ++e)
            state.out[i][e] *= factor[e / 2];
}

// Scores become weights.
template <bool kExact, int kDim>
QWILL_DEVICE void weigh(State<kDim>& state, float (&s)[kTiles][4])
{
    float top[2];
#pragma unroll
    for (int half = 0; half < 2; ++half) {
        top[half] = maximum(s[0][2 * half], s[0][2 * half + 1]);
#pragma unroll
        for (int j = 1; j < kTiles; ++j)
            top[half] = maximum(top[half], maximum(s[j][2 * half], s[j][2 * half + 1]));
        top[half] = maximum(top[half], shuffleXor(top[half], 1));
        top[half] = maximum(top[half], shuffleXor(top[half], 2));
    }
    moveReference<kExact>(state, top);
    const float power[2] = {state.reference[0] * -kLog2e, state.reference[1] * -kLog2e};
#pragma unroll
    for (int j = 0; j < kTiles; ++j)
#pragma unroll
        for (int e = 0; e < 4; ++e)
            s[j][e] =
                kExact ? expBelow(s[j][e] - state.reference[e / 2]) : exp2Near(fmaf32(s[j][e], kLog2e, power[e / 2]));
}

// The rows of a warp that has seen all of their keys.
template <int kDim>
QWILL_DEVICE void storeState(const AttentionArgs& args, const Rows& rows, int kvHead, const State<kDim>& state,
                             int lane)
{
#pragma unroll
    for (int half = 0; half < 2; ++half) {
        const int row = lane / 4 + 8 * half;
        if (row >= rows.count)
            continue;
        float* out = outputOf(args, rows, kvHead, row);
#pragma unroll
        for (int i = 0; i < attentionOutDim(kDim) / 4; ++i) {
            const int d = state.first + 8 * (i / 2) + 2 * (lane % 4) + i % 2;
            if (d < args.pages.headDim)
                out[d] = state.out[i / 2][2 * half + i % 2] / state.sum[half];
        }
    }
}

// One page in 16 bits. The query's A operands: [D / 16][kParts][32 lanes], in registers where there is room.
template <int kDim, int kParts>
struct PagesF16 {
    static constexpr KvElement kElement = KvElement::F16;
    static constexpr int kWords = kDim / 16 * kParts, kSharedBytes = stagedQueryBytes(kElement, kDim, kParts);
    static constexpr bool kInRegisters = kSharedBytes == 0;
    uint4 own[kInRegisters ? kWords : 1];
    uint4* shared;

    QWILL_MEMBER void begin(const AttentionArgs& args, const Rows& rows, int kvHead, void* memory, int lane)
    {
        shared = static_cast<uint4*>(memory) + lane;
#pragma unroll
        for (int step = 0; step < kDim / 16; ++step) {
            const int d = step / 2 * 32 + lane % 4 * 8 + step % 2 * 4;
            float4 q[2] = {queryAt(args, rows, kvHead, lane / 4, d), queryAt(args, rows, kvHead, lane / 4 + 8, d)};
#pragma unroll
            for (int part = 0; part < kParts; ++part) {
                const uint4 words = {takeHalves(q[0].x, q[0].y), takeHalves(q[1].x, q[1].y), takeHalves(q[0].z, q[0].w),
                                     takeHalves(q[1].z, q[1].w)};
                if constexpr (kInRegisters)
                    own[step * kParts + part] = words;
                else
                    shared[(step * kParts + part) * kWarp] = words;
            }
        }
        if constexpr (!kInRegisters)
            syncWarp();
    }

    template <typename From>
    QWILL_MEMBER void walk(const Page& page, float cap, State<kDim>& state, int lane) const
    {
        const Keys<From, kElement, kDim> keys(page.bytes, lane);
        float s[kTiles][4] = {};
#pragma unroll
        for (int block = 0; block < kDim / 32; ++block) {
            uint4 k[kTiles];
#pragma unroll
            for (int j = 0; j < kTiles; ++j)
                k[j] = keys(block, j);
#pragma unroll
            for (int part = 0; part < kParts; ++part) {
                const uint4 a = query(2 * block, part), b = query(2 * block + 1, part);
#pragma unroll
                for (int j = 0; j < kTiles; ++j)
                    mmaF16(s[j], a.x, a.y, a.z, a.w, k[j].x, k[j].y);
#pragma unroll
                for (int j = 0; j < kTiles; ++j)
                    mmaF16(s[j], b.x, b.y, b.z, b.w, k[j].z, k[j].w);
            }
        }
        if (cap > 0)
            capScores(s, cap);
        if (page.isEdge)
            hideTokens(state, s, page.firstToken, lane % 4);
        weigh<kParts == 2>(state, s);
        if (page.isEdge)
            addValues<From, true>(page, s, state, lane);
        else
            addValues<From, false>(page, s, state, lane);
    }

private:
    QWILL_MEMBER uint4 query(int step, int part) const
    {
        if constexpr (kInRegisters)
            return own[step * kParts + part];
        else
            return shared[(step * kParts + part) * kWarp];
    }
    // Two numbers as f16, and what is left of them.
    static QWILL_MEMBER std::uint32_t takeHalves(float& x, float& y)
    {
        const std::uint16_t first = floatToHalf(x), second = floatToHalf(y);
        x -= halfToFloat(first);
        y -= halfToFloat(second);
        return twoHalves(first, second);
    }

    template <typename From, bool kIsEdge>
    static QWILL_MEMBER void addValues(const Page& page, float (&p)[kTiles][4], State<kDim>& state, int lane)
    {
        std::uint32_t weights[kParts][kTiles][2]; // [part][tile][row half]
#pragma unroll
        for (int j = 0; j < kTiles; ++j)
#pragma unroll
            for (int half = 0; half < 2; ++half) {
                float x = p[j][2 * half], y = p[j][2 * half + 1];
                weights[0][j][half] = packHalves(x, y);
                const float highX = halfToFloat(static_cast<std::uint16_t>(weights[0][j][half] & 0xffffu)),
                            highY = halfToFloat(static_cast<std::uint16_t>(weights[0][j][half] >> 16));
                if constexpr (kParts == 1) {
                    x = highX;
                    y = highY;
                } else {
                    weights[1][j][half] = packHalves(x - highX, y - highY);
                }
                state.sum[half] += x + y;
            }
        const std::byte* values = valuesOf<From, kElement, kDim>(page.bytes, state.first, lane);
        const int valid = page.tokenEnd - page.firstToken - lane % 4 * 8; // of the lane's 8 tokens
#pragma unroll
        for (int i = 0; i < attentionOutDim(kDim) / 8; ++i) {
            uint4 v = From::template load<uint4>(values + i * 512);
            if constexpr (kIsEdge)
                v = {v.x & keptWord(valid), v.y & keptWord(valid - 2), v.z & keptWord(valid - 4),
                     v.w & keptWord(valid - 6)};
#pragma unroll
            for (int part = 0; part < kParts; ++part) {
                const std::uint32_t(&w)[kTiles][2] = weights[part];
                mmaF16(state.out[i], w[0][0], w[0][1], w[1][0], w[1][1], v.x, v.y);
                mmaF16(state.out[i], w[2][0], w[2][1], w[3][0], w[3][1], v.z, v.w);
            }
        }
    }
    static QWILL_MEMBER std::uint32_t keptWord(int valid) // of two halves
    {
        return valid >= 2 ? 0xffffffffu : valid == 1 ? 0xffffu : 0u;
    }
};

// One page in 8 bits.
template <int kDim, int kParts>
struct PagesInt8 {
    static constexpr KvElement kElement = KvElement::Int8;
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

    template <typename From>
    QWILL_MEMBER void walk(const Page& page, float cap, State<kDim>& state, int lane) const
    {
        const int t = lane % 4;
        const Keys<From, kElement, kDim> keys(page.bytes, lane);
        int dots[kTiles][4]; // at most 127² · 256 beside kIntegers: as floats they are the sum of both
#pragma unroll
        for (int i = 0; i < 4 * kTiles; ++i)
            dots[i / 4][i % 4] = static_cast<int>(bitsOfFloat(kIntegers));
#pragma unroll
        for (int block = 0; block < kDim / 64; ++block) {
#pragma unroll
            for (int j = 0; j < kTiles; ++j) {
                const uint4 k = keys(block, j);
                const std::uint32_t(&a)[4] = query[2 * block], (&b)[4] = query[2 * block + 1];
                mmaS8(dots[j], a[0], a[1], a[2], a[3], k.x, k.y);
                mmaS8(dots[j], b[0], b[1], b[2], b[3], k.z, k.w);
            }
        }
        float kScale[8], vScale[8]; // of the lane's tokens
        loadEight<From>(page.bytes + 8 * t * 4, kScale);
        loadEight<From>(page.bytes + (kBlockTokens + 8 * t) * 4, vScale);
        float s[kTiles][4];
#pragma unroll
        for (int j = 0; j < kTiles; ++j)
#pragma unroll
            for (int e = 0; e < 4; ++e)
                s[j][e] = (floatFromBits(static_cast<std::uint32_t>(dots[j][e])) - kIntegers)
                    * (scale[e / 2] * kScale[2 * j + e % 2]);
        if (cap > 0)
            capScores(s, cap);
        if (page.isEdge) {
            hideTokens(state, s, page.firstToken, t);
#pragma unroll
            for (int i = 0; i < 8; ++i)
                vScale[i] = page.firstToken + 8 * t + i < page.tokenEnd ? vScale[i] : 0.0f;
        }
        weigh<kParts == 2>(state, s);
        float step[2];
        std::uint32_t high[4], low[4]; // A operands
#pragma unroll
        for (int half = 0; half < 2; ++half)
            step[half] = quantise(s, vScale, half, state.sum[half], high, low);
        const std::byte* values = valuesOf<From, kElement, kDim>(page.bytes, state.first, lane);
#pragma unroll
        for (int i = 0; i < attentionOutDim(kDim) / 16; ++i) {
            const uint4 v = From::template load<uint4>(values + i * 512);
            addValues(state.out[2 * i], high, low, v.x, v.y, step);
            addValues(state.out[2 * i + 1], high, low, v.z, v.w, step);
        }
    }

private:
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
    template <typename From>
    static QWILL_MEMBER void loadEight(const std::byte* from, float (&to)[8])
    {
        const float4 a = From::template load<float4>(from), b = From::template load<float4>(from + 16);
        to[0] = a.x, to[1] = a.y, to[2] = a.z, to[3] = a.w;
        to[4] = b.x, to[5] = b.y, to[6] = b.z, to[7] = b.w;
    }
    // p · vScale of a row as 15 bits, high and low byte apart; returns what one of them stands for.
    static QWILL_MEMBER float quantise(const float (&p)[kTiles][4], const float (&vScale)[8], int half, float& sum,
                                       std::uint32_t (&high)[4], std::uint32_t (&low)[4])
    {
        float x[8], most = 0;
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            const float weight = p[i / 2][2 * half + i % 2];
            sum += weight;
            x[i] = weight * vScale[i];
            most = maximum(most, x[i]);
        }
        most = maximum(most, shuffleXor(most, 1));
        most = maximum(most, shuffleXor(most, 2));
        float step, inverse; // of 1 / 32767 of the largest
        if constexpr (kParts == 2) {
            step = most / 32767.0f;
            if (step < 0x1p-126f)
                step = 0;
            inverse = step > 0 ? 1.0f / step : 0.0f;
        } else {
            const bool isZero = most < 0x1p-111f;
            step = isZero ? 0.0f : most * (1.0f / 32767.0f);
            inverse = isZero ? 0.0f : 32767.0f * reciprocalNear(most);
        }
        std::uint32_t bits[8];
#pragma unroll
        for (int i = 0; i < 8; ++i)
            bits[i] = bitsOfFloat(x[i] * inverse + kIntegers);
#pragma unroll
        for (int word = 0; word < 2; ++word) {
            const std::uint32_t a = permuteBytes(bits[4 * word], bits[4 * word + 1], 0x5410);
            const std::uint32_t b = permuteBytes(bits[4 * word + 2], bits[4 * word + 3], 0x5410);
            low[half + 2 * word] = permuteBytes(a, b, 0x6420);
            high[half + 2 * word] = permuteBytes(a, b, 0x7531);
        }
        return step;
    }
    static QWILL_MEMBER void addValues(float (&o)[4], const std::uint32_t (&high)[4], const std::uint32_t (&low)[4],
                                       std::uint32_t b0, std::uint32_t b1, const float (&step)[2])
    {
        int total[4] = {0, 0, 0, 0};
        mmaU8S8(total, high[0], high[1], high[2], high[3], b0, b1);
#pragma unroll
        for (int e = 0; e < 4; ++e)
            total[e] *= 256;
        mmaU8S8(total, low[0], low[1], low[2], low[3], b0, b1);
#pragma unroll
        for (int e = 0; e < 4; ++e)
            o[e] = fmaf32(static_cast<float>(total[e]), step[e / 2], o[e]);
    }
};

} // namespace qwill::engine::cuda

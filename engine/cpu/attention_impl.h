#pragma once
// Attention of a tile of query rows over one segment of the KV cache, against the Simd layer. Only for vector_<isa>.cpp
// after simd_<isa>.h, attention_dot_<isa>.h and vector_impl.h: no STL, everything local to the including file.
//
// Block by block of 32 tokens: scores of all rows, softmax weights of all rows, values of all rows. K lies transposed,
// so one vector holds one dimension of kLanes tokens, a score is a lane, and nothing is summed across lanes but the
// weights. Every row's arithmetic is its own (vector_kernels.h), so register tiles may be cut as suits the machine.

#include "base/fused.h"
#include "cpu/vector_kernels.h"

namespace qwill::engine::cpu {

namespace {

constexpr bool kManyRegisters = Simd::kLanes == 16; // 32 vector registers, otherwise 16
constexpr int kScoreVectors = 2; // token vectors of a register tile
constexpr int kScoreRows = kManyRegisters ? 12 : 6; // 24 accumulators, 12
constexpr int kValueVectors = kManyRegisters ? 4 : 2;
constexpr int kValueRows = kManyRegisters ? 6 : 4; // 24 accumulators, 8
constexpr int kIntScoreRows = kManyRegisters ? 12 : AttentionDot::kWords == 1 ? 6 : 4; // 24, 12, 8
constexpr int kIntValueVectors = 2;
constexpr int kIntValueRows = kManyRegisters ? 6 : 4; // two sums each with AVX-512: 24 accumulators, 8
constexpr int kWeightWordsPerRow = kBlockTokens / 4 * AttentionDot::kWeightWords;
// From here on a 16-bit page is widened to float once instead of by every register tile.
constexpr int kWidenRows = kScoreRows + 1;

// Into the second level, not the first: prefetches to the first share the few buffers of the loads themselves. Measured
// at a decode step over 8192 tokens: 8-bit cache 9.6 → 15 GB/s a core, 16-bit 13.7 → 18.5.
QWILL_INLINE void prefetch(const void* p)
{
    __builtin_prefetch(p, 0, 2);
}

struct PageF32 {
    using Element = float;
    static QWILL_INLINE F load(const Element* p) { return Simd::load(p); }
    static QWILL_INLINE F loadPart(const Element* p, int n) { return Simd::loadPart(p, n); }
};
struct PageF16 {
    using Element = uint16_t;
    static QWILL_INLINE F load(const Element* p) { return Simd::loadF16(p); }
    static QWILL_INLINE F loadPart(const Element* p, int n) { return Simd::loadF16Part(p, n); }
};

// Everything of one attendSegment call.
struct Tile {
    const AttentionSegment* args;
    float* weights; // [rows, 32]: scores, then exp(score − max), 0 where nothing is visible
    float* decay; // [rows] c = exp(old max − new max)
    float* pageK; // [headDim, 32] a widened page
    float* pageV; // [32, headDim]
    int32_t* qWords; // [rows, headDim / 4 · kWords]
    float* qScale; // [rows]
    int32_t* qOffset; // [rows] 128 · Σ q: K is stored as value + 128
    int32_t* weightWords; // [rows, kWeightWordsPerRow]
    float* weightScale; // [rows]
    int32_t* count; // [rows] visible tokens of the block at hand, from its first; 0 = none
    int32_t* skip; // [rows] of those, the first that are hidden; set where args->hidden is
};

template <typename T>
QWILL_INLINE T* take(std::byte*& at, size_t count)
{
    T* piece = reinterpret_cast<T*>(at);
    at += (count * sizeof(T) + 63) / 64 * 64;
    return piece;
}

Tile tileOf(const AttentionSegment& args)
{
    const size_t rows = kAttentionRows, dim = static_cast<size_t>(args.headDim);
    std::byte* at = args.scratch;
    Tile t{};
    t.args = &args;
    t.weights = take<float>(at, rows * kBlockTokens);
    t.pageK = take<float>(at, dim * kBlockTokens);
    t.pageV = take<float>(at, dim * kBlockTokens);
    t.qWords = take<int32_t>(at, rows * dim / 4 * AttentionDot::kWords);
    t.weightWords = take<int32_t>(at, rows * kWeightWordsPerRow);
    t.decay = take<float>(at, rows);
    t.qScale = take<float>(at, rows);
    t.qOffset = take<int32_t>(at, rows);
    t.weightScale = take<float>(at, rows);
    t.count = take<int32_t>(at, rows);
    t.skip = take<int32_t>(at, rows);
    return t;
}

// Runs Body::run<R>(row) over all rows in register tiles of at most Most rows.
template <typename Body, int R>
QWILL_INLINE int runTiles(const Body& body, int row, int rows)
{
    for (; rows - row >= R; row += R)
        body.template run<R>(row);
    return row;
}
template <typename Body, int Most>
QWILL_INLINE void forRowTiles(const Body& body, int rows)
{
    int row = 0;
    if constexpr (Most >= 12)
        row = runTiles<Body, 12>(body, row, rows);
    if constexpr (Most >= 8)
        row = runTiles<Body, 8>(body, row, rows);
    if constexpr (Most >= 6)
        row = runTiles<Body, 6>(body, row, rows);
    row = runTiles<Body, 4>(body, row, rows);
    row = runTiles<Body, 2>(body, row, rows);
    runTiles<Body, 1>(body, row, rows);
}

// --- float pages -----------------------------------------------------------------------------------------------------

template <typename Page>
struct Scores {
    const Tile& tile;
    const typename Page::Element* k; // [headDim, 32]
    ptrdiff_t ahead; // bytes from here to what is read next

    template <int R>
    __attribute__((noinline)) void run(int row) const
    {
        const int dim = tile.args->headDim;
        const float* q = tile.args->q + static_cast<ptrdiff_t>(row) * dim;
        for (int at = 0; at < kBlockTokens; at += kScoreVectors * kVectorLanes) {
            F acc[R][kScoreVectors];
            for (int r = 0; r < R; ++r)
                for (int v = 0; v < kScoreVectors; ++v)
                    acc[r][v] = Simd::zero();
            const typename Page::Element* column = k + at;
            for (int d = 0; d < dim; ++d, column += kBlockTokens) {
                prefetch(reinterpret_cast<const char*>(column) + ahead);
                F keys[kScoreVectors];
                for (int v = 0; v < kScoreVectors; ++v)
                    keys[v] = Page::load(column + v * kVectorLanes);
                for (int r = 0; r < R; ++r) {
                    const F x = Simd::set1(q[r * dim + d]);
                    for (int v = 0; v < kScoreVectors; ++v)
                        acc[r][v] = Simd::fma(x, keys[v], acc[r][v]);
                }
            }
            for (int r = 0; r < R; ++r)
                for (int v = 0; v < kScoreVectors; ++v)
                    Simd::store(tile.weights + (row + r) * kBlockTokens + at + v * kVectorLanes, acc[r][v]);
        }
    }
};

template <typename Page>
struct Values {
    const Tile& tile;
    const typename Page::Element* values; // [32, headDim]
    int tokens; // the most any row sees
    ptrdiff_t ahead;

    template <int R, int V>
    QWILL_INLINE void columns(int row, int d) const
    {
        const int dim = tile.args->headDim;
        float* out = tile.args->state.out + static_cast<ptrdiff_t>(row) * dim + d;
        const float* weights = tile.weights + row * kBlockTokens;
        F acc[R][V];
        for (int r = 0; r < R; ++r) {
            const F c = Simd::set1(tile.decay[row + r]);
            for (int v = 0; v < V; ++v)
                acc[r][v] = Simd::mul(Simd::load(out + r * dim + v * kVectorLanes), c);
        }
        const typename Page::Element* token = values + d;
        for (int j = 0; j < tokens; ++j, token += dim) {
            for (int v = 0; v < V; v += 64 / static_cast<int>(kVectorLanes * sizeof(*token)))
                prefetch(reinterpret_cast<const char*>(token + v * kVectorLanes) + ahead);
            F x[V];
            for (int v = 0; v < V; ++v)
                x[v] = Page::load(token + v * kVectorLanes);
            for (int r = 0; r < R; ++r) {
                const F p = Simd::set1(weights[r * kBlockTokens + j]);
                for (int v = 0; v < V; ++v)
                    acc[r][v] = Simd::fma(p, x[v], acc[r][v]);
            }
        }
        for (int r = 0; r < R; ++r)
            for (int v = 0; v < V; ++v)
                Simd::store(out + r * dim + v * kVectorLanes, acc[r][v]);
    }

    // The last headDim % kLanes dimensions.
    QWILL_INLINE void lastColumns(int row, int d, int n) const
    {
        const int dim = tile.args->headDim;
        float* out = tile.args->state.out + static_cast<ptrdiff_t>(row) * dim + d;
        F acc = Simd::mul(Simd::loadPart(out, n), Simd::set1(tile.decay[row]));
        for (int j = 0; j < tokens; ++j)
            acc = Simd::fma(Simd::set1(tile.weights[row * kBlockTokens + j]), Page::loadPart(values + j * dim + d, n),
                            acc);
        Simd::storePart(out, acc, n);
    }

    template <int R>
    __attribute__((noinline)) void run(int row) const
    {
        const int dim = tile.args->headDim;
        int d = 0;
        for (; d + kValueVectors * kVectorLanes <= dim; d += kValueVectors * kVectorLanes)
            columns<R, kValueVectors>(row, d);
        for (; d + kVectorLanes <= dim; d += kVectorLanes)
            columns<R, 1>(row, d);
        for (int r = 0; r < R && d < dim; ++r)
            lastColumns(row + r, d, dim - d);
    }
};

// --- 8-bit pages -----------------------------------------------------------------------------------------------------

void quantizeQueries(const Tile& tile)
{
    const int dim = tile.args->headDim;
    alignas(64) int8_t q[kMaxHeadDim + 64];
    for (int row = 0; row < tile.args->rows; ++row) {
        const float* x = tile.args->q + static_cast<ptrdiff_t>(row) * dim;
        tile.qScale[row] = int8Scale(x, dim);
        quantizeInt8(x, tile.qScale[row], dim, q);
        int32_t sum = 0;
        for (int d = 0; d < dim; ++d)
            sum += q[d];
        tile.qOffset[row] = 128 * sum;
        AttentionDot::packQ(q, dim, tile.qWords + static_cast<ptrdiff_t>(row) * (dim / 4) * AttentionDot::kWords);
    }
}

struct IntScores {
    const Tile& tile;
    const std::byte* k; // [headDim / 4, 32, 4]
    const float* scales; // [32]
    ptrdiff_t ahead;

    template <int R>
    __attribute__((noinline)) void run(int row) const
    {
        const int groups = tile.args->headDim / 4, stride = groups * AttentionDot::kWords;
        const int32_t* q = tile.qWords + static_cast<ptrdiff_t>(row) * stride;
        for (int at = 0; at < kBlockTokens; at += kScoreVectors * kVectorLanes) {
            AttentionDot::I acc[R][kScoreVectors];
            for (int r = 0; r < R; ++r)
                for (int v = 0; v < kScoreVectors; ++v)
                    acc[r][v] = AttentionDot::zero();
            const std::byte* column = k + at * 4;
            for (int g = 0; g < groups; ++g, column += kBlockTokens * 4) {
                AttentionDot::I keys[kScoreVectors];
                for (int v = 0; v < kScoreVectors; ++v) {
                    const std::byte* p = column + v * kVectorLanes * 4;
                    prefetch(p + ahead);
                    keys[v] = AttentionDot::load(p);
                }
                for (int r = 0; r < R; ++r)
                    for (int v = 0; v < kScoreVectors; ++v)
                        acc[r][v] = AttentionDot::dotK(acc[r][v], keys[v], q + r * stride + g * AttentionDot::kWords);
            }
            for (int r = 0; r < R; ++r) {
                const F a = Simd::set1(tile.qScale[row + r]);
                for (int v = 0; v < kScoreVectors; ++v) {
                    const int token = at + v * kVectorLanes;
                    const F dot = AttentionDot::toFloat(AttentionDot::minus(acc[r][v], tile.qOffset[row + r]));
                    Simd::store(tile.weights + (row + r) * kBlockTokens + token,
                                Simd::mul(dot, Simd::mul(a, Simd::load(scales + token))));
                }
            }
        }
    }
};

// The weights times the scales of V, as 15-bit integers.
void packWeights(const Tile& tile, const float* scales)
{
    for (int row = 0; row < tile.args->rows; ++row) {
        float* weights = tile.weights + row * kBlockTokens;
        F most = Simd::zero();
        for (int j = 0; j < kBlockTokens; j += kVectorLanes) {
            const F t = Simd::mul(Simd::load(weights + j), Simd::load(scales + j));
            Simd::store(weights + j, t);
        }
        for (int j = tile.count[row]; j < kBlockTokens; ++j)
            weights[j] = 0.0f; // the scale of a slot never written may be NaN
        for (int j = 0; j < kBlockTokens; j += kVectorLanes)
            most = Simd::max(most, Simd::load(weights + j));
        const float largest = Simd::reduceMax(most);
        const bool nothing = !(largest > 1e-30f);
        const F inverse = Simd::set1(nothing ? 0.0f : 32767.0f / largest);
        tile.weightScale[row] = nothing ? 0.0f : largest / 32767.0f;
        int32_t* words = tile.weightWords + row * kWeightWordsPerRow;
        for (int j = 0; j < kBlockTokens; j += kVectorLanes)
            AttentionDot::packWeights(Simd::mul(Simd::load(weights + j), inverse),
                                      words + j / 4 * AttentionDot::kWeightWords);
    }
}

struct IntValues {
    const Tile& tile;
    const std::byte* values; // [8, headDim, 4 tokens]
    int tokens;
    ptrdiff_t ahead;

    template <int R, int V>
    QWILL_INLINE void columns(int row, int d, int lanes) const
    {
        const int dim = tile.args->headDim;
        const int32_t* words = tile.weightWords + row * kWeightWordsPerRow;
        AttentionDot::Sum acc[R][V];
        for (int r = 0; r < R; ++r)
            for (int v = 0; v < V; ++v)
                acc[r][v] = AttentionDot::zeroSum();
        const std::byte* group = values + d * 4;
        for (int j = 0; j < tokens; j += 4, group += dim * 4) {
            for (int v = 0; v < V; ++v) {
                const std::byte* p = group + v * kVectorLanes * 4;
                prefetch(p + ahead);
                const AttentionDot::I x = AttentionDot::load(p);
                for (int r = 0; r < R; ++r)
                    AttentionDot::addV(acc[r][v], x,
                                       words + r * kWeightWordsPerRow + j / 4 * AttentionDot::kWeightWords);
            }
        }
        for (int r = 0; r < R; ++r) {
            const F c = Simd::set1(tile.decay[row + r]), b = Simd::set1(tile.weightScale[row + r]);
            float* out = tile.args->state.out + static_cast<ptrdiff_t>(row + r) * dim + d;
            for (int v = 0; v < V; ++v, out += kVectorLanes) {
                const F total = AttentionDot::toFloat(AttentionDot::total(acc[r][v]));
                if (lanes == kVectorLanes)
                    Simd::store(out, Simd::fma(total, b, Simd::mul(Simd::load(out), c)));
                else
                    Simd::storePart(out, Simd::fma(total, b, Simd::mul(Simd::loadPart(out, lanes), c)), lanes);
            }
        }
    }

    template <int R>
    __attribute__((noinline)) void run(int row) const
    {
        const int dim = tile.args->headDim;
        int d = 0;
        for (; d + kIntValueVectors * kVectorLanes <= dim; d += kIntValueVectors * kVectorLanes)
            columns<R, kIntValueVectors>(row, d, kVectorLanes);
        for (; d < dim; d += kVectorLanes) // may read on into the next group of four tokens, or the scratch's slack
            columns<R, 1>(row, d, dim - d < kVectorLanes ? dim - d : kVectorLanes);
    }
};

// --- softmax ---------------------------------------------------------------------------------------------------------

// Scores → weights; updates maximum and sum; decay[row] = exp(old maximum − new maximum).
void softmax(const Tile& tile)
{
    const AttentionState& state = tile.args->state;
    const int rows = tile.args->rows;
    for (int row = 0; row < rows; ++row) {
        float* s = tile.weights + row * kBlockTokens;
        if (tile.args->cap > 0)
            softCap(s, tile.args->cap, kBlockTokens);
        for (int j = tile.count[row]; j < kBlockTokens; ++j)
            s[j] = -__builtin_inff();
        for (int j = 0; tile.args->hidden && j < tile.skip[row]; ++j)
            s[j] = -__builtin_inff();
        F most = Simd::load(s);
        for (int j = kVectorLanes; j < kBlockTokens; j += kVectorLanes)
            most = Simd::max(most, Simd::load(s + j));
        const float block = Simd::reduceMax(most), old = state.max[row];
        const float newMax = block > old ? block : old;
        tile.decay[row] = tile.count[row] > 0 ? old - newMax : 0.0f;
        state.max[row] = newMax;
    }
    for (int row = 0; row < rows; row += kVectorLanes) // decay has room for whole vectors
        Simd::store(tile.decay + row, expOf(Simd::load(tile.decay + row)));
    for (int row = 0; row < rows; ++row) {
        float* s = tile.weights + row * kBlockTokens;
        if (tile.count[row] == 0) {
            for (int j = 0; j < kBlockTokens; j += kVectorLanes)
                Simd::store(s + j, Simd::zero());
            continue;
        }
        const F top = Simd::set1(state.max[row]);
        F lanes[kSumVectors];
        for (int v = 0; v < kSumVectors; ++v) {
            const F first = expOf(Simd::sub(Simd::load(s + v * kVectorLanes), top));
            const F second = expOf(Simd::sub(Simd::load(s + kSumLanes + v * kVectorLanes), top));
            Simd::store(s + v * kVectorLanes, first);
            Simd::store(s + kSumLanes + v * kVectorLanes, second);
            lanes[v] = Simd::add(first, second);
        }
        state.sum[row] = fusedMultiplyAdd(state.sum[row], tile.decay[row], foldLanes(lanes));
    }
}

// --- a segment -------------------------------------------------------------------------------------------------------

template <typename Page>
void attendFloatPage(const Tile& tile, const typename Page::Element* page, int tokens, ptrdiff_t ahead)
{
    const int rows = tile.args->rows;
    forRowTiles<Scores<Page>, kScoreRows>(Scores<Page>{tile, page, ahead}, rows);
    softmax(tile);
    const typename Page::Element* values = page + static_cast<ptrdiff_t>(tile.args->headDim) * kBlockTokens;
    forRowTiles<Values<Page>, kValueRows>(Values<Page>{tile, values, tokens, ahead}, rows);
}

// K of a whole page and V of its visible tokens to float; pageV follows pageK, so the two are a page of floats.
void widen(const Tile& tile, const uint16_t* page, int tokens)
{
    const int dim = tile.args->headDim, count = dim * kBlockTokens;
    for (int i = 0; i < count; i += kVectorLanes)
        Simd::store(tile.pageK + i, Simd::loadF16(page + i));
    for (int i = 0; i < dim * tokens; i += kVectorLanes) // 32 · dim is a multiple of the lanes
        Simd::store(tile.pageV + i, Simd::loadF16(page + count + i));
}

void attendIntPage(const Tile& tile, const std::byte* page, int tokens, ptrdiff_t ahead)
{
    const int rows = tile.args->rows;
    const float* scales = reinterpret_cast<const float*>(page);
    const std::byte* k = page + 2 * kBlockTokens * sizeof(float);
    const std::byte* v = k + static_cast<ptrdiff_t>(tile.args->headDim) * kBlockTokens;
    for (const std::byte* line = page; line < k; line += 64)
        prefetch(line + ahead);
    forRowTiles<IntScores, kIntScoreRows>(IntScores{tile, k, scales, ahead}, rows);
    softmax(tile);
    packWeights(tile, scales + kBlockTokens);
    forRowTiles<IntValues, kIntValueRows>(IntValues{tile, v, tokens, ahead}, rows);
}

void attendSegment(const AttentionSegment& args)
{
    const Tile tile = tileOf(args);
    for (int row = 0; row < args.rows; ++row) {
        args.state.max[row] = -__builtin_inff();
        args.state.sum[row] = 0.0f;
    }
    __builtin_memset(args.state.out, 0, static_cast<size_t>(args.rows * args.headDim) * sizeof(float));
    if (args.element == KvElement::Int8)
        quantizeQueries(tile);
    for (int first = args.firstToken, block = 0; first < args.tokenEnd; first += kBlockTokens, ++block) {
        const std::byte* page = args.pages[block];
        const std::byte* next = first + kBlockTokens < args.tokenEnd ? args.pages[block + 1] : args.nextPage;
        const ptrdiff_t ahead = next ? next - page : 0;
        const int end = args.tokenEnd - first < kBlockTokens ? args.tokenEnd - first : kBlockTokens;
        for (int row = 0; row < args.rows; ++row) {
            const int visible = args.visible[row] - first;
            tile.count[row] = visible < 0 ? 0 : visible < end ? visible : end;
            if (args.hidden) {
                const int skip = args.hidden[row] - first;
                tile.skip[row] = skip < 0 ? 0 : skip < kBlockTokens ? skip : kBlockTokens;
                if (tile.skip[row] >= tile.count[row])
                    tile.count[row] = 0;
            }
        }
        if (args.element == KvElement::Int8) {
            attendIntPage(tile, page, end, ahead);
        } else if (args.element == KvElement::F32) {
            attendFloatPage<PageF32>(tile, reinterpret_cast<const float*>(page), end, ahead);
        } else if (args.rows < kWidenRows) {
            attendFloatPage<PageF16>(tile, reinterpret_cast<const uint16_t*>(page), end, ahead);
        } else {
            widen(tile, reinterpret_cast<const uint16_t*>(page), end);
            attendFloatPage<PageF32>(tile, tile.pageK, end, 0);
        }
    }
}

void foldSegment(const AttentionState& state, const AttentionState& next, int rows, int headDim)
{
    for (int row = 0; row < rows; ++row) {
        const float top = state.max[row] > next.max[row] ? state.max[row] : next.max[row];
        const F a = expOf(Simd::set1(state.max[row] - top)), b = expOf(Simd::set1(next.max[row] - top));
        float factors[2][kVectorLanes];
        Simd::store(factors[0], a);
        Simd::store(factors[1], b);
        state.max[row] = top;
        state.sum[row] = fusedMultiplyAdd(next.sum[row], factors[1][0], state.sum[row] * factors[0][0]);
        float* o = state.out + static_cast<ptrdiff_t>(row) * headDim;
        const float* o2 = next.out + static_cast<ptrdiff_t>(row) * headDim;
        forEachVector(
            headDim,
            [&](int d) { Simd::store(o + d, Simd::fma(Simd::load(o2 + d), b, Simd::mul(Simd::load(o + d), a))); },
            [&](int d, int n) {
                const F sum = Simd::fma(Simd::loadPart(o2 + d, n), b, Simd::mul(Simd::loadPart(o + d, n), a));
                Simd::storePart(o + d, sum, n);
            });
    }
}

void finishAttention(const AttentionState& state, int row, int headDim, float* out)
{
    const float* o = state.out + static_cast<ptrdiff_t>(row) * headDim;
    const F sum = Simd::set1(state.sum[row]);
    forEachVector(
        headDim, [&](int d) { Simd::store(out + d, Simd::div(Simd::load(o + d), sum)); },
        [&](int d, int n) { Simd::storePart(out + d, Simd::div(Simd::loadPart(o + d, n), sum), n); });
}

} // namespace

} // namespace qwill::engine::cpu

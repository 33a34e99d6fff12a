#pragma once
// The walk over panels, blocks of k and tiles of tokens that all vector ISAs share in their quantised products
// (kernel_types.h says the arithmetic, model/panel_layout.h the bytes). Only for kernels_<isa>.cpp after its
// simd_<isa>.h: no STL, everything local to the including file. Any thread.
//
// A *tile* is one block of k of one panel (64 rows) times a few tokens; the ISA's Format classes compute it:
//   kCols, kBytes        of a block;   kTokenTile: the most tokens of a tile
//   Scales, decodeScales(block, scales, fetch)   the block's scales as the tiles want them, decoded once for all tiles;
//                                          calls fetch() as often as kFetchesWithScales says
//   kNear: see Ahead;   kTwin: one token is computed as two equal ones;   kNarrow, narrow(q, cols): see Narrow
//   tile<T>(block, scales, acts, ahead, acc)   acc[t][64] += the block's product for T tokens
// The float sums of the tokens live in an array in L1/L2 between the blocks, so that a block's weights are read from L1
// by all tiles of the token block, and the activations of the token block stay in L2 while the panels pass by. With few
// tokens the same loops are the GEMV: one front-to-back stream per panel.

#include "cpu/kernel_types.h"

#if defined(__clang__)
#define QWILL_UNROLL _Pragma("unroll")
#else
#define QWILL_UNROLL _Pragma("GCC unroll 16")
#endif

namespace qwill::engine::cpu {

namespace {

constexpr int kMaxTokenBlock = 192; // float sums of a token block: 48 KiB
constexpr int kMinTokenBlock = 12; // whole tiles of 4 and of 6
constexpr int kTokenBlockBytes = 640 * 1024; // of activations: most of a 1 MiB L2
constexpr int kPrefetch = 2048; // bytes ahead in a panel's stream
constexpr int kFewTokens = 2; // one tile, all rows of a panel at once
constexpr int kVector = 64; // bytes of 16 rows × 4 k (bytes) or 8 k (nibbles)

template <class Format>
QWILL_INLINE int tilesOf(int tokens)
{
    return (tokens + Format::kTokenTile - 1) / Format::kTokenTile;
}

// The activations of a tile's tokens from the first k of the block on.
struct TileActs {
    const int8_t* q;
    const float* scales;
    const int32_t* sums;
    ptrdiff_t cols; // from one token to the next: cols in q, cols / 128 in scales, cols / 32 in sums
    bool narrow; // see Narrow

    QWILL_INLINE const int8_t* token(int t) const { return q + t * cols; }
    QWILL_INLINE float scale(int t, int half) const { return scales[t * (cols >> 7) + half]; }
    QWILL_INLINE const int32_t* tokenSums(int t) const { return sums + t * (cols >> 5); }
};
static_assert(kActGroup == 1 << 7 && kActSumGroup == 1 << 5);

// Which tiles of a token block may keep their group sums in 16 bits, because the format's `narrow(q, cols)` says so of
// every token's activations: nearly always. Looked up once for all panels. The sums are exact either way.
template <class Format>
struct Narrow {
    bool tile[kMaxTokenBlock / 4];

    QWILL_INLINE void look(const QuantActs& acts, int begin, int count)
    {
        if constexpr (Format::kNarrow) {
            const int tiles = tilesOf<Format>(count);
            for (int t = 0; t < tiles; ++t) {
                tile[t] = true;
                for (int token = begin + count * t / tiles; token < begin + count * (t + 1) / tiles; ++token)
                    tile[t] = tile[t] && Format::narrow(acts.q + ptrdiff_t{token} * acts.colsPadded, acts.colsPadded);
            }
        }
    }
    QWILL_INLINE bool operator()(int t) const { return Format::kNarrow && tile[t]; }
};

// For the probe, which reads one stream and nothing else.
QWILL_INLINE void prefetchAhead(const uint8_t* p)
{
    __builtin_prefetch(p + kPrefetch);
}

// What the tiles of a block fetch meanwhile: the next one, each tile its share, so that memory is read all the
// time and not only while the first tile waits for it. next() is called once for each line that a tile reads. Evenly,
// because a burst of prefetches is partly dropped: with few tokens decodeScales() takes its part, too.
//
// Into the second level where unpacking leaves time between the lines, into the first where it does not (measured a
// core of Zen 4, one tile: W4K 18 against 21 GB/s, W8 28 against 21).
template <bool Near>
struct Ahead {
    const uint8_t* at;
    ptrdiff_t step;

    QWILL_INLINE void next()
    {
        __builtin_prefetch(at, 0, Near ? 3 : 2);
        at += step;
    }
};
constexpr int kMostFetchingTiles = 16; // shares of 4 bytes a line

// For tile `tile` of `tiles`; the quants to fetch begin at `quants`.
template <bool Near>
QWILL_INLINE Ahead<Near> aheadOf(const uint8_t* quants, int quantBytes, int tile, int tiles)
{
    const int parts = tiles < kMostFetchingTiles ? tiles : kMostFetchingTiles;
    if (tile >= parts)
        return {quants, 0};
    return {quants + quantBytes / parts * tile, kVector / parts};
}

// The next block's activations of a tile's tokens: their stride hides them from the hardware's prefetchers.
QWILL_INLINE void prefetchActs(const TileActs& acts, int tokens, int blockCols)
{
    for (int t = 0; t < tokens; ++t)
        for (int k = 0; k < blockCols; k += 64)
            __builtin_prefetch(acts.token(t) + blockCols + k, 0, 2); // into L2
}

template <class Format, int T = Format::kTokenTile>
QWILL_INLINE void anyTile(int tokens, const uint8_t* block, const typename Format::Scales& scales, const TileActs& acts,
                          Ahead<Format::kNear> ahead, float* acc)
{
    if constexpr (T == 1) {
        Format::template tile<1>(block, scales, acts, ahead, acc);
    } else {
        if (tokens == T)
            Format::template tile<T>(block, scales, acts, ahead, acc);
        else
            anyTile<Format, T - 1>(tokens, block, scales, acts, ahead, acc);
    }
}

inline void storeSums(const QuantMatmul& args, int panel, int tokenBegin, int tokenCount, const float* acc)
{
    const int left = args.weights.rows - panel * kPanelRows, rows = left < kPanelRows ? left : kPanelRows;
    for (int t = 0; t < tokenCount; ++t) {
        float* out = args.out + (tokenBegin + t) * args.outStride + static_cast<ptrdiff_t>(panel) * kPanelRows;
        const float* sums = acc + t * kPanelRows;
        for (int r = 0; r < rows; r += Simd::kLanes) {
            const int n = rows - r < Simd::kLanes ? rows - r : Simd::kLanes;
            Simd::F v = Simd::load(sums + r);
            if (args.store == Store::Add)
                v = Simd::add(Simd::loadPart(out + r, n), v);
            Simd::storePart(out + r, v, n);
        }
    }
}

// One panel for the tokens of one token block.
template <class Format>
void panelProduct(const QuantMatmul& args, int panel, int tokenBegin, int tokenCount, const Narrow<Format>& narrow,
                  float* acc)
{
    const int blocks = (args.weights.cols + Format::kCols - 1) / Format::kCols;
    const auto* block = reinterpret_cast<const uint8_t*>(args.weights.data)
        + static_cast<size_t>(panel) * static_cast<size_t>(blocks) * Format::kBytes;
    const ptrdiff_t cols = args.acts.colsPadded;
    const int tiles = tilesOf<Format>(tokenCount);
    const bool few = tokenCount <= kFewTokens;
    for (int i = 0; i < tokenCount * kPanelRows; i += Simd::kLanes)
        Simd::store(acc + i, Simd::zero());
    typename Format::Scales scales;
    for (int b = 0; b < blocks; ++b, block += Format::kBytes) {
        using Fetch = Ahead<Format::kNear>;
        const uint8_t* further = block + Format::kBytes;
        const ptrdiff_t k = static_cast<ptrdiff_t>(b) * Format::kCols;
        if (few) {
            constexpr size_t kFetches = (Format::kBytes - Format::kScaleBytes) / kVector + Format::kFetchesWithScales;
            constexpr size_t kStep = (Format::kBytes + kFetches - 1) / kFetches;
            static_assert(kStep <= kVector); // or lines would be left out
            Fetch ahead{further, kStep};
            Format::decodeScales(block, scales, [&] { ahead.next(); });
            const ptrdiff_t at = tokenBegin * cols + k;
            const TileActs acts{args.acts.q + at, args.acts.scales + at / kActGroup, args.acts.sums + at / kActSumGroup,
                                tokenCount == 1 ? 0 : cols, false};
            anyTile<Format, kFewTokens>(tokenCount == 1 && Format::kTwin ? 2 : tokenCount, block, scales, acts, ahead,
                                        acc);
            continue;
        }
        Format::decodeScales(block, scales, [] {});
        for (size_t line = 0; line < Format::kScaleBytes; line += kVector)
            __builtin_prefetch(further + line, 0, 2);
        for (int tile = 0; tile < tiles; ++tile) { // of nearly equal size: small ones lose most
            const int begin = tokenCount * tile / tiles, end = tokenCount * (tile + 1) / tiles;
            const ptrdiff_t at = (tokenBegin + begin) * cols + k;
            const TileActs acts{args.acts.q + at, args.acts.scales + at / kActGroup, args.acts.sums + at / kActSumGroup,
                                cols, narrow(tile)};
            if (tiles > 1)
                prefetchActs(acts, end - begin, Format::kCols);
            const Fetch ahead = aheadOf<Format::kNear>(further + Format::kScaleBytes,
                                                       Format::kBytes - Format::kScaleBytes, tile, tiles);
            anyTile<Format>(end - begin, block, scales, acts, ahead, acc + begin * kPanelRows);
        }
    }
    storeSums(args, panel, tokenBegin, tokenCount, acc);
}

template <class Format>
void allPanels(const QuantMatmul& args)
{
    alignas(64) float acc[kMaxTokenBlock * kPanelRows];
    int tokenBlock = kTokenBlockBytes / args.acts.colsPadded / kMinTokenBlock * kMinTokenBlock;
    tokenBlock = tokenBlock < kMinTokenBlock ? kMinTokenBlock : tokenBlock;
    tokenBlock = tokenBlock > kMaxTokenBlock ? kMaxTokenBlock : tokenBlock;
    for (int begin = args.tokenBegin; begin < args.tokenEnd; begin += tokenBlock) {
        const int left = args.tokenEnd - begin, count = left < tokenBlock ? left : tokenBlock;
        Narrow<Format> narrow;
        if (count > kFewTokens)
            narrow.look(args.acts, begin, count);
        for (int panel = args.panelBegin; panel < args.panelEnd; ++panel)
            panelProduct<Format>(args, panel, begin, count, narrow, acc);
    }
}

} // namespace

} // namespace qwill::engine::cpu

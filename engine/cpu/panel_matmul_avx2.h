#pragma once
// Quantised products on the panels (model/panel_layout.h) for AVX2, by the arithmetic of kernel_types.h. Only for
// kernels_avx2.cpp: no STL, everything local to the including file. Any thread.
//
// A half of a weight vector, 8 rows × 4 k, and a broadcast of 4 activations go into vpmaddubsw, which multiplies
// unsigned by signed bytes and adds pairs into int16. Nibbles: 8 of those fit (8 · 2 · 15 · 127 < 2^15), so a group of
// 32 k adds up in int16 and meets its multiplier in one vpmaddwd. Bytes: |w| · (x with the sign of w), 2 · 128 · 127 <
// 2^15, widened at once.

#include "cpu/simd_avx2.h"
#include "cpu/wide_avx2.h"

#include "cpu/coded_matmul_impl.h"
#include "cpu/panel_matmul_impl.h"

namespace qwill::engine::cpu {

namespace {

// Vectors of 8 rows that a tile of T tokens takes at once: as many as the registers hold, so that a single token reads
// the panel front to back; at least the 2 of one 64-byte weight vector.
template <int T>
constexpr int kRowVectors = T == 1 ? 8
    : T == 2                       ? 4
                                   : 2;

QWILL_INLINE __m256i broadcast4(const void* p)
{
    int32_t four;
    __builtin_memcpy(&four, p, 4);
    return _mm256_set1_epi32(four);
}

QWILL_INLINE __m256i loadVector(const void* p)
{
    return _mm256_load_si256(static_cast<const __m256i*>(p));
}

// The steps below are asm because g++ reorders chains of integer additions and then spills the products it keeps for
// later (measured 1374 instead of 1026 cycles for W4G g128, 4 tokens × one block).

// pairs (16 × i16) += w (16 × 2 × u8) · x (2 × i8), w of 4 bits
QWILL_INLINE void nibbleStep(__m256i& pairs, __m256i w, __m256i x)
{
    __m256i product;
    __asm__("vpmaddubsw %3, %2, %1\n\tvpaddw %1, %0, %0" : "+x"(pairs), "=&x"(product) : "x"(w), "x"(x));
}

// dot (8 × i32) += w (8 × 4 × i8) · x (4 × i8), with the magnitude of w given too; x ≥ −127
QWILL_INLINE void byteStep(__m256i& dot, __m256i w, __m256i magnitude, __m256i x, __m256i ones)
{
    __m256i product;
    __asm__("vpsignb %2, %4, %1\n\tvpmaddubsw %1, %3, %1\n\tvpmaddwd %5, %1, %1\n\tvpaddd %1, %0, %0"
            : "+x"(dot), "=&x"(product)
            : "x"(w), "x"(magnitude), "x"(x), "x"(ones));
}

// The scales of one block of a panel as the tiles want them.
struct alignas(64) BlockScales {
    float scale[4][kPanelRows]; // per group; W4K: d in [0]
    float min[4][kPanelRows]; // W4G per group; W4K: dmin in [0]
    int16_t sc[8][kPanelRows][2]; // W4K: the same twice, for vpmaddwd
    int16_t m[4][kPanelRows][2]; // W4K: the two groups of a pair side by side
};

QWILL_INLINE void decodeHalves(const uint8_t* p, float* out)
{
    for (int r = 0; r < kPanelRows; r += 8)
        _mm256_store_ps(out + r, Simd::fromF16(Simd::load16(p + 2 * r)));
}

// −zero · scale, exact: 8 and 11 bits.
QWILL_INLINE void decodeZeros(const uint8_t* zeros, const float* scale, float* out)
{
    for (int r = 0; r < kPanelRows; r += 8) {
        const __m256i zero = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(zeros + r)));
        const __m256 less = _mm256_cvtepi32_ps(_mm256_sub_epi32(_mm256_setzero_si256(), zero));
        _mm256_store_ps(out + r, _mm256_mul_ps(less, _mm256_load_ps(scale + r)));
    }
}

// The sum of the activations of `subgroups` · 32 k as float, in every lane.
QWILL_INLINE __m256 actSum(const int32_t* sums, int subgroups)
{
    int32_t total = 0;
    for (int i = 0; i < subgroups; ++i)
        total += sums[i];
    return _mm256_set1_ps(static_cast<float>(total));
}

template <int T, int R>
QWILL_INLINE void clear(__m256i (&v)[T][R])
{
    QWILL_UNROLL
    for (int t = 0; t < T; ++t) {
        QWILL_UNROLL
        for (int r = 0; r < R; ++r)
            v[t][r] = _mm256_setzero_si256();
    }
}

// The r-th vector of 8 rows where `w` points at the first.
QWILL_INLINE const uint8_t* rowVector(const uint8_t* w, int r)
{
    return w + 32 * r;
}

// acc += scale · a · dot for one token and 8 · R rows.
template <int R>
QWILL_INLINE void foldDot(float* acc, const float* scale, __m256 a, const __m256i (&dot)[R])
{
    QWILL_UNROLL
    for (int r = 0; r < R; ++r) {
        const __m256 factor = _mm256_mul_ps(_mm256_load_ps(scale + 8 * r), a);
        _mm256_store_ps(acc + 8 * r, _mm256_fmadd_ps(factor, _mm256_cvtepi32_ps(dot[r]), _mm256_load_ps(acc + 8 * r)));
    }
}

// --- W8 --------------------------------------------------------------------------------------------------------------

template <int GroupSize>
struct W8 {
    using Scales = BlockScales;
    static constexpr MatrixFormat kFormat = MatrixFormat::W8;
    static constexpr int kCols = blockCols(kFormat), kGroups = 128 / GroupSize;
    static constexpr size_t kScaleBytes = blockScaleBytes(kFormat, GroupSize);
    static constexpr size_t kBytes = blockBytes(kFormat, GroupSize);
    static constexpr int kTokenTile = 4;
    static constexpr bool kNear = true, kTwin = false, kNarrow = false;
    static constexpr int kFetchesWithScales = static_cast<int>(kScaleBytes) / kVector;

    template <class Fetch>
    static QWILL_INLINE void decodeScales(const uint8_t* block, BlockScales& out, Fetch fetch)
    {
        for (int g = 0; g < kGroups; ++g) {
            decodeHalves(block + g * 128, out.scale[g]);
            fetch();
            fetch();
        }
    }

    template <int T, int R, class Fetch>
    static QWILL_INLINE void rows(int row, const uint8_t* block, const BlockScales& scales, const TileActs& acts,
                                  Fetch& ahead, float* acc)
    {
        const uint8_t* w = block + kScaleBytes + row / 16 * kVector;
        const int8_t* x = acts.q;
        const __m256i ones = _mm256_set1_epi16(1), zeroPoint = _mm256_set1_epi8(-128);
        for (int g = 0; g < kGroups; ++g) {
            __m256i dot[T][R];
            clear(dot);
            for (int k = 0; k < GroupSize; k += 4, w += 4 * kVector, x += 4) {
                QWILL_UNROLL
                for (int r = 0; r < R; r += 2)
                    ahead.next();
                __m256i weight[R], magnitude[R];
                QWILL_UNROLL
                for (int r = 0; r < R; ++r) {
                    weight[r] = _mm256_xor_si256(loadVector(rowVector(w, r)), zeroPoint);
                    magnitude[r] = _mm256_abs_epi8(weight[r]);
                }
                QWILL_UNROLL
                for (int t = 0; t < T; ++t) {
                    const __m256i four = broadcast4(x + t * acts.cols);
                    QWILL_UNROLL
                    for (int r = 0; r < R; ++r)
                        byteStep(dot[t][r], weight[r], magnitude[r], four, ones);
                }
            }
            QWILL_UNROLL
            for (int t = 0; t < T; ++t)
                foldDot(acc + t * kPanelRows + row, scales.scale[g] + row, _mm256_set1_ps(acts.scale(t, 0)), dot[t]);
        }
    }

    template <int T>
    static __attribute__((noinline)) void tile(const uint8_t* block, const BlockScales& scales, const TileActs& acts,
                                               Ahead<kNear> ahead, float* acc)
    {
        for (int row = 0; row < kPanelRows; row += 8 * kRowVectors<T>)
            rows<T, kRowVectors<T>>(row, block, scales, acts, ahead, acc);
    }
};

// --- nibbles ---------------------------------------------------------------------------------------------------------

// sum += multiplier · (products of one group of 32 k), multipliers being pairs of equal int16 per row.
template <int T, int R, class Fetch>
QWILL_INLINE void addNibbleGroup(__m256i (&sum)[T][R], const uint8_t* w, const int8_t* x, ptrdiff_t stride,
                                 const __m256i (&multiplier)[R], Fetch& ahead)
{
    __m256i pairs[T][R];
    clear(pairs);
    const __m256i low = _mm256_set1_epi8(15);
    QWILL_UNROLL
    for (int k = 0; k < 32; k += 8) {
        const uint8_t* vector = w + k / 8 * 4 * kVector;
        QWILL_UNROLL
        for (int r = 0; r < R; r += 2)
            ahead.next();
        QWILL_UNROLL
        for (int part = 0; part < 2; ++part) { // low nibbles: the first 4 k, high nibbles: the other 4
            __m256i weight[R];
            QWILL_UNROLL
            for (int r = 0; r < R; ++r) {
                const __m256i both = loadVector(rowVector(vector, r));
                weight[r] = _mm256_and_si256(part == 0 ? both : _mm256_srli_epi16(both, 4), low);
            }
            QWILL_UNROLL
            for (int t = 0; t < T; ++t) {
                const __m256i four = broadcast4(x + t * stride + k + 4 * part);
                QWILL_UNROLL
                for (int r = 0; r < R; ++r)
                    nibbleStep(pairs[t][r], weight[r], four);
            }
        }
    }
    QWILL_UNROLL
    for (int t = 0; t < T; ++t) {
        QWILL_UNROLL
        for (int r = 0; r < R; ++r)
            sum[t][r] = _mm256_add_epi32(sum[t][r], _mm256_madd_epi16(pairs[t][r], multiplier[r]));
    }
}

// --- W4G -------------------------------------------------------------------------------------------------------------

// With zero points (W4Z) the minima are found from them.
template <int GroupSize, MatrixFormat Form = MatrixFormat::W4G>
struct W4G {
    using Scales = BlockScales;
    static constexpr MatrixFormat kFormat = Form;
    static constexpr int kCols = blockCols(kFormat), kGroups = 128 / GroupSize, kSubgroups = GroupSize / 32;
    static constexpr size_t kScaleBytes = blockScaleBytes(kFormat, GroupSize);
    static constexpr size_t kBytes = blockBytes(kFormat, GroupSize);
    static constexpr int kTokenTile = 4;
    static constexpr bool kNear = true, kTwin = false, kNarrow = false;
    static constexpr int kFetchesWithScales = static_cast<int>(kScaleBytes) / kVector;

    template <class Fetch>
    static QWILL_INLINE void decodeScales(const uint8_t* block, BlockScales& out, Fetch fetch)
    {
        for (int g = 0; g < kGroups; ++g) {
            constexpr int kGroupBytes = static_cast<int>(kScaleBytes) / kGroups;
            for (int line = 0; line < kGroupBytes / kVector; ++line)
                fetch();
            decodeHalves(block + g * kGroupBytes, out.scale[g]);
            if constexpr (Form == MatrixFormat::W4Z)
                decodeZeros(block + g * kGroupBytes + 128, out.scale[g], out.min[g]);
            else
                decodeHalves(block + g * kGroupBytes + 128, out.min[g]);
        }
    }

    template <int T, int R, class Fetch>
    static QWILL_INLINE void rows(int row, const uint8_t* block, const BlockScales& scales, const TileActs& acts,
                                  Fetch& ahead, float* acc)
    {
        const uint8_t* w = block + kScaleBytes + row / 16 * kVector;
        __m256i ones[R];
        QWILL_UNROLL
        for (int r = 0; r < R; ++r)
            ones[r] = _mm256_set1_epi16(1);
        for (int g = 0; g < kGroups; ++g) {
            __m256i dot[T][R];
            clear(dot);
            for (int s = g * kSubgroups; s < (g + 1) * kSubgroups; ++s)
                addNibbleGroup<T, R>(dot, w + s * 16 * kVector, acts.q + s * 32, acts.cols, ones, ahead);
            QWILL_UNROLL
            for (int t = 0; t < T; ++t) {
                float* out = acc + t * kPanelRows + row;
                const __m256 a = _mm256_set1_ps(acts.scale(t, 0));
                const __m256 sum = actSum(acts.tokenSums(t) + g * kSubgroups, kSubgroups);
                foldDot(out, scales.scale[g] + row, a, dot[t]);
                QWILL_UNROLL
                for (int r = 0; r < 8 * R; r += 8) {
                    const __m256 min = _mm256_mul_ps(_mm256_load_ps(scales.min[g] + row + r), a);
                    _mm256_store_ps(out + r, _mm256_fmadd_ps(min, sum, _mm256_load_ps(out + r)));
                }
            }
        }
    }

    template <int T>
    static __attribute__((noinline)) void tile(const uint8_t* block, const BlockScales& scales, const TileActs& acts,
                                               Ahead<kNear> ahead, float* acc)
    {
        for (int row = 0; row < kPanelRows; row += 8 * kRowVectors<T>)
            rows<T, kRowVectors<T>>(row, block, scales, acts, ahead, acc);
    }
};

// --- W4K -------------------------------------------------------------------------------------------------------------

struct W4K {
    using Scales = BlockScales;
    static constexpr MatrixFormat kFormat = MatrixFormat::W4K;
    static constexpr int kCols = blockCols(kFormat), kGroup = 32;
    static constexpr size_t kScaleBytes = blockScaleBytes(kFormat, kGroup);
    static constexpr size_t kBytes = blockBytes(kFormat, kGroup);
    static constexpr int kTokenTile = 4;
    static constexpr bool kNear = false, kTwin = false, kNarrow = false;
    static constexpr int kFetchesWithScales = 32;

    static QWILL_INLINE __m256i widen(const uint8_t* p)
    {
        return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
    }
    static QWILL_INLINE __m256i pair(__m256i first, __m256i second)
    {
        return _mm256_or_si256(first, _mm256_slli_epi32(second, 16));
    }
    // 6 bits from 4 low and 2 high ones.
    static QWILL_INLINE __m256i join(__m256i four, __m256i two)
    {
        return _mm256_or_si256(_mm256_and_si256(four, _mm256_set1_epi32(15)),
                               _mm256_slli_epi32(_mm256_and_si256(two, _mm256_set1_epi32(3)), 4));
    }
    static QWILL_INLINE void store(int16_t (&to)[2], __m256i v)
    {
        _mm256_store_si256(reinterpret_cast<__m256i*>(to), v);
    }

    template <class Fetch>
    static QWILL_INLINE void decodeScales(const uint8_t* block, BlockScales& out, Fetch fetch)
    {
        decodeHalves(block, out.scale[0]);
        decodeHalves(block + 128, out.min[0]);
        const uint8_t *lo = block + 256, *hi = lo + 8 * kPanelRows;
        for (int p = 0; p < 4; ++p)
            for (int r = 0; r < kPanelRows; r += 8) {
                const __m256i lo0 = widen(lo + 2 * p * kPanelRows + r), lo1 = widen(lo + (2 * p + 1) * kPanelRows + r);
                const __m256i high = widen(hi + p * kPanelRows + r);
                const __m256i sc0 = join(lo0, high), sc1 = join(lo1, _mm256_srli_epi32(high, 4));
                fetch();
                store(out.sc[2 * p][r], pair(sc0, sc0));
                store(out.sc[2 * p + 1][r], pair(sc1, sc1));
                store(out.m[p][r],
                      pair(join(_mm256_srli_epi32(lo0, 4), _mm256_srli_epi32(high, 2)),
                           join(_mm256_srli_epi32(lo1, 4), _mm256_srli_epi32(high, 6))));
            }
    }

    // Group sums are scaled as integers, so that the floats fold only every 128 k.
    template <int T, int R, class Fetch>
    static QWILL_INLINE void rows(int row, const uint8_t* block, const BlockScales& scales, const TileActs& acts,
                                  Fetch& ahead, float* acc)
    {
        const uint8_t* w = block + kScaleBytes + row / 16 * kVector;
        for (int half = 0; half < 2; ++half) {
            __m256i isum[T][R];
            clear(isum);
            for (int g = 4 * half; g < 4 * half + 4; ++g) {
                __m256i sc[R];
                QWILL_UNROLL
                for (int r = 0; r < R; ++r)
                    sc[r] = loadVector(scales.sc[g][row + 8 * r]);
                addNibbleGroup<T, R>(isum, w + g * 16 * kVector, acts.q + g * kGroup, acts.cols, sc, ahead);
            }
            QWILL_UNROLL
            for (int t = 0; t < T; ++t) {
                float* out = acc + t * kPanelRows + row;
                const __m256 a = _mm256_set1_ps(acts.scale(t, half));
                foldDot(out, scales.scale[0] + row, a, isum[t]);
                const int32_t* sums = acts.tokenSums(t) + 4 * half;
                const __m128i sums16 = _mm_packs_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(sums)),
                                                       _mm_setzero_si128()); // |sum| ≤ 32 · 127 fits
                const __m256i pair0 = _mm256_broadcastd_epi32(sums16);
                const __m256i pair1 = _mm256_broadcastd_epi32(_mm_shuffle_epi32(sums16, 1));
                QWILL_UNROLL
                for (int r = 0; r < 8 * R; r += 8) {
                    const __m256i msum =
                        _mm256_add_epi32(_mm256_madd_epi16(loadVector(scales.m[2 * half][row + r]), pair0),
                                         _mm256_madd_epi16(loadVector(scales.m[2 * half + 1][row + r]), pair1));
                    const __m256 dmin = _mm256_mul_ps(_mm256_load_ps(scales.min[0] + row + r), a);
                    _mm256_store_ps(out + r, _mm256_fnmadd_ps(dmin, _mm256_cvtepi32_ps(msum), _mm256_load_ps(out + r)));
                }
            }
        }
    }

    template <int T>
    static __attribute__((noinline)) void tile(const uint8_t* block, const BlockScales& scales, const TileActs& acts,
                                               Ahead<kNear> ahead, float* acc)
    {
        for (int row = 0; row < kPanelRows; row += 8 * kRowVectors<T>)
            rows<T, kRowVectors<T>>(row, block, scales, acts, ahead, acc);
    }
};

// --- all of them -----------------------------------------------------------------------------------------------------

inline void matmulQuant(const QuantMatmul& args)
{
    const int group = args.weights.groupSize;
    switch (args.weights.format) {
    case MatrixFormat::W8: return group == 32 ? allPanels<W8<32>>(args) : allPanels<W8<128>>(args);
    case MatrixFormat::W4K: return allPanels<W4K>(args);
    case MatrixFormat::W4G:
        return group == 32 ? allPanels<W4G<32>>(args)
            : group == 64  ? allPanels<W4G<64>>(args)
                           : allPanels<W4G<128>>(args);
    case MatrixFormat::W4Z:
        return group == 32 ? allPanels<W4G<32, MatrixFormat::W4Z>>(args)
            : group == 64  ? allPanels<W4G<64, MatrixFormat::W4Z>>(args)
                           : allPanels<W4G<128, MatrixFormat::W4Z>>(args);
    default: return codedPanels(args);
    }
}

} // namespace

} // namespace qwill::engine::cpu

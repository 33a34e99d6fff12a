#pragma once
// Quantised products on the panels (model/panel_layout.h) for AVX-VNNI, by the arithmetic of kernel_types.h. Only for
// kernels_avxvnni*.cpp: no STL, everything local to the including file. Any thread.
//
// vpdpbusd as in panel_matmul_avx512vnni.h, on 8 rows × 4 k and 16 registers. A tile of 4 tokens × 24 rows keeps 12
// accumulators, more than the 10 that two products a cycle of latency 5 need, three vectors of weights and a broadcast.
// A panel is two of them and one of 16 rows. Measured (Zen 4, by the other encoding) 0.132–0.135 TMAC/s for nibbles
// where 6 tokens × 16 rows gave 0.124–0.129, for they broadcast more; the same for bytes.

#include "cpu/dot_avxvnni.h"
#include "cpu/wide_avxvnni.h"

#include "cpu/coded_matmul_impl.h"
#include "cpu/panel_matmul_impl.h"

namespace qwill::engine::cpu {

namespace {

// Vectors of 8 rows that a tile of T tokens takes at once: as many as the registers hold. A single token reads the
// panel front to back.
template <int T>
constexpr int kRowVectors = T == 1 ? 8
    : T <= 3                       ? 4
                                   : 3;

// Calls body<R>(row) for all rows of a panel, in pieces of R ≤ Most vectors.
template <int Most, int Row = 0, class Body>
QWILL_INLINE void forRows(const Body& body)
{
    if constexpr (Row < kPanelRows) {
        constexpr int kLeft = (kPanelRows - Row) / 8, kNow = kLeft < Most ? kLeft : Most;
        body.template operator()<kNow>(Row);
        forRows<Most, Row + 8 * kNow>(body);
    }
}

// Calls next() for each 64-byte line of weights that begins in R vectors from `row` on.
template <int R, class Fetch>
QWILL_INLINE void fetchLines(int row, Fetch& ahead)
{
    QWILL_UNROLL
    for (int r = 0; r < R; ++r)
        if ((row + 8 * r) % 16 == 0)
            ahead.next();
}

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

// Keeps a vector in its register: g++ would rather load it again for every use and saturate the load ports.
QWILL_INLINE void hold(__m256i& v)
{
    __asm__("" : "+x"(v));
}

// The scales of one block of a panel as the tiles want them.
struct alignas(64) BlockScales {
    float scale[4][kPanelRows]; // per group; W4K: d in [0]
    float min[4][kPanelRows]; // W4G per group; W4K: dmin in [0]
    float sc[8][kPanelRows]; // W4K
    int16_t m[4][kPanelRows][2]; // W4K: the two groups of a pair side by side, for vpdpwssd
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

// The sum of the activations of `subgroups` · 32 k, in every lane.
template <int Subgroups>
QWILL_INLINE __m256i actSum(const int32_t* sums)
{
    __m256i total = broadcast4(sums); // vector adds: those of scalars would wait on the way to the registers
    QWILL_UNROLL
    for (int i = 1; i < Subgroups; ++i)
        total = _mm256_add_epi32(total, broadcast4(sums + i));
    return total;
}

template <int T, int R>
QWILL_INLINE void fill(__m256i (&dot)[T][R], int t, __m256i v)
{
    QWILL_UNROLL
    for (int r = 0; r < R; ++r)
        dot[t][r] = v;
}

template <int T, int R>
QWILL_INLINE void clear(__m256i (&dot)[T][R])
{
    QWILL_UNROLL
    for (int t = 0; t < T; ++t)
        fill(dot, t, _mm256_setzero_si256());
}

// --- W8 --------------------------------------------------------------------------------------------------------------

template <int GroupSize>
struct W8 {
    using Scales = BlockScales;
    static constexpr MatrixFormat kFormat = MatrixFormat::W8;
    static constexpr int kCols = blockCols(kFormat), kGroups = 128 / GroupSize, kSubgroups = GroupSize / kActSumGroup;
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

    // R vectors of 8 rows from `row` on. The zero point is free: the accumulators start at −128 · Σ activations.
    template <int T, int R, class Fetch>
    static QWILL_INLINE void rows(int row, const uint8_t* block, const BlockScales& scales, const TileActs& acts,
                                  Fetch& ahead, float* acc)
    {
        const uint8_t* w = block + kScaleBytes + row * 4;
        const int8_t* x0 = acts.q;
        const ptrdiff_t stride = acts.cols;
        for (int g = 0; g < kGroups; ++g) {
            __m256i dot[T][R];
            QWILL_UNROLL
            for (int t = 0; t < T; ++t) {
                const __m256i sum = actSum<kSubgroups>(acts.tokenSums(t) + g * kSubgroups);
                fill(dot, t, _mm256_slli_epi32(_mm256_sub_epi32(_mm256_setzero_si256(), sum), 7));
            }
            for (int k = 0; k < GroupSize; k += 4, w += 4 * kVector, x0 += 4) {
                fetchLines<R>(row, ahead);
                if constexpr (T <= 3) { // few tokens: a vector of weights at a time
                    QWILL_UNROLL
                    for (int r = 0; r < R; ++r) {
                        const __m256i weight = loadVector(w + 32 * r);
                        QWILL_UNROLL
                        for (int t = 0; t < T; ++t)
                            dotStep(dot[t][r], weight, broadcast4(x0 + t * stride));
                    }
                } else {
                    __m256i weight[R];
                    QWILL_UNROLL
                    for (int r = 0; r < R; ++r) {
                        weight[r] = loadVector(w + 32 * r);
                        hold(weight[r]);
                    }
                    QWILL_UNROLL
                    for (int t = 0; t < T; ++t) {
                        const __m256i x = broadcast4(x0 + t * stride);
                        QWILL_UNROLL
                        for (int r = 0; r < R; ++r)
                            dotStep(dot[t][r], weight[r], x);
                    }
                }
            }
            QWILL_UNROLL
            for (int t = 0; t < T; ++t) {
                const __m256 a = _mm256_set1_ps(acts.scale(t, 0));
                QWILL_UNROLL
                for (int r = 0; r < 8 * R; r += 8) {
                    float* out = acc + t * kPanelRows + row + r;
                    const __m256 scale = _mm256_mul_ps(_mm256_load_ps(scales.scale[g] + row + r), a);
                    _mm256_store_ps(out,
                                    _mm256_fmadd_ps(scale, _mm256_cvtepi32_ps(dot[t][r / 8]), _mm256_load_ps(out)));
                }
            }
        }
    }

    template <int T>
    static __attribute__((noinline)) void tile(const uint8_t* block, const BlockScales& scales, const TileActs& acts,
                                               Ahead<kNear> ahead, float* acc)
    {
        forRows<kRowVectors<T>>([&]<int R>(int row) __attribute__((always_inline)) {
            rows<T, R>(row, block, scales, acts, ahead, acc);
        });
    }
};

// --- nibbles ---------------------------------------------------------------------------------------------------------

// dot += one group of nibble quants, 8 k at a time, for R · 8 rows from `row` on. `w` points at the first vector.
template <int T, int R, class Fetch>
QWILL_INLINE void nibbleDots(__m256i (&dot)[T][R], int row, const uint8_t* w, const int8_t* x0, ptrdiff_t stride,
                             int groupSize, Fetch& ahead)
{
    const __m256i low = _mm256_set1_epi8(15);
    for (int k = 0; k < groupSize; k += 8, w += 4 * kVector, x0 += 8) {
        fetchLines<R>(row, ahead);
        if constexpr (T <= 3) { // few tokens: a vector of weights at a time
            QWILL_UNROLL
            for (int r = 0; r < R; ++r) {
                const __m256i both = loadVector(w + 32 * r);
                const __m256i first = _mm256_and_si256(both, low);
                QWILL_UNROLL
                for (int t = 0; t < T; ++t)
                    dotStep(dot[t][r], first, broadcast4(x0 + t * stride));
                const __m256i second = _mm256_and_si256(_mm256_srli_epi16(both, 4), low);
                QWILL_UNROLL
                for (int t = 0; t < T; ++t)
                    dotStep(dot[t][r], second, broadcast4(x0 + 4 + t * stride));
            }
            continue;
        }
        __m256i weight[R];
        QWILL_UNROLL
        for (int part = 0; part < 2; ++part) { // low nibbles: the first 4 k, high nibbles: the other 4
            QWILL_UNROLL
            for (int r = 0; r < R; ++r) {
                const __m256i both = loadVector(w + 32 * r);
                weight[r] = _mm256_and_si256(part == 0 ? both : _mm256_srli_epi16(both, 4), low);
                hold(weight[r]);
            }
            QWILL_UNROLL
            for (int t = 0; t < T; ++t) {
                const __m256i x = broadcast4(x0 + t * stride + 4 * part);
                QWILL_UNROLL
                for (int r = 0; r < R; ++r)
                    dotStep(dot[t][r], weight[r], x);
            }
        }
    }
}

// --- W4G -------------------------------------------------------------------------------------------------------------

// With zero points (W4Z) the minima are found from them.
template <int GroupSize, MatrixFormat Form = MatrixFormat::W4G>
struct W4G {
    using Scales = BlockScales;
    static constexpr MatrixFormat kFormat = Form;
    static constexpr int kCols = blockCols(kFormat), kGroups = 128 / GroupSize, kSubgroups = GroupSize / kActSumGroup;
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
        const uint8_t* w = block + kScaleBytes + row * 4;
        for (int g = 0; g < kGroups; ++g) {
            __m256i dot[T][R];
            clear(dot);
            nibbleDots<T, R>(dot, row, w + g * (GroupSize / 8) * 4 * kVector, acts.q + g * GroupSize, acts.cols,
                             GroupSize, ahead);
            QWILL_UNROLL
            for (int t = 0; t < T; ++t) {
                const __m256 sum = _mm256_cvtepi32_ps(actSum<kSubgroups>(acts.tokenSums(t) + g * kSubgroups));
                const __m256 a = _mm256_set1_ps(acts.scale(t, 0));
                QWILL_UNROLL
                for (int r = 0; r < 8 * R; r += 8) {
                    float* out = acc + t * kPanelRows + row + r;
                    const __m256 scale = _mm256_mul_ps(_mm256_load_ps(scales.scale[g] + row + r), a);
                    const __m256 min = _mm256_mul_ps(_mm256_load_ps(scales.min[g] + row + r), a);
                    const __m256 v = _mm256_fmadd_ps(scale, _mm256_cvtepi32_ps(dot[t][r / 8]), _mm256_load_ps(out));
                    _mm256_store_ps(out, _mm256_fmadd_ps(min, sum, v));
                }
            }
        }
    }

    template <int T>
    static __attribute__((noinline)) void tile(const uint8_t* block, const BlockScales& scales, const TileActs& acts,
                                               Ahead<kNear> ahead, float* acc)
    {
        forRows<kRowVectors<T>>([&]<int R>(int row) __attribute__((always_inline)) {
            rows<T, R>(row, block, scales, acts, ahead, acc);
        });
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
    // 6 bits from 4 low and 2 high ones.
    static QWILL_INLINE __m256i join(__m256i four, __m256i two)
    {
        return _mm256_or_si256(_mm256_and_si256(four, _mm256_set1_epi32(15)),
                               _mm256_slli_epi32(_mm256_and_si256(two, _mm256_set1_epi32(3)), 4));
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
                fetch();
                _mm256_store_ps(out.sc[2 * p] + r, _mm256_cvtepi32_ps(join(lo0, high)));
                _mm256_store_ps(out.sc[2 * p + 1] + r, _mm256_cvtepi32_ps(join(lo1, _mm256_srli_epi32(high, 4))));
                const __m256i m0 = join(_mm256_srli_epi32(lo0, 4), _mm256_srli_epi32(high, 2));
                const __m256i m1 = join(_mm256_srli_epi32(lo1, 4), _mm256_srli_epi32(high, 6));
                _mm256_store_si256(reinterpret_cast<__m256i*>(out.m[p][r]),
                                   _mm256_or_si256(m0, _mm256_slli_epi32(m1, 16)));
            }
    }

    // R vectors of 8 rows from `row` on. The integer sum Σ sc · dot is kept in floats, exactly (it and its parts stay
    // below 4 · 63 · 32 · 15 · 127 < 2^24), and in memory: there are registers for one set of accumulators.
    template <int T, int R, class Fetch>
    static QWILL_INLINE void rows(int row, const uint8_t* block, const BlockScales& scales, const TileActs& acts,
                                  const int16_t (&sums)[T][8], Fetch& ahead, float* acc)
    {
        const uint8_t* w = block + kScaleBytes + row * 4;
        for (int half = 0; half < 2; ++half) {
            alignas(32) float isum[T][8 * R];
            __m256i part[T][R];
            for (int g = 4 * half; g < 4 * half + 4; ++g) {
                clear(part);
                nibbleDots<T, R>(part, row, w + g * (kGroup / 8) * 4 * kVector, acts.q + g * kGroup, acts.cols, kGroup,
                                 ahead);
                QWILL_UNROLL
                for (int r = 0; r < R; ++r) {
                    const __m256 sc = _mm256_load_ps(scales.sc[g] + row + 8 * r);
                    QWILL_UNROLL
                    for (int t = 0; t < T; ++t) {
                        const __m256 product = _mm256_cvtepi32_ps(part[t][r]);
                        float* sum = isum[t] + 8 * r;
                        _mm256_store_ps(sum,
                                        g == 4 * half ? _mm256_mul_ps(product, sc)
                                                      : _mm256_fmadd_ps(product, sc, _mm256_load_ps(sum)));
                    }
                }
            }
            clear(part); // now Σ m · sum
            QWILL_UNROLL
            for (int pair = 0; pair < 2; ++pair) {
                QWILL_UNROLL
                for (int t = 0; t < T; ++t) {
                    const __m256i x = broadcast4(sums[t] + 4 * half + 2 * pair);
                    QWILL_UNROLL
                    for (int r = 0; r < R; ++r)
                        dotStep16(part[t][r], loadVector(scales.m[2 * half + pair][row + 8 * r]), x);
                }
            }
            QWILL_UNROLL
            for (int t = 0; t < T; ++t) {
                const __m256 a = _mm256_set1_ps(acts.scale(t, half));
                QWILL_UNROLL
                for (int r = 0; r < R; ++r) {
                    float* out = acc + t * kPanelRows + row + 8 * r;
                    const __m256 d = _mm256_mul_ps(_mm256_load_ps(scales.scale[0] + row + 8 * r), a);
                    const __m256 dmin = _mm256_mul_ps(_mm256_load_ps(scales.min[0] + row + 8 * r), a);
                    const __m256 v = _mm256_fmadd_ps(d, _mm256_load_ps(isum[t] + 8 * r), _mm256_load_ps(out));
                    _mm256_store_ps(out, _mm256_fnmadd_ps(dmin, _mm256_cvtepi32_ps(part[t][r]), v));
                }
            }
        }
    }

    template <int T>
    static __attribute__((noinline)) void tile(const uint8_t* block, const BlockScales& scales, const TileActs& acts,
                                               Ahead<kNear> ahead, float* acc)
    {
        alignas(16) int16_t sums[T][8]; // |sum| ≤ 32 · 127 fits
        QWILL_UNROLL
        for (int t = 0; t < T; ++t) {
            const auto* wide = reinterpret_cast<const __m128i*>(acts.tokenSums(t));
            _mm_store_si128(reinterpret_cast<__m128i*>(sums[t]),
                            _mm_packs_epi32(_mm_loadu_si128(wide), _mm_loadu_si128(wide + 1)));
        }
        forRows<kRowVectors<T>>([&]<int R>(int row) __attribute__((always_inline)) {
            rows<T, R>(row, block, scales, acts, sums, ahead, acc);
        });
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

#pragma once
// Quantised products on the panels (model/panel_layout.h) for AVX-512 VNNI, by the arithmetic of kernel_types.h. Only
// for kernels_avx512vnni.cpp: no STL, everything local to the including file. Any thread.
//
// A weight vector, 16 rows × 4 k, and a broadcast of 4 activations go into vpdpbusd, which sums 4 k for 16 rows at
// once. It is asm because g++ spills accumulators inside these loops when it may choose the form itself (measured
// 0.35–0.44 instead of 0.82 TMAC/s on Zen 5).

#include "cpu/simd_avx512.h"
#include "cpu/wide_avx512.h"

#include "cpu/coded_matmul_impl.h"
#include "cpu/panel_matmul_impl.h"

namespace qwill::engine::cpu {

namespace {

// acc (16 × i32) += w (16 × 4 × u8) · x (4 × i8, repeated)
QWILL_INLINE void dotStep(__m512i& acc, __m512i w, __m512i x)
{
    __asm__("vpdpbusd %2, %1, %0" : "+v"(acc) : "v"(w), "v"(x));
}

// acc (16 × i32) += w (16 × 2 × i16) · x (2 × i16, repeated)
QWILL_INLINE void dotStep16(__m512i& acc, __m512i w, __m512i x)
{
    __asm__("vpdpwssd %2, %1, %0" : "+v"(acc) : "v"(w), "v"(x));
}

QWILL_INLINE __m512i broadcast4(const void* p)
{
    int32_t four;
    __builtin_memcpy(&four, p, 4);
    return _mm512_set1_epi32(four);
}

QWILL_INLINE __m512i loadVector(const void* p)
{
    return _mm512_load_si512(p);
}

// Keeps a weight vector in its register: g++ would rather load it again for every use and saturate the load ports.
QWILL_INLINE void hold(__m512i& v)
{
    __asm__("" : "+v"(v));
}

// The scales of one block of a panel as the tiles want them.
struct alignas(64) BlockScales {
    float scale[4][kPanelRows]; // per group; W4K: d in [0]
    float min[4][kPanelRows]; // W4G per group; W4K: dmin in [0]
    float sc[8][kPanelRows]; // W4K
    int16_t m[4][kPanelRows][2]; // W4K: the two groups of a pair side by side, for vpdpwssd
    int16_t scPairs[4][kPanelRows][2]; // W4K: sc in the same way
};

QWILL_INLINE void decodeHalves(const uint8_t* p, float* out)
{
    QWILL_UNROLL
    for (int r = 0; r < kPanelRows; r += 16)
        _mm512_store_ps(out + r, Simd::fromF16(_mm256_load_si256(reinterpret_cast<const __m256i*>(p + 2 * r))));
}

// −zero · scale, exact: 8 and 11 bits.
QWILL_INLINE void decodeZeros(const uint8_t* zeros, const float* scale, float* out)
{
    QWILL_UNROLL
    for (int r = 0; r < kPanelRows; r += 16) {
        const __m512i zero = _mm512_cvtepu8_epi32(_mm_load_si128(reinterpret_cast<const __m128i*>(zeros + r)));
        const __m512 less = _mm512_cvtepi32_ps(_mm512_sub_epi32(_mm512_setzero_si512(), zero));
        _mm512_store_ps(out + r, _mm512_mul_ps(less, _mm512_load_ps(scale + r)));
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
    static constexpr int kTokenTile = 6;
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

    // The zero point is free: the accumulators start at −128 · Σ activations.
    template <int T, int R>
    static QWILL_INLINE void start(__m512i (&dot)[T][R], const TileActs& acts, int group)
    {
        QWILL_UNROLL
        for (int t = 0; t < T; ++t) {
            const int32_t* sums = acts.tokenSums(t) + group * (GroupSize / kActSumGroup);
            __m512i sum = broadcast4(sums); // vector adds: those of scalars would wait on the way to the registers
            QWILL_UNROLL
            for (int i = 1; i < GroupSize / kActSumGroup; ++i)
                sum = _mm512_add_epi32(sum, broadcast4(sums + i));
            sum = _mm512_slli_epi32(_mm512_sub_epi32(_mm512_setzero_si512(), sum), 7);
            QWILL_UNROLL
            for (int r = 0; r < R; ++r)
                dot[t][r] = sum;
        }
    }

    // R row vectors from `row` on.
    template <int T, int R, class Fetch>
    static QWILL_INLINE void rows(int row, const uint8_t* block, const BlockScales& scales, const TileActs& acts,
                                  Fetch& ahead, float* acc)
    {
        const uint8_t* w = block + kScaleBytes + row / 16 * kVector;
        // Two bases make 6 tokens addressable with one stride register.
        const int8_t *x0 = acts.q, *x3 = acts.q + 3 * acts.cols;
        const ptrdiff_t stride = acts.cols;
        for (int g = 0; g < kGroups; ++g) {
            __m512i dot[T][R];
            start(dot, acts, g);
            for (int k = 0; k < GroupSize; k += 4, w += 4 * kVector, x0 += 4, x3 += 4) {
                __m512i weight[R];
                QWILL_UNROLL
                for (int r = 0; r < R; ++r) {
                    ahead.next();
                    weight[r] = loadVector(w + r * kVector);
                    hold(weight[r]);
                }
                QWILL_UNROLL
                for (int t = 0; t < T; ++t) {
                    const __m512i x = broadcast4(t < 3 ? x0 + t * stride : x3 + (t - 3) * stride);
                    QWILL_UNROLL
                    for (int r = 0; r < R; ++r)
                        dotStep(dot[t][r], weight[r], x);
                }
            }
            QWILL_UNROLL
            for (int t = 0; t < T; ++t) {
                const __m512 a = _mm512_set1_ps(acts.scale(t, 0));
                QWILL_UNROLL
                for (int r = 0; r < R; ++r) {
                    const __m512 scale = _mm512_mul_ps(_mm512_load_ps(scales.scale[g] + row + 16 * r), a);
                    float* sum = acc + t * kPanelRows + row + 16 * r;
                    _mm512_store_ps(sum, _mm512_fmadd_ps(scale, _mm512_cvtepi32_ps(dot[t][r]), _mm512_load_ps(sum)));
                }
            }
        }
    }

    template <int T>
    static __attribute__((noinline)) void tile(const uint8_t* block, const BlockScales& scales, const TileActs& acts,
                                               Ahead<kNear> ahead, float* acc)
    {
        // Short groups fold often: 24 accumulators at once would fill the scheduler and starve the dot products.
        constexpr int R = T <= 3 || GroupSize == 128 ? 4 : 2;
        for (int row = 0; row < kPanelRows; row += 16 * R)
            rows<T, R>(row, block, scales, acts, ahead, acc);
    }
};

// --- nibbles ---------------------------------------------------------------------------------------------------------

// dot += one group of nibble quants, 8 k at a time, for R · 16 rows. `w` points at the first of the R row vectors.
template <int T, int R, class Fetch>
QWILL_INLINE void nibbleDots(__m512i (&dot)[T][R], const uint8_t* w, const int8_t* x0, ptrdiff_t stride, int groupSize,
                             Fetch& ahead)
{
    const int8_t* x3 = x0 + 3 * stride;
    const __m512i low = _mm512_set1_epi8(15);
    for (int k = 0; k < groupSize; k += 8, w += 4 * kVector, x0 += 8, x3 += 8) {
        __m512i weight[R];
        QWILL_UNROLL
        for (int r = 0; r < R; ++r) {
            ahead.next();
            weight[r] = _mm512_and_si512(loadVector(w + r * kVector), low);
            hold(weight[r]);
        }
        QWILL_UNROLL
        for (int t = 0; t < T; ++t) {
            const __m512i x = broadcast4(t < 3 ? x0 + t * stride : x3 + (t - 3) * stride);
            QWILL_UNROLL
            for (int r = 0; r < R; ++r)
                dotStep(dot[t][r], weight[r], x);
        }
        QWILL_UNROLL
        for (int r = 0; r < R; ++r) {
            weight[r] = _mm512_and_si512(_mm512_srli_epi16(loadVector(w + r * kVector), 4), low);
            hold(weight[r]);
        }
        QWILL_UNROLL
        for (int t = 0; t < T; ++t) {
            const __m512i x = broadcast4(t < 3 ? x0 + 4 + t * stride : x3 + 4 + (t - 3) * stride);
            QWILL_UNROLL
            for (int r = 0; r < R; ++r)
                dotStep(dot[t][r], weight[r], x);
        }
    }
}

template <int T, int R>
QWILL_INLINE void clear(__m512i (&dot)[T][R])
{
    QWILL_UNROLL
    for (int t = 0; t < T; ++t) {
        QWILL_UNROLL
        for (int r = 0; r < R; ++r)
            dot[t][r] = _mm512_setzero_si512();
    }
}

// --- W4G -------------------------------------------------------------------------------------------------------------

// With zero points (W4Z) the minima are found from them.
template <int GroupSize, MatrixFormat Form = MatrixFormat::W4G>
struct W4G {
    using Scales = BlockScales;
    static constexpr MatrixFormat kFormat = Form;
    static constexpr int kCols = blockCols(kFormat), kGroups = 128 / GroupSize;
    static constexpr size_t kScaleBytes = blockScaleBytes(kFormat, GroupSize);
    static constexpr size_t kBytes = blockBytes(kFormat, GroupSize);
    static constexpr int kTokenTile = 6;
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

    // R row vectors from `row` on.
    template <int T, int R, class Fetch>
    static QWILL_INLINE void rows(int row, const uint8_t* block, const BlockScales& scales, const TileActs& acts,
                                  Fetch& ahead, float* acc)
    {
        const uint8_t* w = block + kScaleBytes + row / 16 * kVector;
        for (int g = 0; g < kGroups; ++g) {
            __m512i dot[T][R];
            clear(dot);
            nibbleDots<T, R>(dot, w + g * (GroupSize / 8) * 4 * kVector, acts.q + g * GroupSize, acts.cols, GroupSize,
                             ahead);
            QWILL_UNROLL
            for (int t = 0; t < T; ++t) {
                const int32_t* sums = acts.tokenSums(t) + g * (GroupSize / kActSumGroup);
                __m512i total = broadcast4(sums);
                QWILL_UNROLL
                for (int i = 1; i < GroupSize / kActSumGroup; ++i)
                    total = _mm512_add_epi32(total, broadcast4(sums + i));
                const __m512 sum = _mm512_cvtepi32_ps(total), a = _mm512_set1_ps(acts.scale(t, 0));
                QWILL_UNROLL
                for (int r = 0; r < R; ++r) {
                    float* out = acc + t * kPanelRows + row + 16 * r;
                    const __m512 scale = _mm512_mul_ps(_mm512_load_ps(scales.scale[g] + row + 16 * r), a);
                    const __m512 min = _mm512_mul_ps(_mm512_load_ps(scales.min[g] + row + 16 * r), a);
                    const __m512 v = _mm512_fmadd_ps(scale, _mm512_cvtepi32_ps(dot[t][r]), _mm512_load_ps(out));
                    _mm512_store_ps(out, _mm512_fmadd_ps(min, sum, v));
                }
            }
        }
    }

    template <int T>
    static __attribute__((noinline)) void tile(const uint8_t* block, const BlockScales& scales, const TileActs& acts,
                                               Ahead<kNear> ahead, float* acc)
    {
        // Short groups fold often: 24 accumulators at once would fill the scheduler and starve the dot products.
        constexpr int R = T <= 3 || GroupSize == 128 ? 4 : 2;
        for (int row = 0; row < kPanelRows; row += 16 * R)
            rows<T, R>(row, block, scales, acts, ahead, acc);
    }
};

// --- W4K -------------------------------------------------------------------------------------------------------------

struct W4K {
    using Scales = BlockScales;
    static constexpr MatrixFormat kFormat = MatrixFormat::W4K;
    static constexpr int kCols = blockCols(kFormat), kGroup = 32;
    static constexpr size_t kScaleBytes = blockScaleBytes(kFormat, kGroup);
    static constexpr size_t kBytes = blockBytes(kFormat, kGroup);
    static constexpr int kTokenTile = 4; // two sets of accumulators: 5 and 6 tokens lose more at their folds
    static constexpr bool kNear = false, kTwin = true, kNarrow = true;
    static constexpr int kFetchesWithScales = 48;

    template <class Fetch>
    static QWILL_INLINE void decodeScales(const uint8_t* block, BlockScales& out, Fetch fetch)
    {
        decodeHalves(block, out.scale[0]);
        decodeHalves(block + 128, out.min[0]);
        const uint8_t *lo = block + 256, *hi = lo + 8 * kPanelRows;
        const __m512i low4 = _mm512_set1_epi32(15), two = _mm512_set1_epi32(3);
        for (int p = 0; p < 4; ++p)
            for (int r = 0; r < kPanelRows; r += 16) {
                const auto widen = [](const uint8_t* from) {
                    return _mm512_cvtepu8_epi32(_mm_load_si128(reinterpret_cast<const __m128i*>(from)));
                };
                const __m512i lo0 = widen(lo + 2 * p * kPanelRows + r), lo1 = widen(lo + (2 * p + 1) * kPanelRows + r);
                const __m512i high = widen(hi + p * kPanelRows + r);
                const auto join = [&](__m512i four, __m512i twoBits) { // 6 bits from 4 low and 2 high ones
                    return _mm512_or_si512(_mm512_and_si512(four, low4),
                                           _mm512_slli_epi32(_mm512_and_si512(twoBits, two), 4));
                };
                for (int line = 0; line < 3; ++line)
                    fetch();
                const __m512i sc0 = join(lo0, high), sc1 = join(lo1, _mm512_srli_epi32(high, 4));
                _mm512_store_ps(out.sc[2 * p] + r, _mm512_cvtepi32_ps(sc0));
                _mm512_store_ps(out.sc[2 * p + 1] + r, _mm512_cvtepi32_ps(sc1));
                _mm512_store_si512(out.scPairs[p][r], _mm512_or_si512(sc0, _mm512_slli_epi32(sc1, 16)));
                const __m512i m0 = join(_mm512_srli_epi32(lo0, 4), _mm512_srli_epi32(high, 2));
                const __m512i m1 = join(_mm512_srli_epi32(lo1, 4), _mm512_srli_epi32(high, 6));
                _mm512_store_si512(out.m[p][r], _mm512_or_si512(m0, _mm512_slli_epi32(m1, 16)));
            }
    }

    // Whether 15 · Σ of the positive values, and of the negative ones, of each group of 32 fits 16 bits: then its dot
    // products do, too. Fewer than one token in thousands does not.
    static bool narrow(const int8_t* q, ptrdiff_t cols)
    {
        const __m512i zero = _mm512_setzero_si512();
        const auto groupSums = [&](__m512i v) { // in each 64 bits the sum of its group's 32 bytes
            const __m512i eights = _mm512_sad_epu8(v, zero);
            const __m512i pairs = _mm512_add_epi64(eights, _mm512_permutex_epi64(eights, 0xB1));
            return _mm512_add_epi64(pairs, _mm512_permutex_epi64(pairs, 0x4E));
        };
        __m512i most = zero;
        for (ptrdiff_t k = 0; k < cols; k += 64) {
            const __m512i v = loadVector(q + k), up = _mm512_max_epi8(v, zero);
            const __m512i down = _mm512_max_epi8(_mm512_sub_epi8(zero, v), zero);
            most = _mm512_max_epi32(most, _mm512_max_epi32(groupSums(up), groupSums(down)));
        }
        return _mm512_reduce_max_epi32(most) <= 32767 / 15;
    }

    // Σ sc · dot of four groups, kept in floats, exactly: it and its parts stay below 4 · 63 · 32 · 15 · 127 < 2^24,
    // and a float multiply-add costs one slot of the dot products' ports on every processor, vpmulld two on Intel's.
    template <int T, int R, class Fetch>
    static QWILL_INLINE void wideSums(__m512 (&isum)[T][R], int row, int half, const uint8_t* w,
                                      const BlockScales& scales, const TileActs& acts, Fetch& ahead)
    {
        QWILL_UNROLL
        for (int t = 0; t < T; ++t) {
            QWILL_UNROLL
            for (int r = 0; r < R; ++r)
                isum[t][r] = _mm512_setzero_ps();
        }
        for (int g = 4 * half; g < 4 * half + 4; ++g) {
            __m512i part[T][R];
            clear(part);
            nibbleDots<T, R>(part, w + g * (kGroup / 8) * 4 * kVector, acts.q + g * kGroup, acts.cols, kGroup, ahead);
            QWILL_UNROLL
            for (int r = 0; r < R; ++r) {
                const __m512 sc = _mm512_load_ps(scales.sc[g] + row + 16 * r);
                QWILL_UNROLL
                for (int t = 0; t < T; ++t)
                    isum[t][r] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(part[t][r]), sc, isum[t][r]);
            }
        }
    }

    // The same where every dot fits 16 bits: those of two groups side by side take one vpdpwssd, half the slots.
    template <int T, int R, class Fetch>
    static QWILL_INLINE void narrowSums(__m512 (&isum)[T][R], int row, int half, const uint8_t* w,
                                        const BlockScales& scales, const TileActs& acts, Fetch& ahead)
    {
        __m512i sum[T][R];
        clear(sum);
        for (int pair = 2 * half; pair < 2 * half + 2; ++pair) {
            __m512i even[T][R], odd[T][R];
            const uint8_t* at = w + pair * (kGroup / 4) * 4 * kVector;
            clear(even);
            nibbleDots<T, R>(even, at, acts.q + pair * 2 * kGroup, acts.cols, kGroup, ahead);
            clear(odd);
            nibbleDots<T, R>(odd, at + kGroup / 8 * 4 * kVector, acts.q + pair * 2 * kGroup + kGroup, acts.cols, kGroup,
                             ahead);
            QWILL_UNROLL
            for (int r = 0; r < R; ++r) {
                const __m512i sc = loadVector(scales.scPairs[pair][row + 16 * r]);
                QWILL_UNROLL
                for (int t = 0; t < T; ++t)
                    dotStep16(sum[t][r],
                              _mm512_mask_blend_epi16(0xAAAAAAAA, even[t][r], _mm512_slli_epi32(odd[t][r], 16)), sc);
            }
        }
        QWILL_UNROLL
        for (int t = 0; t < T; ++t) {
            QWILL_UNROLL
            for (int r = 0; r < R; ++r)
                isum[t][r] = _mm512_cvtepi32_ps(sum[t][r]);
        }
    }

    // R row vectors from `row` on.
    template <int T, int R, bool Narrow, class Fetch>
    static QWILL_INLINE void rows(int row, const uint8_t* block, const BlockScales& scales, const TileActs& acts,
                                  const int16_t (&sums)[T][8], Fetch& ahead, float* acc)
    {
        const uint8_t* w = block + kScaleBytes + row / 16 * kVector;
        for (int half = 0; half < 2; ++half) {
            __m512 isum[T][R];
            if constexpr (Narrow)
                narrowSums<T, R>(isum, row, half, w, scales, acts, ahead);
            else
                wideSums<T, R>(isum, row, half, w, scales, acts, ahead);
            __m512i part[T][R];
            clear(part); // Σ m · sum
            QWILL_UNROLL
            for (int pair = 0; pair < 2; ++pair) {
                QWILL_UNROLL
                for (int t = 0; t < T; ++t) {
                    const __m512i x = broadcast4(sums[t] + 4 * half + 2 * pair);
                    QWILL_UNROLL
                    for (int r = 0; r < R; ++r)
                        dotStep16(part[t][r], loadVector(scales.m[2 * half + pair][row + 16 * r]), x);
                }
            }
            QWILL_UNROLL
            for (int t = 0; t < T; ++t) {
                const __m512 a = _mm512_set1_ps(acts.scale(t, half));
                QWILL_UNROLL
                for (int r = 0; r < R; ++r) {
                    float* out = acc + t * kPanelRows + row + 16 * r;
                    const __m512 d = _mm512_mul_ps(_mm512_load_ps(scales.scale[0] + row + 16 * r), a);
                    const __m512 dmin = _mm512_mul_ps(_mm512_load_ps(scales.min[0] + row + 16 * r), a);
                    const __m512 v = _mm512_fmadd_ps(d, isum[t][r], _mm512_load_ps(out));
                    _mm512_store_ps(out, _mm512_fnmadd_ps(dmin, _mm512_cvtepi32_ps(part[t][r]), v));
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
            const __m256i wide = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(acts.tokenSums(t)));
            _mm_store_si128(reinterpret_cast<__m128i*>(sums[t]), _mm256_cvtepi32_epi16(wide));
        }
        constexpr int R = T <= 2 ? 4 : 2; // two sets of accumulators must fit into the registers
        if (acts.narrow) {
            for (int row = 0; row < kPanelRows; row += 16 * R)
                rows<T, R, true>(row, block, scales, acts, sums, ahead, acc);
        } else {
            for (int row = 0; row < kPanelRows; row += 16 * R)
                rows<T, R, false>(row, block, scales, acts, sums, ahead, acc);
        }
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

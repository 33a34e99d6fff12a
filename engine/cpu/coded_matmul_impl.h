#pragma once
// Products of the coded formats (model/panel_layout.h) by the arithmetic of kernel_types.h: a block is decoded once
// into 16-bit integers in L1, and its tiles multiply those with the activations, widened. Only for kernels_<isa>.cpp
// after its simd_<isa>.h and wide_<isa>.h: no STL, everything local to the including file. Any thread.
//
// Half the speed of a byte's dot product where many tokens are computed; with few, reading the weights takes longest
// all the same: what such a format adds is that it holds a file's own numbers in a file's own size.

#include "cpu/coded_decode_impl.h"
#include "cpu/panel_matmul_impl.h"

namespace qwill::engine::cpu {

namespace {

// What the minima of a block are multiplied with: sums of the activations of each 16 or 32 k.
template <Mins Kind>
QWILL_INLINE void minSums(const TileActs& acts, int t, const int16_t* x, int16_t (&out)[8])
{
    if constexpr (Kind == Mins::Sums32) {
        const int32_t* sums = acts.tokenSums(t);
        for (int g = 0; g < 4; ++g)
            out[g] = static_cast<int16_t>(sums[g]); // |sum| ≤ 32 · 127 fits
    } else if constexpr (Kind == Mins::Sums16) {
        const __m256i ones = _mm256_set1_epi16(1);
        for (int g = 0; g < 8; ++g) {
            const __m256i pairs =
                _mm256_madd_epi16(_mm256_load_si256(reinterpret_cast<const __m256i*>(x + 16 * g)), ones);
            const __m128i four = _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256(pairs, 1));
            const __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
            out[g] = static_cast<int16_t>(_mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xB1))));
        }
    }
}

template <class Code>
struct Coded {
    using Scales = CodedBlock;
    static constexpr int kCols = 128, kFoldCols = kCols / Code::kFolds;
    static constexpr size_t kBytes = blockBytes(Code::kFormat, Code::kGroup);
    static constexpr size_t kScaleBytes = kBytes; // all of a block is decoded for all of its tiles
    static constexpr int kTokenTile = Wide::kTokenTile;
    static constexpr bool kNear = false, kTwin = false, kNarrow = false;
    static constexpr int kFetchesWithScales = static_cast<int>(kBytes) / kVector;

    template <class Fetch>
    static QWILL_INLINE void decodeScales(const uint8_t* block, CodedBlock& out, Fetch fetch)
    {
        Code::decode(block, out, fetch);
    }

    template <int T>
    struct TileWords {
        alignas(64) int16_t x[T][kCols];
        alignas(64) int16_t sums[T][8];
    };

    // total[t][pair] = Σ of `steps` × 4 k of the integers at w times x[t], for P pairs of vectors.
    template <int T, int P, class X>
    static QWILL_INLINE void dots(const int16_t* w, int steps, const X& x, Simd::F (&total)[T][P])
    {
        Wide::V sums[T][2 * P];
        QWILL_UNROLL
        for (int t = 0; t < T; ++t) {
            QWILL_UNROLL
            for (int v = 0; v < 2 * P; ++v)
                sums[t][v] = Wide::zero();
        }
        for (int k4 = 0; k4 < steps; ++k4, w += 4 * kPanelRows) {
            Wide::V weight[2 * P];
            QWILL_UNROLL
            for (int v = 0; v < 2 * P; ++v) {
                weight[v] = Wide::load(w + v * 4 * Wide::kRows);
                Wide::hold(weight[v]);
            }
            QWILL_UNROLL
            for (int t = 0; t < T; ++t) {
                const Wide::V four = Wide::repeat4(x(t) + 4 * k4);
                QWILL_UNROLL
                for (int v = 0; v < 2 * P; ++v)
                    Wide::step(sums[t][v], weight[v], four);
            }
        }
        QWILL_UNROLL
        for (int t = 0; t < T; ++t) {
            QWILL_UNROLL
            for (int p = 0; p < P; ++p)
                total[t][p] = Wide::total(sums[t][2 * p], sums[t][2 * p + 1]);
        }
    }

    // acc += factor · a · total for T tokens and P · kLanes rows.
    template <int T, int P>
    static QWILL_INLINE void fold(const float* factor, const TileActs& acts, const Simd::F (&total)[T][P], float* acc)
    {
        QWILL_UNROLL
        for (int t = 0; t < T; ++t) {
            const Simd::F a = Simd::set1(acts.scale(t, 0));
            QWILL_UNROLL
            for (int p = 0; p < P; ++p) {
                float* out = acc + t * kPanelRows + p * Simd::kLanes;
                const Simd::F scaled = Simd::mul(Simd::load(factor + p * Simd::kLanes), a);
                Simd::store(out, Simd::fma(scaled, total[t][p], Simd::load(out)));
            }
        }
    }

    template <int T, int P>
    static QWILL_INLINE void rows(int row, const CodedBlock& block, const TileActs& acts, const TileWords<T>& words,
                                  float* acc)
    {
        Simd::F total[T][P];
        for (int g = 0; g < Code::kFolds; ++g) {
            dots<T, P>(
                block.integers[g * kFoldCols / 4][row], kFoldCols / 4,
                [&](int t) { return words.x[t] + g * kFoldCols; }, total);
            fold<T, P>(block.scale[g] + row, acts, total, acc + row);
            if constexpr (Code::kMins == Mins::Floats) {
                QWILL_UNROLL
                for (int t = 0; t < T; ++t) {
                    int32_t sum = 0;
                    for (int i = 0; i < kFoldCols / kActSumGroup; ++i)
                        sum += acts.tokenSums(t)[g * (kFoldCols / kActSumGroup) + i];
                    QWILL_UNROLL
                    for (int p = 0; p < P; ++p)
                        total[t][p] = Simd::set1(static_cast<float>(sum));
                }
                fold<T, P>(block.min[g] + row, acts, total, acc + row);
            }
        }
        if constexpr (Code::kMins == Mins::Sums32 || Code::kMins == Mins::Sums16) {
            dots<T, P>(
                block.minFactors[0][row], Code::kMins == Mins::Sums16 ? 2 : 1, [&](int t) { return words.sums[t]; },
                total);
            fold<T, P>(block.min[0] + row, acts, total, acc + row);
        }
    }

    template <int T>
    static __attribute__((noinline)) void tile(const uint8_t*, const CodedBlock& block, const TileActs& acts,
                                               Ahead<kNear>, float* acc)
    {
        TileWords<T> words;
        for (int t = 0; t < T; ++t) {
            const int8_t* q = acts.token(t);
            for (int k = 0; k < kCols; k += 16)
                storeWords(words.x[t] + k,
                           _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(q + k))));
            minSums<Code::kMins>(acts, t, words.x[t], words.sums[t]);
        }
        constexpr int P = Wide::kPairs<T>;
        for (int row = 0; row < kPanelRows; row += P * Simd::kLanes)
            rows<T, P>(row, block, acts, words, acc);
    }
};

inline void codedPanels(const QuantMatmul& args)
{
    const int group = args.weights.groupSize;
    switch (args.weights.format) {
    case MatrixFormat::F8: return group == 64 ? allPanels<Coded<F8<64>>>(args) : allPanels<Coded<F8<128>>>(args);
    case MatrixFormat::C4: return group == 32 ? allPanels<Coded<C4<32>>>(args) : allPanels<Coded<C4<64>>>(args);
    case MatrixFormat::W8G:
        return group == 32 ? allPanels<Coded<W8G<32>>>(args)
            : group == 64  ? allPanels<Coded<W8G<64>>>(args)
                           : allPanels<Coded<W8G<128>>>(args);
    case MatrixFormat::W8S: return allPanels<Coded<W8S>>(args);
    case MatrixFormat::W8K: return allPanels<Coded<W8K>>(args);
    default: return allPanels<Coded<W4S>>(args);
    }
}

} // namespace

} // namespace qwill::engine::cpu

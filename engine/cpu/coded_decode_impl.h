#pragma once
// Decodes a block of the coded formats (model/panel_layout.h) into 16-bit integers and float scales, for
// coded_matmul_impl.h, in AVX2, which every vector instruction set here includes. Only for kernels_<isa>.cpp after its
// simd_<isa>.h: no STL, everything local to the including file. Any thread.
//
// A line of 64 stored bytes, 16 rows × 4 k, widened as it lies, is what Wide wants: [k / 4][64 rows][4 k].

#include "cpu/panel_matmul_impl.h"

namespace qwill::engine::cpu {

namespace {

// One block as its tiles want it.
struct CodedBlock {
    alignas(64) int16_t integers[128 / 4][kPanelRows][4];
    alignas(64) int16_t minFactors[2][kPanelRows][4]; // W8K, W4S: of group 4·[0] + [2]
    alignas(64) float scale[4][kPanelRows]; // of each fold
    alignas(64) float min[4][kPanelRows]; // the same; unused where there is none
};

constexpr int kLines8 = 128; // of a block of bytes
constexpr int kLines4 = 64; // of a block of nibbles

QWILL_INLINE __m256i loadHalf(const uint8_t* p)
{
    return _mm256_load_si256(reinterpret_cast<const __m256i*>(p));
}

// Half a line with its quarters ordered so that unpacking low and high bytes of both lanes gives 16 words each, in
// order.
QWILL_INLINE __m256i loadForUnpack(const uint8_t* p)
{
    return _mm256_permute4x64_epi64(loadHalf(p), 0xD8);
}

QWILL_INLINE void storeWords(int16_t* to, __m256i v)
{
    _mm256_store_si256(reinterpret_cast<__m256i*>(to), v);
}

QWILL_INLINE __m256i table16(const void* p)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128(static_cast<const __m128i*>(p)));
}

QWILL_INLINE void decodeFloats(const uint8_t* p, float* out)
{
    __builtin_memcpy(out, p, kPanelRows * sizeof(float));
}

QWILL_INLINE void decodeF16(const uint8_t* p, float* out)
{
    for (int r = 0; r < kPanelRows; r += 8)
        _mm256_store_ps(out + r, _mm256_cvtph_ps(_mm_load_si128(reinterpret_cast<const __m128i*>(p + 2 * r))));
}

QWILL_INLINE void decodeF16Negated(const uint8_t* p, float* out)
{
    for (int r = 0; r < kPanelRows; r += 8) {
        const __m256 v = _mm256_cvtph_ps(_mm_load_si128(reinterpret_cast<const __m128i*>(p + 2 * r)));
        _mm256_store_ps(out + r, _mm256_xor_ps(v, _mm256_set1_ps(-0.0f)));
    }
}

// Scales of 64 rows repeated for the 4 k beside each other: 4 rows a vector.
struct RowFactors {
    __m256i four[kPanelRows / 4];

    // Byte r of p, sign-extended.
    QWILL_INLINE void load(const uint8_t* p)
    {
        const __m256i spread = _mm256_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 8, 9, 8, 9, 8, 9, 8, 9, 0, 1, 0, 1, 0, 1, 0, 1,
                                                8, 9, 8, 9, 8, 9, 8, 9);
        for (int i = 0; i < kPanelRows / 4; ++i) {
            int32_t bytes;
            __builtin_memcpy(&bytes, p + 4 * i, 4);
            four[i] = _mm256_shuffle_epi8(_mm256_cvtepi8_epi64(_mm_cvtsi32_si128(bytes)), spread);
        }
    }
};

// Four lines of a byte a row, one for each group, as 16-bit factors side by side for each row.
QWILL_INLINE void decodeMinFactors(const uint8_t* groups, int16_t (*out)[4])
{
    const auto line = [&](int group, int row) {
        return _mm_load_si128(reinterpret_cast<const __m128i*>(groups + group * kPanelRows + row));
    };
    for (int row = 0; row < kPanelRows; row += 16) {
        const __m128i a = line(0, row), b = line(1, row), c = line(2, row), d = line(3, row);
        const __m128i abLow = _mm_unpacklo_epi8(a, b), abHigh = _mm_unpackhi_epi8(a, b);
        const __m128i cdLow = _mm_unpacklo_epi8(c, d), cdHigh = _mm_unpackhi_epi8(c, d);
        storeWords(out[row], _mm256_cvtepi8_epi16(_mm_unpacklo_epi16(abLow, cdLow)));
        storeWords(out[row + 4], _mm256_cvtepi8_epi16(_mm_unpackhi_epi16(abLow, cdLow)));
        storeWords(out[row + 8], _mm256_cvtepi8_epi16(_mm_unpacklo_epi16(abHigh, cdHigh)));
        storeWords(out[row + 12], _mm256_cvtepi8_epi16(_mm_unpackhi_epi16(abHigh, cdHigh)));
    }
}

// words[16] of 16 stored bytes.
struct Unsigned {
    static QWILL_INLINE __m256i widen(const uint8_t* p)
    {
        return _mm256_cvtepu8_epi16(_mm_load_si128(reinterpret_cast<const __m128i*>(p)));
    }
};
struct Centred {
    static QWILL_INLINE __m256i widen(const uint8_t* p)
    {
        const __m128i bytes = _mm_load_si128(reinterpret_cast<const __m128i*>(p));
        return _mm256_cvtepi8_epi16(_mm_xor_si128(bytes, _mm_set1_epi8(-128)));
    }
};

template <class Fetch>
QWILL_INLINE void fetchLines(Fetch& fetch, size_t bytes)
{
    for (size_t line = 0; line < bytes; line += kVector)
        fetch();
}

// Bytes times nothing (Group 0), or times the factor of their row in each `Group` k.
template <class Widen, int Group, class Fetch>
QWILL_INLINE void decodeBytes(const uint8_t* quants, const uint8_t* factors, CodedBlock& out, Fetch& fetch)
{
    RowFactors f;
    for (int k4 = 0; k4 < 32; ++k4) {
        if constexpr (Group > 0)
            if (k4 % (Group / 4) == 0)
                f.load(factors + 4 * k4 / Group * kPanelRows);
        for (int i = 0; i < kPanelRows / 4; ++i) {
            if (i % 4 == 0)
                fetch();
            __m256i v = Widen::widen(quants + (k4 * kPanelRows + 4 * i) * 4);
            if constexpr (Group > 0)
                v = _mm256_mullo_epi16(v, f.four[i]);
            storeWords(out.integers[k4][4 * i], v);
        }
    }
}

// The nibbles of a block, each with its place in the integers: place(k4, row, 32 nibbles as bytes for unpacking).
template <class Place, class Fetch>
QWILL_INLINE void eachNibbles(const uint8_t* quants, Fetch& fetch, const Place& place)
{
    const __m256i low = _mm256_set1_epi8(15);
    for (int k8 = 0; k8 < 16; ++k8)
        for (int row = 0; row < kPanelRows; row += 8) {
            if (row % 16 == 0)
                fetch();
            const __m256i both = loadForUnpack(quants + (k8 * kPanelRows + row) * 4);
            place(2 * k8, row, _mm256_and_si256(both, low));
            place(2 * k8 + 1, row, _mm256_and_si256(_mm256_srli_epi16(both, 4), low));
        }
}

// --- the formats: kFormat, kGroup, kFolds (per block), kMins, decode(block, out, fetch) ------------------------------

enum class Mins : uint8_t { None, Floats, Sums32, Sums16 };

template <int GroupSize>
struct F8 {
    static constexpr MatrixFormat kFormat = MatrixFormat::F8;
    static constexpr int kGroup = GroupSize, kFolds = 128 / GroupSize;
    static constexpr Mins kMins = Mins::None;

    // e4m3: sign, e (4 bits), f (3 bits); T = A · 4^E / 16 with E = e >> 1 and A = (8 + f) << (e & 1), or 2 f where e
    // is 0. vpmulhrsw of 1024 A and −2 · 4^E is −T, rounded as the layout says.
    template <class Fetch>
    static QWILL_INLINE void decode(const uint8_t* block, CodedBlock& out, Fetch fetch)
    {
        alignas(16) static constexpr uint8_t kA[16] = {32, 36, 40, 44, 48, 52,  56,  60,
                                                       64, 72, 80, 88, 96, 104, 112, 120};
        alignas(16) static constexpr uint8_t kFirstA[16] = {0,  8,  16, 24, 32, 40,  48,  56,
                                                            64, 72, 80, 88, 96, 104, 112, 120};
        alignas(16) static constexpr uint8_t kPowerLow[16] = {0xfe, 0xf8, 0xe0, 0x80, 0, 0, 0, 0};
        alignas(16) static constexpr uint8_t kPowerHigh[16] = {0xff, 0xff, 0xff, 0xff, 0xfe, 0xf8, 0xe0, 0x80};
        const __m256i a = table16(kA), firstA = table16(kFirstA), powerLow = table16(kPowerLow),
                      powerHigh = table16(kPowerHigh), zero = _mm256_setzero_si256();
        fetchLines(fetch, blockScaleBytes(kFormat, kGroup));
        for (int g = 0; g < kFolds; ++g)
            decodeFloats(block + g * 4 * kPanelRows, out.scale[g]);
        const uint8_t* quants = block + blockScaleBytes(kFormat, kGroup);
        for (int i = 0; i < 2 * kLines8; ++i) {
            if (i % 2 == 0)
                fetch();
            const __m256i code = loadForUnpack(quants + 32 * i);
            const __m256i low = _mm256_and_si256(code, _mm256_set1_epi8(15));
            const __m256i power = _mm256_and_si256(_mm256_srli_epi16(code, 4), _mm256_set1_epi8(7));
            const __m256i factor = _mm256_blendv_epi8(_mm256_shuffle_epi8(a, low), _mm256_shuffle_epi8(firstA, low),
                                                      _mm256_cmpeq_epi8(power, zero)); // 4 A
            const __m256i pl = _mm256_shuffle_epi8(powerLow, power), ph = _mm256_shuffle_epi8(powerHigh, power);
            const __m256i sign = _mm256_or_si256(_mm256_xor_si256(code, _mm256_set1_epi8(-128)), _mm256_set1_epi8(1));
            const __m256i first = _mm256_mulhrs_epi16(_mm256_unpacklo_epi8(zero, factor), _mm256_unpacklo_epi8(pl, ph));
            const __m256i second =
                _mm256_mulhrs_epi16(_mm256_unpackhi_epi8(zero, factor), _mm256_unpackhi_epi8(pl, ph));
            int16_t* to = &out.integers[0][0][0] + 32 * i;
            storeWords(to, _mm256_sign_epi16(first, _mm256_unpacklo_epi8(sign, sign)));
            storeWords(to + 16, _mm256_sign_epi16(second, _mm256_unpackhi_epi8(sign, sign)));
        }
    }
};

template <int GroupSize>
struct C4 {
    static constexpr MatrixFormat kFormat = MatrixFormat::C4;
    static constexpr int kGroup = GroupSize, kFolds = 128 / GroupSize;
    static constexpr Mins kMins = Mins::None;

    template <class Fetch>
    static QWILL_INLINE void decode(const uint8_t* block, CodedBlock& out, Fetch fetch)
    {
        uint8_t lows[16], highs[16];
        for (int i = 0; i < 16; ++i) {
            lows[i] = block[2 * i];
            highs[i] = block[2 * i + 1];
        }
        const __m256i low = table16(lows), high = table16(highs);
        fetchLines(fetch, blockScaleBytes(kFormat, kGroup));
        for (int g = 0; g < kFolds; ++g)
            decodeFloats(block + kPanelRows + g * 4 * kPanelRows, out.scale[g]);
        eachNibbles(block + blockScaleBytes(kFormat, kGroup), fetch, [&](int k4, int row, __m256i nibbles) {
            const __m256i l = _mm256_shuffle_epi8(low, nibbles), h = _mm256_shuffle_epi8(high, nibbles);
            storeWords(out.integers[k4][row], _mm256_unpacklo_epi8(l, h));
            storeWords(out.integers[k4][row + 4], _mm256_unpackhi_epi8(l, h));
        });
    }
};

template <int GroupSize>
struct W8G {
    static constexpr MatrixFormat kFormat = MatrixFormat::W8G;
    static constexpr int kGroup = GroupSize, kFolds = 128 / GroupSize;
    static constexpr Mins kMins = Mins::Floats;

    template <class Fetch>
    static QWILL_INLINE void decode(const uint8_t* block, CodedBlock& out, Fetch fetch)
    {
        fetchLines(fetch, blockScaleBytes(kFormat, kGroup));
        for (int g = 0; g < kFolds; ++g) {
            decodeFloats(block + g * 6 * kPanelRows, out.min[g]);
            decodeF16(block + g * 6 * kPanelRows + 4 * kPanelRows, out.scale[g]);
        }
        decodeBytes<Unsigned, 0>(block + blockScaleBytes(kFormat, kGroup), nullptr, out, fetch);
    }
};

struct W8S {
    static constexpr MatrixFormat kFormat = MatrixFormat::W8S;
    static constexpr int kGroup = 16, kFolds = 1;
    static constexpr Mins kMins = Mins::None;

    template <class Fetch>
    static QWILL_INLINE void decode(const uint8_t* block, CodedBlock& out, Fetch fetch)
    {
        fetchLines(fetch, blockScaleBytes(kFormat, kGroup));
        decodeF16(block, out.scale[0]);
        decodeBytes<Centred, 16>(block + blockScaleBytes(kFormat, kGroup), block + 2 * kPanelRows, out, fetch);
    }
};

struct W8K {
    static constexpr MatrixFormat kFormat = MatrixFormat::W8K;
    static constexpr int kGroup = 32, kFolds = 1;
    static constexpr Mins kMins = Mins::Sums32;

    template <class Fetch>
    static QWILL_INLINE void decode(const uint8_t* block, CodedBlock& out, Fetch fetch)
    {
        fetchLines(fetch, blockScaleBytes(kFormat, kGroup));
        decodeF16(block, out.scale[0]);
        decodeF16Negated(block + 2 * kPanelRows, out.min[0]);
        decodeMinFactors(block + 8 * kPanelRows, out.minFactors[0]);
        decodeBytes<Unsigned, 32>(block + blockScaleBytes(kFormat, kGroup), block + 4 * kPanelRows, out, fetch);
    }
};

struct W4S {
    static constexpr MatrixFormat kFormat = MatrixFormat::W4S;
    static constexpr int kGroup = 16, kFolds = 1;
    static constexpr Mins kMins = Mins::Sums16;

    template <class Fetch>
    static QWILL_INLINE void decode(const uint8_t* block, CodedBlock& out, Fetch fetch)
    {
        fetchLines(fetch, blockScaleBytes(kFormat, kGroup));
        decodeF16(block, out.scale[0]);
        decodeF16Negated(block + 2 * kPanelRows, out.min[0]);
        alignas(64) uint8_t factors[8][kPanelRows], mins[8][kPanelRows];
        const __m256i low4 = _mm256_set1_epi8(15);
        for (int i = 0; i < 8 * kPanelRows; i += 32) {
            const __m256i both = loadHalf(block + 4 * kPanelRows + i);
            _mm256_store_si256(reinterpret_cast<__m256i*>(&factors[0][0] + i), _mm256_and_si256(both, low4));
            _mm256_store_si256(reinterpret_cast<__m256i*>(&mins[0][0] + i),
                               _mm256_and_si256(_mm256_srli_epi16(both, 4), low4));
        }
        decodeMinFactors(mins[0], out.minFactors[0]);
        decodeMinFactors(mins[4], out.minFactors[1]);
        RowFactors f;
        int loaded = -1;
        eachNibbles(block + blockScaleBytes(kFormat, kGroup), fetch, [&](int k4, int row, __m256i nibbles) {
            if (k4 / 4 != loaded)
                f.load(factors[loaded = k4 / 4]);
            const __m256i zero = _mm256_setzero_si256();
            storeWords(out.integers[k4][row], _mm256_mullo_epi16(_mm256_unpacklo_epi8(nibbles, zero), f.four[row / 4]));
            storeWords(out.integers[k4][row + 4],
                       _mm256_mullo_epi16(_mm256_unpackhi_epi8(nibbles, zero), f.four[row / 4 + 1]));
        });
    }
};

} // namespace

} // namespace qwill::engine::cpu

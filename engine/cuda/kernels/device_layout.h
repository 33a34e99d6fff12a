#pragma once
// The device layout of weights, activations and KV pages: which byte holds which element. Constants and index functions
// only, shared by the kernels, the host's repacking and the tests; any thread.
//
// Weights lie in *row tiles* of 16 rows, each one contiguous stream of *chunks* along k, so that a warp reads four
// independent 16-byte words per lane and each word is, as it is, what mma.sync takes as its A operand. With
// g = row & 7, half = (row >> 3) & 1, lane = 4 · g + t:
//
//   W8    chunk of 128 k: [128 / groupSize][8 g] {f16 scale of row g, of row g + 8};  then [4 steps of 32 k][32
//   lanes][4 words]
//         word = half + 2 · (k & 31) / 16, t = (k & 15) / 4, byte k & 3: s8 = the panel's byte − 128
//   W4K   chunk of 256 k: [8 g]{f16 d, dmin of row g, d, dmin of row g + 8;  word 2 of row g, of row g + 8;  words 0, 1
//   of
//         row g, of row g + 8};  then [4 steps of 64 k][32 lanes][4 words], word and byte as W8 for k & 31, low nibbles
//         k & 63 < 32, high nibbles the rest
//         byte j of word 0 is sc_j | (m_{j+4} & 3) << 6, of word 1 sc_{j+4} | (m_{j+4} >> 2 & 3) << 6, of word 2
//         m_j | (m_{j+4} >> 4) << 6, j < 4
//   W4G   chunk of 256 k: [256 / groupSize][8 g] {f16 scale, min of row g, scale, min of row g + 8};  nibbles as W4K
//   F16, Bf16   chunk of 64 k: [4 steps of 16 k][32 lanes][4 words]: word = half + 2 · (k & 15) / 8, t = (k & 7) / 2,
//   half-word k & 1 F32   chunk of 32 k: [4 steps of 8 k][32 lanes][4 words]: word = half + 2 · (k & 7) / 4, t = k & 3
//
//
// The coded forms keep the panels' own numbers:
//   F8    chunk of 128 k: [128 / groupSize][8 g] {f32 scale of row g, of row g + 8};  then [4 steps of 32 k][32 lanes]
//   [4 words]: word = half + 2 · (k & 31) / 16, t = (k & 7) / 2, byte (k & 15) / 8 · 2 + (k & 1): two e4m3 are one word
//         of an operand of 16 bits
//   C4    chunk of 256 k: [2 halves of 128 k] {u8 low[16], s8 high[16] of the codebook};  [256 / groupSize][8 g] {f32
//   scale of row g, of row g + 8};  then [4 steps of 64 k][32 lanes][4 words], word and t as W8 for k & 31, nibble
//         (k & 32) / 8 + (k & 3): a half-word is four selectors of a byte permutation
//   W8G   chunk of 128 k: [128 / groupSize][8 g] {f16 scale of row g, of row g + 8};  [128 / groupSize][8 g] {f32 min,
//         min};  quants as W8, but u8
//   W8S   chunk of 128 k: [8 g] {f16 d of row g, of row g + 8};  [8 g][2 halves] s8 sc[8 groups];  quants as W8
//   W8K   chunk of 128 k: [8 g] {f16 d, dmin of row g, d, dmin of row g + 8};  [8 g][2 halves] {s8 sc[4 groups], m[4]};
//         quants as W8, but u8
//   W4S   chunk of 256 k: [2 halves of 128 k][8 g] {f16 d, dmin of row g, d, dmin of row g + 8};  [2][8 g][2 halves] u8
//         (sc | m << 4)[8 groups];  nibbles as W4K
//
// Rows are padded to 16 and columns to the chunk with weights that decode to 0. Bits a weight: as the panels. Columns
// that lie in an order of their own do so here too: activations are put in it when they are prepared.
//
// Activations are the B operand, in *token tiles* of 8: lane = 4 · (token & 7) + t holds 16 bytes = two mma steps.
//   s8     [token tile][colsPadded / 64][32 lanes][2 steps of 32 k][2 words]: word (k & 31) / 16, t = (k & 15) / 4,
//   byte k & 3
//          f32 scales [token tile][colsPadded / 128][8 tokens];
//          i32 sums [token tile][colsPadded / 128] of {[4 groups of 32 k][8 tokens], [8 tokens] of 128 k, [8 tokens]
//          words {low, high}}: group j's sum is 64 · byte j of high + byte j of low, s8 · 64 + 0 … 63
//   parts  [token tile][parts][colsPadded / 32][32 lanes][2 steps of 16 k][2 words]: word (k & 15) / 8, t = (k & 7) /
//   2:
//          the 16-bit numbers whose sum is the activation, the largest first
//
// Libraries of products know rows only: untileWeights and untileParts write numbers of 16 bits as [rows][untiledCols].
//
// KV pages hold 32 tokens of one layer and KV head; D = paddedHeadDim. A page is loaded 16 bytes a lane, too:
//   F16   K f16 [32 tokens][D];  V f16 [D][32 tokens]
//   Int8  f32 kScale[32];  f32 vScale[32];  K s8 [32 tokens][D];  V s8 [D / 16][8 g][4 t][2 halves][8 tokens]: d = 16 ·
//   i + 8 · half + g,
//         token = 8 · t + …

#include "kv/kv_layout.h"
#include "model/panel_layout.h"

#include <cstddef>
#include <cstdint>

#if defined(__CUDACC__)
#define QWILL_BOTH __host__ __device__
#else
#define QWILL_BOTH
#endif

namespace qwill::engine::cuda {

inline constexpr int kTileRows = 16;
inline constexpr int kTileTokens = 8;
inline constexpr int kChunkBytes = 2048; // quants or numbers of one chunk: 16 bytes · 32 lanes · 4
inline constexpr int kColsPad = 256; // activations are padded to this with zeros
inline constexpr int kActGroup = 128; // k per activation scale
inline constexpr int kActSumGroup = 32; // k per activation sum
inline constexpr int kActSumStep = 64; // sum = high · kActSumStep + low, of the sums' words
// Of the sums of 8 tokens and 128 k: where the totals and the words begin, and all.
inline constexpr int kActSumTotals = 4 * kTileTokens, kActSumWords = 5 * kTileTokens, kActSumInts = 7 * kTileTokens;
inline constexpr int kMaxHeadDim = 256;
inline constexpr int kAheadPiece = 1024; // bytes a warp asks L2 for at once

// Activations of f16 weights are scaled down by 2^-6 before they become f16, so that outliers up to 4 million stay
// finite; the product is scaled back.
inline constexpr float kF16ActScale = 0x1p-6f;

QWILL_BOTH constexpr int ceilDiv(int a, int b)
{
    return (a + b - 1) / b;
}

QWILL_BOTH constexpr int smaller(int a, int b)
{
    return a < b ? a : b;
}
QWILL_BOTH constexpr int greater(int a, int b)
{
    return a > b ? a : b;
}

QWILL_BOTH constexpr int chunkCols(MatrixFormat f)
{
    switch (f) {
    case MatrixFormat::W8:
    case MatrixFormat::F8:
    case MatrixFormat::W8G:
    case MatrixFormat::W8S:
    case MatrixFormat::W8K: return 128;
    case MatrixFormat::W4K:
    case MatrixFormat::W4G:
    case MatrixFormat::C4:
    case MatrixFormat::W4S: return 256;
    case MatrixFormat::F16:
    case MatrixFormat::Bf16: return 64;
    case MatrixFormat::F32: return 32;
    default: return 1;
    }
}

// Products that read activations as 16-bit numbers whose sum they are, and which kind of these: F8's weights become
// f16.
QWILL_BOTH constexpr bool readsParts(MatrixFormat f)
{
    return f == MatrixFormat::F16 || f == MatrixFormat::Bf16 || f == MatrixFormat::F8;
}
QWILL_BOTH constexpr MatrixFormat partFormat(MatrixFormat f)
{
    return f == MatrixFormat::Bf16 ? MatrixFormat::Bf16 : MatrixFormat::F16;
}

// Bytes of scales in front of each chunk.
QWILL_BOTH constexpr int chunkScaleBytes(MatrixFormat f, int groupSize)
{
    switch (f) {
    case MatrixFormat::W8: return 128 / groupSize * 32;
    case MatrixFormat::W4K: return 256;
    case MatrixFormat::W4G: return 256 / groupSize * 64;
    case MatrixFormat::F8: return 128 / groupSize * 64;
    case MatrixFormat::C4: return 64 + 256 / groupSize * 64;
    case MatrixFormat::W8G: return 128 / groupSize * 96;
    case MatrixFormat::W8S: return 32 + 128;
    case MatrixFormat::W8K: return 64 + 128;
    case MatrixFormat::W4S: return 2 * (64 + 128);
    default: return 0;
    }
}

QWILL_BOTH constexpr int chunkBytes(MatrixFormat f, int groupSize)
{
    return chunkScaleBytes(f, groupSize) + kChunkBytes;
}

QWILL_BOTH constexpr int chunkCount(MatrixFormat f, int cols)
{
    return ceilDiv(cols, chunkCols(f));
}

QWILL_BOTH constexpr std::size_t rowTileBytes(MatrixFormat f, int groupSize, int cols)
{
    return static_cast<std::size_t>(chunkBytes(f, groupSize)) * static_cast<std::size_t>(chunkCount(f, cols));
}

// Bytes of a matrix on the device. 16-byte aligned.
QWILL_BOTH constexpr std::size_t deviceMatrixBytes(MatrixFormat f, int groupSize, int rows, int cols)
{
    return rowTileBytes(f, groupSize, cols) * static_cast<std::size_t>(ceilDiv(rows, kTileRows));
}

// Where, in the quants of a chunk, the byte (8 and 4 bits), half-word (F16, Bf16) or word (F32) of an element begins;
// row in its tile, k in its chunk.
QWILL_BOTH constexpr int quantOffset(MatrixFormat f, int row, int k)
{
    const int g = row & 7, half = (row >> 3) & 1;
    switch (f) {
    case MatrixFormat::W8:
    case MatrixFormat::W8G:
    case MatrixFormat::W8S:
    case MatrixFormat::W8K:
        return (k / 32 * 32 + 4 * g + (k & 15) / 4) * 16 + (half + 2 * ((k & 31) / 16)) * 4 + (k & 3);
    case MatrixFormat::W4K:
    case MatrixFormat::W4G:
    case MatrixFormat::W4S:
        return (k / 64 * 32 + 4 * g + (k & 15) / 4) * 16 + (half + 2 * ((k & 31) / 16)) * 4 + (k & 3);
    case MatrixFormat::F8:
        return (k / 32 * 32 + 4 * g + (k & 7) / 2) * 16 + (half + 2 * ((k & 31) / 16)) * 4 + (k & 15) / 8 * 2 + (k & 1);
    case MatrixFormat::C4:
        return (k / 64 * 32 + 4 * g + (k & 15) / 4) * 16 + (half + 2 * ((k & 31) / 16)) * 4 + (k & 63) / 32 * 2
            + (k & 3) / 2;
    case MatrixFormat::F16:
    case MatrixFormat::Bf16:
        return (k / 16 * 32 + 4 * g + (k & 7) / 2) * 16 + (half + 2 * ((k & 15) / 8)) * 4 + (k & 1) * 2;
    default: return (k / 8 * 32 + 4 * g + (k & 3)) * 16 + (half + 2 * ((k & 7) / 4)) * 4;
    }
}

// Whether an element of 4 bits is the high nibble of its byte.
QWILL_BOTH constexpr bool isHighNibble(MatrixFormat f, int k)
{
    return f == MatrixFormat::C4 ? (k & 1) != 0 : (k & 32) != 0;
}

QWILL_BOTH constexpr int colsPadded(int cols)
{
    return ceilDiv(cols, kColsPad) * kColsPad;
}

// Columns of rows for a library: whole chunks of 16-bit numbers, 128 bytes.
QWILL_BOTH constexpr int untiledCols(int cols)
{
    return ceilDiv(cols, 64) * 64;
}

constexpr int tokensPadded(int tokens)
{
    return ceilDiv(tokens, kTileTokens) * kTileTokens;
}

// Bytes of the activation buffers for that many tokens and columns.
constexpr std::size_t actQuantBytes(int tokens, int cols)
{
    return static_cast<std::size_t>(tokensPadded(tokens)) * static_cast<std::size_t>(colsPadded(cols));
}
constexpr std::size_t actScaleBytes(int tokens, int cols)
{
    return actQuantBytes(tokens, cols) / kActGroup * sizeof(float);
}
constexpr std::size_t actSumBytes(int tokens, int cols)
{
    return actQuantBytes(tokens, cols) / (kTileTokens * kActGroup) * kActSumInts * sizeof(std::int32_t);
}
constexpr std::size_t actPartBytes(int tokens, int cols, int parts)
{
    return actQuantBytes(tokens, cols) * 2 * static_cast<std::size_t>(parts);
}

// The head dimension of a page: KvLayout::headDim of a CUDA runner is this.
QWILL_BOTH constexpr int paddedHeadDim(int headDim)
{
    return headDim <= 64 ? 64 : headDim <= 128 ? 128 : 256;
}

QWILL_BOTH constexpr int pageBytes(KvElement element, int paddedDim)
{
    return element == KvElement::F16 ? 2 * kBlockTokens * paddedDim * 2 : 2 * kBlockTokens * (paddedDim + 4);
}

// Byte offsets inside a page.
QWILL_BOTH constexpr int pageK(KvElement element, int paddedDim, int token, int d)
{
    return element == KvElement::F16 ? (token * paddedDim + d) * 2 : 2 * kBlockTokens * 4 + token * paddedDim + d;
}
QWILL_BOTH constexpr int pageV(KvElement element, int paddedDim, int token, int d)
{
    return element == KvElement::F16 ? (kBlockTokens * paddedDim + d * kBlockTokens + token) * 2
                                     : 2 * kBlockTokens * 4 + kBlockTokens * paddedDim
            + ((d / 16 * 8 + (d & 7)) * 4 + token / 8) * 16 + (d >> 3 & 1) * 8 + (token & 7);
}

} // namespace qwill::engine::cuda

#pragma once
// The panel layout: how a matrix of weights lies in memory, byte for byte. No STL in here, because the kernels compiled
// with ISA flags include it. Constants only; any thread.
//
// Quantised formats are stored in *panels* of 64 rows, one contiguous stream per panel, so that a thread reads its
// rows front to back: the scales of a k-block lie directly before its quants. Rows are padded to 64 and columns to
// kBlock(format) with weights that decode to exactly 0 (except the tail of a W4 group that is only partly inside the
// matrix: activations are padded with zeros, so nothing depends on it). The quants of a panel are ordered k-major in
// vectors of 16 rows × 4 k = 64 bytes: byte (row & 15) * 4 + (k & 3) of vector [k / 4][row / 16] – the operand of
// vpdpbusd; an AVX2 or NEON kernel takes it in halves or quarters.
//
//   W8, block of 128 k:   for each group of the block: 64 × f16 scale;   then u8 q[32 (k/4)][4 (row/16)][64]
//                         w = scale · (q − 128);  groupSize 32 or 128.           8.125 bit at group 128
//   W4K, block of 256 k:  64 × f16 d; 64 × f16 dmin;
//                         u8 lo[8 groups][64 rows]  = (sc & 15) | (m & 15) << 4
//                         u8 hi[4 pairs][64 rows]   = sc0 >> 4 | (m0 >> 4) << 2 | (sc1 >> 4) << 4 | (m1 >> 4) << 6
//                         u8 q[32 (k/8)][4 (row/16)][64]: low nibble = k & 7 in 0…3, high nibble = k & 7 in 4…7
//                         w = d · sc · q − dmin · m;  groups of 32, sc and m 0…63
//                         (pairs are groups 2p and 2p+1).                         4.5 bit
//   W4G, block of 128 k:  for each group of the block: 64 × f16 scale, 64 × f16 min;
//                         then nibbles as in W4K, u8 q[16 (k/8)][4][64]
//                         w = scale · q + min;  groupSize 32, 64 or 128.          4.5 bit at group 64, 5 at group 32
//   W4Z, block of 128 k:  for each group of the block: 64 × f16 scale, 64 × u8 zero;  then nibbles as in W4G
//                         w = scale · (q − zero);  groupSize 32, 64 or 128.       4.375 bit at group 64, 4.19 at 128
//
// The *coded* formats keep what no form above holds: a stored quant stands for an integer T of 16 bits, the operand of
// a dot product of 16-bit integers. Blocks of 128 k; bytes as in W8, nibbles as in W4K.
//
//   F8:   for each group of the block: 64 × f32 scale;  e4m3 bytes
//         w = scale · T(q), T = 64 × the value of q, rounded (halves towards zero), which changes only what is below
//         1/3584 of the largest e4m3; groupSize 64 or 128.                        8.25 bit at group 128
//   C4:   32 × i16 codebook (16 used);  for each group of the block: 64 × f32 scale;  nibbles
//         w = scale · codebook[q];  groupSize 32 or 64.                           4.56 bit at group 64
//   W8G:  for each group of the block: 64 × f32 min, 64 × f16 scale;  bytes
//         w = scale · q + min;  groupSize 32, 64 or 128.                          9.5 bit at group 32, 8.375 at 128
//   W8S:  64 × f16 d;  i8 sc[8 groups][64];  bytes
//         w = d · sc · (q − 128);  groups of 16.                                  8.625 bit
//   W8K:  64 × f16 d, 64 × f16 dmin;  i8 sc[4 groups][64], i8 m[4 groups][64];  bytes
//         w = d · sc · q − dmin · m;  groups of 32.                               8.75 bit
//   W4S:  64 × f16 d, 64 × f16 dmin;  u8 (sc | m << 4)[8 groups][64];  nibbles
//         w = d · sc · q − dmin · m;  groups of 16.                               4.75 bit

#include <cstddef>
#include <cstdint>

namespace qwill::engine {

enum class MatrixFormat : std::uint8_t { None, F32, F16, Bf16, W8, W4K, W4G, W4Z, F8, C4, W8G, W8S, W8K, W4S };

inline constexpr int kPanelRows = 64;

constexpr bool isDense(MatrixFormat f)
{
    return f == MatrixFormat::F32 || f == MatrixFormat::F16 || f == MatrixFormat::Bf16;
}

// Formats whose quants stand for 16-bit integers.
constexpr bool isCoded(MatrixFormat f)
{
    return f >= MatrixFormat::F8;
}

// Columns per k-block of a panel; 1 for dense formats.
constexpr int blockCols(MatrixFormat f)
{
    return f == MatrixFormat::None || isDense(f) ? 1 : f == MatrixFormat::W4K ? 256 : 128;
}

// Bits of one stored quant of a format in panels.
constexpr int quantBits(MatrixFormat f)
{
    const bool bytes = f == MatrixFormat::W8 || f == MatrixFormat::F8 || f == MatrixFormat::W8G
        || f == MatrixFormat::W8S || f == MatrixFormat::W8K;
    return bytes ? 8 : 4;
}

// Whether kernels know a format in groups of so many columns; 0 for dense formats.
constexpr bool groupFits(MatrixFormat f, std::int64_t group)
{
    switch (f) {
    case MatrixFormat::None: return false;
    case MatrixFormat::W8: return group == 32 || group == 128;
    case MatrixFormat::W4G:
    case MatrixFormat::W4Z:
    case MatrixFormat::W8G: return group == 32 || group == 64 || group == 128;
    case MatrixFormat::C4: return group == 32 || group == 64;
    case MatrixFormat::W4K:
    case MatrixFormat::W8K: return group == 32;
    case MatrixFormat::F8: return group == 64 || group == 128;
    case MatrixFormat::W8S:
    case MatrixFormat::W4S: return group == 16;
    default: return group == 0;
    }
}

// Bytes of the scales at the start of each k-block of a panel.
constexpr std::size_t blockScaleBytes(MatrixFormat f, int groupSize)
{
    switch (f) {
    case MatrixFormat::W8: return static_cast<std::size_t>(128 / groupSize) * kPanelRows * 2;
    case MatrixFormat::W4K: return kPanelRows * (2 + 2 + 8 + 4);
    case MatrixFormat::W4G: return static_cast<std::size_t>(128 / groupSize) * kPanelRows * 4;
    case MatrixFormat::W4Z: return static_cast<std::size_t>(128 / groupSize) * kPanelRows * 3;
    case MatrixFormat::F8: return static_cast<std::size_t>(128 / groupSize) * kPanelRows * 4;
    case MatrixFormat::C4: return kPanelRows + static_cast<std::size_t>(128 / groupSize) * kPanelRows * 4;
    case MatrixFormat::W8G: return static_cast<std::size_t>(128 / groupSize) * kPanelRows * 6;
    case MatrixFormat::W8S: return kPanelRows * (2 + 8);
    case MatrixFormat::W8K: return kPanelRows * (2 + 2 + 4 + 4);
    case MatrixFormat::W4S: return kPanelRows * (2 + 2 + 8);
    default: return 0;
    }
}

// Bytes of one k-block of a panel, scales and quants.
constexpr std::size_t blockBytes(MatrixFormat f, int groupSize)
{
    return blockScaleBytes(f, groupSize) + static_cast<std::size_t>(blockCols(f) * kPanelRows * quantBits(f) / 8);
}

constexpr int panelCount(int rows)
{
    return (rows + kPanelRows - 1) / kPanelRows;
}

constexpr std::size_t panelBytes(MatrixFormat f, int groupSize, int cols)
{
    const int blocks = (cols + blockCols(f) - 1) / blockCols(f);
    return static_cast<std::size_t>(blocks) * blockBytes(f, groupSize);
}

// Bytes of a whole matrix, padding included.
constexpr std::size_t matrixBytes(MatrixFormat f, int groupSize, int rows, int cols)
{
    const auto r = static_cast<std::size_t>(rows), c = static_cast<std::size_t>(cols);
    switch (f) {
    case MatrixFormat::None: return 0;
    case MatrixFormat::F32: return r * c * 4;
    case MatrixFormat::F16:
    case MatrixFormat::Bf16: return r * c * 2;
    default: return static_cast<std::size_t>(panelCount(rows)) * panelBytes(f, groupSize, cols);
    }
}

// Bytes of an order of columns behind the panels: i32 [cols], weight_matrix.h.
constexpr std::size_t orderBytes(bool ordered, int cols)
{
    return ordered ? static_cast<std::size_t>(cols) * 4 : 0;
}

// What an e4m3 byte stands for in F8; the two NaNs stand for 480, and importers refuse them.
constexpr std::int16_t e4m3Integer(std::uint8_t code)
{
    const int exponent = code >> 3 & 15, fraction = code & 7;
    // 64 × the value, in sixteenths: 64 · 2^(e − 10) · (8 + f), or 64 · 2^-9 · f of subnormals
    const int sixteenths = exponent == 0 ? 2 * fraction : (8 + fraction) << exponent;
    const int magnitude = (sixteenths + 7) / 16;
    return static_cast<std::int16_t>(code & 128 ? -magnitude : magnitude);
}

} // namespace qwill::engine

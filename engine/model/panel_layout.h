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

#include <cstddef>
#include <cstdint>

namespace qwill::engine {

enum class MatrixFormat : std::uint8_t { None, F32, F16, Bf16, W8, W4K, W4G };

inline constexpr int kPanelRows = 64;

constexpr bool isDense(MatrixFormat f)
{
    return f == MatrixFormat::F32 || f == MatrixFormat::F16 || f == MatrixFormat::Bf16;
}

// Columns per k-block of a panel; 1 for dense formats.
constexpr int blockCols(MatrixFormat f)
{
    return f == MatrixFormat::W4K ? 256 : (f == MatrixFormat::W8 || f == MatrixFormat::W4G) ? 128 : 1;
}

// Bytes of the scales at the start of each k-block of a panel.
constexpr std::size_t blockScaleBytes(MatrixFormat f, int groupSize)
{
    switch (f) {
    case MatrixFormat::W8: return static_cast<std::size_t>(128 / groupSize) * kPanelRows * 2;
    case MatrixFormat::W4K: return kPanelRows * (2 + 2 + 8 + 4);
    case MatrixFormat::W4G: return static_cast<std::size_t>(128 / groupSize) * kPanelRows * 4;
    default: return 0;
    }
}

// Bytes of one k-block of a panel, scales and quants.
constexpr std::size_t blockBytes(MatrixFormat f, int groupSize)
{
    const std::size_t quantBits = f == MatrixFormat::W8 ? 8 : 4;
    return blockScaleBytes(f, groupSize) + static_cast<std::size_t>(blockCols(f)) * kPanelRows * quantBits / 8;
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

} // namespace qwill::engine

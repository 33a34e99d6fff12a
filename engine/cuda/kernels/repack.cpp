#include "cuda/kernels/repack.h"

#include "base/check.h"
#include "base/half.h"

#include <algorithm>
#include <cstring>

namespace qwill::engine::cuda {

namespace {

int byteAt(const std::byte* p)
{
    return std::to_integer<int>(*p);
}

void putHalf(std::byte* out, int index, std::uint16_t bits)
{
    std::memcpy(out + 2 * index, &bits, 2);
}

std::uint16_t halfAt(const std::byte* scales, int index)
{
    std::uint16_t bits;
    std::memcpy(&bits, scales + 2 * index, 2);
    return bits;
}

// One row tile's row of one panel: what the helpers below read from and write to.
struct Panel {
    const std::byte* block; // of panel_layout.h, the one with the chunk's first column
    int row; // in the panel
};

int byteQuant(const std::byte* quants, int row, int k)
{
    return byteAt(quants + ((k / 4) * 4 + row / 16) * 64 + (row & 15) * 4 + (k & 3));
}

int nibbleQuant(const std::byte* quants, int row, int k)
{
    const int both = byteAt(quants + ((k / 8) * 4 + row / 16) * 64 + (row & 15) * 4 + (k & 3));
    return (k & 4) != 0 ? both >> 4 : both & 15;
}

void packW8(const Panel& from, int groupSize, int row, std::byte* chunk)
{
    const int g = row & 7, half = row >> 3;
    for (int group = 0; group < 128 / groupSize; ++group)
        putHalf(chunk, (group * 8 + g) * 2 + half, halfAt(from.block, group * kPanelRows + from.row));
    const std::byte* quants = from.block + blockScaleBytes(MatrixFormat::W8, groupSize);
    std::byte* out = chunk + chunkScaleBytes(MatrixFormat::W8, groupSize);
    for (int k = 0; k < 128; ++k)
        out[quantOffset(MatrixFormat::W8, row, k)] = static_cast<std::byte>(byteQuant(quants, from.row, k) ^ 128);
}

void putNibble(MatrixFormat f, std::byte* quants, int row, int k, int value)
{
    std::byte& place = quants[quantOffset(f, row, k)];
    place |= static_cast<std::byte>(isHighNibble(f, k) ? value << 4 : value);
}

void packW4K(const Panel& from, int row, std::byte* chunk)
{
    const int g = row & 7, half = row >> 3;
    const std::byte* lo = from.block + 4 * kPanelRows;
    const std::byte* hi = lo + 8 * kPanelRows;
    const std::byte* quants = hi + 4 * kPanelRows;
    std::byte* own = chunk + g * 32;
    putHalf(own, half * 2, halfAt(from.block, from.row));
    putHalf(own, half * 2 + 1, halfAt(from.block, kPanelRows + from.row));
    int sc[8], m[8];
    for (int j = 0; j < 8; ++j) {
        const int low = byteAt(lo + j * kPanelRows + from.row);
        const int high = byteAt(hi + (j / 2) * kPanelRows + from.row) >> ((j & 1) * 4) & 15;
        sc[j] = (low & 15) | (high & 3) << 4;
        m[j] = low >> 4 | (high >> 2) << 4;
    }
    for (int j = 0; j < 4; ++j) {
        own[16 + half * 8 + j] = static_cast<std::byte>(sc[j] | (m[j + 4] & 3) << 6);
        own[16 + half * 8 + 4 + j] = static_cast<std::byte>(sc[j + 4] | (m[j + 4] >> 2 & 3) << 6);
        own[8 + half * 4 + j] = static_cast<std::byte>(m[j] | m[j + 4] >> 4 << 6);
    }
    std::byte* out = chunk + chunkScaleBytes(MatrixFormat::W4K, 32);
    for (int k = 0; k < 256; ++k)
        putNibble(MatrixFormat::W4K, out, row, k, nibbleQuant(quants, from.row, k));
}

// 128 of the chunk's 256 columns.
void packW4G(const Panel& from, int groupSize, int row, int firstCol, std::byte* chunk)
{
    const int g = row & 7, half = row >> 3;
    for (int group = 0; group < 128 / groupSize; ++group) {
        const int place = ((firstCol / groupSize + group) * 8 + g) * 4 + half * 2;
        putHalf(chunk, place, halfAt(from.block, group * 2 * kPanelRows + from.row));
        putHalf(chunk, place + 1, halfAt(from.block, (group * 2 + 1) * kPanelRows + from.row));
    }
    const std::byte* quants = from.block + blockScaleBytes(MatrixFormat::W4G, groupSize);
    std::byte* out = chunk + chunkScaleBytes(MatrixFormat::W4G, groupSize);
    for (int k = 0; k < 128; ++k)
        putNibble(MatrixFormat::W4G, out, row, firstCol + k, nibbleQuant(quants, from.row, k));
}

// W4Z as W4G: min = −zero · scale, rounded to 16 bits.
void packW4Z(const Panel& from, int groupSize, int row, int firstCol, std::byte* chunk)
{
    const int g = row & 7, half = row >> 3;
    for (int group = 0; group < 128 / groupSize; ++group) {
        const std::byte* scales = from.block + group * 3 * kPanelRows;
        const int place = ((firstCol / groupSize + group) * 8 + g) * 4 + half * 2;
        const std::uint16_t scale = halfAt(scales, from.row);
        const auto zero = static_cast<float>(byteAt(scales + 2 * kPanelRows + from.row));
        putHalf(chunk, place, scale);
        putHalf(chunk, place + 1, floatToF16(-zero * f16ToFloat(scale)));
    }
    const std::byte* quants = from.block + blockScaleBytes(MatrixFormat::W4Z, groupSize);
    std::byte* out = chunk + chunkScaleBytes(MatrixFormat::W4G, groupSize);
    for (int k = 0; k < 128; ++k)
        putNibble(MatrixFormat::W4G, out, row, firstCol + k, nibbleQuant(quants, from.row, k));
}

// --- the coded forms: 128 columns of a row, the chunk's from firstCol on ---------------------------------------------

void packBytes(MatrixFormat f, int groupSize, const Panel& from, int row, int flip, std::byte* chunk)
{
    const std::byte* quants = from.block + blockScaleBytes(f, groupSize);
    std::byte* out = chunk + chunkScaleBytes(f, groupSize);
    for (int k = 0; k < 128; ++k)
        out[quantOffset(f, row, k)] = static_cast<std::byte>(byteQuant(quants, from.row, k) ^ flip);
}

void packNibbles(MatrixFormat f, int groupSize, const Panel& from, int row, int firstCol, std::byte* chunk)
{
    const std::byte* quants = from.block + blockScaleBytes(f, groupSize);
    std::byte* out = chunk + chunkScaleBytes(f, groupSize);
    for (int k = 0; k < 128; ++k)
        putNibble(f, out, row, firstCol + k, nibbleQuant(quants, from.row, k));
}

void packF8(const Panel& from, int groupSize, int row, std::byte* chunk)
{
    const int g = row & 7, half = row >> 3;
    for (int group = 0; group < 128 / groupSize; ++group)
        std::memcpy(chunk + ((group * 8 + g) * 2 + half) * 4, from.block + (group * kPanelRows + from.row) * 4, 4);
    packBytes(MatrixFormat::F8, groupSize, from, row, 0, chunk);
}

void packC4(const Panel& from, int groupSize, int row, int firstCol, std::byte* chunk)
{
    const int g = row & 7, half = row >> 3;
    std::byte* codebook = chunk + firstCol / 128 * 32;
    for (int i = 0; i < 16; ++i) {
        codebook[i] = from.block[2 * i];
        codebook[16 + i] = from.block[2 * i + 1];
    }
    const std::byte* scales = from.block + kPanelRows;
    for (int group = 0; group < 128 / groupSize; ++group)
        std::memcpy(chunk + 64 + (((firstCol / groupSize + group) * 8 + g) * 2 + half) * 4,
                    scales + (group * kPanelRows + from.row) * 4, 4);
    packNibbles(MatrixFormat::C4, groupSize, from, row, firstCol, chunk);
}

void packW8G(const Panel& from, int groupSize, int row, std::byte* chunk)
{
    const int g = row & 7, half = row >> 3, groups = 128 / groupSize;
    for (int group = 0; group < groups; ++group) {
        const std::byte* scales = from.block + group * 6 * kPanelRows;
        const int place = (group * 8 + g) * 2 + half;
        putHalf(chunk, place, halfAt(scales + 4 * kPanelRows, from.row));
        std::memcpy(chunk + groups * 32 + place * 4, scales + from.row * 4, 4);
    }
    packBytes(MatrixFormat::W8G, groupSize, from, row, 0, chunk);
}

void packW8S(const Panel& from, int row, std::byte* chunk)
{
    const int g = row & 7, half = row >> 3;
    putHalf(chunk, g * 2 + half, halfAt(from.block, from.row));
    for (int group = 0; group < 8; ++group)
        chunk[32 + (g * 2 + half) * 8 + group] = from.block[(2 + group) * kPanelRows + from.row];
    packBytes(MatrixFormat::W8S, 16, from, row, 128, chunk);
}

void packW8K(const Panel& from, int row, std::byte* chunk)
{
    const int g = row & 7, half = row >> 3;
    putHalf(chunk, g * 4 + half * 2, halfAt(from.block, from.row));
    putHalf(chunk, g * 4 + half * 2 + 1, halfAt(from.block, kPanelRows + from.row));
    for (int i = 0; i < 8; ++i) // sc of four groups, then m
        chunk[64 + (g * 2 + half) * 8 + i] = from.block[(4 + i) * kPanelRows + from.row];
    packBytes(MatrixFormat::W8K, 32, from, row, 0, chunk);
}

void packW4S(const Panel& from, int row, int firstCol, std::byte* chunk)
{
    const int g = row & 7, half = row >> 3, block = firstCol / 128;
    putHalf(chunk + block * 64, g * 4 + half * 2, halfAt(from.block, from.row));
    putHalf(chunk + block * 64, g * 4 + half * 2 + 1, halfAt(from.block, kPanelRows + from.row));
    for (int group = 0; group < 8; ++group)
        chunk[128 + block * 128 + (g * 2 + half) * 8 + group] = from.block[(4 + group) * kPanelRows + from.row];
    packNibbles(MatrixFormat::W4S, 16, from, row, firstCol, chunk);
}

void packBlock(const WeightMatrix& m, const Panel& from, int row, int firstCol, std::byte* chunk)
{
    switch (m.format) {
    case MatrixFormat::W8: return packW8(from, m.groupSize, row, chunk);
    case MatrixFormat::W4K: return packW4K(from, row, chunk);
    case MatrixFormat::W4Z: return packW4Z(from, m.groupSize, row, firstCol, chunk);
    case MatrixFormat::F8: return packF8(from, m.groupSize, row, chunk);
    case MatrixFormat::C4: return packC4(from, m.groupSize, row, firstCol, chunk);
    case MatrixFormat::W8G: return packW8G(from, m.groupSize, row, chunk);
    case MatrixFormat::W8S: return packW8S(from, row, chunk);
    case MatrixFormat::W8K: return packW8K(from, row, chunk);
    case MatrixFormat::W4S: return packW4S(from, row, firstCol, chunk);
    default: return packW4G(from, m.groupSize, row, firstCol, chunk);
    }
}

void packDense(const WeightMatrix& m, MatrixFormat target, int row, std::byte* tile)
{
    const std::size_t size = target == MatrixFormat::F32 ? 4 : 2;
    const std::byte* source = m.data + static_cast<std::size_t>(row) * static_cast<std::size_t>(m.cols) * size;
    const int cols = chunkCols(target);
    for (int k = 0; k < m.cols; ++k) {
        std::byte* chunk = tile + static_cast<std::size_t>(k / cols) * kChunkBytes;
        std::byte* place = chunk + quantOffset(target, row % kTileRows, k % cols);
        const std::byte* value = source + static_cast<std::size_t>(k) * size;
        if (target == m.format) {
            std::memcpy(place, value, size);
        } else { // bf16 as f16
            const float x = std::clamp(bf16ToFloat(halfAt(value, 0)), -65504.0f, 65504.0f);
            putHalf(place, 0, floatToF16(x));
        }
    }
}

void packPanelRow(const WeightMatrix& m, int row, std::byte* tile)
{
    const std::byte* panel =
        m.data + static_cast<std::size_t>(row / kPanelRows) * panelBytes(m.format, m.groupSize, m.cols);
    const MatrixFormat target = m.format == MatrixFormat::W4Z ? MatrixFormat::W4G : m.format;
    const int step = blockCols(m.format), cols = chunkCols(target);
    for (int k = 0; k < m.cols; k += step, panel += blockBytes(m.format, m.groupSize)) {
        std::byte* chunk =
            tile + static_cast<std::size_t>(k / cols) * static_cast<std::size_t>(chunkBytes(target, m.groupSize));
        packBlock(m, {panel, row % kPanelRows}, row % kTileRows, k % cols, chunk);
    }
}

} // namespace

DeviceMatrix deviceShape(const WeightMatrix& matrix, RepackTarget target)
{
    const bool widened = matrix.format == MatrixFormat::Bf16 && target == RepackTarget::Turing;
    if (matrix.format == MatrixFormat::W4Z)
        return {MatrixFormat::W4G, matrix.rows, matrix.cols, matrix.groupSize};
    return {widened ? MatrixFormat::F16 : matrix.format, matrix.rows, matrix.cols, matrix.groupSize};
}

std::size_t repackBytes(const DeviceMatrix& m, int unit)
{
    const int tiles = std::min(ceilDiv(m.rows, kTileRows) - unit * (kPanelRows / kTileRows), kPanelRows / kTileRows);
    return rowTileBytes(m.format, m.groupSize, m.cols) * static_cast<std::size_t>(std::max(tiles, 0));
}

void repackUnit(const WeightMatrix& matrix, RepackTarget target, int unit, std::byte* out)
{
    const DeviceMatrix shape = deviceShape(matrix, target);
    QWILL_CHECK(unit >= 0 && unit < repackUnits(matrix.rows));
    std::memset(out, 0, repackBytes(shape, unit)); // padding decodes to 0
    const std::size_t tileBytes = rowTileBytes(shape.format, shape.groupSize, shape.cols);
    const int end = std::min(matrix.rows, (unit + 1) * kPanelRows);
    for (int row = unit * kPanelRows; row < end; ++row) {
        std::byte* tile = out + static_cast<std::size_t>(row % kPanelRows / kTileRows) * tileBytes;
        if (isDense(matrix.format))
            packDense(matrix, shape.format, row, tile);
        else
            packPanelRow(matrix, row, tile);
    }
}

} // namespace qwill::engine::cuda

#include "model/pack.h"

#include "base/check.h"
#include "model/quantize_lanes.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace qwill::engine {

namespace {

constexpr int kTile = 256; // columns read at once: a whole block of every quantised file format

// Lanes [16 · quarter, +16) of one W8 block.
void storeW8(const W8Lanes& lanes, int groupSize, int quarter, std::byte* block)
{
    for (int g = 0; g < 128 / groupSize; ++g)
        std::memcpy(block + (g * kPanelRows + quarter * kLanes) * 2, lanes.scale[g], kLanes * 2);
    std::byte* quants = block + blockScaleBytes(MatrixFormat::W8, groupSize);
    for (int v = 0; v < 32; ++v)
        std::memcpy(quants + (v * 4 + quarter) * 64, lanes.quants[v], 64);
}

void storeW4K(const W4KLanes& lanes, int quarter, std::byte* block)
{
    const int first = quarter * kLanes;
    std::memcpy(block + first * 2, lanes.d, kLanes * 2);
    std::memcpy(block + (kPanelRows + first) * 2, lanes.dmin, kLanes * 2);
    std::byte* lo = block + 4 * kPanelRows;
    std::byte* hi = lo + 8 * kPanelRows;
    std::byte* quants = hi + 4 * kPanelRows;
    for (int g = 0; g < 8; ++g)
        for (int i = 0; i < kLanes; ++i)
            lo[g * kPanelRows + first + i] = std::byte((lanes.scale[g][i] & 15) | (lanes.min[g][i] & 15) << 4);
    for (int p = 0; p < 4; ++p)
        for (int i = 0; i < kLanes; ++i)
            hi[p * kPanelRows + first + i] =
                std::byte((lanes.scale[2 * p][i] >> 4) | (lanes.min[2 * p][i] >> 4) << 2
                          | (lanes.scale[2 * p + 1][i] >> 4) << 4 | (lanes.min[2 * p + 1][i] >> 4) << 6);
    for (int v = 0; v < 32; ++v)
        std::memcpy(quants + (v * 4 + quarter) * 64, lanes.quants[v], 64);
}

// Lanes of 16 rows × 256 columns, quantised and stored from column `col` of the panel.
bool quantizeTile(MatrixFormat format, int groupSize, std::int64_t cols, std::int64_t col, int quarter,
                  const float* lanes, std::byte* panel)
{
    if (format == MatrixFormat::W4K) {
        W4KLanes quantised;
        if (!quantizeW4K(lanes, quantised))
            return false;
        storeW4K(quantised, quarter, panel + static_cast<std::size_t>(col / 256) * blockBytes(format, groupSize));
        return true;
    }
    for (std::int64_t c = col; c < std::min(cols, col + kTile); c += 128) {
        W8Lanes quantised;
        if (!quantizeW8(lanes + (c - col) * kLanes, groupSize, quantised))
            return false;
        storeW8(quantised, groupSize, quarter,
                panel + static_cast<std::size_t>(c / 128) * blockBytes(format, groupSize));
    }
    return true;
}

void put16(std::byte* at, std::uint16_t value)
{
    std::memcpy(at, &value, 2);
}

} // namespace

bool quantizePanel(MatrixFormat format, int groupSize, std::int64_t panel, std::int64_t rows, std::int64_t cols,
                   const ReadColumns& read, std::byte* out)
{
    QWILL_CHECK(format == MatrixFormat::W8 || format == MatrixFormat::W4K);
    alignas(64) float tile[kLanes * kTile];
    alignas(64) float lanes[kTile * kLanes];
    for (int quarter = 0; quarter < kPanelRows / kLanes; ++quarter)
        for (std::int64_t col = 0; col < cols; col += kTile) {
            const std::int64_t count = std::min<std::int64_t>(kTile, cols - col);
            if (count < kTile)
                std::memset(tile, 0, sizeof tile);
            for (int r = 0; r < kLanes; ++r) {
                const std::int64_t row = panel * kPanelRows + quarter * kLanes + r;
                if (row >= rows)
                    std::memset(tile + r * kTile, 0, kTile * sizeof(float));
                else if (!read(row, col, count, tile + r * kTile))
                    return false;
            }
            transposeLanes(tile, kTile, kTile, lanes);
            if (!quantizeTile(format, groupSize, cols, col, quarter, lanes, out))
                return false;
        }
    return true;
}

QuantBlock zeroBlock(MatrixFormat format)
{
    QuantBlock block = {};
    if (format == MatrixFormat::W8 || format == MatrixFormat::W8S)
        std::memset(block.quants, 128, sizeof block.quants);
    return block;
}

namespace {

void putFloat(std::byte* at, float value)
{
    std::memcpy(at, &value, 4);
}

// The scales of one row at the start of a block.
void packScales(MatrixFormat format, int groupSize, std::byte* at, int row, const QuantBlock& values)
{
    constexpr int kRows = kPanelRows;
    const int groups = blockCols(format) / groupSize;
    switch (format) {
    case MatrixFormat::W4K:
        for (int p = 0; p < 4; ++p)
            at[(12 + p) * kRows + row] =
                std::byte((values.sc[2 * p] >> 4) | (values.m[2 * p] >> 4) << 2 | (values.sc[2 * p + 1] >> 4) << 4
                          | (values.m[2 * p + 1] >> 4) << 6);
        [[fallthrough]];
    case MatrixFormat::W4S:
        for (int g = 0; g < 8; ++g)
            at[(4 + g) * kRows + row] = std::byte((values.sc[g] & 15) | (values.m[g] & 15) << 4);
        put16(at + row * 2, values.d);
        put16(at + (kRows + row) * 2, values.dmin);
        return;
    case MatrixFormat::W8S:
        put16(at + row * 2, values.d);
        for (int g = 0; g < groups; ++g)
            at[(2 + g) * kRows + row] = std::byte(values.sc[g]);
        return;
    case MatrixFormat::W8K:
        put16(at + row * 2, values.d);
        put16(at + (kRows + row) * 2, values.dmin);
        for (int g = 0; g < groups; ++g) {
            at[(4 + g) * kRows + row] = std::byte(values.sc[g]);
            at[(8 + g) * kRows + row] = std::byte(values.m[g]);
        }
        return;
    case MatrixFormat::C4:
        if (row == 0) // a row that every panel has
            std::memcpy(at, values.codebook, sizeof values.codebook);
        for (int g = 0; g < groups; ++g)
            putFloat(at + kRows + (g * kRows + row) * 4, values.factor[g]);
        return;
    case MatrixFormat::F8:
        for (int g = 0; g < groups; ++g)
            putFloat(at + (g * kRows + row) * 4, values.factor[g]);
        return;
    case MatrixFormat::W8G:
        for (int g = 0; g < groups; ++g) {
            putFloat(at + g * 6 * kRows + row * 4, values.factor[g]);
            put16(at + (g * 6 + 4) * kRows + row * 2, values.scale[g]);
        }
        return;
    case MatrixFormat::W4Z:
        for (int g = 0; g < groups; ++g) {
            put16(at + g * 3 * kRows + row * 2, values.scale[g]);
            at[(g * 3 + 2) * kRows + row] = std::byte(values.zero[g]);
        }
        return;
    default:
        for (int g = 0; g < groups; ++g) {
            const int stride = format == MatrixFormat::W4G ? 2 : 1; // scale and min of a group lie side by side
            put16(at + (g * stride * kRows + row) * 2, values.scale[g]);
            if (format == MatrixFormat::W4G)
                put16(at + ((g * stride + 1) * kRows + row) * 2, values.min[g]);
        }
    }
}

} // namespace

void packBlock(MatrixFormat format, int groupSize, std::byte* panel, int block, int row, const QuantBlock& values)
{
    std::byte* at = panel + static_cast<std::size_t>(block) * blockBytes(format, groupSize);
    std::byte* quants = at + blockScaleBytes(format, groupSize);
    packScales(format, format == MatrixFormat::W4K ? 32 : groupSize, at, row, values);
    const int cols = blockCols(format);
    if (quantBits(format) == 8) {
        for (int k = 0; k < cols; ++k)
            quants[((k / 4) * 4 + row / 16) * 64 + (row & 15) * 4 + (k & 3)] = std::byte(values.quants[k]);
        return;
    }
    for (int k = 0; k < cols; ++k) {
        std::byte& both = quants[((k / 8) * 4 + row / 16) * 64 + (row & 15) * 4 + (k & 3)];
        both = (k & 4) ? (both & std::byte{15}) | std::byte(values.quants[k] << 4) : std::byte(values.quants[k]);
    }
}

} // namespace qwill::engine

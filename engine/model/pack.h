#pragma once
// Writes quantised weights into the panel layout, 64 rows at a time: by quantising floats, or from quants a file
// brings. Pure functions; any thread.

#include "model/panel_layout.h"

#include <cstddef>
#include <cstdint>
#include <functional>

namespace qwill::engine {

// What quantizePanel reads: columns [colBegin, colBegin + count) of row `row` as floats to out[count]; colBegin is a
// multiple of 256. False when they cannot be used (not finite).
using ReadColumns = std::function<bool(std::int64_t row, std::int64_t colBegin, std::int64_t count, float* out)>;

// Quantises rows [64 · panel, …) of a matrix [rows, cols] into the panel at `out` (panelBytes() long), padding with
// zeros. W8 (groups of 32, 64 or 128) or W4K. False when `read` says so or a value is too large for a 16-bit scale.
bool quantizePanel(MatrixFormat format, int groupSize, std::int64_t panel, std::int64_t rows, std::int64_t cols,
                   const ReadColumns& read, std::byte* out);

// One row of one k-block, as integers: what a lossless repack writes.
struct QuantBlock {
    std::uint16_t scale[4], min[4]; // W8, W4G, W4Z, W8G; f16 bits
    std::uint8_t zero[4]; // W4Z
    float factor[4]; // F8 and C4: scales; W8G: mins
    std::int16_t codebook[16]; // C4, the same in every row of a panel
    std::uint16_t d, dmin; // W4K, W8S, W8K, W4S
    std::uint8_t sc[8], m[8]; // the same; two's complement where they have a sign
    std::uint8_t quants[256]; // as stored: W8 and W8S q + 128, else bytes or 0…15
};

// Writes row `row` (0…63) of block `block` of a panel.
void packBlock(MatrixFormat format, int groupSize, std::byte* panel, int block, int row, const QuantBlock& values);

// The block whose weights are all 0, for padding.
QuantBlock zeroBlock(MatrixFormat format);

} // namespace qwill::engine

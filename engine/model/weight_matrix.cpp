#include "model/weight_matrix.h"

#include "base/check.h"
#include "base/half.h"

#include <cstring>

namespace qwill::engine {

namespace {

template <typename T>
T load(const std::byte* p)
{
    T value;
    std::memcpy(&value, p, sizeof value);
    return value;
}

float half(const std::byte* scales, int index)
{
    return f16ToFloat(load<std::uint16_t>(scales + index * 2));
}

int byteAt(const std::byte* p)
{
    return std::to_integer<int>(*p);
}

// The quant of (row r of the panel, column k of the block): panel_layout.h.
int quant8(const std::byte* quants, int r, int k)
{
    return byteAt(quants + ((k / 4) * 4 + r / 16) * 64 + (r & 15) * 4 + (k & 3));
}

int quant4(const std::byte* quants, int r, int k)
{
    const int both = byteAt(quants + ((k / 8) * 4 + r / 16) * 64 + (r & 15) * 4 + (k & 3));
    return (k & 4) ? both >> 4 : both & 15;
}

void decodeW8(const std::byte* block, int group, int r, int count, float* out)
{
    const std::byte* quants = block + blockScaleBytes(MatrixFormat::W8, group);
    for (int k = 0; k < count; ++k)
        out[k] = half(block, (k / group) * kPanelRows + r) * static_cast<float>(quant8(quants, r, k) - 128);
}

void decodeW4G(const std::byte* block, int group, int r, int count, float* out)
{
    const std::byte* quants = block + blockScaleBytes(MatrixFormat::W4G, group);
    for (int k = 0; k < count; ++k) {
        const int g = k / group;
        const float scale = half(block, g * 2 * kPanelRows + r), min = half(block, (g * 2 + 1) * kPanelRows + r);
        out[k] = scale * static_cast<float>(quant4(quants, r, k)) + min;
    }
}

void decodeW4K(const std::byte* block, int r, int count, float* out)
{
    const std::byte* lo = block + 4 * kPanelRows;
    const std::byte* hi = lo + 8 * kPanelRows;
    const std::byte* quants = hi + 4 * kPanelRows;
    const float d = half(block, r), dmin = half(block, kPanelRows + r);
    for (int k = 0; k < count; ++k) {
        const int g = k / 32;
        const int low = byteAt(lo + g * kPanelRows + r);
        const int high = byteAt(hi + (g / 2) * kPanelRows + r) >> ((g & 1) * 4);
        const int sc = (low & 15) | (high & 3) << 4, m = (low >> 4) | ((high >> 2) & 3) << 4;
        // Products before the sum, each exact or rounded once: the definition other decoders are compared with.
        const float scale = d * static_cast<float>(sc), min = dmin * static_cast<float>(m);
        out[k] = scale * static_cast<float>(quant4(quants, r, k)) - min;
    }
}

void decodeDense(const WeightMatrix& m, std::int32_t row, float* out)
{
    const auto cols = static_cast<std::size_t>(m.cols);
    const std::size_t size = m.format == MatrixFormat::F32 ? 4 : 2;
    const std::byte* source = m.data + static_cast<std::size_t>(row) * cols * size;
    for (std::size_t k = 0; k < cols; ++k) {
        if (m.format == MatrixFormat::F32)
            out[k] = load<float>(source + k * 4);
        else if (m.format == MatrixFormat::F16)
            out[k] = f16ToFloat(load<std::uint16_t>(source + k * 2));
        else
            out[k] = bf16ToFloat(load<std::uint16_t>(source + k * 2));
    }
}

} // namespace

std::string_view formatName(MatrixFormat format)
{
    switch (format) {
    case MatrixFormat::None: return "none";
    case MatrixFormat::F32: return "f32";
    case MatrixFormat::F16: return "f16";
    case MatrixFormat::Bf16: return "bf16";
    case MatrixFormat::W8: return "w8";
    case MatrixFormat::W4K: return "w4k";
    case MatrixFormat::W4G: return "w4g";
    }
    return "none";
}

void dequantizeRow(const WeightMatrix& m, std::int32_t row, float* out)
{
    QWILL_CHECK(row >= 0 && row < m.rows);
    if (isDense(m.format)) {
        decodeDense(m, row, out);
        return;
    }
    const std::byte* panel =
        m.data + static_cast<std::size_t>(row / kPanelRows) * panelBytes(m.format, m.groupSize, m.cols);
    const int r = row % kPanelRows, step = blockCols(m.format);
    for (int k = 0; k < m.cols; k += step, panel += blockBytes(m.format, m.groupSize)) {
        const int count = m.cols - k < step ? m.cols - k : step;
        if (m.format == MatrixFormat::W8)
            decodeW8(panel, m.groupSize, r, count, out + k);
        else if (m.format == MatrixFormat::W4G)
            decodeW4G(panel, m.groupSize, r, count, out + k);
        else
            decodeW4K(panel, r, count, out + k);
    }
}

} // namespace qwill::engine

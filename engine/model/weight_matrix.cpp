#include "model/weight_matrix.h"

#include "base/check.h"
#include "base/half.h"

#include <cstring>
#include <vector>

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

void decodeW4Z(const std::byte* block, int group, int r, int count, float* out)
{
    const std::byte* quants = block + blockScaleBytes(MatrixFormat::W4Z, group);
    for (int k = 0; k < count; ++k) {
        const std::byte* scales = block + k / group * 3 * kPanelRows;
        out[k] = half(scales, r) * static_cast<float>(quant4(quants, r, k) - byteAt(scales + 2 * kPanelRows + r));
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

int signedByteAt(const std::byte* p)
{
    return static_cast<std::int8_t>(byteAt(p));
}

void decodeF8(const std::byte* block, int group, int r, int count, float* out)
{
    const std::byte* quants = block + blockScaleBytes(MatrixFormat::F8, group);
    for (int k = 0; k < count; ++k) {
        const auto code = static_cast<std::uint8_t>(quant8(quants, r, k));
        out[k] = load<float>(block + (k / group * kPanelRows + r) * 4) * static_cast<float>(e4m3Integer(code));
    }
}

void decodeC4(const std::byte* block, int group, int r, int count, float* out)
{
    const std::byte *scales = block + kPanelRows, *quants = block + blockScaleBytes(MatrixFormat::C4, group);
    for (int k = 0; k < count; ++k)
        out[k] = load<float>(scales + (k / group * kPanelRows + r) * 4)
            * static_cast<float>(load<std::int16_t>(block + 2 * quant4(quants, r, k)));
}

void decodeW8G(const std::byte* block, int group, int r, int count, float* out)
{
    const std::byte* quants = block + blockScaleBytes(MatrixFormat::W8G, group);
    for (int k = 0; k < count; ++k) {
        const std::byte* scales = block + k / group * 6 * kPanelRows;
        out[k] =
            half(scales + 4 * kPanelRows, r) * static_cast<float>(quant8(quants, r, k)) + load<float>(scales + 4 * r);
    }
}

void decodeW8S(const std::byte* block, int r, int count, float* out)
{
    const std::byte *sc = block + 2 * kPanelRows, *quants = sc + 8 * kPanelRows;
    for (int k = 0; k < count; ++k)
        out[k] = half(block, r)
            * static_cast<float>(signedByteAt(sc + k / 16 * kPanelRows + r) * (quant8(quants, r, k) - 128));
}

void decodeW8K(const std::byte* block, int r, int count, float* out)
{
    const std::byte *sc = block + 4 * kPanelRows, *m = sc + 4 * kPanelRows, *quants = m + 4 * kPanelRows;
    for (int k = 0; k < count; ++k) {
        const int at = k / 32 * kPanelRows + r;
        const float scaled = half(block, r) * static_cast<float>(signedByteAt(sc + at) * quant8(quants, r, k));
        out[k] = scaled - half(block, kPanelRows + r) * static_cast<float>(signedByteAt(m + at));
    }
}

void decodeW4S(const std::byte* block, int r, int count, float* out)
{
    const std::byte *both = block + 4 * kPanelRows, *quants = both + 8 * kPanelRows;
    for (int k = 0; k < count; ++k) {
        const int pair = byteAt(both + k / 16 * kPanelRows + r);
        const float scaled = half(block, r) * static_cast<float>((pair & 15) * quant4(quants, r, k));
        out[k] = scaled - half(block, kPanelRows + r) * static_cast<float>(pair >> 4);
    }
}

void decodeBlock(const WeightMatrix& m, const std::byte* block, int r, int count, float* out)
{
    switch (m.format) {
    case MatrixFormat::W8: return decodeW8(block, m.groupSize, r, count, out);
    case MatrixFormat::W4G: return decodeW4G(block, m.groupSize, r, count, out);
    case MatrixFormat::W4Z: return decodeW4Z(block, m.groupSize, r, count, out);
    case MatrixFormat::F8: return decodeF8(block, m.groupSize, r, count, out);
    case MatrixFormat::C4: return decodeC4(block, m.groupSize, r, count, out);
    case MatrixFormat::W8G: return decodeW8G(block, m.groupSize, r, count, out);
    case MatrixFormat::W8S: return decodeW8S(block, r, count, out);
    case MatrixFormat::W8K: return decodeW8K(block, r, count, out);
    case MatrixFormat::W4S: return decodeW4S(block, r, count, out);
    default: return decodeW4K(block, r, count, out);
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
    case MatrixFormat::W4Z: return "w4z";
    case MatrixFormat::F8: return "f8";
    case MatrixFormat::C4: return "c4";
    case MatrixFormat::W8G: return "w8g";
    case MatrixFormat::W8S: return "w8s";
    case MatrixFormat::W8K: return "w8k";
    case MatrixFormat::W4S: return "w4s";
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
    std::vector<float> inOrder(m.order ? static_cast<std::size_t>(m.cols) : 0);
    float* stored = m.order ? inOrder.data() : out;
    const std::byte* panel =
        m.data + static_cast<std::size_t>(row / kPanelRows) * panelBytes(m.format, m.groupSize, m.cols);
    const int step = blockCols(m.format);
    for (int k = 0; k < m.cols; k += step, panel += blockBytes(m.format, m.groupSize))
        decodeBlock(m, panel, row % kPanelRows, m.cols - k < step ? m.cols - k : step, stored + k);
    for (int k = 0; m.order && k < m.cols; ++k)
        out[m.order[k]] = stored[k];
}

} // namespace qwill::engine

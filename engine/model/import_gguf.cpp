#include "model/import_gguf.h"

#include "base/check.h"
#include "base/half.h"
#include "model/dequantize.h"
#include "model/pack.h"
#include "model/row_reader.h"

#include <algorithm>
#include <cstring>
#include <span>

namespace qwill::engine {

namespace {

int byteAt(const std::byte* p)
{
    return std::to_integer<int>(*p);
}

std::uint16_t bitsAt(const std::byte* p)
{
    std::uint16_t bits;
    std::memcpy(&bits, p, 2);
    return bits;
}

bool isFinite(std::uint16_t f16)
{
    return (f16 & 0x7c00u) != 0x7c00u;
}

int nibble(const std::byte* q, int i)
{
    return i < 16 ? byteAt(q + i) & 15 : byteAt(q + i - 16) >> 4;
}

// One block of 32 values as group g of `out`.
bool takeBlock32(DType type, const std::byte* b, int g, QuantBlock& out)
{
    std::uint8_t* quants = out.quants + g * 32;
    out.scale[g] = bitsAt(b);
    switch (type) {
    case DType::Q8_0:
        for (int i = 0; i < 32; ++i)
            quants[i] = static_cast<std::uint8_t>(byteAt(b + 2 + i) ^ 128); // int8 + 128
        break;
    case DType::Q5_0: // (q − 16) + 128
        for (int i = 0; i < 32; ++i)
            quants[i] =
                static_cast<std::uint8_t>((nibble(b + 6, i) | (byteAt(b + 2 + i / 8) >> (i % 8) & 1) << 4) + 112);
        break;
    case DType::IQ4_NL:
        for (int i = 0; i < 32; ++i)
            quants[i] = static_cast<std::uint8_t>(kIq4NlValues[nibble(b + 2, i)] + 128);
        break;
    case DType::MXFP4:
        out.scale[g] = floatToF16(mxfp4Scale(static_cast<std::uint8_t>(byteAt(b))));
        for (int i = 0; i < 32; ++i)
            quants[i] = static_cast<std::uint8_t>(kMxfp4Values[nibble(b + 1, i)] + 128);
        break;
    case DType::Q4_0:
        out.min[g] = floatToF16(-8 * f16ToFloat(out.scale[g]));
        for (int i = 0; i < 32; ++i)
            quants[i] = static_cast<std::uint8_t>(nibble(b + 2, i));
        return isFinite(out.scale[g]) && isFinite(out.min[g]);
    case DType::Q4_1:
        out.min[g] = bitsAt(b + 2);
        for (int i = 0; i < 32; ++i)
            quants[i] = static_cast<std::uint8_t>(nibble(b + 4, i));
        return isFinite(out.scale[g]) && isFinite(out.min[g]);
    default: QWILL_CHECK(!"a type that is not repacked");
    }
    return isFinite(out.scale[g]);
}

bool takeQ4K(const std::byte* b, QuantBlock& out)
{
    out.d = bitsAt(b);
    out.dmin = bitsAt(b + 2);
    for (int g = 0; g < 8; ++g) {
        const KScale s = kScaleAt(b + 4, g);
        out.sc[g] = s.scale;
        out.m[g] = s.min;
        for (int i = 0; i < 32; ++i) {
            const int both = byteAt(b + 16 + g / 2 * 32 + i);
            out.quants[g * 32 + i] = static_cast<std::uint8_t>((g & 1) ? both >> 4 : both & 15);
        }
    }
    return isFinite(out.d) && isFinite(out.dmin);
}

// Half of a block of 256 as a block of W8.
bool takeHalf(DType type, const std::byte* b, int half, QuantBlock& out)
{
    const bool wide = type == DType::Q3_K; // one scale for all
    const std::uint16_t d = bitsAt(wide ? b + 108 : b);
    for (int i = 0; i < 128; ++i) {
        const KValue v = kValueAt(type, b, half * 128 + i);
        if (wide)
            out.quants[i] = static_cast<std::uint8_t>(128 - v.scale * v.quant); // −124 … 128, negated
        else
            out.quants[i] = static_cast<std::uint8_t>(128 + v.quant);
        if (!wide && i % 32 == 0)
            out.scale[i / 32] = floatToF16(f16ToFloat(d) * static_cast<float>(v.scale));
    }
    if (wide)
        out.scale[0] = d ^ 0x8000u;
    return std::ranges::all_of(std::span(out.scale, wide ? 1 : 4), isFinite);
}

bool takeBlock(DType type, const std::byte* b, int at, QuantBlock& out)
{
    if (type == DType::Q4_K)
        return takeQ4K(b, out);
    if (blockShape(type).elements == 256)
        return takeHalf(type, b, at, out);
    return takeBlock32(type, b, at, out);
}

} // namespace

KeptForm ggufKeptForm(DType type)
{
    switch (type) {
    case DType::Q4_0:
    case DType::Q4_1: return {MatrixFormat::W4G, 32, true};
    case DType::Q4_K: return {MatrixFormat::W4K, 32, true};
    case DType::Q8_0:
    case DType::Q5_0:
    case DType::IQ4_NL:
    case DType::IQ4_XS:
    case DType::MXFP4: return {MatrixFormat::W8, 32, true};
    case DType::Q3_K: return {MatrixFormat::W8, 128, true};
    case DType::Q2_K: return {MatrixFormat::W4K, 32, false};
    case DType::Q5_1:
    case DType::Q5_K:
    case DType::Q6_K: return {MatrixFormat::W8, 32, false};
    default: return {MatrixFormat::W8, 128, false};
    }
}

bool repackPanel(const TensorView& tensor, std::int64_t panel, std::byte* out)
{
    const KeptForm form = ggufKeptForm(tensor.dtype);
    QWILL_CHECK(form.repack);
    const BlockShape shape = blockShape(tensor.dtype);
    const int cols = static_cast<int>(tensor.cols()), step = blockCols(form.format);
    const int piece = std::min(step, shape.elements); // columns taken at once
    for (int r = 0; r < kPanelRows; ++r) {
        const std::int64_t row = panel * kPanelRows + r;
        const std::byte* source = row < tensor.rows() ? rowBytes(tensor, fileRow(tensor, row), 1).data() : nullptr;
        for (int block = 0; block * step < cols; ++block) {
            QuantBlock values = zeroBlock(form.format);
            for (int col = block * step; source && col < cols && col < (block + 1) * step; col += piece) {
                const std::byte* b = source + static_cast<std::ptrdiff_t>(col / shape.elements) * shape.bytes;
                const int at = shape.elements == 256 ? col % 256 / 128 : col % step / 32;
                if (!takeBlock(tensor.dtype, b, at, values))
                    return false;
            }
            packBlock(form.format, form.groupSize, out, block, r, values);
        }
    }
    return true;
}

} // namespace qwill::engine

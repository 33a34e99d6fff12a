#include "model/import_gguf.h"

#include "base/check.h"
#include "base/half.h"
#include "model/dequantize.h"
#include "model/pack.h"
#include "model/row_reader.h"

#include <algorithm>
#include <cmath>
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

// A scale and codes of 4 bits as group g of a block of C4.
bool takeCodes(DType type, const std::byte* b, int g, QuantBlock& out)
{
    const bool mx = type == DType::MXFP4;
    out.factor[g] = mx ? mxfp4Scale(static_cast<std::uint8_t>(byteAt(b))) : f16ToFloat(bitsAt(b));
    std::ranges::copy(mx ? kMxfp4Values : kIq4NlValues, out.codebook);
    for (int i = 0; i < 32; ++i)
        out.quants[g * 32 + i] = static_cast<std::uint8_t>(nibble(b + (mx ? 1 : 2), i));
    return std::isfinite(out.factor[g] * 127);
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
    case DType::MXFP4: return takeCodes(type, b, g, out);
    case DType::Q5_1:
        out.factor[g] = f16ToFloat(bitsAt(b + 2));
        for (int i = 0; i < 32; ++i)
            quants[i] = static_cast<std::uint8_t>(nibble(b + 8, i) | (byteAt(b + 4 + i / 8) >> (i % 8) & 1) << 4);
        return isFinite(out.scale[g]) && std::isfinite(out.factor[g]);
    case DType::Q4_0:
        out.zero[g] = 8;
        for (int i = 0; i < 32; ++i)
            quants[i] = static_cast<std::uint8_t>(nibble(b + 2, i));
        break;
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

// Half of a block of 256 as a block of 128.
bool takeHalf(DType type, const std::byte* b, int half, QuantBlock& out)
{
    const std::byte* fields = b + superScaleAt(type);
    out.d = bitsAt(fields);
    out.dmin = type == DType::Q2_K || type == DType::Q5_K ? bitsAt(fields + 2) : std::uint16_t{0};
    const int group = type == DType::Q5_K || type == DType::IQ4_XS ? 32 : 16;
    for (int i = 0; i < 128; ++i) {
        const KValue v = kValueAt(type, b, half * 128 + i);
        out.sc[i / group] = static_cast<std::uint8_t>(v.scale);
        out.m[i / group] = static_cast<std::uint8_t>(v.min);
        out.quants[i] = static_cast<std::uint8_t>(type == DType::Q6_K ? v.quant + 128 : v.quant);
        if (type == DType::Q3_K) // one scale for all: −124 … 128, negated
            out.quants[i] = static_cast<std::uint8_t>(128 - v.scale * v.quant);
        if (type == DType::IQ4_XS) {
            out.quants[i] = static_cast<std::uint8_t>(nibble(b + 8 + (half * 4 + i / 32) * 16, i % 32));
            out.factor[i / 32] = f16ToFloat(out.d) * static_cast<float>(v.scale);
        }
    }
    out.scale[0] = out.d ^ 0x8000u; // Q3_K
    std::ranges::copy(kIq4NlValues, out.codebook); // IQ4_XS
    return isFinite(out.d) && isFinite(out.dmin);
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
    case DType::Q4_0: return {MatrixFormat::W4Z, 32, true};
    case DType::Q4_1: return {MatrixFormat::W4G, 32, true};
    case DType::Q4_K: return {MatrixFormat::W4K, 32, true};
    case DType::Q8_0:
    case DType::Q5_0: return {MatrixFormat::W8, 32, true};
    case DType::IQ4_NL:
    case DType::IQ4_XS:
    case DType::MXFP4: return {MatrixFormat::C4, 32, true};
    case DType::Q3_K: return {MatrixFormat::W8, 128, true};
    case DType::Q2_K: return {MatrixFormat::W4S, 16, true};
    case DType::Q5_1: return {MatrixFormat::W8G, 32, true};
    case DType::Q5_K: return {MatrixFormat::W8K, 32, true};
    case DType::Q6_K: return {MatrixFormat::W8S, 16, true};
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

#include "model/import_gguf.h"

#include "base/check.h"
#include "base/half.h"
#include "model/dequantize.h"
#include "model/pack.h"
#include "model/row_reader.h"

#include <cstring>

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

} // namespace

bool canRepack(DType type)
{
    return type == DType::Q8_0 || type == DType::Q5_0 || type == DType::IQ4_NL || type == DType::Q4_0
        || type == DType::Q4_1 || type == DType::Q4_K;
}

bool repackPanel(const TensorView& tensor, MatrixFormat format, std::int64_t panel, std::byte* out)
{
    constexpr int kGroup = 32;
    const BlockShape shape = blockShape(tensor.dtype);
    const int cols = static_cast<int>(tensor.cols()), step = blockCols(format);
    for (int r = 0; r < kPanelRows; ++r) {
        const std::int64_t row = panel * kPanelRows + r;
        const std::byte* source = row < tensor.rows() ? rowBytes(tensor, fileRow(tensor, row), 1).data() : nullptr;
        for (int block = 0; block * step < cols; ++block) {
            QuantBlock values = zeroBlock(format);
            for (int col = block * step; source && col < cols && col < (block + 1) * step; col += shape.elements) {
                const bool good = format == MatrixFormat::W4K
                    ? takeQ4K(source, values)
                    : takeBlock32(tensor.dtype, source, (col - block * step) / kGroup, values);
                if (!good)
                    return false;
                source += shape.bytes;
            }
            packBlock(format, kGroup, out, block, r, values);
        }
    }
    return true;
}

} // namespace qwill::engine

#include "model/row_reader.h"

#include "base/check.h"
#include "base/half.h"
#include "model/dequantize.h"

#include <bit>
#include <cstring>

namespace qwill::engine {

namespace {

// Files align tensors as they please; memcpy of one element is a plain load everywhere.
template <typename T>
T load(const std::byte* p)
{
    T value;
    std::memcpy(&value, p, sizeof value);
    return value;
}

void readBf16(const std::byte* source, std::size_t count, float* out)
{
    for (std::size_t i = 0; i < count; ++i)
        out[i] = bf16ToFloat(load<std::uint16_t>(source + i * 2));
}

// Without branches, so that it vectorises: shift the exponent into place, scale by 2^112 (subnormals come out right),
// and lift infinities and NaNs, whose exponent is all ones.
void readF16(const std::byte* source, std::size_t count, float* out)
{
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t h = load<std::uint16_t>(source + i * 2);
        const std::uint32_t magnitude = (h & 0x7fffu) << 13;
        const float scaled = std::bit_cast<float>(magnitude) * 0x1p112f;
        const std::uint32_t special = magnitude >= 0x0f800000u ? 0x7f800000u : 0u;
        out[i] = std::bit_cast<float>(std::bit_cast<std::uint32_t>(scaled) | special | (h & 0x8000u) << 16);
    }
}

} // namespace

std::int64_t fileRow(const TensorView& tensor, std::int64_t row)
{
    if (tensor.interleavedHead == 0)
        return row;
    const std::int64_t head = tensor.interleavedHead, inHead = row % head;
    return row - inHead + inHead % (head / 2) * 2 + inHead / (head / 2);
}

std::span<const std::byte> rowBytes(const TensorView& tensor, std::int64_t rowBegin, std::int64_t rowCount)
{
    QWILL_CHECK(rowBegin >= 0 && rowCount >= 0 && rowBegin + rowCount <= tensor.rows());
    const std::size_t stride = tensor.data.size() / static_cast<std::size_t>(tensor.rows());
    return tensor.data.subspan(static_cast<std::size_t>(rowBegin) * stride,
                               static_cast<std::size_t>(rowCount) * stride);
}

namespace {

void decode(DType type, std::span<const std::byte> bytes, std::size_t count, float* out)
{
    if (type == DType::F32)
        std::memcpy(out, bytes.data(), count * 4);
    else if (type == DType::Bf16)
        readBf16(bytes.data(), count, out);
    else if (type == DType::F16)
        readF16(bytes.data(), count, out);
    else
        dequantizeBlocks(type, bytes, out);
}

} // namespace

void readRows(const TensorView& tensor, std::int64_t rowBegin, std::int64_t rowCount, float* out)
{
    if (tensor.interleavedHead == 0) {
        decode(tensor.dtype, rowBytes(tensor, rowBegin, rowCount), static_cast<std::size_t>(rowCount * tensor.cols()),
               out);
        return;
    }
    if (tensor.shape.size() == 1) { // a bias: its elements are what rows are elsewhere
        std::vector<float> values(static_cast<std::size_t>(tensor.cols()));
        decode(tensor.dtype, tensor.data, values.size(), values.data());
        for (std::int64_t i = 0; i < tensor.cols(); ++i)
            out[i] = values[static_cast<std::size_t>(fileRow(tensor, i))];
        return;
    }
    for (std::int64_t r = 0; r < rowCount; ++r)
        readColumns(tensor, rowBegin + r, 0, tensor.cols(), out + r * tensor.cols());
}

void readColumns(const TensorView& tensor, std::int64_t row, std::int64_t colBegin, std::int64_t count, float* out)
{
    const BlockShape block = blockShape(tensor.dtype);
    QWILL_CHECK(colBegin >= 0 && count >= 0 && colBegin + count <= tensor.cols());
    QWILL_CHECK(colBegin % block.elements == 0 && count % block.elements == 0);
    const auto offset = static_cast<std::size_t>(colBegin / block.elements * block.bytes);
    decode(tensor.dtype,
           rowBytes(tensor, fileRow(tensor, row), 1)
               .subspan(offset, static_cast<std::size_t>(count / block.elements * block.bytes)),
           static_cast<std::size_t>(count), out);
}

bool allFinite(const float* values, std::size_t count)
{
    std::uint32_t worst = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t exponent = std::bit_cast<std::uint32_t>(values[i]) & 0x7f800000u;
        worst = exponent > worst ? exponent : worst;
    }
    return worst != 0x7f800000u;
}

} // namespace qwill::engine

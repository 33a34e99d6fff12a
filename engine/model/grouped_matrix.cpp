#include "model/grouped_matrix.h"

#include "base/check.h"
#include "base/half.h"
#include "model/pack.h"
#include "model/row_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numeric>
#include <ranges>

namespace qwill::engine {

namespace {

constexpr int kTile = 256; // columns decoded at once

template <typename T>
T load(const std::byte* p)
{
    T value;
    std::memcpy(&value, p, sizeof value);
    return value;
}

MatrixFormat panelFormat(const GroupedShape& shape)
{
    return shape.bits <= 4 ? MatrixFormat::W4Z : shape.centred ? MatrixFormat::W8 : MatrixFormat::W8G;
}

// The largest group of that format that divides the file's; 0 when there is none.
std::int32_t panelGroup(const GroupedShape& shape)
{
    if (shape.groupSize >= shape.cols)
        return 128; // one group: its scale is repeated
    for (std::int32_t group : {128, 64, 32})
        if (shape.groupSize % group == 0 && groupFits(panelFormat(shape), group))
            return group;
    return 0;
}

// A 16-bit scale; none when it does not fit.
bool toHalf(float value, std::uint16_t& bits)
{
    bits = floatToF16(value);
    return (bits & 0x7c00u) != 0x7c00u;
}

} // namespace

std::uint32_t packedInteger(const std::byte* words, std::size_t stride, std::int64_t index, int bits)
{
    const auto bit = static_cast<std::uint64_t>(index) * static_cast<std::uint64_t>(bits);
    const std::byte* word = words + static_cast<std::size_t>(bit / 32) * stride;
    const int shift = static_cast<int>(bit % 32);
    std::uint32_t value = load<std::uint32_t>(word) >> shift;
    if (shift + bits > 32)
        value |= load<std::uint32_t>(word + stride) << (32 - shift);
    return value & ((1u << bits) - 1);
}

Result<void> checkGroupIndices(const TensorView& tensor, std::int64_t cols, std::int64_t groups, std::int64_t groupSize,
                               bool& ordered)
{
    const auto wrong = [&](const std::string& why) {
        return Error{ErrorCode::Corrupt, "The tensor " + tensor.name + " " + why + "."};
    };
    if (tensor.dtype != DType::I32 || tensor.shape != std::vector<std::int64_t>{cols})
        return wrong("is no group index for each of " + std::to_string(cols) + " columns");
    ordered = true;
    for (std::int64_t k = 0; k < cols; ++k) {
        const auto group = load<std::int32_t>(tensor.data.data() + k * 4);
        if (group < 0 || group >= groups)
            return wrong("puts column " + std::to_string(k) + " into the group " + std::to_string(group) + " of "
                         + std::to_string(groups));
        ordered = ordered && group == k / groupSize;
    }
    return {};
}

float floatAt(const TensorView& tensor, std::int64_t index)
{
    const std::byte* at = tensor.data.data() + index * blockShape(tensor.dtype).bytes;
    switch (tensor.dtype) {
    case DType::F32: return load<float>(at);
    case DType::F16: return f16ToFloat(load<std::uint16_t>(at));
    case DType::Bf16: return bf16ToFloat(load<std::uint16_t>(at));
    default: QWILL_CHECK(!"no float"); return 0;
    }
}

GroupedMatrix::GroupedMatrix(const GroupedShape& shape, std::vector<const TensorView*> tensors)
    : MatrixSource(shape.rows, shape.cols, std::move(tensors)),
      m_shape(shape)
{
    QWILL_CHECK(shape.bits >= 1 && shape.bits <= 8 && shape.groupSize > 0);
    if (!shape.groupOf.empty())
        findOrder();
}

// Columns sorted by group, as long as each group then fills its own place.
void GroupedMatrix::findOrder()
{
    m_order.resize(static_cast<std::size_t>(cols()));
    std::iota(m_order.begin(), m_order.end(), 0);
    std::ranges::stable_sort(m_order, {}, [this](std::int32_t col) { return groupIndex(col); });
    for (std::int64_t k = 0; k < cols(); ++k)
        if (groupIndex(m_order[static_cast<std::size_t>(k)]) != k / m_shape.groupSize) {
            m_order.clear();
            return;
        }
}

std::string GroupedMatrix::text() const
{
    const bool whole = m_shape.groupSize >= m_shape.cols;
    return "int" + std::to_string(m_shape.bits) + (whole ? " row" : " g" + std::to_string(m_shape.groupSize))
        + (m_shape.groupOf.empty() ? "" : " ordered");
}

KeptForm GroupedMatrix::kept() const
{
    const std::int32_t group = panelGroup(m_shape);
    if (group == 0 || (!m_shape.groupOf.empty() && m_order.empty()))
        return {MatrixFormat::W8, 32, false};
    return {panelFormat(m_shape), group, true, !m_order.empty()};
}

std::int64_t GroupedMatrix::groupIndex(std::int64_t col) const
{
    return m_shape.groupOf.empty() ? col / m_shape.groupSize : load<std::int32_t>(m_shape.groupOf.data() + col * 4);
}

bool GroupedMatrix::read(std::int64_t row, std::int64_t col, std::int64_t count, float* out) const
{
    std::array<std::uint8_t, kTile> quants;
    std::int64_t last = -1;
    Group g;
    for (std::int64_t begin = 0; begin < count; begin += kTile) {
        const std::int64_t n = std::min<std::int64_t>(kTile, count - begin);
        integers(row, col + begin, n, quants.data());
        for (std::int64_t k = 0; k < n; ++k) {
            if (const std::int64_t index = groupIndex(col + begin + k); index != last) {
                g = group(row, index);
                last = index;
            }
            out[begin + k] = g.scale * static_cast<float>(quants[static_cast<std::size_t>(k)] - g.zero);
        }
    }
    return allFinite(out, static_cast<std::size_t>(count));
}

// Stored columns [col, col + count) of a row, whose integers are given, into a block.
bool GroupedMatrix::pack(std::int64_t row, std::int64_t col, const std::uint8_t* quants, std::int64_t count,
                         QuantBlock& block) const
{
    const KeptForm form = kept();
    std::memcpy(block.quants, quants, static_cast<std::size_t>(count));
    for (std::int64_t k = 0; k < count; k += form.groupSize) {
        const Group g = group(row, (col + k) / m_shape.groupSize);
        const auto at = static_cast<std::size_t>(k / form.groupSize);
        if (!toHalf(g.scale, block.scale[at]) || g.zero < 0 || g.zero > 255)
            return false;
        block.zero[at] = static_cast<std::uint8_t>(g.zero);
        block.factor[at] = static_cast<float>(-g.zero) * f16ToFloat(block.scale[at]); // exact: 8 and 11 bits
        for (std::int64_t i = k; form.format == MatrixFormat::W8 && i < std::min(count, k + form.groupSize); ++i) {
            const int stored = block.quants[i] - g.zero + 128;
            if (stored < 0 || stored > 255)
                return false;
            block.quants[i] = static_cast<std::uint8_t>(stored);
        }
    }
    return true;
}

bool GroupedMatrix::repackPanel(std::int64_t panel, std::byte* out) const
{
    const KeptForm form = kept();
    constexpr int kBlock = 128; // columns of a block of every form used here
    std::vector<std::uint8_t> found(static_cast<std::size_t>(cols())), inOrder(m_order.size());
    for (int r = 0; r < kPanelRows; ++r) {
        const std::int64_t row = panel * kPanelRows + r;
        for (std::int64_t col = 0; row < rows() && col < cols(); col += kTile)
            integers(row, col, std::min<std::int64_t>(kTile, cols() - col), found.data() + col);
        for (std::size_t k = 0; k < m_order.size(); ++k)
            inOrder[k] = found[static_cast<std::size_t>(m_order[k])];
        const std::vector<std::uint8_t>& quants = m_order.empty() ? found : inOrder;
        for (std::int64_t col = 0; col < cols(); col += kBlock) {
            QuantBlock block = zeroBlock(form.format);
            const std::int64_t count = row < rows() ? std::min<std::int64_t>(kBlock, cols() - col) : 0;
            if (count > 0 && !pack(row, col, quants.data() + col, count, block))
                return false;
            packBlock(form.format, form.groupSize, out, static_cast<int>(col / kBlock), r, block);
        }
    }
    return true;
}

} // namespace qwill::engine

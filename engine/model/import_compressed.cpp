#include "model/import_compressed.h"

#include "model/grouped_matrix.h"
#include "model/import_fp8.h"

#include <algorithm>
#include <cstring>

namespace qwill::engine {

namespace {

struct Parts {
    const TensorView *weight = nullptr, *scale = nullptr, *zero = nullptr; // zero may be null
};

// Values of a tensor [N, G], [N] or a single one, for row n and group g.
std::int64_t scaleIndex(const TensorView& scale, std::int64_t row, std::int64_t index)
{
    if (scale.shape.empty() || (scale.rows() == 1 && scale.cols() == 1))
        return 0;
    return scale.shape.size() == 1 ? row : row * scale.cols() + index;
}

class PackedMatrix : public GroupedMatrix {
public:
    PackedMatrix(const GroupedShape& shape, const Parts& parts, std::vector<const TensorView*> tensors)
        : GroupedMatrix(shape, std::move(tensors)),
          m_parts(parts)
    {
    }

protected:
    void integers(std::int64_t row, std::int64_t col, std::int64_t count, std::uint8_t* out) const override
    {
        const std::byte* words = m_parts.weight->data.data() + row * m_parts.weight->cols() * 4;
        for (std::int64_t k = 0; k < count; ++k)
            out[k] = static_cast<std::uint8_t>(packedInteger(words, 4, col + k, shape().bits));
    }
    Group group(std::int64_t row, std::int64_t index) const override
    {
        Group g{floatAt(*m_parts.scale, scaleIndex(*m_parts.scale, row, index)), 1 << (shape().bits - 1)};
        if (m_parts.zero) {
            const std::byte* words = m_parts.zero->data.data() + index * 4;
            const auto stride = static_cast<std::size_t>(m_parts.zero->cols()) * 4;
            g.zero = static_cast<std::int32_t>(packedInteger(words, stride, row, shape().bits));
        }
        return g;
    }

private:
    Parts m_parts;
};

class Int8Matrix : public GroupedMatrix {
public:
    Int8Matrix(const GroupedShape& shape, const Parts& parts, std::vector<const TensorView*> tensors)
        : GroupedMatrix(shape, std::move(tensors)),
          m_parts(parts)
    {
    }

protected:
    void integers(std::int64_t row, std::int64_t col, std::int64_t count, std::uint8_t* out) const override
    {
        const std::byte* values = m_parts.weight->data.data() + row * cols() + col;
        for (std::int64_t k = 0; k < count; ++k)
            out[k] = static_cast<std::uint8_t>(std::to_integer<int>(values[k]) ^ 128); // + 128
    }
    Group group(std::int64_t row, std::int64_t index) const override
    {
        Group g{floatAt(*m_parts.scale, scaleIndex(*m_parts.scale, row, index)), 128};
        if (m_parts.zero) {
            const std::byte at = m_parts.zero->data[static_cast<std::size_t>(scaleIndex(*m_parts.zero, row, index))];
            g.zero += static_cast<std::int8_t>(std::to_integer<int>(at));
        }
        return g;
    }

private:
    Parts m_parts;
};

// The scales of [rows] in [rows, G], [rows] or one value, and how many columns share one.
struct Scales {
    const TensorView* tensor = nullptr;
    std::int64_t groups = 1, groupSize = 0;
};

Result<Scales> findScales(const Checkpoint& checkpoint, const WantedMatrix& wanted)
{
    Scales found;
    found.tensor = checkpoint.find(wanted.module + ".weight_scale");
    const std::size_t dimensions = found.tensor ? found.tensor->shape.size() : 2;
    const auto scale = findPartOfRank(checkpoint, wanted.module, ".weight_scale", kScaleTypes, dimensions);
    if (!scale)
        return scale.error();
    const TensorView& s = *found.tensor;
    const bool single = elementCount(s.shape) == std::optional<std::uint64_t>(1);
    const bool fits =
        single || (dimensions == 1 && s.shape[0] == wanted.rows) || (dimensions == 2 && s.shape[0] == wanted.rows);
    if (!fits)
        return Error{ErrorCode::Corrupt,
                     "The tensor " + s.name + " has shape " + shapeText(s.shape) + ", which is no scale for each of "
                         + std::to_string(wanted.rows) + " rows."};
    found.groups = !single && dimensions == 2 ? s.shape[1] : 1;
    const auto size = groupColumns(s.name, wanted.cols, found.groups, checkpoint.quantisation().groupSize);
    if (!size)
        return size.error();
    found.groupSize = *size;
    return found;
}

// The bits whose packing has this many words; the configuration's own where several do.
Result<int> bitsOf(const TensorView& packed, const WantedMatrix& wanted, int declared)
{
    const auto fits = [&](int bits) { return packed.shape[1] == (wanted.cols * bits + 31) / 32; };
    if (packed.shape[0] == wanted.rows && declared >= 2 && declared <= 8 && fits(declared))
        return declared;
    for (int bits = 2; bits <= 8 && packed.shape[0] == wanted.rows; ++bits)
        if (fits(bits))
            return bits;
    return Error{ErrorCode::Corrupt,
                 "The tensor " + packed.name + " has shape " + shapeText(packed.shape) + ", which is no packing of "
                     + std::to_string(wanted.rows) + " × " + std::to_string(wanted.cols) + " integers."};
}

Result<void> checkShapeTensor(const Checkpoint& checkpoint, const WantedMatrix& wanted)
{
    const TensorView* shape = checkpoint.find(wanted.module + ".weight_shape");
    if (!shape)
        return Error{ErrorCode::Corrupt, "The model lacks the tensor " + wanted.module + ".weight_shape."};
    const bool wide = shape->dtype == DType::I64, narrow = shape->dtype == DType::I32;
    std::int64_t sides[2] = {};
    if (shape->shape == std::vector<std::int64_t>{2} && (wide || narrow))
        for (int i = 0; i < 2; ++i) {
            std::int32_t side = 0;
            if (wide)
                std::memcpy(&sides[i], shape->data.data() + i * 8, 8);
            else
                std::memcpy(&side, shape->data.data() + i * 4, 4);
            sides[i] += side;
        }
    if (sides[0] != wanted.rows || sides[1] != wanted.cols)
        return Error{ErrorCode::Corrupt,
                     "The tensor " + shape->name + " does not say " + shapeText(std::vector{wanted.rows, wanted.cols})
                         + ", as the configuration asks for."};
    return {};
}

bool allMinusOne(const TensorView& tensor)
{
    return std::ranges::all_of(tensor.data, [](std::byte b) { return b == std::byte{0xff}; });
}

Result<std::unique_ptr<MatrixSource>> openPacked(const Checkpoint& checkpoint, const WantedMatrix& wanted)
{
    const auto [module, rows, cols] = wanted;
    const auto packed = findPartOfRank(checkpoint, module, ".weight_packed", {DType::I32}, 2);
    if (!packed)
        return packed.error();
    const auto bits = bitsOf(**packed, wanted, checkpoint.quantisation().bits);
    if (!bits)
        return bits.error();
    if (auto said = checkShapeTensor(checkpoint, wanted); !said)
        return said.error();
    const auto scales = findScales(checkpoint, wanted);
    if (!scales)
        return scales.error();
    Parts parts{*packed, scales->tensor, checkpoint.find(module + ".weight_zero_point")};
    std::vector<const TensorView*> tensors = {parts.weight, parts.scale};
    if (parts.zero) {
        const auto zero = findPart(checkpoint, module, ".weight_zero_point", {DType::I32},
                                   {(rows * *bits + 31) / 32, scales->groups});
        if (!zero)
            return zero.error();
        tensors.push_back(parts.zero);
    } else if (!checkpoint.quantisation().symmetric) {
        return Error{ErrorCode::Corrupt, "The model lacks the tensor " + module + ".weight_zero_point."};
    }
    GroupedShape shape{rows, cols, *bits, scales->groupSize, parts.zero == nullptr, {}};
    if (const TensorView* order = checkpoint.find(module + ".weight_g_idx"); order && !allMinusOne(*order)) {
        bool ordered = true;
        if (auto checked = checkGroupIndices(*order, cols, scales->groups, scales->groupSize, ordered); !checked)
            return checked.error();
        if (!ordered)
            shape.groupOf = order->data;
        tensors.push_back(order);
    }
    return std::unique_ptr<MatrixSource>(std::make_unique<PackedMatrix>(shape, parts, std::move(tensors)));
}

Result<std::unique_ptr<MatrixSource>> openInt8(const Checkpoint& checkpoint, const WantedMatrix& wanted)
{
    const auto [module, rows, cols] = wanted;
    const auto weight = findPart(checkpoint, module, ".weight", {DType::I8}, {rows, cols});
    if (!weight)
        return weight.error();
    const auto scales = findScales(checkpoint, wanted);
    if (!scales)
        return scales.error();
    Parts parts{*weight, scales->tensor, checkpoint.find(module + ".weight_zero_point")};
    std::vector<const TensorView*> tensors = {parts.weight, parts.scale};
    if (parts.zero) {
        const auto zero = findPart(checkpoint, module, ".weight_zero_point", {DType::I8}, scales->tensor->shape);
        if (!zero)
            return zero.error();
        tensors.push_back(parts.zero);
    } else if (!checkpoint.quantisation().symmetric) {
        return Error{ErrorCode::Corrupt, "The model lacks the tensor " + module + ".weight_zero_point."};
    }
    const GroupedShape shape{rows, cols, 8, scales->groupSize, parts.zero == nullptr, {}};
    return std::unique_ptr<MatrixSource>(std::make_unique<Int8Matrix>(shape, parts, std::move(tensors)));
}

} // namespace

Result<std::unique_ptr<MatrixSource>> openCompressed(const Checkpoint& checkpoint, const WantedMatrix& wanted)
{
    const TensorView* weight = checkpoint.find(wanted.module + ".weight");
    if (weight && weight->dtype == DType::F8E4M3)
        return openFp8(checkpoint, wanted, ".weight_scale");
    if (weight)
        return openInt8(checkpoint, wanted);
    return openPacked(checkpoint, wanted);
}

} // namespace qwill::engine

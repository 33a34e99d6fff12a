#include "model/import_gptq.h"

#include "model/grouped_matrix.h"

namespace qwill::engine {

namespace {

struct Parts {
    const TensorView *qweight = nullptr, *qzeros = nullptr, *scales = nullptr, *order = nullptr; // order may be null
    bool zeroLessOne = true;
};

class GptqMatrix : public GroupedMatrix {
public:
    GptqMatrix(const GroupedShape& shape, const Parts& parts, std::vector<const TensorView*> tensors)
        : GroupedMatrix(shape, std::move(tensors)),
          m_parts(parts)
    {
    }

    std::int32_t zero(std::int64_t row, std::int64_t index) const
    {
        const std::byte* words =
            m_parts.qzeros->data.data() + static_cast<std::size_t>(index * m_parts.qzeros->cols()) * 4;
        const std::uint32_t stored = packedInteger(words, 4, row, shape().bits);
        const std::uint32_t mask = (1u << shape().bits) - 1;
        return static_cast<std::int32_t>(m_parts.zeroLessOne ? (stored + 1) & mask : stored);
    }

protected:
    void integers(std::int64_t row, std::int64_t col, std::int64_t count, std::uint8_t* out) const override
    {
        const std::byte* words = m_parts.qweight->data.data() + row * 4;
        const std::size_t stride = static_cast<std::size_t>(rows()) * 4;
        for (std::int64_t k = 0; k < count; ++k)
            out[k] = static_cast<std::uint8_t>(packedInteger(words, stride, col + k, shape().bits));
    }
    Group group(std::int64_t row, std::int64_t index) const override
    {
        return {floatAt(*m_parts.scales, index * rows() + row), zero(row, index)};
    }

private:
    Parts m_parts;
};

// The bits of one weight follow from the shapes: layers may have schemes of their own.
Result<int> bitsOf(const TensorView& qweight, std::int64_t cols)
{
    for (int bits : {2, 3, 4, 8})
        if (qweight.shape[0] * 32 == cols * bits)
            return bits;
    return Error{ErrorCode::Corrupt,
                 "The tensor " + qweight.name + " has shape " + shapeText(qweight.shape) + ", which is no packing of "
                     + std::to_string(cols) + " columns into 2, 3, 4 or 8 bits."};
}

// 8-bit integers are kept as they are only around their middle.
Result<void> checkCentre(const GptqMatrix& matrix, const std::string& module, std::int64_t groups)
{
    for (std::int64_t g = 0; g < groups; ++g)
        for (std::int64_t n = 0; n < matrix.rows(); ++n)
            if (matrix.zero(n, g) != 128)
                return Error{ErrorCode::Corrupt,
                             "The tensor " + module + ".qzeros has a zero point of " + std::to_string(matrix.zero(n, g))
                                 + ", but the configuration says symmetric."};
    return {};
}

} // namespace

Result<std::unique_ptr<MatrixSource>> openGptq(const Checkpoint& checkpoint, const WantedMatrix& wanted)
{
    const QuantConfig& config = checkpoint.quantisation();
    const auto [module, rows, cols] = wanted;
    const auto qweight = findPartOfRank(checkpoint, module, ".qweight", {DType::I32}, 2);
    if (!qweight)
        return qweight.error();
    const auto bits = bitsOf(**qweight, cols);
    if (!bits)
        return bits.error();
    if ((*qweight)->shape[1] != rows || rows * *bits % 32 != 0)
        return Error{ErrorCode::Corrupt,
                     "The tensor " + (*qweight)->name + " has shape " + shapeText((*qweight)->shape)
                         + ", but the configuration asks for " + std::to_string(rows) + " outputs."};
    const auto scales = findPartOfRank(checkpoint, module, ".scales", kScaleTypes, 2);
    if (!scales)
        return scales.error();
    const std::int64_t groups = (*scales)->shape[0];
    if (const auto exact = findPart(checkpoint, module, ".scales", kScaleTypes, {groups, rows}); !exact)
        return exact.error();
    const auto groupSize = groupColumns((*scales)->name, cols, groups, config.groupSize);
    if (!groupSize)
        return groupSize.error();
    const auto qzeros = findPart(checkpoint, module, ".qzeros", {DType::I32}, {groups, rows * *bits / 32});
    if (!qzeros)
        return qzeros.error();

    Parts parts{*qweight, *qzeros, *scales, checkpoint.find(module + ".g_idx"), config.zeroLessOne};
    GroupedShape shape{rows, cols, *bits, *groupSize, config.symmetric, {}};
    std::vector<const TensorView*> tensors = {parts.qweight, parts.qzeros, parts.scales};
    if (parts.order) {
        bool ordered = true;
        if (auto checked = checkGroupIndices(*parts.order, cols, groups, *groupSize, ordered); !checked)
            return checked.error();
        if (!ordered)
            shape.groupOf = parts.order->data;
        tensors.push_back(parts.order);
    } else if (config.actOrder && groups > 1) {
        return Error{ErrorCode::Corrupt, "The model lacks the tensor " + module + ".g_idx, which desc_act needs."};
    }
    auto matrix = std::make_unique<GptqMatrix>(shape, parts, std::move(tensors));
    if (*bits == 8 && config.symmetric)
        if (auto centred = checkCentre(*matrix, module, groups); !centred)
            return centred.error();
    return std::unique_ptr<MatrixSource>(std::move(matrix));
}

} // namespace qwill::engine

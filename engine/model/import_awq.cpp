#include "model/import_awq.h"

#include "model/grouped_matrix.h"

#include <array>
#include <cstring>

namespace qwill::engine {

namespace {

constexpr std::array<int, 8> kNibbleOfOutput = {0, 4, 1, 5, 2, 6, 3, 7};

std::uint8_t nibbleAt(const TensorView& tensor, std::int64_t line, std::int64_t output)
{
    std::uint32_t word;
    std::memcpy(&word, tensor.data.data() + (line * tensor.cols() + output / 8) * 4, sizeof word);
    return static_cast<std::uint8_t>(word >> 4 * kNibbleOfOutput[static_cast<std::size_t>(output % 8)] & 15);
}

class AwqMatrix : public GroupedMatrix {
public:
    AwqMatrix(const GroupedShape& shape, std::vector<const TensorView*> tensors)
        : GroupedMatrix(shape, tensors),
          m_qweight(*tensors[0]),
          m_qzeros(*tensors[1]),
          m_scales(*tensors[2])
    {
    }

protected:
    void integers(std::int64_t row, std::int64_t col, std::int64_t count, std::uint8_t* out) const override
    {
        for (std::int64_t k = 0; k < count; ++k)
            out[k] = nibbleAt(m_qweight, col + k, row);
    }
    Group group(std::int64_t row, std::int64_t index) const override
    {
        return {floatAt(m_scales, index * rows() + row), nibbleAt(m_qzeros, index, row)};
    }

private:
    const TensorView &m_qweight, &m_qzeros, &m_scales;
};

} // namespace

Result<std::unique_ptr<MatrixSource>> openAwq(const Checkpoint& checkpoint, const WantedMatrix& wanted)
{
    const auto [module, rows, cols] = wanted;
    const auto qweight = findPart(checkpoint, module, ".qweight", {DType::I32}, {cols, rows / 8});
    if (!qweight)
        return qweight.error();
    if (rows % 8 != 0)
        return Error{ErrorCode::Corrupt,
                     "The tensor " + (*qweight)->name + " cannot hold " + std::to_string(rows)
                         + " outputs, eight to a word."};
    const auto scales = findPartOfRank(checkpoint, module, ".scales", kScaleTypes, 2);
    if (!scales)
        return scales.error();
    const std::int64_t groups = (*scales)->shape[0];
    if (const auto exact = findPart(checkpoint, module, ".scales", kScaleTypes, {groups, rows}); !exact)
        return exact.error();
    const auto groupSize = groupColumns((*scales)->name, cols, groups, checkpoint.quantisation().groupSize);
    if (!groupSize)
        return groupSize.error();
    const auto qzeros = findPart(checkpoint, module, ".qzeros", {DType::I32}, {groups, rows / 8});
    if (!qzeros)
        return qzeros.error();
    const GroupedShape shape{rows, cols, 4, *groupSize, false, {}};
    return std::unique_ptr<MatrixSource>(
        std::make_unique<AwqMatrix>(shape, std::vector<const TensorView*>{*qweight, *qzeros, *scales}));
}

} // namespace qwill::engine

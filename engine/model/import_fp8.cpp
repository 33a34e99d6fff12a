#include "model/import_fp8.h"

#include "model/grouped_matrix.h"
#include "model/pack.h"
#include "model/row_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

namespace qwill::engine {

namespace {

std::array<float, 256> makeTable()
{
    std::array<float, 256> table{};
    for (int bits = 0; bits < 256; ++bits)
        table[static_cast<std::size_t>(bits)] = fromE4m3(static_cast<std::uint8_t>(bits));
    return table;
}

class Fp8Matrix : public MatrixSource {
public:
    // One scale for each block of blockRows × blockCols.
    Fp8Matrix(const TensorView& weight, const TensorView& scale, std::int64_t blockRows, std::int64_t blockCols)
        : MatrixSource(weight.rows(), weight.cols(), {&weight, &scale}),
          m_weight(weight),
          m_scale(scale),
          m_blockRows(blockRows),
          m_blockCols(blockCols)
    {
    }
    std::string text() const override
    {
        if (m_blockRows == 1)
            return "fp8 row";
        if (m_blockRows >= rows() && m_blockCols >= cols())
            return "fp8 tensor";
        return "fp8 " + std::to_string(m_blockRows) + "x" + std::to_string(m_blockCols);
    }
    KeptForm kept() const override
    {
        if (m_blockCols % 128 == 0 || m_blockCols >= cols())
            return {MatrixFormat::F8, 128, true};
        return m_blockCols % 64 == 0 ? KeptForm{MatrixFormat::F8, 64, true} : KeptForm{MatrixFormat::W8, 32, false};
    }
    bool repackPanel(std::int64_t panel, std::byte* out) const override
    {
        const int group = kept().groupSize;
        for (int r = 0; r < kPanelRows; ++r)
            for (std::int64_t col = 0; col < cols(); col += 128) {
                const std::int64_t row = panel * kPanelRows + r, count = std::min<std::int64_t>(128, cols() - col);
                QuantBlock block = zeroBlock(MatrixFormat::F8);
                if (row < rows() && !take(row, col, count, group, block))
                    return false;
                packBlock(MatrixFormat::F8, group, out, static_cast<int>(col / 128), r, block);
            }
        return true;
    }
    bool read(std::int64_t row, std::int64_t col, std::int64_t count, float* out) const override
    {
        static const std::array<float, 256> kTable = makeTable();
        const std::byte* values = m_weight.data.data() + row * cols() + col;
        for (std::int64_t k = 0; k < count;) {
            const std::int64_t block = (col + k) / m_blockCols, end = std::min(count, (block + 1) * m_blockCols - col);
            const float scale = scaleAt(row, col + k);
            for (; k < end; ++k)
                out[k] = kTable[std::to_integer<std::size_t>(values[k])] * scale;
        }
        return allFinite(out, static_cast<std::size_t>(count));
    }

private:
    float scaleAt(std::int64_t row, std::int64_t col) const
    {
        return floatAt(m_scale, row / m_blockRows * ((cols() + m_blockCols - 1) / m_blockCols) + col / m_blockCols);
    }
    bool take(std::int64_t row, std::int64_t col, std::int64_t count, int group, QuantBlock& block) const
    {
        std::memcpy(block.quants, m_weight.data.data() + row * cols() + col, static_cast<std::size_t>(count));
        for (std::int64_t k = 0; k < count; ++k) {
            if ((block.quants[k] & 127) == 127) // NaN
                return false;
            if (k % group == 0)
                block.factor[k / group] = scaleAt(row, col + k) * 0x1p-6f; // the integers of F8 are 64 times the values
            if (!std::isfinite(block.factor[k / group] * 0x1p15f))
                return false;
        }
        return true;
    }

    const TensorView &m_weight, &m_scale;
    std::int64_t m_blockRows, m_blockCols;
};

} // namespace

float fromE4m3(std::uint8_t bits)
{
    const int exponent = bits >> 3 & 15, fraction = bits & 7;
    if (exponent == 15 && fraction == 7)
        return std::numeric_limits<float>::quiet_NaN();
    const float magnitude = exponent == 0 ? std::ldexp(static_cast<float>(fraction), -9)
                                          : std::ldexp(static_cast<float>(8 + fraction), exponent - 10);
    return bits & 128 ? -magnitude : magnitude;
}

Result<std::unique_ptr<MatrixSource>> openFp8(const Checkpoint& checkpoint, const WantedMatrix& wanted,
                                              const std::string& scaleSuffix)
{
    const QuantConfig& config = checkpoint.quantisation();
    const auto [module, rows, cols] = wanted;
    const auto weight = findPart(checkpoint, module, ".weight", {DType::F8E4M3}, {rows, cols});
    if (!weight)
        return weight.error();
    const TensorView* found = checkpoint.find(module + scaleSuffix);
    const auto scale = findPartOfRank(checkpoint, module, scaleSuffix, kScaleTypes, found ? found->shape.size() : 2);
    if (!scale)
        return scale.error();
    const std::vector<std::int64_t>& shape = found->shape;
    std::int64_t blockRows = 0, blockCols = cols;
    if (config.blockRows == 0 && elementCount(shape) == std::optional<std::uint64_t>(1))
        blockRows = rows;
    else if (shape == std::vector<std::int64_t>{rows} || shape == std::vector<std::int64_t>{rows, 1})
        blockRows = 1;
    else if (const std::int64_t height = config.blockRows > 0 ? config.blockRows : 128,
             width = config.blockCols > 0 ? config.blockCols : 128;
             shape == std::vector<std::int64_t>{(rows + height - 1) / height, (cols + width - 1) / width})
        blockRows = height, blockCols = width;
    if (blockRows == 0)
        return Error{ErrorCode::Corrupt,
                     "The tensor " + found->name + " has shape " + shapeText(shape)
                         + ", which is no scale for each block, each row or all of "
                         + shapeText(std::vector{rows, cols}) + "."};
    return std::unique_ptr<MatrixSource>(std::make_unique<Fp8Matrix>(**weight, *found, blockRows, blockCols));
}

} // namespace qwill::engine

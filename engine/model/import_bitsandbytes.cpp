#include "model/import_bitsandbytes.h"

#include "model/grouped_matrix.h"
#include "model/json_text.h"
#include "model/pack.h"
#include "model/row_reader.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace qwill::engine {

namespace {

class ScbMatrix : public GroupedMatrix {
public:
    ScbMatrix(const GroupedShape& shape, const TensorView& weight, const TensorView& scb)
        : GroupedMatrix(shape, {&weight, &scb}),
          m_weight(weight),
          m_scb(scb)
    {
    }

protected:
    void integers(std::int64_t row, std::int64_t col, std::int64_t count, std::uint8_t* out) const override
    {
        const std::byte* values = m_weight.data.data() + row * cols() + col;
        for (std::int64_t k = 0; k < count; ++k)
            out[k] = static_cast<std::uint8_t>(std::to_integer<int>(values[k]) ^ 128);
    }
    Group group(std::int64_t row, std::int64_t) const override { return {floatAt(m_scb, row) / 127.0f, 128}; }

private:
    const TensorView &m_weight, &m_scb;
};

struct FourBitParts {
    const TensorView *weight = nullptr, *absmax = nullptr, *map = nullptr;
    const TensorView *nestedAbsmax = nullptr, *nestedMap = nullptr; // null unless nested
    std::int64_t block = 64, nestedBlock = 256;
    float offset = 0;
    std::string kind; // nf4, fp4
};

class FourBitMatrix : public MatrixSource {
public:
    FourBitMatrix(std::int64_t rows, std::int64_t cols, const FourBitParts& parts,
                  std::vector<const TensorView*> tensors)
        : MatrixSource(rows, cols, std::move(tensors)),
          m_parts(parts)
    {
        for (std::size_t i = 0; i < m_map.size(); ++i)
            m_map[i] = floatAt(*parts.map, static_cast<std::int64_t>(i));
        for (const float value : m_map)
            m_largest = std::max(m_largest, std::abs(value));
    }
    std::string text() const override { return m_parts.kind + " g" + std::to_string(m_parts.block); }
    KeptForm kept() const override
    {
        // The codes run on from row to row: their blocks must not.
        if (cols() % m_parts.block != 0 || m_parts.block % 32 != 0 || !(m_largest > 0 && std::isfinite(m_largest)))
            return {MatrixFormat::W8, 32, false};
        return {MatrixFormat::C4, m_parts.block % 64 == 0 ? 64 : 32, true};
    }
    bool repackPanel(std::int64_t panel, std::byte* out) const override
    {
        const int group = kept().groupSize;
        QuantBlock block = zeroBlock(MatrixFormat::C4);
        for (std::size_t i = 0; i < m_map.size(); ++i)
            block.codebook[i] = static_cast<std::int16_t>(std::lround(m_map[i] / m_largest * kTop));
        for (int r = 0; r < kPanelRows; ++r)
            for (std::int64_t col = 0; col < cols(); col += 128) {
                const std::int64_t row = panel * kPanelRows + r;
                const std::int64_t count = row < rows() ? std::min<std::int64_t>(128, cols() - col) : 0;
                std::fill_n(block.factor, 4, 0.0f);
                for (std::int64_t k = 0; k < count; k += group) {
                    const float scale = blockScale((row * cols() + col + k) / m_parts.block);
                    block.factor[k / group] = scale * (m_largest / kTop);
                    if (!std::isfinite(scale * m_largest))
                        return false;
                }
                for (std::int64_t k = 0; k < 128; ++k)
                    block.quants[k] = k < count ? code(row * cols() + col + k) : std::uint8_t{0};
                packBlock(MatrixFormat::C4, group, out, static_cast<int>(col / 128), r, block);
            }
        return true;
    }
    bool read(std::int64_t row, std::int64_t col, std::int64_t count, float* out) const override
    {
        const std::int64_t begin = row * cols() + col;
        float scale = 0;
        for (std::int64_t k = 0; k < count; ++k) {
            const std::int64_t at = begin + k;
            if (k == 0 || at % m_parts.block == 0)
                scale = blockScale(at / m_parts.block);
            out[k] = m_map[code(at)] * scale;
        }
        return allFinite(out, static_cast<std::size_t>(count));
    }

private:
    static constexpr float kTop = 32767; // the codebook's largest value as an integer of 16 bits

    std::uint8_t code(std::int64_t at) const
    {
        const int both = std::to_integer<int>(m_parts.weight->data[static_cast<std::size_t>(at / 2)]);
        return static_cast<std::uint8_t>(at % 2 == 0 ? both >> 4 : both & 15);
    }
    float blockScale(std::int64_t block) const
    {
        if (!m_parts.nestedMap)
            return floatAt(*m_parts.absmax, block);
        const auto code = std::to_integer<std::int64_t>(m_parts.absmax->data[static_cast<std::size_t>(block)]);
        return floatAt(*m_parts.nestedMap, code) * floatAt(*m_parts.nestedAbsmax, block / m_parts.nestedBlock)
            + m_parts.offset;
    }

    FourBitParts m_parts;
    std::array<float, 16> m_map{};
    float m_largest = 0; // of the map
};

Error badState(const std::string& name, const std::string& why)
{
    return {ErrorCode::Corrupt, "The tensor " + name + " " + why + "."};
}

// The JSON beside a 4-bit matrix.
Result<void> readState(const TensorView& state, const WantedMatrix& wanted, FourBitParts& parts)
{
    if (state.dtype != DType::U8)
        return badState(state.name, "is no text");
    const std::string_view text(reinterpret_cast<const char*>(state.data.data()), state.data.size());
    const auto json = parseJsonObject(text, "The tensor " + state.name);
    if (!json)
        return json.error();
    const auto size = [&](const char* key, std::int64_t& out) {
        const auto it = json->find(key);
        if (it == json->end())
            return true;
        if (!it->is_number_integer())
            return false;
        out = it->get<std::int64_t>();
        return out >= 2 && out <= 1 << 20 && out % 2 == 0;
    };
    if (!size("blocksize", parts.block) || !size("nested_blocksize", parts.nestedBlock))
        return badState(state.name, "gives a block size that cannot be");
    if (const auto it = json->find("nested_offset"); it != json->end()) {
        if (!it->is_number() || !std::isfinite(it->get<float>()))
            return badState(state.name, "gives a nested_offset that is no number");
        parts.offset = it->get<float>();
    }
    const auto shape = json->find("shape");
    if (shape == json->end() || *shape != nlohmann::json::array({wanted.rows, wanted.cols}))
        return badState(state.name, "does not say the shape " + shapeText(std::vector{wanted.rows, wanted.cols}));
    return {};
}

Result<std::unique_ptr<MatrixSource>> openFourBit(const Checkpoint& checkpoint, const WantedMatrix& wanted)
{
    const auto [module, rows, cols] = wanted;
    if (rows * cols % 2 != 0)
        return Error{ErrorCode::Corrupt, "The matrix " + module + " has an odd number of 4-bit codes."};
    FourBitParts parts;
    const TensorView* state = checkpoint.find(module + ".weight.quant_state.bitsandbytes__nf4");
    if (!state)
        state = checkpoint.find(module + ".weight.quant_state.bitsandbytes__fp4");
    if (!state)
        return Error{ErrorCode::Corrupt,
                     "The model lacks the tensor " + module + ".weight.quant_state.bitsandbytes__nf4."};
    if (auto read = readState(*state, wanted, parts); !read)
        return read.error();
    parts.kind = state->name.substr(state->name.size() - 3);
    const std::int64_t blocks = (rows * cols + parts.block - 1) / parts.block;
    const bool nested = checkpoint.find(module + ".weight.nested_absmax") != nullptr;
    const std::int64_t nestedBlocks = (blocks + parts.nestedBlock - 1) / parts.nestedBlock;
    struct Part {
        const TensorView** into;
        const char* suffix;
        DType type;
        std::vector<std::int64_t> shape;
    };
    std::vector<Part> wantedParts = {
        {&parts.weight, ".weight", DType::U8, {std::int64_t{rows * cols / 2}, 1}},
        {&parts.absmax, ".weight.absmax", nested ? DType::U8 : DType::F32, {blocks}},
        {&parts.map, ".weight.quant_map", DType::F32, {16}},
    };
    if (nested) {
        wantedParts.push_back({&parts.nestedAbsmax, ".weight.nested_absmax", DType::F32, {nestedBlocks}});
        wantedParts.push_back({&parts.nestedMap, ".weight.nested_quant_map", DType::F32, {256}});
    }
    std::vector<const TensorView*> tensors = {state};
    for (const Part& part : wantedParts) {
        const auto tensor = findPart(checkpoint, module, part.suffix, {part.type}, part.shape);
        if (!tensor)
            return tensor.error();
        *part.into = *tensor;
        tensors.push_back(*tensor);
    }
    return std::unique_ptr<MatrixSource>(std::make_unique<FourBitMatrix>(rows, cols, parts, std::move(tensors)));
}

// How the rows of an int8 matrix lie: tools write "row" today, but the number for it is stored.
Result<void> checkLayout(const Checkpoint& checkpoint, const std::string& module)
{
    const TensorView* format = checkpoint.find(module + ".weight_format");
    if (!format)
        return {};
    if (format->data.size() != 1 || format->dtype != DType::U8)
        return badState(format->name, "is no single byte");
    constexpr std::array<const char*, 4> kNames = {"row", "col32", "col_turing", "col_ampere"};
    const auto number = std::to_integer<std::size_t>(format->data[0]);
    if (number == 0)
        return {};
    return Error{ErrorCode::Unsupported,
                 "The matrix " + module + " lies in bitsandbytes' layout "
                     + (number < kNames.size() ? std::string(kNames[number]) : "number " + std::to_string(number))
                     + " (weight_format), which this version does not read; it reads row."};
}

} // namespace

Result<std::unique_ptr<MatrixSource>> openBitsAndBytes(const Checkpoint& checkpoint, const WantedMatrix& wanted)
{
    const auto [module, rows, cols] = wanted;
    const TensorView* weight = checkpoint.find(module + ".weight");
    if (weight && weight->dtype == DType::U8)
        return openFourBit(checkpoint, wanted);
    const auto int8 = findPart(checkpoint, module, ".weight", {DType::I8, DType::U8}, {rows, cols});
    if (!int8)
        return int8.error();
    if (auto checked = checkLayout(checkpoint, module); !checked)
        return checked.error();
    const auto scb = findPart(checkpoint, module, ".SCB", {DType::F32}, {rows});
    if (!scb)
        return scb.error();
    const GroupedShape shape{rows, cols, 8, cols, true, {}};
    return std::unique_ptr<MatrixSource>(std::make_unique<ScbMatrix>(shape, **int8, **scb));
}

} // namespace qwill::engine

#include "model/tensor.h"

#include "base/check.h"

namespace qwill::engine {

namespace {

struct TypeRow {
    DType type;
    std::string_view name;
    BlockShape block;
    bool ggufQuantised;
};

// In the order of DType.
constexpr TypeRow kTypes[] = {
    {DType::F32, "F32", {1, 4}, false},
    {DType::F16, "F16", {1, 2}, false},
    {DType::Bf16, "BF16", {1, 2}, false},
    {DType::F64, "F64", {1, 8}, false},
    {DType::I8, "I8", {1, 1}, false},
    {DType::U8, "U8", {1, 1}, false},
    {DType::I16, "I16", {1, 2}, false},
    {DType::U16, "U16", {1, 2}, false},
    {DType::I32, "I32", {1, 4}, false},
    {DType::U32, "U32", {1, 4}, false},
    {DType::I64, "I64", {1, 8}, false},
    {DType::U64, "U64", {1, 8}, false},
    {DType::Bool, "BOOL", {1, 1}, false},
    {DType::F8E4M3, "F8_E4M3", {1, 1}, false},
    {DType::F8E5M2, "F8_E5M2", {1, 1}, false},
    {DType::Q4_0, "Q4_0", {32, 18}, true},
    {DType::Q4_1, "Q4_1", {32, 20}, true},
    {DType::Q5_0, "Q5_0", {32, 22}, true},
    {DType::Q5_1, "Q5_1", {32, 24}, true},
    {DType::Q8_0, "Q8_0", {32, 34}, true},
    {DType::Q8_1, "Q8_1", {32, 36}, false},
    {DType::Q2_K, "Q2_K", {256, 84}, true},
    {DType::Q3_K, "Q3_K", {256, 110}, true},
    {DType::Q4_K, "Q4_K", {256, 144}, true},
    {DType::Q5_K, "Q5_K", {256, 176}, true},
    {DType::Q6_K, "Q6_K", {256, 210}, true},
    {DType::Q8_K, "Q8_K", {256, 292}, false},
    {DType::IQ4_NL, "IQ4_NL", {32, 18}, true},
    {DType::IQ4_XS, "IQ4_XS", {256, 136}, true},
    {DType::MXFP4, "MXFP4", {32, 17}, true},
    {DType::W8, "W8", {128, 130}, false},
    {DType::W4K, "W4K", {256, 144}, false},
    {DType::W4G, "W4G", {32, 20}, false},
    {DType::W4Z, "W4Z", {32, 19}, false},
    {DType::F8, "F8", {128, 132}, false},
    {DType::C4, "C4", {64, 37}, false},
    {DType::W8G, "W8G", {32, 38}, false},
    {DType::W8S, "W8S", {128, 138}, false},
    {DType::W8K, "W8K", {128, 140}, false},
    {DType::W4S, "W4S", {128, 76}, false},
};

const TypeRow& row(DType type)
{
    const auto index = static_cast<std::size_t>(type);
    QWILL_CHECK(index < std::size(kTypes) && kTypes[index].type == type);
    return kTypes[index];
}

} // namespace

BlockShape blockShape(DType type)
{
    return row(type).block;
}

std::string_view dtypeName(DType type)
{
    return row(type).name;
}

bool isGgufQuantised(DType type)
{
    return row(type).ggufQuantised;
}

std::optional<std::uint64_t> elementCount(std::span<const std::int64_t> shape)
{
    constexpr std::uint64_t kLimit = std::uint64_t{1} << 62;
    std::uint64_t count = 1;
    for (std::int64_t dimension : shape) {
        if (dimension < 0)
            return std::nullopt;
        const auto d = static_cast<std::uint64_t>(dimension);
        if (d != 0 && count > kLimit / d)
            return std::nullopt;
        count *= d;
    }
    return count;
}

std::optional<std::uint64_t> tensorBytes(DType type, std::span<const std::int64_t> shape)
{
    const BlockShape block = blockShape(type);
    const auto count = elementCount(shape);
    if (!count)
        return std::nullopt;
    const std::int64_t inner = shape.empty() ? 1 : shape.back();
    if (inner % block.elements != 0)
        return std::nullopt;
    const std::uint64_t blocks = *count / static_cast<std::uint64_t>(block.elements);
    if (blocks > (std::uint64_t{1} << 62) / static_cast<std::uint64_t>(block.bytes))
        return std::nullopt;
    return blocks * static_cast<std::uint64_t>(block.bytes);
}

std::string shapeText(std::span<const std::int64_t> shape)
{
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

} // namespace qwill::engine

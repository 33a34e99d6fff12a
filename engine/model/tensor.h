#pragma once
// A named tensor inside a mapped file, and the element types files use. Views: they live as long as the file's mapping.
// Values; any thread.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qwill::engine {

enum class DType : std::uint8_t {
    F32,
    F16,
    Bf16,
    F64,
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    Bool,
    F8E4M3,
    F8E5M2,
    // GGUF blocks
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q8_1,
    Q2_K,
    Q3_K,
    Q4_K,
    Q5_K,
    Q6_K,
    Q8_K,
    IQ4_NL,
    IQ4_XS,
    MXFP4,
    // Our own panels (model/panel_layout.h), in packed files: bytes follow from the layout, not from tensorBytes()
    W8,
    W4K,
    W4G,
    W4Z,
    F8,
    C4,
    W8G,
    W8S,
    W8K,
    W4S,
};

// Elements that are stored together, and their bytes: 1 and the element's size for plain types.
struct BlockShape {
    int elements = 1;
    int bytes = 0;
};

BlockShape blockShape(DType type);
std::string_view dtypeName(DType type); // as the file formats spell it: "BF16", "Q4_K"
constexpr bool isFloat(DType type)
{
    return type == DType::F32 || type == DType::F16 || type == DType::Bf16;
}
// Types made of blocks that model/dequantize can decode.
bool isGgufQuantised(DType type);

struct TensorView {
    std::string name;
    DType dtype = DType::F32;
    std::vector<std::int64_t> shape; // torch order: rows first; no dimension is negative
    std::span<const std::byte> data; // exactly the bytes the shape asks for
    std::size_t file = 0; // which of the checkpoint's files
    // Not 0: the rows of each head (of this many) lie with RoPE's two halves interleaved, as GGUF files of Llama have q
    // and k. model/row_reader undoes it, nobody else looks at rows.
    std::int32_t interleavedHead = 0;

    std::int64_t rows() const { return shape.size() < 2 ? 1 : shape[0]; }
    std::int64_t cols() const { return shape.empty() ? 1 : shape.back(); }
};

// Product of the dimensions; none when it exceeds 2^62 or a dimension is negative.
std::optional<std::uint64_t> elementCount(std::span<const std::int64_t> shape);
// Bytes of a tensor of this type and shape; none on overflow or when the innermost dimension is no whole number of
// blocks.
std::optional<std::uint64_t> tensorBytes(DType type, std::span<const std::int64_t> shape);

std::string shapeText(std::span<const std::int64_t> shape); // "[2560, 9728]"

} // namespace qwill::engine

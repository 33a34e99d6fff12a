#pragma once
// GroupedMatrix: weights of the family w = scale · (q − zero), with a scale and a zero point for each row and group of
// columns: GPTQ, AWQ, the integers of compressed-tensors, bitsandbytes int8. The importers say where a row's integers
// lie; decoding and repacking are here, once. Immutable; any thread.
//
// In memory: up to 4 bits W4G, scale as it is, min = −zero · scale rounded to 16 bits (exact where the zero point is a
// power of two, thus for every symmetric file; else within 2^-11 of it). 5 to 8 bits with the zero point in the middle:
// W8, exact. Scales are kept in 16 bits: exact for files with f16 scales, and for bf16 ones above 2^-17. What has
// neither form (8 bits with other zero points, groups that are no multiple of 32, columns in an order of their own) is
// quantised again, to 8 bits in groups of 32.

#include "model/matrix_source.h"

#include <span>

namespace qwill::engine {

struct GroupedShape {
    std::int64_t rows = 0, cols = 0;
    int bits = 4; // 2 … 8
    std::int64_t groupSize = 128; // columns; the last group may be shorter
    bool centred = false; // the zero point is 2^(bits − 1) everywhere
    std::span<const std::byte> groupOf = {}; // i32 of each column, checked; empty = column / groupSize
};

class GroupedMatrix : public MatrixSource {
public:
    GroupedMatrix(const GroupedShape& shape, std::vector<const TensorView*> tensors);

    std::string text() const override;
    KeptForm kept() const override;
    bool read(std::int64_t row, std::int64_t col, std::int64_t count, float* out) const override;
    bool repackPanel(std::int64_t panel, std::byte* out) const override;

protected:
    struct Group {
        float scale = 0;
        std::int32_t zero = 0;
    };
    // The stored integers, 0 … 2^bits − 1, of columns [col, col + count) of a row.
    virtual void integers(std::int64_t row, std::int64_t col, std::int64_t count, std::uint8_t* out) const = 0;
    virtual Group group(std::int64_t row, std::int64_t index) const = 0;

    const GroupedShape& shape() const { return m_shape; }

private:
    std::int64_t groupIndex(std::int64_t col) const;

    GroupedShape m_shape;
};

// Value `index` of a stream of `bits`-bit integers in little-endian 32-bit words, word i at words + i · stride bytes.
std::uint32_t packedInteger(const std::byte* words, std::size_t stride, std::int64_t index, int bits);

// Checks a tensor of group indices: as many as columns, each inside [0, groups). `ordered` is set to whether column k
// is of group k / groupSize throughout.
Result<void> checkGroupIndices(const TensorView& tensor, std::int64_t cols, std::int64_t groups, std::int64_t groupSize,
                               bool& ordered);

// One element of an F32, F16 or BF16 tensor as float.
float floatAt(const TensorView& tensor, std::int64_t index);

} // namespace qwill::engine

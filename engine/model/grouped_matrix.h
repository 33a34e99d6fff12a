#pragma once
// GroupedMatrix: weights of the family w = scale · (q − zero), with a scale and a zero point for each row and group of
// columns: GPTQ, AWQ, the integers of compressed-tensors, bitsandbytes int8. The importers say where a row's integers
// lie; decoding and repacking are here, once. Immutable; any thread.
//
// In memory: up to 4 bits W4Z; 5 to 8 bits with the zero point in the middle W8, with others W8G: all exact. Scales are
// kept in 16 bits: exact for files with f16 scales, and for bf16 ones above 2^-17. Columns in an order of their own
// (GPTQ's desc_act) are put in the order of their groups. Groups that are no multiple of 32, or not all of one size,
// are quantised again, to 8 bits in groups of 32.

#include "model/matrix_source.h"

#include <span>
#include <vector>

namespace qwill::engine {

struct QuantBlock;

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
    std::span<const std::int32_t> order() const override { return m_order; }

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
    void findOrder();
    bool pack(std::int64_t row, std::int64_t col, const std::uint8_t* quants, std::int64_t count,
              QuantBlock& block) const;

    GroupedShape m_shape;
    std::vector<std::int32_t> m_order; // empty: as they are, or in no order that helps
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

#pragma once
// WeightMatrix: the one in-memory form of a linear layer's weights, [rows = outputs, cols = inputs]. Every file format
// ends here and kernels know nothing else. A view with shared ownership of its storage; immutable; any thread.
//
// Dense formats are row-major, so that a checkpoint's own pages can serve without a copy.
//
// Quantised formats are stored in panels of 64 rows: model/panel_layout.h. Their columns may lie in an order of their
// own, in which those of a group are neighbours: column k of the panels is column order[k] of the matrix.

#include "model/panel_layout.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace qwill::engine {

struct WeightMatrix {
    MatrixFormat format = MatrixFormat::None;
    std::int32_t rows = 0;
    std::int32_t cols = 0;
    std::int32_t groupSize = 0; // quantised formats only
    const std::byte* data = nullptr; // dense: natural alignment of the element; panels: 64-byte aligned
    std::size_t bytes = 0; // of the panels and the order
    std::shared_ptr<const void> storage; // keeps `data` alive
    const std::int32_t* order = nullptr; // [cols], behind the panels; null = as they are

    bool empty() const { return format == MatrixFormat::None; }
};

std::string_view formatName(MatrixFormat format); // "f32", "w8", "w4z", … in lower case

// Writes row `row` as floats to out[cols]: the definition of what the stored weights mean. Scalar reference.
void dequantizeRow(const WeightMatrix& matrix, std::int32_t row, float* out);

} // namespace qwill::engine

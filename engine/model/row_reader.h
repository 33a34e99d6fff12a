#pragma once
// Reads rows of a tensor, whatever its element type and order of rows, as floats. Pure functions; any thread.

#include "model/tensor.h"

#include <cstdint>

namespace qwill::engine {

// Rows [rowBegin, rowBegin + rowCount) of a tensor of rows() × cols() to out[rowCount · cols()], in order.
void readRows(const TensorView& tensor, std::int64_t rowBegin, std::int64_t rowCount, float* out);

// Columns [colBegin, colBegin + count) of one row; colBegin and count are multiples of the type's block, unless count
// reaches the end of the row.
void readColumns(const TensorView& tensor, std::int64_t row, std::int64_t colBegin, std::int64_t count, float* out);

// The bytes of the file's rows [rowBegin, rowBegin + rowCount), in the file's order.
std::span<const std::byte> rowBytes(const TensorView& tensor, std::int64_t rowBegin, std::int64_t rowCount);

// Where the file has the model's row `row`: the same place unless the rows of a head are interleaved.
std::int64_t fileRow(const TensorView& tensor, std::int64_t row);

// False when any value is infinite or NaN.
bool allFinite(const float* values, std::size_t count);

} // namespace qwill::engine

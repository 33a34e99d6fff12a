#pragma once
// Repacking: a WeightMatrix into the order the kernels stream it (device_layout.h). Pure functions; any thread, units
// in parallel.
//
// A unit is 64 rows (one panel; fewer at the end). Unit u lies at u · repackUnitBytes(), so that a matrix can be sent
// to the device through a staging buffer of one unit. Lossless, but for RepackTarget::Turing, where bf16 becomes f16,
// and W4Z, whose minima are rounded to 16 bits. An order of columns is the matrix's still: DeviceMatrix::order.

#include "cuda/kernels/device_layout.h"
#include "cuda/kernels/kernel_table.h"
#include "model/weight_matrix.h"

#include <cstddef>

namespace qwill::engine::cuda {

// What the device computes with: Turing has no bf16 arithmetic, so bf16 weights are stored as f16 there (exact from
// 2^-14 to 65504; smaller ones keep their bits down to 2^-24, larger ones are clipped).
enum class RepackTarget { Turing, Ampere };
constexpr RepackTarget repackTarget(const DeviceTraits& device)
{
    return device.computeCapability < 80 ? RepackTarget::Turing : RepackTarget::Ampere;
}

// The matrix as the device will know it, without data and order.
DeviceMatrix deviceShape(const WeightMatrix& matrix, RepackTarget target);
constexpr std::size_t deviceBytes(const DeviceMatrix& m)
{
    return deviceMatrixBytes(m.format, m.groupSize, m.rows, m.cols);
}

constexpr int repackUnits(int rows)
{
    return panelCount(rows);
}
constexpr std::size_t repackUnitBytes(const DeviceMatrix& m) // of all units but the last
{
    return rowTileBytes(m.format, m.groupSize, m.cols) * (kPanelRows / kTileRows);
}
// Bytes unit `unit` writes: repackUnitBytes() or, at the end, what is left of deviceBytes().
std::size_t repackBytes(const DeviceMatrix& m, int unit);
// Writes unit `unit` to out[repackBytes()].
void repackUnit(const WeightMatrix& matrix, RepackTarget target, int unit, std::byte* out);

} // namespace qwill::engine::cuda

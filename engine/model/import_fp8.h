#pragma once
// FP8 checkpoints: e4m3 weights with a scale for each block of 128 × 128 (weight_scale_inv, which is multiplied despite
// its name), for each row, or for the whole matrix (weight_scale). Scales are f16, bf16 or f32. Pure functions; any
// thread.
//
// No form in memory holds e4m3: kept() rounds to 8-bit integers in groups of 32. A value of e4m3 has 4 significant
// bits, an error of 2 to 3 % itself; rounding to 1/127 of the largest of 32 adds about 0.5 % of the group's rms, which
// makes the sum a fiftieth larger. f32 holds it exactly, bf16 to 2^-9.

#include "model/import_parts.h"
#include "model/matrix_source.h"

namespace qwill::engine {

// `scaleSuffix`: ".weight_scale_inv" or ".weight_scale".
Result<std::unique_ptr<MatrixSource>> openFp8(const Checkpoint& checkpoint, const WantedMatrix& wanted,
                                              const std::string& scaleSuffix);

// The value of an e4m3 byte (the "fn" kind: no infinities, 0x7f and 0xff are NaN).
float fromE4m3(std::uint8_t bits);

} // namespace qwill::engine

#pragma once
// AWQ checkpoints, version gemm, 4 bits: what AutoAWQ writes. Pure functions; any thread. For a Linear [N out, K in] in
// groups of g along K:
//   qweight i32 [K, N/8]     nibble i of a word is output 0, 2, 4, 6, 1, 3, 5, 7 of its eight
//   qzeros  i32 [K/g, N/8]   in the same order
//   scales  f16 [K/g, N]     w = scale · (q − zero)

#include "model/import_parts.h"
#include "model/matrix_source.h"

namespace qwill::engine {

Result<std::unique_ptr<MatrixSource>> openAwq(const Checkpoint& checkpoint, const WantedMatrix& wanted);

} // namespace qwill::engine

#pragma once
// GPTQ checkpoints, versions 1 and 2, 2, 3, 4 and 8 bits: what auto-gptq, optimum and GPTQModel write. Pure functions;
// any thread. For a Linear [N out, K in] in groups of g along K:
//   qweight i32 [K·bits/32, N]     the stream of bits-wide integers q[k] of output n lies in column n
//   qzeros  i32 [K/g, N·bits/32]   the zero points, packed along N; version 1 stores them less 1
//   scales  f16 [K/g, N]           w = scale · (q − zero)
//   g_idx   i32 [K]                the group of column k; k / g unless desc_act, may be missing then

#include "model/import_parts.h"
#include "model/matrix_source.h"

namespace qwill::engine {

// Every tensor is checked: type, shape, group indices inside their range, symmetric files' zero points.
Result<std::unique_ptr<MatrixSource>> openGptq(const Checkpoint& checkpoint, const WantedMatrix& wanted);

} // namespace qwill::engine

#pragma once
// Checkpoints of compressed-tensors (llm-compressor): integers packed into words, plain int8, and FP8. Pure functions;
// any thread. For a Linear [N out, K in] with G groups along K (1 = a scale a row):
//   pack-quantized   weight_packed i32 [N, ⌈K·bits/32⌉]: a stream of q + 2^(bits−1) along K
//                    weight_scale [N, G]; weight_shape = (N, K); weight_zero_point i32 [⌈N·bits/32⌉, G] packed along N,
//                    absent when symmetric; weight_g_idx i32 [K] (all −1 = none) when actorder is "group"
//   int-quantized    weight i8 [N, K]; weight_scale [N, G] or [1]; weight_zero_point i8 [N, G]
//   float-quantized  weight e4m3 [N, K]; weight_scale [N, 1], [1] or one a block: model/import_fp8.h
// A module that has weight as floats was left alone. w = scale · (q − zero).

#include "model/import_parts.h"
#include "model/matrix_source.h"

namespace qwill::engine {

Result<std::unique_ptr<MatrixSource>> openCompressed(const Checkpoint& checkpoint, const WantedMatrix& wanted);

} // namespace qwill::engine

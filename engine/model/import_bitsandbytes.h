#pragma once
// Checkpoints that transformers saved with bitsandbytes. Pure functions; any thread.
//   int8   weight i8 [N, K]; SCB f32 [N]: w = q · SCB / 127
//   4 bit  weight u8 [N·K/2, 1]: two 4-bit codes a byte, the high one first, row after row; blocks of B along that
//   order:
//          w = quant_map[code] · absmax[block]. With nested quantisation absmax is u8 itself:
//          nested_quant_map[code] · nested_absmax[block / nested block] + offset. The tensor
//          weight.quant_state.bitsandbytes__nf4 (or __fp4) holds B, the shape and the offset as JSON.
// int8 is kept exactly but for SCB / 127 in 16 bits. The codes of nf4 are no integers: they are rounded to 8 bits in
// groups of 32, by at most 1/254 of the block's largest.

#include "model/import_parts.h"
#include "model/matrix_source.h"

namespace qwill::engine {

Result<std::unique_ptr<MatrixSource>> openBitsAndBytes(const Checkpoint& checkpoint, const WantedMatrix& wanted);

} // namespace qwill::engine

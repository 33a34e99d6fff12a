#pragma once
// What becomes of the blocks of a GGUF file, and how those are repacked into panels whose form can hold them. Pure
// functions; any thread.
//   Q8_0, Q5_0 → W8 group 32 (int8 times one scale)                  Q4_K → W4K (the same fields)
//   Q4_0 → W4Z group 32 (zero 8)                                     Q4_1 → W4G group 32
//   Q3_K → W8 group 128: (scale − 32) · q lies in −124 … 128, so it is int8 times −d
//   IQ4_NL, IQ4_XS, MXFP4 → C4 group 32 (their codebooks)            Q5_1 → W8G group 32
//   Q2_K → W4S, Q5_K → W8K, Q6_K → W8S (the same fields)
// All without rounding.

#include "model/matrix_source.h"
#include "model/panel_layout.h"
#include "model/tensor.h"

#include <cstddef>
#include <cstdint>

namespace qwill::engine {

// W8 in groups of 128, not repacked, for dense types.
KeptForm ggufKeptForm(DType type);

// Rows [64 · panel, …) of a matrix whose type is repacked into the panel at `out` (panelBytes() long), padding with
// zeros. False when a scale is not finite.
bool repackPanel(const TensorView& tensor, std::int64_t panel, std::byte* out);

} // namespace qwill::engine

#pragma once
// What becomes of the blocks of a GGUF file, and how those are repacked into panels whose form can hold them. Pure
// functions; any thread.
//   Q8_0, Q5_0, IQ4_NL, MXFP4 → W8 group 32 (int8 times one scale)   Q4_K → W4K (the same fields)
//   Q4_0 → W4G group 32 (min = −8·d, exact in 16 bit)                Q4_1 → W4G group 32
//   Q3_K → W8 group 128: (scale − 32) · q lies in −124 … 128, so it is int8 times −d
//   IQ4_XS → W8 group 32: d · scale rounded to 16 bits, within 2^-11
// No exact counterpart, so rounded again: Q5_1, Q5_K and Q6_K to 8 bits in groups of 32, which adds at most a twentieth
// to the error they already have; Q2_K to W4K, likewise.

#include "model/matrix_source.h"
#include "model/panel_layout.h"
#include "model/tensor.h"

#include <cstddef>
#include <cstdint>

namespace qwill::engine {

// W8 in groups of 128, not repacked, for dense types.
KeptForm ggufKeptForm(DType type);

// Rows [64 · panel, …) of a matrix whose type is repacked into the panel at `out` (panelBytes() long), padding with
// zeros. False when a scale is not finite or does not fit 16 bits.
bool repackPanel(const TensorView& tensor, std::int64_t panel, std::byte* out);

} // namespace qwill::engine

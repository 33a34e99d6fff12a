#pragma once
// Repacks the blocks of a GGUF file into panels without rounding anything again. Pure functions; any thread.
//   Q8_0, Q5_0, IQ4_NL → W8 group 32 (their values are int8 times one scale)      Q4_K → W4K (the same fields)
//   Q4_0 → W4G group 32 (min = −8·d, exact in 16 bit)                             Q4_1 → W4G group 32

#include "model/panel_layout.h"
#include "model/tensor.h"

#include <cstddef>
#include <cstdint>

namespace qwill::engine {

bool canRepack(DType type);

// Rows [64 · panel, …) of a matrix into the panel at `out` (panelBytes() long), padding with zeros. `format`: as above.
// False when a scale is not finite, or −8·d does not fit 16 bits.
bool repackPanel(const TensorView& tensor, MatrixFormat format, std::int64_t panel, std::byte* out);

} // namespace qwill::engine

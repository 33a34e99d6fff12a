#pragma once
// Decodes the block types of GGUF files to floats: the definition of what they mean, scalar, bit for bit as the PyPI
// package `gguf` does it. Pure functions; any thread.

#include "model/tensor.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace qwill::engine {

// The 4-bit codebook of IQ4_NL.
inline constexpr std::int8_t kIq4NlValues[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                                 1,    13,   25,  38,  53,  69,  89,  113};

// bytes: whole blocks of a type with isGgufQuantised(); out: [blocks · blockShape(type).elements].
void dequantizeBlocks(DType type, std::span<const std::byte> bytes, float* out);

// The 6-bit scale and minimum of group 0…7 in the 12 bytes of a Q4_K or Q5_K block.
struct KScale {
    std::uint8_t scale, min;
};
KScale kScaleAt(const std::byte* scales, int group);

} // namespace qwill::engine

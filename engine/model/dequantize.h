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

// The codebook of MXFP4: e2m1 values, doubled.
inline constexpr std::int8_t kMxfp4Values[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

// bytes: whole blocks of a type with isGgufQuantised(); out: [blocks · blockShape(type).elements].
void dequantizeBlocks(DType type, std::span<const std::byte> bytes, float* out);

// The 6-bit scale and minimum of group 0…7 in the 12 bytes of a Q4_K or Q5_K block.
struct KScale {
    std::uint8_t scale, min;
};
KScale kScaleAt(const std::byte* scales, int group);

// One value of a block of 256 whose weight is d · scale · quant − dmin · min, as integers; dmin and min are 0 in Q3_K,
// Q6_K and IQ4_XS.
struct KValue {
    int scale, quant, min;
};
KValue kValueAt(DType type, const std::byte* block, int i); // Q2_K, Q3_K, Q5_K, Q6_K, IQ4_XS

// Where d lies in such a block; dmin, if any, lies behind it.
int superScaleAt(DType type);

// The factor of a block of MXFP4: half of its power of two, since the codebook is doubled.
float mxfp4Scale(std::uint8_t exponent);

} // namespace qwill::engine

#pragma once
// The inner loops of quantising on load: 16 rows side by side, one row a lane, so that nothing is summed across lanes
// and the result lies in the order of panel_layout.h by itself. Pure functions; any thread. Every instruction set gives
// bitwise the same result (no fused multiply-add, fixed order).

#include <cstdint>
#include <span>

namespace qwill::engine {

inline constexpr int kLanes = 16;

// One k-block of W4K for 16 rows.
struct W4KLanes {
    std::uint16_t d[kLanes], dmin[kLanes]; // f16, not negative
    std::uint8_t scale[8][kLanes], min[8][kLanes]; // 6 bit each
    std::uint32_t quants[32][kLanes]; // the four bytes of a row in vector [k / 8]
};

// One k-block of W8 for 16 rows.
struct W8Lanes {
    std::uint16_t scale[4][kLanes]; // f16; [128 / groupSize] are used
    std::uint32_t quants[32][kLanes]; // the four bytes of a row in vector [k / 4]
};

// x: [256 k][16 rows], finite. False when a row's values are too large for a 16-bit scale.
// Per group of 32, 20 candidate scales, each refitted by least squares, then the 6-bit neighbours of the best under the
// block's 16-bit super-scales, which are refitted too; squared error with uniform weights throughout.
bool quantizeW4K(const float* x, W4KLanes& out);

// x: [128 k][16 rows], finite; groupSize 32, 64 or 128. q in −127…127.
bool quantizeW8(const float* x, int groupSize, W8Lanes& out);

// The same two functions compiled for each instruction set this machine has, best first (the one the above use); the
// last runs anywhere. For tests: all give the same bits.
struct LaneFunctions {
    const char* name;
    bool (*w4k)(const float*, W4KLanes&);
    bool (*w8)(const float*, int, W8Lanes&);
};
std::span<const LaneFunctions> laneFunctions();

// out[k][16 rows] from rows[16][stride] for k in [0, count), count a multiple of 16.
void transposeLanes(const float* rows, int stride, int count, float* out);

} // namespace qwill::engine

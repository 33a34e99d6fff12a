#pragma once
// a × b + c, rounded once: what an FMA instruction gives, for code that must be right without one. Static: each
// object has its own, made for its instructions. Any thread.

#include <stdint.h>

namespace qwill::engine {

#if defined(__MINGW32__) && !defined(__FMA__)
// MinGW's fmaf is one unit off for a quarter of all arguments. In double the product is exact; the sum is rounded to
// odd, after which rounding to float is as if it were the only one.
static inline float fusedMultiplyAdd(float a, float b, float c)
{
    const double product = static_cast<double>(a) * b, sum = product + c;
    const double added = sum - product, error = (product - (sum - added)) + (c - added);
    uint64_t bits;
    __builtin_memcpy(&bits, &sum, sizeof bits);
    if ((error < 0 || error > 0) && bits % 2 == 0) // never for infinities, whose error is no number
        bits += (error > 0) == (sum > 0) ? 1u : ~uint64_t{0};
    double odd;
    __builtin_memcpy(&odd, &bits, sizeof odd);
    return static_cast<float>(odd);
}
#else
static inline float fusedMultiplyAdd(float a, float b, float c)
{
    return __builtin_fmaf(a, b, c);
}
#endif

} // namespace qwill::engine

#pragma once
// The 256-bit dot products of AVX-VNNI as instructions: of bytes and of 16-bit pairs. Only for files compiled with the
// ISA's flags, after simd_avx2.h: no STL, everything local to the including file. Any thread.
//
// Two encodings of the same instructions exist: VEX on processors with AVX-VNNI, EVEX on those with AVX-512 VNNI and
// VL. QWILL_VNNI_EVEX chooses the latter, so that a machine without AVX-VNNI can test kernels written for it
// (kernels_avxvnni_evex.cpp). Registers 0–15 either way. They are asm because g++ spills accumulators inside loops when
// it may choose the form of the instruction itself.

#include "cpu/simd_avx2.h"

#ifdef QWILL_VNNI_EVEX
#define QWILL_VNNI_ENCODING "%{evex%} "
#else
#define QWILL_VNNI_ENCODING "%{vex%} "
#endif

namespace qwill::engine::cpu {

namespace {

// acc (8 × i32) += w (8 × 4 × u8) · x (8 × 4 × i8)
QWILL_INLINE void dotStep(__m256i& acc, __m256i w, __m256i x)
{
    __asm__(QWILL_VNNI_ENCODING "vpdpbusd %2, %1, %0" : "+x"(acc) : "x"(w), "x"(x));
}

// acc (8 × i32) += w (8 × 2 × i16) · x (8 × 2 × i16)
QWILL_INLINE void dotStep16(__m256i& acc, __m256i w, __m256i x)
{
    __asm__(QWILL_VNNI_ENCODING "vpdpwssd %2, %1, %0" : "+x"(acc) : "x"(w), "x"(x));
}

} // namespace

} // namespace qwill::engine::cpu

#pragma once
// Wide for AVX-VNNI: AVX2's with its own dot product. Only for kernels_avxvnni*.cpp: no STL, everything local to the
// including file. Any thread.

#include "cpu/dot_avxvnni.h"

#define QWILL_WIDE_OWN_STEP
#include "cpu/wide_avx2.h"

namespace qwill::engine::cpu {

namespace {

struct Wide : WideAvx2 {
    static QWILL_INLINE void step(V& sums, V w, V x) { dotStep16(sums, w, x); }
};

} // namespace

} // namespace qwill::engine::cpu

#include "cpu/cpu_features.h"

#if defined(__linux__)
#include <sys/auxv.h>
#endif

namespace qwill::engine::cpu {

CpuFeatures detectCpuFeatures()
{
    CpuFeatures out;
#if defined(__linux__)
    // Bits of the kernel's arm64 hwcap ABI; the newer names are missing from older headers.
    constexpr unsigned long kHwcapAsimdDotprod = 1ul << 20, kHwcap2I8mm = 1ul << 13;
    if (getauxval(AT_HWCAP) & kHwcapAsimdDotprod)
        out.mask |= kCpuNeonDotprod;
    if (getauxval(AT_HWCAP2) & kHwcap2I8mm)
        out.mask |= kCpuNeonI8mm;
#endif
    return out;
}

} // namespace qwill::engine::cpu

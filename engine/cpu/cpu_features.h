#pragma once
// CpuFeatures: what this machine's processor can do and the operating system lets us use. Detected once; any thread.

#include "cpu/cpu_feature.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qwill::engine::cpu {

struct CpuFeatures {
    std::uint32_t mask = 0; // of CpuFeature; a bit is set only if the system also saves the registers it needs
    std::string brand; // "AMD EPYC …"; "unknown processor" where it will not say
};

const CpuFeatures& cpuFeatures();

// The names of the set bits, as `qwill-cli info` prints them ("avx2", "avx512vnni", …).
std::vector<std::string_view> featureNames(std::uint32_t mask);

// Platform part, one of cpu_features_<platform>.cpp.
CpuFeatures detectCpuFeatures();

} // namespace qwill::engine::cpu

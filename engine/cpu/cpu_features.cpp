#include "cpu/cpu_features.h"

#include <utility>

namespace qwill::engine::cpu {

const CpuFeatures& cpuFeatures()
{
    static const CpuFeatures features = [] {
        CpuFeatures detected = detectCpuFeatures();
        if (detected.brand.empty())
            detected.brand = "unknown processor";
        return detected;
    }();
    return features;
}

std::vector<std::string_view> featureNames(std::uint32_t mask)
{
    static constexpr std::pair<std::uint32_t, std::string_view> kNames[] = {
        {kCpuAvx2, "avx2"},
        {kCpuFma, "fma"},
        {kCpuF16c, "f16c"},
        {kCpuAvxVnni, "avxvnni"},
        {kCpuAvx512f, "avx512f"},
        {kCpuAvx512bw, "avx512bw"},
        {kCpuAvx512vl, "avx512vl"},
        {kCpuAvx512dq, "avx512dq"},
        {kCpuAvx512vnni, "avx512vnni"},
        {kCpuAvx512vbmi, "avx512vbmi"},
        {kCpuAvx512bf16, "avx512bf16"},
        {kCpuNeonDotprod, "dotprod"},
        {kCpuNeonI8mm, "i8mm"},
    };
    std::vector<std::string_view> names;
    for (const auto& [bit, name] : kNames)
        if (mask & bit)
            names.push_back(name);
    return names;
}

} // namespace qwill::engine::cpu

#include "cpu/cpu_features.h"

namespace qwill::engine::cpu {

CpuFeatures detectCpuFeatures()
{
    return {};
}

} // namespace qwill::engine::cpu

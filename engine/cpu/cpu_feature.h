#pragma once
// CpuFeature: the bits of a kernel table's requirements and of what a processor offers. No STL in here, because files
// compiled with ISA flags include it. Constants only; any thread.

#include <stdint.h>

namespace qwill::engine::cpu {

enum CpuFeature : uint32_t {
    kCpuAvx2 = 1u << 0,
    kCpuFma = 1u << 1,
    kCpuF16c = 1u << 2,
    kCpuAvxVnni = 1u << 3,
    kCpuAvx512f = 1u << 4,
    kCpuAvx512bw = 1u << 5,
    kCpuAvx512vl = 1u << 6,
    kCpuAvx512dq = 1u << 7,
    kCpuAvx512vnni = 1u << 8,
    kCpuAvx512vbmi = 1u << 9,
    kCpuAvx512bf16 = 1u << 10,
    kCpuNeonDotprod = 1u << 16,
    kCpuNeonI8mm = 1u << 17,
};

} // namespace qwill::engine::cpu

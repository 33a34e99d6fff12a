#include "cpu/cpu_features.h"

#include <cpuid.h>

#include <cstring>

namespace qwill::engine::cpu {

namespace {

struct Leaf {
    unsigned a = 0, b = 0, c = 0, d = 0;
};

Leaf cpuid(unsigned leaf, unsigned subleaf = 0)
{
    Leaf out;
    if (!__get_cpuid_count(leaf, subleaf, &out.a, &out.b, &out.c, &out.d))
        return {};
    return out;
}

bool bit(unsigned word, int index)
{
    return (word >> index) & 1u;
}

// XCR0: which register files the operating system saves on a context switch.
unsigned extendedControl()
{
    unsigned low = 0, high = 0;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

std::string brandString()
{
    if (cpuid(0x80000000u).a < 0x80000004u)
        return {};
    char text[49] = {};
    for (unsigned i = 0; i < 3; ++i) {
        const Leaf part = cpuid(0x80000002u + i);
        std::memcpy(text + 16 * i, &part, 16);
    }
    std::string brand(text);
    while (!brand.empty() && brand.back() == ' ')
        brand.pop_back();
    brand.erase(0, brand.find_first_not_of(' '));
    return brand;
}

} // namespace

CpuFeatures detectCpuFeatures()
{
    CpuFeatures out;
    out.brand = brandString();
    const Leaf one = cpuid(1);
    if (!bit(one.c, 27)) // OSXSAVE
        return out;
    constexpr unsigned kYmmState = 0x6, kZmmState = 0xe6; // SSE and AVX; also opmask, ZMM0–15 high, ZMM16–31
    const unsigned saved = extendedControl();
    const Leaf seven = cpuid(7), sevenOne = cpuid(7, 1);
    const auto add = [&](bool present, CpuFeature feature) { out.mask |= present ? feature : 0u; };
    if ((saved & kYmmState) == kYmmState && bit(one.c, 28)) {
        add(bit(seven.b, 5), kCpuAvx2);
        add(bit(one.c, 12), kCpuFma);
        add(bit(one.c, 29), kCpuF16c);
        add(seven.a >= 1 && bit(sevenOne.a, 4), kCpuAvxVnni);
    }
    if ((saved & kZmmState) == kZmmState && bit(seven.b, 16)) {
        out.mask |= kCpuAvx512f;
        add(bit(seven.b, 30), kCpuAvx512bw);
        add(bit(seven.b, 31), kCpuAvx512vl);
        add(bit(seven.b, 17), kCpuAvx512dq);
        add(bit(seven.c, 11), kCpuAvx512vnni);
        add(bit(seven.c, 1), kCpuAvx512vbmi);
        add(seven.a >= 1 && bit(sevenOne.a, 5), kCpuAvx512bf16);
    }
    return out;
}

} // namespace qwill::engine::cpu

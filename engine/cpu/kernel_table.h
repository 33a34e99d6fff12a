#pragma once
// KernelTable: one set of CPU kernels, all for one instruction set. Chosen once at start; immutable; any thread may
// read it. The scalar table is the reference every other one is tested against.

#include "cpu/kernel_types.h"
#include "engine/result.h"

#include <span>

namespace qwill::engine::cpu {

struct KernelTable {
    const char* name; // "scalar", "avx2", "avx512vnni"
    std::uint32_t requiredFeatures; // mask of CpuFeature

    // x[token · xStride + k] for tokens [tokenBegin, tokenEnd) → acts; pads with zeros.
    void (*quantizeActs)(const float* x, std::ptrdiff_t xStride, int tokenBegin, int tokenEnd, int cols,
                         const QuantActs& acts);
    void (*matmulQuant)(const QuantMatmul& args);
    void (*matmulDense)(const DenseMatmul& args);
};

// Priority order, best first; the last is scalar and requires nothing.
std::span<const KernelTable* const> allKernelTables();
// The best supported table, or the one QWILL_CPU names: unknown or unsupported names are an error, never a fallback.
Result<const KernelTable*> selectKernelTable();

} // namespace qwill::engine::cpu

#pragma once
// What libqwill_cuda exports: one function, and behind it two tables. Read by the engine and by the module, which must
// have been built from the same sources: `pairing` tells. Constants; any thread.

#include "cuda/runtime_table.h"

#include <cstdint>

namespace qwill::engine::cuda {

struct KernelTable; // kernels/kernel_table.h

inline constexpr std::uint32_t kModuleMagic = 0x51574355; // "QWCU"
inline constexpr char kModuleEntry[] = "qwillCudaModule";

// The first two members have these places in every version, so that the wrong one is recognised.
struct ModuleTables {
    std::uint32_t magic;
    const char* pairing; // QWILL_CUDA_PAIRING of the build: the version, and a digest of the headers both sides share
    std::int32_t requiredDriver; // as cuDriverGetVersion counts: 13000
    // What its machine code serves: "75,80,90", and from "120+" on by the driver's own compiler.
    const char* architectures;
    const CudaRuntimeTable* runtime;
    const KernelTable* kernels;
};

using ModuleEntry = const ModuleTables* (*)();

} // namespace qwill::engine::cuda

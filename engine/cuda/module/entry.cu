// The one door of libqwill_cuda.

#include "cuda/module/runtime.h"
#include "cuda/module_entry.h"

#ifdef QWILL_CUDA_HAS_KERNELS
#include "cuda/kernels/kernel_table.h"
#endif

#include <cuda_runtime.h>

#ifdef _WIN32
#define QWILL_EXPORT __declspec(dllexport)
#else
#define QWILL_EXPORT __attribute__((visibility("default")))
#endif

namespace qwill::engine::cuda {

extern "C" QWILL_EXPORT const ModuleTables* qwillCudaModule();

extern "C" QWILL_EXPORT const ModuleTables* qwillCudaModule()
{
    // A runtime of CUDA 13.x works with every driver of CUDA 13 (minor version compatibility).
#ifdef QWILL_CUDA_HAS_KERNELS
    const KernelTable* kernels = kernelTable();
#else
    const KernelTable* kernels = nullptr; // refused by the engine
#endif
    static const ModuleTables tables{
        kModuleMagic, QWILL_CUDA_PAIRING, CUDART_VERSION / 1000 * 1000, QWILL_CUDA_MACHINE_CODE, &cudaRuntime(),
        kernels};
    return &tables;
}

} // namespace qwill::engine::cuda

#pragma once
// The CUDA runtime behind CudaRuntimeTable. Constants; any thread.

#include "cuda/runtime_table.h"

namespace qwill::engine::cuda {

const CudaRuntimeTable& cudaRuntime();

} // namespace qwill::engine::cuda

// Products with 8-bit weights.

#include "cuda/kernels/matmul.cuh"

namespace qwill::engine::cuda {

int matmulW8(const MatmulArgs& args, void* stream)
{
    switch (args.parts[0].weights.groupSize) {
    case 32: return launchMatmulOf<ChunkW8<32>>(args, stream);
    case 128: return launchMatmulOf<ChunkW8<128>>(args, stream);
    default: return kNoSuchKernel;
    }
}

} // namespace qwill::engine::cuda

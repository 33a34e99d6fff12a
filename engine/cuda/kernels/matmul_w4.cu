// Products with 4-bit weights.

#include "cuda/kernels/matmul.cuh"

namespace qwill::engine::cuda {

int matmulW4(const MatmulArgs& args, void* stream)
{
    const DeviceMatrix& weights = args.parts[0].weights;
    if (weights.format == MatrixFormat::W4K)
        return launchMatmulOf<ChunkW4K>(args, stream);
    switch (weights.groupSize) {
    case 32: return launchMatmulOf<ChunkW4G<32>>(args, stream);
    case 64: return launchMatmulOf<ChunkW4G<64>>(args, stream);
    case 128: return launchMatmulOf<ChunkW4G<128>>(args, stream);
    default: return kNoSuchKernel;
    }
}

} // namespace qwill::engine::cuda

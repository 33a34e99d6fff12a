// Products of many tokens with 8-bit weights.

#include "cuda/kernels/matmul_tiled.cuh"

namespace qwill::engine::cuda {

int tiledW8(const MatmulArgs& args, const TiledShape& shape, void* stream)
{
    switch (args.parts[0].weights.groupSize) {
    case 32: return launchTiled<PieceW8<32>>(args, shape, stream);
    case 128: return launchTiled<PieceW8<128>>(args, shape, stream);
    default: return kNoSuchKernel;
    }
}

int prepareTiledW8(std::size_t shared)
{
    if (const int error = allowShared(tiledKernel<PieceW8<32>>, shared); error != 0)
        return error;
    return allowShared(tiledKernel<PieceW8<128>>, shared);
}

} // namespace qwill::engine::cuda

// Products of many tokens with 4-bit weights.

#include "cuda/kernels/matmul_tiled.cuh"

namespace qwill::engine::cuda {

int tiledW4(const MatmulArgs& args, const TiledShape& shape, void* stream)
{
    const DeviceMatrix& weights = args.parts[0].weights;
    if (weights.format == MatrixFormat::W4K)
        return launchTiled<PieceW4K>(args, shape, stream);
    switch (weights.groupSize) {
    case 32: return launchTiled<PieceW4G<32>>(args, shape, stream);
    case 64: return launchTiled<PieceW4G<64>>(args, shape, stream);
    case 128: return launchTiled<PieceW4G<128>>(args, shape, stream);
    default: return kNoSuchKernel;
    }
}

int prepareTiledW4(std::size_t shared)
{
    int error = allowShared(tiledKernel<PieceW4K>, shared);
    error = error != 0 ? error : allowShared(tiledKernel<PieceW4G<32>>, shared);
    error = error != 0 ? error : allowShared(tiledKernel<PieceW4G<64>>, shared);
    return error != 0 ? error : allowShared(tiledKernel<PieceW4G<128>>, shared);
}

} // namespace qwill::engine::cuda

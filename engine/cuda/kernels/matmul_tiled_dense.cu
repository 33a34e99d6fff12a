// Products of many tokens with weights of 16 bits.

#include "cuda/kernels/matmul_tiled.cuh"

namespace qwill::engine::cuda {

int tiledDense(const MatmulArgs& args, const TiledShape& shape, void* stream)
{
    return args.parts[0].weights.format == MatrixFormat::F16
        ? launchTiled<Piece16<MatrixFormat::F16>>(args, shape, stream)
        : launchTiled<Piece16<MatrixFormat::Bf16>>(args, shape, stream);
}

int prepareTiledDense(std::size_t shared)
{
    if (const int error = allowShared(tiledKernel<Piece16<MatrixFormat::F16>>, shared); error != 0)
        return error;
    return allowShared(tiledKernel<Piece16<MatrixFormat::Bf16>>, shared);
}

} // namespace qwill::engine::cuda

// Products with weights of 16 and 32 bits.

#include "cuda/kernels/matmul.cuh"

namespace qwill::engine::cuda {

int matmulDense(const MatmulArgs& args, void* stream)
{
    switch (args.parts[0].weights.format) {
    case MatrixFormat::F16: return launchMatmulOf<Chunk16<MatrixFormat::F16>>(args, stream);
    case MatrixFormat::Bf16:
        return deviceTraits.computeCapability < 80 ? kNoSuchKernel
                                                   : launchMatmulOf<Chunk16<MatrixFormat::Bf16>>(args, stream);
    case MatrixFormat::F32: return launchMatmul<ChunkF32, 1, 1>(args, stream);
    default: return kNoSuchKernel;
    }
}

} // namespace qwill::engine::cuda

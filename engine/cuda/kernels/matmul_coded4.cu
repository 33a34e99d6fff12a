// Products with the coded forms of 4 bits.

#include "cuda/kernels/matmul_coded.cuh"

namespace qwill::engine::cuda {

int matmulCoded4(const MatmulArgs& args, void* stream)
{
    const DeviceMatrix& weights = args.parts[0].weights;
    switch (weights.format) {
    case MatrixFormat::C4:
        return weights.groupSize == 32 ? launchCodedOf<ChunkC4<32>>(args, stream)
            : weights.groupSize == 64  ? launchCodedOf<ChunkC4<64>>(args, stream)
                                       : kNoSuchKernel;
    case MatrixFormat::W4S: return launchCodedOf<ChunkW4S>(args, stream);
    default: return kNoSuchKernel;
    }
}

} // namespace qwill::engine::cuda

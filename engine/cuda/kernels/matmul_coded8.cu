// Products with the coded forms of 8 bits.

#include "cuda/kernels/matmul_coded.cuh"

namespace qwill::engine::cuda {

int matmulCoded8(const MatmulArgs& args, void* stream)
{
    const DeviceMatrix& weights = args.parts[0].weights;
    const int group = weights.groupSize;
    switch (weights.format) {
    case MatrixFormat::F8:
        return group == 64 ? launchCodedOf<ChunkF8<64>>(args, stream)
            : group == 128 ? launchCodedOf<ChunkF8<128>>(args, stream)
                           : kNoSuchKernel;
    case MatrixFormat::W8G:
        return group == 32 ? launchCodedOf<ChunkW8G<32>>(args, stream)
            : group == 64  ? launchCodedOf<ChunkW8G<64>>(args, stream)
            : group == 128 ? launchCodedOf<ChunkW8G<128>>(args, stream)
                           : kNoSuchKernel;
    case MatrixFormat::W8S: return launchCodedOf<ChunkW8S>(args, stream);
    case MatrixFormat::W8K: return launchCodedOf<ChunkW8K>(args, stream);
    default: return kNoSuchKernel;
    }
}

} // namespace qwill::engine::cuda

// The table, and which product kernel a matrix gets.

#include "cuda/kernels/kernel_table.h"
#include "cuda/kernels/launches.h"
#include "cuda/kernels/matmul.cuh"

namespace qwill::engine::cuda {

DeviceTraits deviceTraits{80, 1, 48 * 1024};

int prepareDevice(const DeviceTraits* traits)
{
    deviceTraits = *traits;
    return prepareAttention();
}

int launchMatmul(const MatmulArgs* args, void* stream)
{
    const DeviceMatrix& first = args->parts[0].weights;
    for (int i = 1; i < args->partCount; ++i) {
        const DeviceMatrix& m = args->parts[i].weights;
        if (m.format != first.format || m.groupSize != first.groupSize || m.cols != first.cols)
            return kNoSuchKernel;
    }
    if (args->tokens < 1 || args->partCount < 1)
        return 0;
    switch (first.format) {
    case MatrixFormat::W8: return matmulW8(*args, stream);
    case MatrixFormat::W4K:
    case MatrixFormat::W4G: return matmulW4(*args, stream);
    default: return matmulDense(*args, stream);
    }
}

const KernelTable* kernelTable()
{
    static constexpr KernelTable kTable{prepareDevice,   launchEmbed,  launchRopeAngles, launchPrepare,
                                        launchAddNormed, launchMatmul, launchRopeKv,     launchAttention,
                                        launchDraw,      launchCopy,   launchSoftCap};
    return &kTable;
}

} // namespace qwill::engine::cuda

// The table, and which product kernel a matrix gets.

#include "cuda/kernels/kernel_table.h"
#include "cuda/kernels/launches.h"
#include "cuda/kernels/matmul_tiled.cuh"

namespace qwill::engine::cuda {

DeviceTraits deviceTraits{80, 1, 48 * 1024};
bool overlapLaunches = false;

namespace {

// A kernel that has no form for the card is not asked about.
int prepareTiles(const DeviceTraits& device)
{
    if (device.computeCapability < 80)
        return 0;
    for (const auto prepare : {prepareTiledW8, prepareTiledW4, prepareTiledCoded, prepareTiledDense})
        if (const int error = prepare(device.sharedPerBlock); error != 0)
            return error;
    return 0;
}

} // namespace

int prepareDevice(const DeviceTraits* traits)
{
    deviceTraits = *traits;
    overlapLaunches = traits->overlap && traits->computeCapability >= 90;
    if (const int error = prepareTiles(*traits); error != 0)
        return error;
    return prepareAttention();
}

namespace {

int tiledOf(const MatmulArgs& args, const TiledShape& shape, void* stream)
{
    switch (args.parts[0].weights.format) {
    case MatrixFormat::W8: return tiledW8(args, shape, stream);
    case MatrixFormat::W4K:
    case MatrixFormat::W4G: return tiledW4(args, shape, stream);
    case MatrixFormat::W8S:
    case MatrixFormat::W8K: return tiledCoded(args, shape, stream);
    default: return tiledDense(args, shape, stream);
    }
}

int matmulOf(const MatmulArgs& args, void* stream)
{
    if (const TiledShape shape = chooseTiles(deviceTraits, args); shape.width > 0)
        return tiledOf(args, shape, stream);
    switch (args.parts[0].weights.format) {
    case MatrixFormat::W8: return matmulW8(args, stream);
    case MatrixFormat::W4K:
    case MatrixFormat::W4G: return matmulW4(args, stream);
    case MatrixFormat::F8:
    case MatrixFormat::W8G:
    case MatrixFormat::W8S:
    case MatrixFormat::W8K: return matmulCoded8(args, stream);
    case MatrixFormat::C4:
    case MatrixFormat::W4S: return matmulCoded4(args, stream);
    default: return matmulDense(args, stream);
    }
}

// Does `each` for neighbours of one kind: a 4-bit model's v is in 8 bits.
template <typename Each>
int forRuns(const MatmulArgs& args, const Each& each)
{
    for (int from = 0, to; from < args.partCount; from = to) {
        const DeviceMatrix& first = args.parts[from].weights;
        MatmulArgs run = args;
        run.partCount = 0;
        for (to = from; to < args.partCount; ++to) {
            const DeviceMatrix& m = args.parts[to].weights;
            if (m.cols != first.cols)
                return kNoSuchKernel;
            if (m.format != first.format || m.groupSize != first.groupSize)
                break;
            run.parts[run.partCount++] = args.parts[to];
        }
        if (const int error = each(run); error != 0)
            return error;
    }
    return 0;
}

} // namespace

int launchMatmul(const MatmulArgs* args, void* stream)
{
    return args->tokens < 1 ? 0 : forRuns(*args, [stream](const MatmulArgs& run) { return matmulOf(run, stream); });
}

int planProduct(const MatmulArgs* args, StepPhase* out, std::int32_t* count)
{
    *count = 0;
    return forRuns(*args, [&](const MatmulArgs& run) {
        const int number = (*count)++;
        return planRun(run, number > 0, &out[number]);
    });
}

const KernelTable* kernelTable()
{
    static constexpr KernelTable kTable{prepareDevice,     launchEmbed,  launchRopeAngles, launchPrepare,
                                        launchAddNormed,   launchMatmul, launchRopeKv,     launchAttention,
                                        launchDraw,        launchCopy,   launchSoftCap,    launchUntileWeights,
                                        launchUntileParts, planProduct,  planAttention,    launchPersistent};
    return &kTable;
}

} // namespace qwill::engine::cuda

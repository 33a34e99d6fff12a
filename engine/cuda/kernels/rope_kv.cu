// Between the qkv product and attention, as a kernel of its own: for steps of many tokens.

#include "cuda/kernels/launches.h"
#include "cuda/kernels/rope_kv.cuh"

namespace qwill::engine::cuda {

namespace {

constexpr int kHeadWarps = 4; // heads of a block

// grid: [rows][heads / 4]; a warp has one head.
QWILL_KERNEL void __launch_bounds__(kHeadWarps* kWarp) ropeKvKernel(RopeKvArgs args)
{
    awaitEarlier();
    const int warp = static_cast<int>(threadIdx.x) / kWarp, lane = static_cast<int>(threadIdx.x) % kWarp;
    const int number = static_cast<int>(blockIdx.y) * kHeadWarps + warp;
    if (number < args.headCount + 2 * args.kvHeadCount)
        ropeHead(args, static_cast<int>(blockIdx.x), number, static_cast<float*>(sharedMemory()) + warp * kMaxHeadDim,
                 lane);
}

} // namespace

int launchRopeKv(const RopeKvArgs* args, void* stream)
{
    if (args->pages.element == KvElement::F32 || args->pages.headDim > kMaxHeadDim)
        return 1;
    const int heads = args->headCount + 2 * args->kvHeadCount;
    return launch(ropeKvKernel, {args->rows, ceilDiv(heads, kHeadWarps), 1}, kHeadWarps * kWarp,
                  kHeadWarps * kMaxHeadDim * sizeof(float), stream, *args);
}

} // namespace qwill::engine::cuda

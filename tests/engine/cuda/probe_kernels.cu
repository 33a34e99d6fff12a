#include "probe_kernels.h"

#include "cuda/kernels/intrinsics.cuh"

namespace qwill::engine::cuda::testing {

namespace {

template <typename Number>
QWILL_DEVICE void multiply(MmaKind kind, const std::uint32_t* a, const std::uint32_t* b, std::uint32_t* c)
{
    const int lane = static_cast<int>(threadIdx.x);
    a += lane * 4;
    b += lane * 2;
    c += lane * 4;
    if constexpr (sizeof(Number) == sizeof(int) && Number(1) / 2 == 0) {
        int sum[4];
        for (int i = 0; i < 4; ++i)
            sum[i] = static_cast<int>(c[i]);
        if (kind == MmaKind::S8)
            mmaS8(sum, a[0], a[1], a[2], a[3], b[0], b[1]);
        else
            mmaU8S8(sum, a[0], a[1], a[2], a[3], b[0], b[1]);
        for (int i = 0; i < 4; ++i)
            c[i] = static_cast<std::uint32_t>(sum[i]);
    } else {
        float sum[4];
        for (int i = 0; i < 4; ++i)
            sum[i] = floatFromBits(c[i]);
        if (kind == MmaKind::F16)
            mmaF16(sum, a[0], a[1], a[2], a[3], b[0], b[1]);
        else
            mmaBf16(sum, a[0], a[1], a[2], a[3], b[0], b[1]);
        for (int i = 0; i < 4; ++i)
            c[i] = bitsOfFloat(sum[i]);
    }
}

QWILL_KERNEL void mmaProbeKernel(MmaKind kind, const std::uint32_t* a, const std::uint32_t* b, std::uint32_t* c)
{
    awaitEarlier();
    if (kind == MmaKind::S8 || kind == MmaKind::U8S8)
        multiply<int>(kind, a, b, c);
    else
        multiply<float>(kind, a, b, c);
}

QWILL_KERNEL void ruleProbeKernel(BrokenRule rule, const std::uint32_t* data, std::uint32_t* out)
{
    const int thread = static_cast<int>(threadIdx.x);
    if (rule != BrokenRule::MissedAwait)
        awaitEarlier();
    const char* bytes = reinterpret_cast<const char*>(data);
    const uint4 v = loadAs<uint4>(bytes + (rule == BrokenRule::MisalignedLoad && thread == 33 ? 4 : 0));
    if (rule == BrokenRule::MissedBarrier && thread == 5)
        return;
    if (rule == BrokenRule::MixedWarpOperations && thread == 40)
        syncWarp();
    int sum = static_cast<int>(v.x);
    if (rule != BrokenRule::MissedShuffle || thread != 7)
        sum += shuffleXor(thread, 1);
    syncBlock();
    out[thread] = static_cast<std::uint32_t>(sum);
}

QWILL_KERNEL void sharedProbeKernel(float* out)
{
    awaitEarlier();
    out[threadIdx.x] = static_cast<float*>(sharedMemory())[threadIdx.x];
}

QWILL_KERNEL void conversionProbeKernel(const float* in, std::uint32_t* out)
{
    awaitEarlier();
    const float x = in[threadIdx.x];
    out += threadIdx.x * 4;
    out[0] = floatToHalf(x);
    out[1] = floatToBfloat(x);
    out[2] = static_cast<std::uint32_t>(roundToInt(x));
    out[3] = bitsOfFloat(expf32(x));
}

} // namespace

int probeMma(MmaKind kind, const std::uint32_t* a, const std::uint32_t* b, std::uint32_t* c)
{
    return launch(mmaProbeKernel, {1, 1, 1}, kWarp, 0, nullptr, kind, a, b, c);
}

int probeRule(BrokenRule rule, const std::uint32_t* data, std::uint32_t* out)
{
    return launch(ruleProbeKernel, {1, 1, 1}, 2 * kWarp, 0, nullptr, rule, data, out);
}

int probeShared(float* out)
{
    return launch(sharedProbeKernel, {1, 1, 1}, 2 * kWarp, 2 * kWarp * sizeof(float), nullptr, out);
}

int probeConversions(const float* in, std::uint32_t* out)
{
    return launch(conversionProbeKernel, {1, 1, 1}, 2 * kWarp, 0, nullptr, in, out);
}

} // namespace qwill::engine::cuda::testing

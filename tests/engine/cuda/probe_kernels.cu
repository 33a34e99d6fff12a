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
        else if (kind == MmaKind::S8K16)
            mmaS8K16(sum, a[0], a[1], b[0]);
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
    if (kind <= MmaKind::U8S8)
        multiply<int>(kind, a, b, c);
    else
        multiply<float>(kind, a, b, c);
}

QWILL_KERNEL void ruleProbeKernel(BrokenRule rule, const std::uint32_t* data, std::uint32_t* out)
{
    const int thread = static_cast<int>(threadIdx.x);
    auto* shared = static_cast<std::byte*>(sharedMemory()); // 16 bytes a thread
    if (rule == BrokenRule::CopyBeforeAwait)
        copyWritten(shared, data);
    if (rule != BrokenRule::MissedAwait)
        awaitEarlier();
    copyAsync(shared + thread * 16 + (rule == BrokenRule::MisalignedCopy && thread == 20 ? 8 : 0)
                  + (rule == BrokenRule::CopyOutsideShared && thread == 63 ? 16 : 0),
              data);
    commitCopies();
    if (rule != BrokenRule::CopyUnfinished || thread != 12)
        awaitCopies<0>();
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

QWILL_KERNEL void copyProbeKernel(CopyFault fault, const uint4* data, uint4* out)
{
    constexpr int kThreads = 2 * kWarp, kBlocks = 4;
    const int thread = static_cast<int>(threadIdx.x);
    uint4* ring = static_cast<uint4*>(sharedMemory()); // [2][64]
    awaitEarlier();
    copyWritten(ring + thread, data + thread);
    commitCopies();
    for (int block = 0; block < kBlocks; ++block) {
        const int next = block + 1;
        if (next < kBlocks)
            copyWritten(ring + next % 2 * kThreads + thread, data + next * kThreads + thread, next != 2);
        commitCopies();
        if (fault == CopyFault::AwaitsTooFew)
            awaitCopies<2>();
        else
            awaitCopies<1>();
        if (fault != CopyFault::NoBarrierAfterWait)
            syncBlock();
        out[block * kThreads + thread] = ring[block % 2 * kThreads + (thread ^ 32)];
        if (fault != CopyFault::NoBarrierBeforeCopy)
            syncBlock();
    }
    awaitCopies<0>();
}

// Blocks of two teams of two warps each that hand their numbers on, twice over.
QWILL_KERNEL void gridProbeKernel(GridFault fault, std::int32_t* data, std::int32_t* counters, std::int32_t* out)
{
    constexpr int kTeam = 2 * kWarp;
    const int thread = static_cast<int>(threadIdx.x), team = thread / kTeam, block = static_cast<int>(blockIdx.x);
    const int threads = static_cast<int>(blockDim.x), blocks = static_cast<int>(gridDim.x);
    awaitEarlier();
    auto* shared = static_cast<std::int32_t*>(sharedMemory());
    std::int32_t* mine = data + block * threads + thread;
    const std::int32_t* theirs = data + (block + 1) % blocks * threads + (thread ^ 1);
    for (int round = 0; round < 2; ++round) {
        shared[thread] = block * 1000 + thread + round;
        if (fault != GridFault::NoTeamBarrier)
            syncTeam(team, kTeam);
        *mine = shared[thread ^ kWarp];
        if (fault != GridFault::NoArrival || block != 1)
            arriveAtGrid(counters + (fault == GridFault::CounterTwice ? 0 : 2 * round));
        if (fault != GridFault::NoWait || block != 2)
            awaitGrid(counters + 2 * round);
        out[block * threads + thread] +=
            fault == GridFault::ReadOnlyPath ? loadAs<std::int32_t>(theirs) : loadWritten<std::int32_t>(theirs);
        arriveAtGrid(counters + 2 * round + 1);
        if (fault != GridFault::NoWaitBeforeWriting)
            awaitGrid(counters + 2 * round + 1);
    }
}

// Teams of two blocks count, the last of them all adds up; twice, each time what the teams publish anew.
QWILL_KERNEL void countProbeKernel(CountFault fault, std::int32_t* data, std::int32_t* counter, std::int32_t* out)
{
    constexpr int kTeam = 2 * kWarp;
    const int thread = static_cast<int>(threadIdx.x), team = thread / kTeam, in = thread % kTeam;
    const int number = static_cast<int>(blockIdx.x) * 2 + team, teams = static_cast<int>(gridDim.x) * 2;
    awaitEarlier();
    auto* isSum = static_cast<std::int32_t*>(sharedMemory()) + team;
    for (int round = 0; round < 2; ++round) {
        std::int32_t* numbers = data + round * teams * kTeam;
        numbers[number * kTeam + in] = thread + round + 1;
        if (round == 0 || fault != CountFault::NotPublishedAnew)
            publish();
        syncTeam(team, kTeam);
        if (in == 0)
            *isSum = isLast(counter + round, 1, teams) || (fault == CountFault::NotLast && number == 1) ? 1 : 0;
        syncTeam(team, kTeam);
        for (int i = 0; i < teams && *isSum != 0; ++i)
            out[in] += loadFresh<std::int32_t>(numbers + i * kTeam + in);
        syncTeam(team, kTeam);
    }
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
    out += threadIdx.x * kConversions;
    out[0] = floatToHalf(x);
    out[1] = floatToBfloat(x);
    out[2] = static_cast<std::uint32_t>(roundToInt(x));
    out[3] = bitsOfFloat(expf32(x));
    out[4] = bitsOfFloat(expBelow(x));
    out[5] = bitsOfFloat(exp2Near(x));
    out[6] = bitsOfFloat(reciprocalNear(x));
    out[7] = packHalves(x, -x);
    out[8] = bitsOfFloat(maximum(x, 0.5f));
}

} // namespace

int probeMma(MmaKind kind, const std::uint32_t* a, const std::uint32_t* b, std::uint32_t* c)
{
    return launch(mmaProbeKernel, {1, 1, 1}, kWarp, 0, nullptr, kind, a, b, c);
}

int probeRule(BrokenRule rule, const std::uint32_t* data, std::uint32_t* out)
{
    return launch(ruleProbeKernel, {1, 1, 1}, 2 * kWarp, 2 * kWarp * 16, nullptr, rule, data, out);
}

int probeCopies(CopyFault fault, const std::uint32_t* data, std::uint32_t* out)
{
    return launch(copyProbeKernel, {1, 1, 1}, 2 * kWarp, 2 * 2 * kWarp * 16, nullptr, fault,
                  reinterpret_cast<const uint4*>(data), reinterpret_cast<uint4*>(out));
}

int probeGrid(GridFault fault, std::int32_t* data, std::int32_t* counters, std::int32_t* out)
{
    return launchTogether(gridProbeKernel, kGridBlocks, kGridThreads, kGridThreads * 4, nullptr, fault, data, counters,
                          out);
}

int probeCounts(CountFault fault, std::int32_t* data, std::int32_t* counters, std::int32_t* out)
{
    return launchTogether(countProbeKernel, kGridBlocks, kGridThreads, 16, nullptr, fault, data, counters, out);
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

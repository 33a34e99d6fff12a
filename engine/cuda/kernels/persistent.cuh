#pragma once
// The persistent kernel: the layers of a step of up to 8 tokens in one launch, as many blocks as the card holds at
// once, which walk a list of phases and wait for each other between them. Device code; persistent.cu instantiates it.
//
// A phase is what would be a launch: the bodies are those of the launched kernels, and who computes what is cut as
// there, so that the bits are the same; a phase's blocks are dealt out to teams of warps. What a launch in between gave
// is had otherwise: a counter a phase, which every block counts when it is done and reads until all have (a release and
// an acquire of the device: also what L1 holds is fresh then), and which nobody sets back, as the step's first kernel
// does. While a block waits, its first weights are on their way: they are the same whatever the others write.

#include "cuda/kernels/attention_block.cuh"
#include "cuda/kernels/matmul.cuh"

namespace qwill::engine::cuda {

inline constexpr int kPersistentWarps = mostWarps<1, 1>(); // of a block: as many as a product's block may have

// Shared memory of a team of so many warps that multiply: their sums, and any tail's (tailBytes()).
QWILL_BOTH constexpr int teamBytes(int warps)
{
    return warps * kMaxHeadDim * static_cast<int>(sizeof(float)) + 64;
}

// How a product's blocks are dealt out to teams: the first of all blocks each one, then the second ones, …
struct Deal {
    MatmulShape shape;
    int size, teams, number; // warps of a team; teams of a block; the thread's own, `teams` and beyond: none

    QWILL_MEMBER explicit Deal(const StepPhase& phase)
        : shape{phase.rowWarps, phase.split, phase.blocks},
          size(phase.rowWarps * phase.split),
          teams(kPersistentWarps / size),
          number(static_cast<int>(threadIdx.x) / kWarp / size)
    {
    }
    QWILL_MEMBER int first() const
    {
        return number < teams ? number * static_cast<int>(gridDim.x) + static_cast<int>(blockIdx.x) : shape.blocks;
    }
    QWILL_MEMBER int step() const { return teams * static_cast<int>(gridDim.x); }
};

// Before a phase reads what others wrote; all threads of the block, each once.
struct PhaseStart {
    const std::int32_t* counters;
    int number;

    QWILL_MEMBER void await(const StepPhase& phase) const
    {
        if (number > 0 && phase.joins == 0)
            awaitGrid(counters + number - 1);
    }
};

// A product, by all threads of the block; each of them waits once, when its first weights are on their way. A function
// of its own, as attention is: neither has a claim on the registers of the other's loop.
template <typename Chunk>
QWILL_APART void multiplyPhase(const StepPhase& phase, std::byte* memory, PhaseStart start)
{
    const Deal deal(phase);
    const Team team{deal.number, deal.size, memory + deal.number * teamBytes(deal.size)};
    bool hasWaited = false;
    for (int block = deal.first(); block < deal.shape.blocks; block += deal.step()) {
        if (hasWaited)
            team.sync(); // its shared memory is free again
        multiplyBlock<Chunk, 1, 1>(phase.product, deal.shape, team, block, 0, [&] {
            if (!hasWaited)
                start.await(phase);
            hasWaited = true;
        });
    }
    if (!hasWaited)
        start.await(phase);
}

// Attention, by the block's first warps.
template <typename Pages>
QWILL_APART void attendPhase(const StepPhase& phase, std::byte* memory, PhaseStart start)
{
    constexpr int kDim = 128, kWarps = attentionWarps(kDim);
    start.await(phase);
    if (static_cast<int>(threadIdx.x) >= kWarps * kWarp)
        return;
    const AttentionArgs& args = phase.attention;
    const Team team{0, kWarps, memory};
    const int parts = phase.blocks / args.kvHeadCount;
    for (int block = static_cast<int>(blockIdx.x); block < phase.blocks; block += static_cast<int>(gridDim.x)) {
        attendBlock<kDim, Pages, 0>(args, team, {block % parts, block / parts, 0});
        team.sync();
    }
}

constexpr bool hasWork(unsigned works, PhaseWork work)
{
    return (works >> static_cast<int>(work) & 1u) != 0;
}

template <unsigned kWorks, typename Pages>
QWILL_DEVICE void doPhase(const StepPhase& phase, std::byte* memory, const PhaseStart& start)
{
    if (phase.work == PhaseWork::Attention)
        return attendPhase<Pages>(phase, memory, start);
    if constexpr (hasWork(kWorks, PhaseWork::W8))
        if (phase.work == PhaseWork::W8)
            return multiplyPhase<ChunkW8<128>>(phase, memory, start);
    if constexpr (hasWork(kWorks, PhaseWork::W4K))
        if (phase.work == PhaseWork::W4K)
            return multiplyPhase<ChunkW4K>(phase, memory, start);
    if constexpr (hasWork(kWorks, PhaseWork::Bf16))
        if (phase.work == PhaseWork::Bf16)
            return multiplyPhase<Chunk16<MatrixFormat::Bf16>>(phase, memory, start);
}

// Shared memory: the phase, then what its teams have.
template <unsigned kWorks, typename Pages>
QWILL_KERNEL void __launch_bounds__(kPersistentWarps* kWarp, 1) persistentKernel(PersistentArgs args)
{
    awaitEarlier();
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800
    auto* phase = static_cast<StepPhase*>(sharedMemory());
    auto* memory = reinterpret_cast<std::byte*>(phase + 1);
    for (int number = 0; number < args.count; ++number) {
        constexpr int kWords = sizeof(StepPhase) / sizeof(uint4);
        const auto* from = reinterpret_cast<const uint4*>(args.phases + number);
        // The last warps have least to do.
        for (int i = kPersistentWarps * kWarp - 1 - static_cast<int>(threadIdx.x); i < kWords;
             i += kPersistentWarps * kWarp)
            reinterpret_cast<uint4*>(phase)[i] = loadAs<uint4>(from + i);
        syncBlock();
        doPhase<kWorks, Pages>(*phase, memory, {args.counters, number});
        // Everybody leaves the phase.
        if (number + 1 < args.count && args.phases[number + 1].joins == 0)
            arriveAtGrid(args.counters + number);
        else
            syncBlock();
    }
#endif
}

} // namespace qwill::engine::cuda

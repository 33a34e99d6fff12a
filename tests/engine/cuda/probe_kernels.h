#pragma once
// Kernels that do one thing each, for the tests of the emulation and, on a card, of its truth. Engine thread.

#include <cstdint>

namespace qwill::engine::cuda::testing {

enum class MmaKind : std::int32_t { S8, S8K16, U8S8, F16, Bf16 };

// One warp: c[lane · 4 + i] += the product of a[lane · 4 + i] and b[lane · 2 + i]; c holds ints or floats as bits.
int probeMma(MmaKind kind, const std::uint32_t* a, const std::uint32_t* b, std::uint32_t* c);

// Breaks the rules that `rule` names, in one block of 64 threads. Emulation only: a card hangs or stays silent.
enum class BrokenRule : std::int32_t {
    None,
    MisalignedLoad,
    MissedBarrier,
    MissedShuffle,
    MixedWarpOperations,
    MissedAwait,
    MisalignedCopy,
    CopyOutsideShared,
    CopyBeforeAwait, // of what an earlier kernel wrote
    CopyUnfinished, // at a thread's end
};
int probeRule(BrokenRule rule, const std::uint32_t* data, std::uint32_t* out);

// Blocks that are there together: out[block][thread] += the numbers of the next block's thread ^ 1, which are
// block · 1000 + (thread ^ 32) + round, of two rounds. data: [blocks][threads]; counters: [4] zeros.
inline constexpr int kGridBlocks = 4, kGridThreads = 128;
enum class GridFault : std::int32_t {
    None,
    NoTeamBarrier,
    NoArrival,
    CounterTwice,
    NoWait,
    NoWaitBeforeWriting,
    ReadOnlyPath
};
int probeGrid(GridFault fault, std::int32_t* data, std::int32_t* counters, std::int32_t* out);

// The same blocks as teams of 64, whose last sums up what all have written: out[i] += Σ over teams, in two rounds, of
// the team's i-th thread + round + 1. data: [2][blocks][threads]; counters: [2] zeros, zeros again.
enum class CountFault : std::int32_t { None, NotPublishedAnew, NotLast };
int probeCounts(CountFault fault, std::int32_t* data, std::int32_t* counters, std::int32_t* out);

// out[i] = the i-th float of shared memory that nobody wrote, of a launch with 64 of them.
int probeShared(float* out);

// Four blocks of 64 times 16 bytes through a ring of two by asynchronous copies: out[i] = data[i ^ 32], zeros of block
// 2, which is not read. Faults: emulation only.
enum class CopyFault : std::int32_t { None, AwaitsTooFew, NoBarrierAfterWait, NoBarrierBeforeCopy };
int probeCopies(CopyFault fault, const std::uint32_t* data, std::uint32_t* out);

// out[thread] = the conversions of in[thread], for 64 floats: [64][kConversions] = f16, bf16, rounded, and as bits
// expf32, expBelow, exp2Near, reciprocalNear; x and −x as f16; the larger of x and 0.5 as bits.
inline constexpr int kConversions = 9;
int probeConversions(const float* in, std::uint32_t* out);

} // namespace qwill::engine::cuda::testing

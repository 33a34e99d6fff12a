#pragma once
// Intrinsics: every instruction of the hardware the kernels use, as a thin function, and the launch. On the device it
// is that instruction; compiled as plain C++ it is its twin on the host (tests/engine/cuda/emulation), which follows
// PTX's fragment layouts. Kernels use nothing else of CUDA but threadIdx, blockIdx, blockDim and gridDim. Device code.
//
// mma: D(16 × 8) += A(16 × K) · B(K × 8); g = lane / 4, t = lane % 4. Per lane, in words of K / 8 elements:
//   a0 row g, first half of K, elements t·w …;  a1 row g + 8;  a2 row g, second half;  a3 row g + 8, second half
//   b0 column g, first half of K;  b1 second half;  c0, c1 row g, columns 2t, 2t + 1;  c2, c3 row g + 8

#include "cuda/kernels/device_layout.h"

#if defined(__CUDACC__)
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>
#define QWILL_KERNEL static __global__
#define QWILL_DEVICE static __device__ __forceinline__
#define QWILL_MEMBER __device__ __forceinline__
#define QWILL_APART static __device__ __noinline__ // what a kernel does once, without a claim on its loop's registers
#define QWILL_PARAMETER const __grid_constant__ // of a kernel: may be pointed to without a copy
#else
#include "emulation.h"
#define QWILL_KERNEL static
#define QWILL_DEVICE static inline
#define QWILL_MEMBER inline
#define QWILL_APART static
#define QWILL_PARAMETER const
#endif

#include <cstddef>
#include <cstdint>

namespace qwill::engine::cuda {

inline constexpr int kWarp = 32;

struct Grid {
    int x = 1, y = 1, z = 1;
};

// Whether copyAsync() is more than a copy: kernels that live by it are empty where it is not.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 800
inline constexpr bool kCopiesAhead = false;
#else
inline constexpr bool kCopiesAhead = true;
#endif

#if defined(__CUDACC__)

// Whether a kernel may be launched while the one before it on the stream is still at work (programmatic dependent
// launch, sm_90 on): kernel_table.cu, as prepareDevice() is told. Each kernel then begins with awaitEarlier().
extern bool overlapLaunches;

// Puts kernel(args…) on the stream; the runtime's error number.
template <typename... Parameters, typename... Arguments>
int launch(void (*kernel)(Parameters...), Grid grid, int threads, std::size_t shared, void* stream, Arguments... args)
{
    cudaLaunchConfig_t config = {};
    config.gridDim = dim3(static_cast<unsigned>(grid.x), static_cast<unsigned>(grid.y), static_cast<unsigned>(grid.z));
    config.blockDim = dim3(static_cast<unsigned>(threads));
    config.dynamicSmemBytes = shared;
    config.stream = static_cast<cudaStream_t>(stream);
    cudaLaunchAttribute overlap = {};
    overlap.id = cudaLaunchAttributeProgrammaticStreamSerialization;
    overlap.val.programmaticStreamSerializationAllowed = 1;
    config.attrs = &overlap;
    config.numAttrs = overlapLaunches ? 1 : 0;
    return static_cast<int>(cudaLaunchKernelEx(&config, kernel, args...));
}

// Lets launches of the kernel have more than 48 KiB of shared memory, up to so much; the runtime's error number. Once
// per device, outside captures.
template <typename... Parameters>
int allowShared(void (*kernel)(Parameters...), std::size_t bytes)
{
    return static_cast<int>(
        cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes)));
}

// The same with blocks that are all there at once, so that they may wait for each other; an error where they do not
// fit.
template <typename... Parameters, typename... Arguments>
int launchTogether(void (*kernel)(Parameters...), int blocks, int threads, std::size_t shared, void* stream,
                   Arguments... args)
{
    cudaLaunchConfig_t config = {};
    config.gridDim = dim3(static_cast<unsigned>(blocks));
    config.blockDim = dim3(static_cast<unsigned>(threads));
    config.dynamicSmemBytes = shared;
    config.stream = static_cast<cudaStream_t>(stream);
    cudaLaunchAttribute together = {};
    together.id = cudaLaunchAttributeCooperative;
    together.val.cooperative = 1;
    config.attrs = &together;
    config.numAttrs = 1;
    return static_cast<int>(cudaLaunchKernelEx(&config, kernel, args...));
}
// How many such blocks an SM has room for; 0: none, or nobody knows.
template <typename... Parameters>
int blocksAnSm(void (*kernel)(Parameters...), int threads, std::size_t shared)
{
    int blocks = 0;
    const cudaError_t error = cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, kernel, threads, shared);
    return error == cudaSuccess ? blocks : 0;
}

extern __shared__ uint4 sharedBytes[];
QWILL_DEVICE void* sharedMemory()
{
    return sharedBytes;
}

QWILL_DEVICE void syncBlock()
{
    __syncthreads();
}
// Of team `number` of a block whose teams have `threads` threads each, whole warps: barrier 0 is the block's.
QWILL_DEVICE void syncTeam(int number, int threads)
{
    asm volatile("bar.sync %0, %1;" : : "r"(number + 1), "r"(threads) : "memory");
}
QWILL_DEVICE void syncWarp()
{
    __syncwarp();
}
QWILL_DEVICE float shuffleXor(float value, int mask)
{
    return __shfl_xor_sync(0xffffffffu, value, mask);
}
QWILL_DEVICE double shuffleXor(double value, int mask)
{
    return __shfl_xor_sync(0xffffffffu, value, mask);
}
QWILL_DEVICE int shuffleXor(int value, int mask)
{
    return __shfl_xor_sync(0xffffffffu, value, mask);
}
QWILL_DEVICE unsigned ballot(bool condition)
{
    return __ballot_sync(0xffffffffu, condition);
}
QWILL_DEVICE int bitCount(unsigned x)
{
    return __popc(x);
}
QWILL_DEVICE int atomicAddShared(int* p, int value)
{
    return atomicAdd(p, value);
}
// Byte i of the result is byte (selectors >> 4 · i & 7) of the eight of a and b, a's first.
QWILL_DEVICE std::uint32_t permuteBytes(std::uint32_t a, std::uint32_t b, std::uint32_t selectors)
{
    return __byte_perm(a, b, selectors);
}

// 16 bytes that are read once by one warp, kOffset behind p: past L1.
template <int kOffset>
QWILL_DEVICE uint4 loadStream(const void* p)
{
    uint4 v;
    asm volatile("ld.global.nc.L1::no_allocate.L2::128B.v4.u32 {%0,%1,%2,%3}, [%4+%5];"
                 : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
                 : "l"(p), "n"(kOffset));
    return v;
}
template <typename T>
QWILL_DEVICE T loadAs(const void* p) // 2 … 16 bytes that no step writes: weights
{
    return __ldg(static_cast<const T*>(p));
}
// 4 … 16 bytes that a kernel before this one wrote: not by the path for read-only memory, whose lines may be older than
// awaitEarlier() where launches overlap.
template <typename T>
QWILL_DEVICE T loadWritten(const void* p)
{
    return __ldca(static_cast<const T*>(p));
}

// Asks for kAheadPiece bytes of weights to be brought to L2, and waits for nothing. All lanes of a warp; p is 32-byte
// aligned.
QWILL_DEVICE void bringToL2(const std::byte* p, int lane)
{
#if __CUDA_ARCH__ >= 900
    if (lane == 0)
        asm volatile("cp.async.bulk.prefetch.L2.global [%0], %1;" ::"l"(p), "n"(kAheadPiece));
#else
    asm volatile("prefetch.global.L2 [%0];" ::"l"(p + lane * (kAheadPiece / 32)));
#endif
}

// Until the kernels before this one are through and what they wrote is seen. Every thread of every kernel comes here,
// before it reads or writes what a step changes, and before it may return: whoever waits for a kernel waits so for all
// before it, too. Then the next kernel may be launched, as soon as all blocks of this one are here.
QWILL_DEVICE void awaitEarlier()
{
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.wait;" ::: "memory");
    asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
#endif
}

// 16 bytes to shared memory, past L1 and the registers, while the thread goes on; both addresses are multiples of 16.
// They are there for the thread after the awaitCopies() that covers their group, for the block after its next barrier;
// what lay there is lost at once. Before sm_80 a plain copy. No thread ends with copies on their way.
QWILL_DEVICE void copyAsync(void* shared, const void* p) // that no step writes: weights
{
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16;"
                 :
                 : "r"(static_cast<unsigned>(__cvta_generic_to_shared(shared))), "l"(p)
                 : "memory");
#else
    *static_cast<uint4*>(shared) = __ldcg(static_cast<const uint4*>(p));
#endif
}
// What a kernel before this one wrote; if not `there`, zeros, and nothing is read.
QWILL_DEVICE void copyWritten(void* shared, const void* p, bool there = true)
{
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, %2;"
                 :
                 : "r"(static_cast<unsigned>(__cvta_generic_to_shared(shared))), "l"(p), "r"(there ? 16 : 0)
                 : "memory");
#else
    *static_cast<uint4*>(shared) = there ? __ldcg(static_cast<const uint4*>(p)) : uint4{0, 0, 0, 0};
#endif
}
// The thread's copies since its last group are one; it may be empty.
QWILL_DEVICE void commitCopies()
{
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}
// Until no more than the thread's `kNewer` youngest groups are on their way.
template <int kNewer>
QWILL_DEVICE void awaitCopies()
{
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.wait_group %0;" : : "n"(kNewer) : "memory");
#endif
}

template <typename T>
QWILL_DEVICE T loadShared(const void* p) // 4 … 16 bytes of shared memory
{
    return *static_cast<const T*>(p);
}

// 4 bytes that another block of this kernel may have written, of which isLast() tells: past L1, where an older line may
// lie.
template <typename T>
QWILL_DEVICE T loadFresh(const void* p)
{
    return __ldcg(static_cast<const T*>(p));
}
// What the thread wrote comes before whatever is told by isLast() after the block's next barrier.
QWILL_DEVICE void publish()
{
    __threadfence();
}
// Adds `count` to the counter; whether that makes `wanted`, and then the counter is 0 again. Of one thread of a block,
// after every thread's publish() and a barrier; true: what the other callers' blocks had published is seen by
// loadFresh() after the next barrier.
QWILL_DEVICE bool isLast(std::int32_t* counter, int count, int wanted)
{
    if (atomicAdd(counter, count) != wanted - count)
        return false;
    *counter = 0;
    __threadfence();
    return true;
}

// All threads of a block that was launched with all others together: adds 1 to the counter. What the block has written
// before is seen, by any load but those of read-only memory, by all who were at awaitGrid() since: a release and an
// acquire of the device, which a barrier of the block extends to its other threads.
QWILL_DEVICE void arriveAtGrid(std::int32_t* counter)
{
    syncBlock();
    if (threadIdx.x == 0)
        asm volatile("red.release.gpu.global.add.s32 [%0], 1;" : : "l"(counter) : "memory");
}
// Until every block was at arriveAtGrid() with this counter, which began at 0.
QWILL_DEVICE void awaitGrid(const std::int32_t* counter)
{
    if (threadIdx.x == 0) {
        std::int32_t count;
        do
            asm volatile("ld.acquire.gpu.global.s32 %0, [%1];" : "=r"(count) : "l"(counter) : "memory");
        while (count < static_cast<std::int32_t>(gridDim.x));
    }
    syncBlock();
}
QWILL_DEVICE float fmaf32(float a, float b, float c)
{
    return __fmaf_rn(a, b, c);
}
QWILL_DEVICE int roundToInt(float x) // half to even
{
    return __float2int_rn(x);
}
QWILL_DEVICE float floatFromBits(std::uint32_t bits)
{
    return __uint_as_float(bits);
}
QWILL_DEVICE std::uint32_t bitsOfFloat(float x)
{
    return __float_as_uint(x);
}
QWILL_DEVICE float halfToFloat(std::uint16_t bits)
{
    return __half2float(__ushort_as_half(bits));
}
QWILL_DEVICE std::uint16_t floatToHalf(float x) // clipped to the finite, NaN stays
{
    return __half_as_ushort(__float2half_rn(x > 65504.0f ? 65504.0f : x < -65504.0f ? -65504.0f : x));
}
// Two numbers as f16, the first in the low half; not clipped.
QWILL_DEVICE std::uint32_t packHalves(float first, float second)
{
    const __half2 both = __floats2half2_rn(first, second);
    return static_cast<std::uint32_t>(__half_as_ushort(__low2half(both)))
        | static_cast<std::uint32_t>(__half_as_ushort(__high2half(both))) << 16;
}
// The larger number; the NaN, if there is one.
QWILL_DEVICE float maximum(float a, float b)
{
#if __CUDA_ARCH__ >= 800
    float y;
    asm("max.NaN.f32 %0, %1, %2;" : "=f"(y) : "f"(a), "f"(b));
    return y;
#else
    return a > b || a != a ? a : b;
#endif
}
// 2^x and 1 / x to within 2 and 1 units of the last place; what is subnormal is 0.
QWILL_DEVICE float exp2Near(float x)
{
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}
QWILL_DEVICE float reciprocalNear(float x)
{
    float y;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}
QWILL_DEVICE float bfloatToFloat(std::uint16_t bits)
{
    return __uint_as_float(static_cast<std::uint32_t>(bits) << 16);
}
QWILL_DEVICE std::uint16_t floatToBfloat(float x)
{
    return __bfloat16_as_ushort(__float2bfloat16_rn(x));
}

QWILL_DEVICE void mmaS8(int (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2, std::uint32_t a3,
                        std::uint32_t b0, std::uint32_t b1) // K = 32, s8 · s8
{
#if __CUDA_ARCH__ >= 800
    asm("mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
        : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
#else
    asm("mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32 {%0,%1}, {%2}, {%3}, {%0,%1};"
        : "+r"(c[0]), "+r"(c[1])
        : "r"(a0), "r"(b0));
    asm("mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32 {%0,%1}, {%2}, {%3}, {%0,%1};"
        : "+r"(c[2]), "+r"(c[3])
        : "r"(a1), "r"(b0));
    asm("mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32 {%0,%1}, {%2}, {%3}, {%0,%1};"
        : "+r"(c[0]), "+r"(c[1])
        : "r"(a2), "r"(b1));
    asm("mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32 {%0,%1}, {%2}, {%3}, {%0,%1};"
        : "+r"(c[2]), "+r"(c[3])
        : "r"(a3), "r"(b1));
#endif
}

QWILL_DEVICE void mmaU8S8(int (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2, std::uint32_t a3,
                          std::uint32_t b0, std::uint32_t b1) // K = 32, u8 · s8
{
#if __CUDA_ARCH__ >= 800
    asm("mma.sync.aligned.m16n8k32.row.col.s32.u8.s8.s32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
        : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
#else
    asm("mma.sync.aligned.m8n8k16.row.col.s32.u8.s8.s32 {%0,%1}, {%2}, {%3}, {%0,%1};"
        : "+r"(c[0]), "+r"(c[1])
        : "r"(a0), "r"(b0));
    asm("mma.sync.aligned.m8n8k16.row.col.s32.u8.s8.s32 {%0,%1}, {%2}, {%3}, {%0,%1};"
        : "+r"(c[2]), "+r"(c[3])
        : "r"(a1), "r"(b0));
    asm("mma.sync.aligned.m8n8k16.row.col.s32.u8.s8.s32 {%0,%1}, {%2}, {%3}, {%0,%1};"
        : "+r"(c[0]), "+r"(c[1])
        : "r"(a2), "r"(b1));
    asm("mma.sync.aligned.m8n8k16.row.col.s32.u8.s8.s32 {%0,%1}, {%2}, {%3}, {%0,%1};"
        : "+r"(c[2]), "+r"(c[3])
        : "r"(a3), "r"(b1));
#endif
}

// K = 16, s8 · s8: a0 and a1 are rows g and g + 8.
QWILL_DEVICE void mmaS8K16(int (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t b)
{
#if __CUDA_ARCH__ >= 800
    asm("mma.sync.aligned.m16n8k16.row.col.s32.s8.s8.s32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
        : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
        : "r"(a0), "r"(a1), "r"(b));
#else
    asm("mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32 {%0,%1}, {%2}, {%3}, {%0,%1};"
        : "+r"(c[0]), "+r"(c[1])
        : "r"(a0), "r"(b));
    asm("mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32 {%0,%1}, {%2}, {%3}, {%0,%1};"
        : "+r"(c[2]), "+r"(c[3])
        : "r"(a1), "r"(b));
#endif
}

QWILL_DEVICE void mmaF16(float (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2, std::uint32_t a3,
                         std::uint32_t b0, std::uint32_t b1) // K = 16
{
#if __CUDA_ARCH__ >= 800
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
#else
    asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a0), "r"(a1), "r"(b0));
    asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a2), "r"(a3), "r"(b1));
#endif
}

QWILL_DEVICE void mmaBf16(float (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2, std::uint32_t a3,
                          std::uint32_t b0, std::uint32_t b1) // K = 16; not on Turing, whose weights are f16
{
#if __CUDA_ARCH__ >= 800
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
#else
    c[0] = c[1] = c[2] = c[3] = floatFromBits(0x7fc00000u);
#endif
}

#else // the host's twin

template <typename... Parameters, typename... Arguments>
int launch(void (*kernel)(Parameters...), Grid grid, int threads, std::size_t shared, void*, Arguments... args)
{
    return emulation::run(
        {grid.x, grid.y, grid.z}, threads, shared, [=] { kernel(args...); },
        emulation::allowedShared(reinterpret_cast<void (*)()>(kernel)));
}

template <typename... Parameters, typename... Arguments>
int launchTogether(void (*kernel)(Parameters...), int blocks, int threads, std::size_t shared, void*, Arguments... args)
{
    return emulation::run(
        {blocks, 1, 1}, threads, shared, [=] { kernel(args...); },
        emulation::allowedShared(reinterpret_cast<void (*)()>(kernel)), emulation::Blocks::Together);
}
template <typename... Parameters>
int blocksAnSm(void (*kernel)(Parameters...), int, std::size_t shared)
{
    return shared <= emulation::allowedShared(reinterpret_cast<void (*)()>(kernel)) ? 1 : 0;
}

template <typename... Parameters>
int allowShared(void (*kernel)(Parameters...), std::size_t bytes)
{
    return emulation::allowShared(reinterpret_cast<void (*)()>(kernel), bytes);
}

using emulation::arriveAtGrid;
using emulation::atomicAddShared;
using emulation::awaitCopies;
using emulation::awaitEarlier;
using emulation::awaitGrid;
using emulation::ballot;
using emulation::bfloatToFloat;
using emulation::bitCount;
using emulation::bitsOfFloat;
using emulation::bringToL2;
using emulation::commitCopies;
using emulation::copyAsync;
using emulation::copyWritten;
using emulation::exp2Near;
using emulation::floatFromBits;
using emulation::floatToBfloat;
using emulation::floatToHalf;
using emulation::fmaf32;
using emulation::halfToFloat;
using emulation::isLast;
using emulation::loadAs;
using emulation::loadFresh;
using emulation::loadShared;
using emulation::loadStream;
using emulation::loadWritten;
using emulation::maximum;
using emulation::mmaBf16;
using emulation::mmaF16;
using emulation::mmaS8;
using emulation::mmaS8K16;
using emulation::mmaU8S8;
using emulation::packHalves;
using emulation::permuteBytes;
using emulation::publish;
using emulation::reciprocalNear;
using emulation::roundToInt;
using emulation::sharedMemory;
using emulation::shuffleXor;
using emulation::syncBlock;
using emulation::syncTeam;
using emulation::syncWarp;

#endif

// --- the same on both ------------------------------------------------------------------------------------------------

template <typename T>
QWILL_DEVICE T warpSum(T value)
{
    for (int mask = 16; mask > 0; mask /= 2)
        value += shuffleXor(value, mask);
    return value;
}
QWILL_DEVICE float larger(float a, float b) // the NaN, if there is one
{
    return a > b || a != a ? a : b;
}
QWILL_DEVICE float warpMax(float value)
{
    for (int mask = 16; mask > 0; mask /= 2)
        value = larger(value, shuffleXor(value, mask));
    return value;
}
// Of the four lanes with the same lane / 4.
QWILL_DEVICE float quadSum(float value)
{
    value += shuffleXor(value, 1);
    return value + shuffleXor(value, 2);
}
QWILL_DEVICE float quadMax(float value)
{
    value = larger(value, shuffleXor(value, 1));
    return larger(value, shuffleXor(value, 2));
}

// exp as cpu/vector_kernels.h defines it, bit for bit: n = round(x · log2 e), e^r = 1 + r · (1 + r · P(r)).
QWILL_DEVICE float expf32(float x)
{
    float c = x > -87.3f ? x : -87.3f; // and NaN: without a branch
    c = c < 88.0f ? c : 88.0f;
    const int n = roundToInt(c * 1.44269502f);
    const float nf = static_cast<float>(n);
    float r = fmaf32(nf, -0.693359375f, c);
    r = fmaf32(nf, 0.000212194442f, r);
    float p = 0.00139262131f;
    p = fmaf32(p, r, 0.00836320315f);
    p = fmaf32(p, r, 0.0416665561f);
    p = fmaf32(p, r, 0.166665763f);
    p = fmaf32(p, r, 0.5f);
    p = fmaf32(p, r, 1.0f);
    p = fmaf32(p, r, 1.0f);
    p *= floatFromBits(static_cast<std::uint32_t>(n + 127) << 23);
    return x >= -87.3f ? p : 0.0f;
}
// The same bits for −87.3 ≤ x ≤ 0; less is taken as −87.3, which is nothing beside 1. Of a NaN: something.
QWILL_DEVICE float expBelow(float x)
{
    constexpr float kIntegers = 0x1.8p23f; // added, it rounds to whole numbers and shows them in the lowest bits
    const float c = maximum(x, -87.3f), shown = c * 1.44269502f + kIntegers, nf = shown - kIntegers;
    float r = fmaf32(nf, -0.693359375f, c);
    r = fmaf32(nf, 0.000212194442f, r);
    float p = 0.00139262131f;
    p = fmaf32(p, r, 0.00836320315f);
    p = fmaf32(p, r, 0.0416665561f);
    p = fmaf32(p, r, 0.166665763f);
    p = fmaf32(p, r, 0.5f);
    p = fmaf32(p, r, 1.0f);
    p = fmaf32(p, r, 1.0f);
    return floatFromBits(bitsOfFloat(p) + (bitsOfFloat(shown) << 23)); // both are normal
}
QWILL_DEVICE float softCapped(float x, float cap) // cap · tanh(x / cap)
{
    return cap - 2.0f * cap / (expf32(x * (2.0f / cap)) + 1.0f);
}

QWILL_DEVICE float minusInfinity()
{
    return floatFromBits(0xff800000u);
}
QWILL_DEVICE std::uint32_t twoHalves(std::uint16_t first, std::uint16_t second)
{
    return static_cast<std::uint32_t>(first) | static_cast<std::uint32_t>(second) << 16;
}

} // namespace qwill::engine::cuda

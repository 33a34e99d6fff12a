#pragma once
// The emulation: a launch's blocks one after the other, a block's threads as fibers of the calling thread, and the
// hardware's instructions in plain C++ as PTX's manual describes them. One thread at a time.
//
// What a device would punish or hide fails the launch here, with a line on stderr: a barrier or warp operation that not
// every thread reaches, a vector load that is not aligned. Shared memory starts as NaN and ends at an unreadable page;
// threads take their turns in another order each launch, so that a barrier that is missing shows.

#include "base/half.h"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>

#define __launch_bounds__(...)

struct uint2 {
    unsigned x, y;
};
struct uint4 {
    unsigned x, y, z, w;
};
struct int2 {
    int x, y;
};
struct float2 {
    float x, y;
};
struct float4 {
    float x, y, z, w;
};

namespace qwill::engine::cuda {

namespace emulation {

struct Dim {
    int x = 1, y = 1, z = 1;
};

// The error number of a launch that broke a rule.
inline constexpr int kBroken = 719;

// Shared memory that a block may have unasked, and the most that any device gives.
inline constexpr std::size_t kPlainShared = 48 * 1024, kMostShared = 227 * 1024;
// Together: all blocks of the launch are there at once and may wait for each other; what one of them reads of what
// another has written it must have waited for (history.h).
enum class Blocks { Apart, Together };
int run(Dim grid, int threads, std::size_t shared, const std::function<void()>& body,
        std::size_t allowed = kPlainShared, Blocks blocks = Blocks::Apart);
int allowShared(void (*kernel)(), std::size_t bytes);
std::size_t allowedShared(void (*kernel)());

// The calling lane's warp: deposits `bytes` of input, waits for the other lanes, and gives all 32 inputs (stride
// kLaneBytes). `operation` must be the same in every lane.
inline constexpr int kLaneBytes = 32;
enum class Operation { Sync, Shuffle, Ballot, Mma };
const std::byte* exchange(Operation operation, const void* input, int bytes);

void fail(const char* rule); // does not come back; not said to the compiler, as sanitizers then look at the stack
void* sharedMemory();
void syncBlock();
void syncTeam(int number, int threads);
int lane();

template <typename T>
T inputOf(const std::byte* all, int lane)
{
    T value;
    std::memcpy(&value, all + lane * kLaneBytes, sizeof value);
    return value;
}

inline void syncWarp()
{
    exchange(Operation::Sync, nullptr, 0);
}
template <typename T>
T shuffleXor(T value, int mask)
{
    const int self = lane(); // of the fiber: others run in between
    return inputOf<T>(exchange(Operation::Shuffle, &value, sizeof value), self ^ mask);
}
inline unsigned ballot(bool condition)
{
    const std::byte* all = exchange(Operation::Ballot, &condition, sizeof condition);
    unsigned bits = 0;
    for (int i = 0; i < 32; ++i)
        bits |= inputOf<bool>(all, i) ? 1u << i : 0;
    return bits;
}
inline int bitCount(unsigned x)
{
    return std::popcount(x);
}
inline std::uint32_t permuteBytes(std::uint32_t a, std::uint32_t b, std::uint32_t selectors)
{
    const std::uint64_t all = a | static_cast<std::uint64_t>(b) << 32;
    std::uint32_t out = 0;
    for (int i = 0; i < 4; ++i) {
        const std::uint32_t selector = selectors >> (4 * i) & 15;
        auto byte = static_cast<std::uint32_t>(all >> (8 * (selector & 7)) & 255);
        if ((selector & 8) != 0) // its sign, eight times
            byte = (byte & 128) != 0 ? 255 : 0;
        out |= byte << (8 * i);
    }
    return out;
}
inline int atomicAddShared(int* p, int value)
{
    const int old = *p;
    *p += value;
    return old;
}

template <typename T>
T loadAligned(const void* p)
{
    if (reinterpret_cast<std::uintptr_t>(p) % sizeof(T) != 0)
        fail("a load that is not aligned to its size");
    T value;
    std::memcpy(&value, p, sizeof value);
    return value;
}
void seesWritten(const void* p, std::size_t bytes); // fails where no wait came before
void seesConstant(const void* p, std::size_t bytes); // fails where the launch has written it
bool hasAwaited();
void awaitEarlier(); // a launch fails where a thread ends without having been here
template <typename T>
T loadAs(const void* p)
{
    seesConstant(p, sizeof(T));
    return loadAligned<T>(p);
}
template <int kOffset>
uint4 loadStream(const void* p)
{
    return loadAs<uint4>(static_cast<const std::byte*>(p) + kOffset);
}
void bringToL2(const std::byte* p, int lane);
template <typename T>
T loadWritten(const void* p)
{
    if (!hasAwaited())
        fail("a load of what another kernel wrote before awaitEarlier()");
    seesWritten(p, sizeof(T));
    return loadAligned<T>(p);
}
template <typename T>
T loadFresh(const void* p)
{
    static_assert(sizeof(T) == 4);
    const T value = loadWritten<T>(p);
    if (std::bit_cast<std::uint32_t>(value) == 0xffffffffu) // what tests fill memory with
        fail("a load of what no block has written yet");
    return value;
}
bool isShared(const void* p, std::size_t bytes);
template <typename T>
T loadShared(const void* p)
{
    if (!isShared(p, sizeof(T)))
        fail("a load that leaves shared memory");
    return loadAligned<T>(p);
}
// Copies are made when their group is awaited, and what lies at their destination is poison from the start: whoever
// reads without a wait or a barrier, and whoever still reads what is being replaced, gets it. A launch fails where a
// copy is not aligned or leaves shared memory, and where a thread ends with copies on their way.
void copyLater(void* shared, const void* p, bool there);
inline void copyAsync(void* shared, const void* p)
{
    seesConstant(p, 16);
    copyLater(shared, p, true);
}
inline void copyWritten(void* shared, const void* p, bool there = true)
{
    if (!hasAwaited())
        fail("a copy of what another kernel wrote before awaitEarlier()");
    if (there)
        seesWritten(p, 16);
    copyLater(shared, p, there);
}
void commitCopies();
void finishCopies(int newer); // all groups but so many
template <int kNewer>
void awaitCopies()
{
    finishCopies(kNewer);
}

void publish();
bool isLast(std::int32_t* counter, int count,
            int wanted); // a launch fails where a thread of the team, or of the block, has not published
void arriveAtGrid(std::int32_t* counter);
void awaitGrid(const std::int32_t* counter);

inline float fmaf32(float a, float b, float c)
{
    return __builtin_fmaf(a, b, c);
}
inline int roundToInt(float x)
{
    if (!(x > -2147483648.0f)) // as the hardware: NaN is 0, others end at the limits
        return x != x ? 0 : -2147483647 - 1;
    return x < 2147483648.0f ? static_cast<int>(std::nearbyint(x)) : 2147483647;
}
inline float floatFromBits(std::uint32_t bits)
{
    return std::bit_cast<float>(bits);
}
inline std::uint32_t bitsOfFloat(float x)
{
    return std::bit_cast<std::uint32_t>(x);
}
inline float halfToFloat(std::uint16_t bits)
{
    return f16ToFloat(bits);
}
inline std::uint16_t floatToHalf(float x)
{
    return floatToF16(x > 65504.0f ? 65504.0f : x < -65504.0f ? -65504.0f : x);
}
inline std::uint32_t packHalves(float first, float second)
{
    return floatToF16(first) | static_cast<std::uint32_t>(floatToF16(second)) << 16;
}
inline float maximum(float a, float b)
{
    return a > b || a != a ? a : b;
}
// As far from the truth as PTX's manual lets the hardware be: on its other side than the nearest number, so many of
// them away.
inline float besideTruth(double truth, int ulps)
{
    const auto nearest = static_cast<float>(truth);
    if (!std::isfinite(nearest) || std::fabs(nearest) < 0x1p-125f)
        return std::fabs(nearest) < 0x1p-125f ? std::copysign(0.0f, nearest) : nearest;
    const bool isUp = std::fabs(truth) > std::fabs(static_cast<double>(nearest));
    return std::bit_cast<float>(std::bit_cast<std::int32_t>(nearest) + (isUp ? ulps : -ulps));
}
inline float exp2Near(float x)
{
    return besideTruth(std::exp2(static_cast<double>(x)), 2);
}
inline float reciprocalNear(float x)
{
    return besideTruth(1.0 / static_cast<double>(x), 1);
}
inline float bfloatToFloat(std::uint16_t bits)
{
    return bf16ToFloat(bits);
}
inline std::uint16_t floatToBfloat(float x)
{
    return floatToBf16(x);
}

void mmaS8(int (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2, std::uint32_t a3, std::uint32_t b0,
           std::uint32_t b1);
void mmaS8K16(int (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t b);
void mmaU8S8(int (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2, std::uint32_t a3, std::uint32_t b0,
             std::uint32_t b1);
void mmaF16(float (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2, std::uint32_t a3, std::uint32_t b0,
            std::uint32_t b1);
void mmaBf16(float (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2, std::uint32_t a3, std::uint32_t b0,
             std::uint32_t b1);

extern Dim threadIndex, blockIndex, blockSize, gridSize;

} // namespace emulation

} // namespace qwill::engine::cuda

// As CUDA calls them.
#define threadIdx ::qwill::engine::cuda::emulation::threadIndex
#define blockIdx ::qwill::engine::cuda::emulation::blockIndex
#define blockDim ::qwill::engine::cuda::emulation::blockSize
#define gridDim ::qwill::engine::cuda::emulation::gridSize

#include "cpu/probe.h"

#include "base/huge_buffer.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>

namespace qwill::engine::cpu {

namespace {

constexpr std::size_t kReadBytes = std::size_t{256} << 20;
constexpr auto kProbeTime = std::chrono::milliseconds(200); // for each of the two probes

double secondsSince(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// The best of repeated sections: a disturbance by another process only ever makes one slower.
template <typename Section>
double bestRate(Section section)
{
    const auto start = std::chrono::steady_clock::now();
    double best = 0;
    do {
        const auto begin = std::chrono::steady_clock::now();
        const double amount = section();
        best = std::max(best, amount / secondsSince(begin));
    } while (std::chrono::steady_clock::now() - start < kProbeTime);
    return best;
}

double measureRead(ThreadPool& pool, const KernelTable& kernels, std::span<const std::byte> memory)
{
    std::atomic<std::uint64_t> sink{0};
    return bestRate([&] {
        pool.run([&](int thread) {
            const WorkRange range = splitWork(memory.size(), thread, pool.size(), 4096);
            sink += kernels.streamRead(memory.data() + range.begin, range.end - range.begin);
        });
        return static_cast<double>(memory.size());
    });
}

double measurePeak(ThreadPool& pool, const KernelTable& kernels)
{
    constexpr int kRounds = 100'000; // a fraction of a millisecond
    std::atomic<std::uint64_t> macs{0};
    return bestRate([&] {
        macs = 0;
        pool.run([&](int) { macs += kernels.int8PeakMacs(kRounds); });
        return static_cast<double>(macs.load());
    });
}

} // namespace

MachineLimits measureMachineLimits(ThreadPool& pool, const KernelTable& kernels, std::span<const std::byte> memory)
{
    MachineLimits limits;
    limits.int8PeakTops = 2.0 * measurePeak(pool, kernels) / 1e12;
    HugeBuffer own;
    if (memory.size() < kReadBytes) {
        Result<HugeBuffer> allocated = HugeBuffer::allocate(kReadBytes, HugeBuffer::Use::Whole);
        if (!allocated)
            return limits;
        own = std::move(*allocated);
        pool.run([&](int thread) { // untouched pages would all be the one zero page
            const WorkRange range = splitWork(own.size(), thread, pool.size(), 4096);
            std::memset(own.data() + range.begin, 1, range.end - range.begin);
        });
        memory = own.bytes();
    }
    limits.readGBps = measureRead(pool, kernels, memory.first(kReadBytes)) / 1e9;
    return limits;
}

} // namespace qwill::engine::cpu

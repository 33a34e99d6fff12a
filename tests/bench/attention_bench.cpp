// Attention over 8192 tokens of one KV head group of a 4B model (4 query heads, 128 dimensions), one thread: a decode
// step in bytes of KV per second (the limit is one core's share of memory), a prefill tile in arithmetic per second.

#include "base/half.h"
#include "base/huge_buffer.h"
#include "cpu/cpu_features.h"
#include "cpu/kernel_table.h"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

using namespace qwill::engine;
using namespace qwill::engine::cpu;

namespace {

constexpr int kDim = 128, kGroup = 4, kContext = 8192;
constexpr int kHeads = 32; // pages of 134 MB in 16 bit: far beyond the caches

std::byte* cachePages(KvElement element)
{
    static HugeBuffer buffers[3];
    HugeBuffer& buffer = buffers[static_cast<int>(element)];
    const std::size_t page = kvPageBytes(element, kDim), pages = std::size_t{kHeads} * kContext / kBlockTokens;
    if (buffer.size() == 0) {
        auto allocated = HugeBuffer::allocate(page * pages + 64);
        if (!allocated)
            std::abort();
        buffer = std::move(allocated).value();
        std::mt19937 random(1);
        std::vector<float> k(kDim), v(kDim);
        for (std::size_t p = 0; p < pages; ++p) {
            std::byte* at = buffer.data() + p * page;
            if (p >= 16) { // the rest repeats the first pages
                std::memcpy(at, buffer.data() + p % 16 * page, page);
                continue;
            }
            for (int slot = 0; slot < kBlockTokens; ++slot) {
                for (int d = 0; d < kDim; ++d) {
                    k[static_cast<std::size_t>(d)] = static_cast<float>(random() % 2001) / 1000.0f - 1;
                    v[static_cast<std::size_t>(d)] = static_cast<float>(random() % 2001) / 1000.0f - 1;
                }
                allKernelTables().back()->vector->storeKv({k.data(), v.data(), at, slot, kDim, element});
            }
        }
    }
    return buffer.data();
}

void attention(benchmark::State& state, const KernelTable* table, KvElement element, int rows)
{
    std::byte* base = cachePages(element);
    const std::size_t page = kvPageBytes(element, kDim);
    const auto n = static_cast<std::size_t>(rows);
    std::vector<float> q(n * kDim, 0.05f), max(2 * n), sum(2 * n), out(2 * n * kDim);
    std::vector<std::int32_t> visible(n, kContext);
    auto scratch = HugeBuffer::allocate(attentionScratchBytes(kDim));
    const AttentionState running{max.data(), sum.data(), out.data()};
    const AttentionState next{max.data() + n, sum.data() + n, out.data() + n * kDim};
    int head = 0;
    for (auto _ : state) {
        // Blocks interleave the heads, as KvMemory does.
        for (int first = 0; first < kContext; first += kSegmentTokens) {
            const std::byte* pages[kSegmentTokens / kBlockTokens + 1];
            for (int b = 0; b <= kSegmentTokens / kBlockTokens; ++b) {
                const int block = (first / kBlockTokens + b) % (kContext / kBlockTokens);
                pages[b] = base + static_cast<std::size_t>(block * kHeads + head) * page;
            }
            AttentionSegment args{};
            args.q = q.data();
            args.visible = visible.data();
            args.rows = rows;
            args.headDim = kDim;
            args.element = element;
            args.pages = pages;
            args.nextPage = pages[kSegmentTokens / kBlockTokens];
            args.firstToken = first;
            args.tokenEnd = first + kSegmentTokens;
            args.state = first == 0 ? running : next;
            args.scratch = scratch->data();
            table->vector->attendSegment(args);
            if (first > 0)
                table->vector->foldSegment(running, next, rows, kDim);
        }
        head = (head + 1) % kHeads;
    }
    const double perIteration = static_cast<double>(page) * kContext / kBlockTokens;
    const double flops = 4.0 * kDim * kContext * rows;
    const auto count = static_cast<double>(state.iterations());
    state.counters["GB/s"] = benchmark::Counter(perIteration * count / 1e9, benchmark::Counter::kIsRate);
    state.counters["GFLOP/s"] = benchmark::Counter(flops * count / 1e9, benchmark::Counter::kIsRate);
}

} // namespace

int main(int argc, char** argv)
{
    for (const KernelTable* table : allKernelTables()) {
        if (table->requiredFeatures == 0 || (table->requiredFeatures & ~cpuFeatures().mask) != 0)
            continue;
        for (const auto& [element, name] : {std::pair{KvElement::F16, "f16"}, std::pair{KvElement::Int8, "int8"}})
            for (const int rows : {kGroup, kAttentionRows}) {
                const std::string label = std::string(table->name) + (rows == kGroup ? "/decode/" : "/prefill/") + name;
                benchmark::RegisterBenchmark(label.c_str(), attention, table, element, rows);
            }
    }
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}

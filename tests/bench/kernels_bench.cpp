// The CPU kernels at Qwen3-4B's shapes, as shares of what the machine can do: of the measured int8 peak (or the float
// one's bandwidth) and of the measured streaming bandwidth, whichever bounds the case. Names read
// table/format/cols→rows/tokens/threads, so --benchmark_filter=avx512vnni/w4k finds what it says.

#include "cpu/cpu_features.h"
#include "cpu/probe.h"

#include "engine/cpu/quant_case.h"

#include <benchmark/benchmark.h>

#include <array>
#include <map>
#include <string>

namespace {

using namespace qwill::engine;
using namespace qwill::engine::cpu;
using namespace qwill::engine::cpu::testing;

struct Shape {
    int cols, rows;
};
constexpr Shape kShapes[] = {{2560, 9728}, {9728, 2560}, {4096, 2560}};
constexpr std::size_t kNoCache = std::size_t{256} << 20; // weights read in turn: more than any last-level cache

ThreadPool& pool(int threads)
{
    static std::map<int, std::unique_ptr<ThreadPool>> pools;
    auto& entry = pools[threads];
    if (!entry)
        entry = std::make_unique<ThreadPool>(threads);
    return *entry;
}

const MachineLimits& limits(const KernelTable& table, int threads)
{
    static std::map<std::pair<const KernelTable*, int>, MachineLimits> known;
    const auto [entry, isNew] = known.try_emplace({&table, threads});
    if (isNew)
        entry->second = measureMachineLimits(pool(threads), table);
    return entry->second;
}

// Copies of one matrix, so that each call reads weights that no cache holds.
class Weights {
public:
    Weights(const std::byte* data, std::size_t bytes)
        : m_stride((bytes + 63) / 64 * 64),
          m_count(std::max<std::size_t>(1, kNoCache / m_stride)),
          m_data(m_stride * m_count)
    {
        for (std::size_t i = 0; i < m_count; ++i)
            std::memcpy(m_data.data() + i * m_stride, data, bytes);
    }
    const std::byte* next() { return m_data.data() + (m_turn++ % m_count) * m_stride; }

private:
    std::size_t m_stride, m_count, m_turn = 0;
    AlignedArray<std::byte> m_data;
};

void report(benchmark::State& state, const MachineLimits& limit, double bytes, double macs, bool ofPeak)
{
    using benchmark::Counter;
    const double runs = static_cast<double>(state.iterations());
    state.counters["GB/s"] = Counter(bytes * runs / 1e9, Counter::kIsRate);
    state.counters["TMAC/s"] = Counter(macs * runs / 1e12, Counter::kIsRate);
    state.counters["of_bandwidth"] = Counter(bytes * runs / (limit.readGBps * 1e9), Counter::kIsRate);
    if (ofPeak)
        state.counters["of_int8_peak"] = Counter(2 * macs * runs / (limit.int8PeakTops * 1e12), Counter::kIsRate);
}

void quantProduct(benchmark::State& state, const KernelTable& table, QuantFormat format, Shape shape, int tokens,
                  int threads)
{
    QuantCase product(format, shape.rows, shape.cols, tokens, 1);
    Weights weights(product.weights.data(), product.weights.size());
    std::vector<float> out = product.poisonedOut();
    for (auto unused : state) {
        QuantMatmul args = product.whole(out);
        args.weights.data = weights.next();
        pool(threads).run([&](int thread) {
            const WorkRange panels = splitWork(panelCount(shape.rows), thread, threads);
            QuantMatmul part = args;
            part.panelBegin = static_cast<int>(panels.begin);
            part.panelEnd = static_cast<int>(panels.end);
            table.matmulQuant(part);
        });
    }
    report(state, limits(table, threads), static_cast<double>(product.weights.size()),
           static_cast<double>(shape.rows) * shape.cols * tokens, true);
}

void denseProduct(benchmark::State& state, const KernelTable& table, MatrixFormat format, Shape shape, int tokens,
                  int threads)
{
    const std::size_t bytes = matrixBytes(format, 0, shape.rows, shape.cols);
    const std::vector<float> x = randomFloats(static_cast<std::size_t>(tokens) * shape.cols, 1);
    const AlignedArray<std::byte> zeros(bytes);
    Weights weights(zeros.data(), bytes);
    std::vector<float> out(static_cast<std::size_t>(tokens) * shape.rows);
    for (auto unused : state) {
        const DenseMatmul args{{format, shape.rows, shape.cols, 0, weights.next()},
                               x.data(),
                               shape.cols,
                               0,
                               tokens,
                               0,
                               shape.rows,
                               out.data(),
                               shape.rows,
                               Store::Write};
        pool(threads).run([&](int thread) {
            const WorkRange rows = splitWork(static_cast<std::size_t>(shape.rows), thread, threads, 4);
            DenseMatmul part = args;
            part.rowBegin = static_cast<int>(rows.begin);
            part.rowEnd = static_cast<int>(rows.end);
            table.matmulDense(part);
        });
    }
    report(state, limits(table, threads), static_cast<double>(bytes),
           static_cast<double>(shape.rows) * shape.cols * tokens, false);
}

void quantizeActs(benchmark::State& state, const KernelTable& table, int cols)
{
    const int tokens = 64;
    const std::vector<float> x = randomFloats(static_cast<std::size_t>(tokens) * cols, 1);
    ActStorage acts(tokens, cols);
    for (auto unused : state)
        table.quantizeActs(x.data(), cols, 0, tokens, cols, acts.view());
    state.counters["GB/s"] = benchmark::Counter(static_cast<double>(state.iterations()) * tokens * cols * 4 / 1e9,
                                                benchmark::Counter::kIsRate);
}

std::string caseName(const KernelTable& table, std::string format, Shape shape, int tokens, int threads)
{
    for (char& c : format)
        c = c == ' ' ? '-' : c;
    return std::string(table.name) + "/" + format + "/" + std::to_string(shape.cols) + "x" + std::to_string(shape.rows)
        + "/tokens:" + std::to_string(tokens) + "/threads:" + std::to_string(threads);
}

void registerTable(const KernelTable& table)
{
    const auto add = [](const std::string& name, auto function) {
        benchmark::RegisterBenchmark(name.c_str(), function)
            ->UseRealTime()
            ->Unit(benchmark::kMicrosecond)
            ->MinTime(0.2);
    };
    constexpr std::pair<MatrixFormat, const char*> kDense[] = {
        {MatrixFormat::F32, "f32"}, {MatrixFormat::F16, "f16"}, {MatrixFormat::Bf16, "bf16"}};
    for (const int threads : {1, 2})
        for (const Shape shape : kShapes)
            for (const int tokens : {1, 8, 512}) {
                for (const QuantFormat f : kQuantFormats)
                    add(caseName(table, f.name, shape, tokens, threads), [=, &table](benchmark::State& state) {
                        quantProduct(state, table, f, shape, tokens, threads);
                    });
                for (const auto& [format, name] : kDense)
                    add(caseName(table, name, shape, tokens, threads),
                        [=, &table, f = format](benchmark::State& state) {
                            denseProduct(state, table, f, shape, tokens, threads);
                        });
            }
    add(std::string(table.name) + "/quantizeActs/9728",
        [&table](benchmark::State& s) { quantizeActs(s, table, 9728); });
}

} // namespace

int main(int argc, char** argv)
{
    for (const KernelTable* table : allKernelTables())
        if ((table->requiredFeatures & ~cpuFeatures().mask) == 0 && table->requiredFeatures != 0)
            registerTable(*table);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 1;
    for (const KernelTable* table : allKernelTables())
        if ((table->requiredFeatures & ~cpuFeatures().mask) == 0)
            for (const int threads : {1, 2}) {
                const MachineLimits& limit = limits(*table, threads);
                benchmark::AddCustomContext(std::string(table->name) + ", " + std::to_string(threads) + " threads",
                                            std::to_string(limit.readGBps) + " GB/s, int8 "
                                                + std::to_string(limit.int8PeakTops / 2) + " TMAC/s");
            }
    benchmark::RunSpecifiedBenchmarks();
}

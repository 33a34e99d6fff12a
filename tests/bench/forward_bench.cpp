// The forward pass of a model of the 4B's shape with random 4-bit weights and fewer layers, scaled to 36: decode on a
// short and a long context, prefill, and how much of each is attention. Usage: bench_forward [layers] [context]
// [threads].

#include "base/huge_buffer.h"
#include "cpu/cpu_runner.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <numeric>
#include <string>
#include <vector>

using namespace qwill::engine;
using namespace qwill::engine::cpu;

namespace {

constexpr int kLayersOf4B = 36;

bool g_cpuTime = false; // one thread: its processor time, which other programs disturb less

double now()
{
    timespec time;
    if (g_cpuTime && clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0)
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

WeightMatrix matrix(MatrixFormat format, int group, int rows, int cols)
{
    WeightMatrix m{format, rows, cols, group, nullptr, matrixBytes(format, group, rows, cols), nullptr};
    Result<HugeBuffer> allocated = HugeBuffer::allocate(m.bytes); // as a loaded model: huge pages
    if (!allocated)
        std::abort();
    auto memory = std::make_shared<HugeBuffer>(std::move(*allocated));
    std::memset(memory->data(), 0x11, m.bytes); // every f16 and quant a small finite number
    m.data = memory->data();
    m.storage = std::move(memory);
    return m;
}

Weights weights4B(int layers)
{
    Weights w;
    ModelConfig& c = w.config;
    c.vocabSize = 151936;
    c.hiddenSize = 2560;
    c.intermediateSize = 9728;
    c.layerCount = layers;
    c.headCount = 32;
    c.kvHeadCount = 8;
    c.headDim = 128;
    c.maxContext = 262144;
    c.ropeTheta = 5e6f;
    c.qkNorm = true;
    w.embedding = w.head = matrix(MatrixFormat::W8, 128, c.vocabSize, c.hiddenSize);
    w.outputNorm.assign(2560, 1.0f);
    const auto w4 = [](int rows, int cols) { return matrix(MatrixFormat::W4K, 0, rows, cols); };
    for (int l = 0; l < layers; ++l) {
        LayerWeights layer;
        layer.attnNorm = layer.ffnNorm = w.outputNorm;
        layer.qNorm.assign(128, 1.0f);
        layer.kNorm = layer.qNorm;
        layer.q = w4(4096, 2560);
        layer.k = w4(1024, 2560);
        layer.v = w4(1024, 2560);
        layer.o = w4(2560, 4096);
        layer.gate = w4(9728, 2560);
        layer.up = w4(9728, 2560);
        layer.down = w4(2560, 9728);
        w.layers.push_back(std::move(layer));
    }
    return w;
}

struct Sums {
    double last = 0;
    double byPhase[8] = {};
};

void addPhase(void* context, const PhaseOutput& output)
{
    Sums& sums = *static_cast<Sums*>(context);
    const double t = now();
    sums.byPhase[static_cast<int>(output.phase)] += t - sums.last;
    sums.last = t;
}

class Bench {
public:
    Bench(CpuRunner& runner, int layers, int context) : m_runner(runner), m_layers(layers)
    {
        m_blocks.resize(static_cast<std::size_t>((context + kBlockTokens) / kBlockTokens + 1));
        std::iota(m_blocks.begin(), m_blocks.end(), 0);
    }

    // Seconds of the best of `repeats` forwards of `tokens` after `before` of context, scaled to all layers.
    double forward(int tokens, int before, int repeats, bool report)
    {
        std::vector<Token> ids(static_cast<std::size_t>(tokens), 5);
        std::vector<std::int32_t> positions(ids.size());
        std::iota(positions.begin(), positions.end(), before);
        const SeqSlice slice{0, tokens, before + tokens, m_blocks, LogitRows::Last};
        double best = 1e30;
        Sums kept;
        for (int i = 0; i < repeats; ++i) {
            Sums sums;
            const double start = sums.last = now();
            m_runner.setTap({addPhase, &sums});
            m_runner.forward({ids, positions, positions, {&slice, 1}});
            if (now() - start < best) {
                best = now() - start;
                kept = sums;
            }
        }
        const double scale = static_cast<double>(kLayersOf4B) / m_layers;
        const double* phase = kept.byPhase;
        const double once = phase[0] + phase[7], layered = best - once;
        if (report)
            std::printf(
                "    ms for 36 layers: qkv %.2f rope+kv %.2f attention %.2f o %.2f gate+up %.2f down %.2f, head %.2f\n",
                phase[1] * scale * 1e3, phase[2] * scale * 1e3, phase[3] * scale * 1e3, phase[4] * scale * 1e3,
                phase[5] * scale * 1e3, phase[6] * scale * 1e3, phase[7] * 1e3);
        attention = phase[3] * scale;
        return once + layered * scale;
    }
    double attention = 0;

private:
    CpuRunner& m_runner;
    int m_layers;
    std::vector<BlockId> m_blocks;
};

} // namespace

int main(int argc, char** argv)
{
    const int layers = argc > 1 ? std::atoi(argv[1]) : 8, context = argc > 2 ? std::atoi(argv[2]) : 8192;
    g_cpuTime = argc > 3 && std::atoi(argv[3]) == 1;
    for (const KvElement kv : {KvElement::F16, KvElement::Int8}) {
        CpuRunnerOptions options;
        options.kv = kv;
        options.contextTokens = context + 320;
        options.threads = argc > 3 ? std::atoi(argv[3]) : 0;
        auto runner = CpuRunner::create(weights4B(layers), options);
        if (!runner) {
            std::fprintf(stderr, "%s\n", runner.error().message.c_str());
            return 1;
        }
        std::printf("%s KV, %s, %d threads, %d layers scaled to %d\n", kv == KvElement::F16 ? "f16" : "int8",
                    (*runner)->kernelName(), (*runner)->threadCount(), layers, kLayersOf4B);
        Bench bench(**runner, layers, context + 256);

        const double shortStep = bench.forward(1, 64, 20, true);
        std::printf("  decode at 64: %.1f tok/s\n", 1 / shortStep);
        const double longStep = bench.forward(1, context - 1, 10, true);
        const double bytes = static_cast<double>((*runner)->kvLayout().tokenBytes()) * kLayersOf4B / layers * context;
        std::printf("  decode at %d: %.1f tok/s, attention %.1f GB/s\n", context, 1 / longStep,
                    bytes / bench.attention / 1e9);
        const double shortPrefill = bench.forward(256, 0, 2, true);
        std::printf("  prefill 256 at 0: %.1f tok/s\n", 256 / shortPrefill);
        const double longPrefill = bench.forward(256, context, 1, true);
        const double flops = 4.0 * 128 * 32 * 256 * (context + 128.0) * kLayersOf4B;
        std::printf("  prefill 256 at %d: %.1f tok/s, attention %.0f GFLOP/s\n", context, 256 / longPrefill,
                    flops / bench.attention / 1e9);
    }
    return 0;
}

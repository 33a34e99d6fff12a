// CudaRunner on the emulated card against the CPU runner, phase by phase, and against itself: however tokens are cut
// into forwards, mixed with other sequences or replayed from graphs.

#include "../cpu/runner_fixture.h"
#include "cuda/card_probe.h"
#include "cuda/cuda_runner.h"
#include "cuda/cuda_scratch.h"
#include "emulated_card.h"
#include "sample/sampler.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#include <memory>
#include <numeric>
#include <random>
#include <string>

using namespace qwill::engine;
using namespace qwill::test;
using cuda::CudaRunner;
using cuda::CudaRunnerOptions;
using cuda::Device;

namespace {

struct Format {
    const char* name;
    MatrixFormat format;
    int groupSize;
};
constexpr Format kFormats[] = {
    {"f32", MatrixFormat::F32, 0},      {"f16", MatrixFormat::F16, 0},        {"bf16", MatrixFormat::Bf16, 0},
    {"w8 g128", MatrixFormat::W8, 128}, {"w8 g32", MatrixFormat::W8, 32},     {"w4k", MatrixFormat::W4K, 0},
    {"w4g g32", MatrixFormat::W4G, 32}, {"w4g g128", MatrixFormat::W4G, 128}, {"f8 g128", MatrixFormat::F8, 128},
    {"c4 g64", MatrixFormat::C4, 64},   {"w8g g32", MatrixFormat::W8G, 32},   {"w8s", MatrixFormat::W8S, 16},
    {"w8k", MatrixFormat::W8K, 32},     {"w4s", MatrixFormat::W4S, 16},
};

std::shared_ptr<Device> openDevice()
{
    auto device = Device::open(emulatedRuntime(), emulatedKernels(), 0);
    REQUIRE_MESSAGE(device, device.error().message);
    return *device;
}

CudaRunnerOptions optionsFor(KvElement kv)
{
    CudaRunnerOptions options;
    options.kv = kv;
    options.contextTokens = 1024;
    options.maxBatchTokens = 128;
    options.maxLogitRows = 128;
    options.upload.threads = 2;
    return options;
}

std::unique_ptr<CudaRunner> makeRunner(const Weights& weights, const CudaRunnerOptions& options)
{
    auto runner = CudaRunner::create(openDevice(), weights, options);
    REQUIRE_MESSAGE(runner, runner.error().message);
    return std::move(*runner);
}

ModelShape shapeOf(const Format& format)
{
    ModelShape shape;
    shape.format = format.format;
    shape.groupSize = format.groupSize;
    return shape;
}

bool sameBits(const Logits& a, const Logits& b)
{
    REQUIRE(a.size() == b.size());
    for (std::size_t t = 0; t < a.size(); ++t)
        if (std::memcmp(a[t].data(), b[t].data(), a[t].size() * sizeof(float)) != 0)
            return false;
    return true;
}

// Everything a tap was shown, phase after phase.
struct Shown {
    struct Entry {
        Phase phase;
        int layer, rows, cols;
        std::vector<float> values;
    };
    std::vector<Entry> entries;

    PhaseTap tap()
    {
        return {[](void* context, const PhaseOutput& output) {
                    Entry entry{output.phase, output.layer, output.rows, output.cols, {}};
                    for (int r = 0; r < output.rows; ++r)
                        entry.values.insert(entry.values.end(), output.data + r * output.stride,
                                            output.data + r * output.stride + output.cols);
                    static_cast<Shown*>(context)->entries.push_back(std::move(entry));
                },
                this};
    }
};

const char* nameOf(Phase phase)
{
    static const char* const kNames[] = {"embed", "qkv", "rope+kv", "attention", "output", "gate+up", "down", "head"};
    return kNames[static_cast<int>(phase)];
}

WeightMatrix asFloats(const WeightMatrix& m)
{
    auto values =
        std::make_shared<std::vector<float>>(static_cast<std::size_t>(m.rows) * static_cast<std::size_t>(m.cols));
    for (int row = 0; row < m.rows; ++row)
        dequantizeRow(m, row, values->data() + static_cast<std::ptrdiff_t>(row) * m.cols);
    return {MatrixFormat::F32,  m.rows, m.cols, 0, reinterpret_cast<const std::byte*>(values->data()),
            values->size() * 4, values};
}

Weights asFloats(Weights weights)
{
    weights.embedding = asFloats(weights.embedding);
    weights.head = asFloats(weights.head);
    for (LayerWeights& layer : weights.layers)
        for (WeightMatrix* m : {&layer.q, &layer.k, &layer.v, &layer.o, &layer.gate, &layer.up, &layer.down})
            *m = asFloats(*m);
    return weights;
}

// Both run the same arithmetic on integers, and f32 sums in another order: 1e-5 of the largest value up to where the
// first rounding is. What is rounded on the way may fall to the other side now and then: by 2^-10 of itself in f16, by
// 1/127 of its group's largest in 8 bits; the second layer doubles that.
// F8's products are not the CPU's, whose activations have 8 bits there: its weights as floats are the reference.
void comparePhases(const ModelShape& shape, KvElement kv, const Weights& weights)
{
    const bool isF8 = shape.format == MatrixFormat::F8;
    cpu::CpuRunnerOptions cpuOptions;
    cpuOptions.kv = kv;
    cpuOptions.contextTokens = 1024;
    cpuOptions.maxLogitRows = 128;
    cpuOptions.threads = 1;
    Driver host(isF8 ? asFloats(weights) : weights, cpuOptions);
    CudaRunnerOptions options = optionsFor(kv);
    options.taps = true;
    const auto runner = makeRunner(weights, options);
    Driver card(*runner);
    Shown expected, actual;
    host.runner().setTap(expected.tap());
    runner->setTap(actual.tap());
    const std::vector<Token> tokens = randomTokens(37, shape.vocab, 3);
    host.all(tokens, 19);
    card.all(tokens, 19);
    REQUIRE(expected.entries.size() == actual.entries.size());
    const bool quantised = !isDense(shape.format) && !isF8;
    for (std::size_t i = 0; i < expected.entries.size(); ++i) {
        const Shown::Entry &e = expected.entries[i], &a = actual.entries[i];
        REQUIRE((e.phase == a.phase && e.layer == a.layer && e.rows == a.rows && e.cols == a.cols));
        // K and V are the pages' business after this phase.
        const int cols = e.phase == Phase::RopeKv ? shape.heads * shape.headDim : e.cols;
        double worst = 0, largest = 0;
        for (int r = 0; r < e.rows; ++r)
            for (int c = 0; c < cols; ++c) {
                const auto at =
                    static_cast<std::size_t>(r) * static_cast<std::size_t>(e.cols) + static_cast<std::size_t>(c);
                const double difference = std::fabs(static_cast<double>(e.values[at]) - a.values[at]);
                worst = difference <= worst ? worst : std::isnan(difference) ? 1e30 : difference;
                largest = std::max(largest, std::fabs(static_cast<double>(e.values[at])));
            }
        const bool exact = !quantised && !isF8 && e.layer <= 0 && e.phase <= Phase::RopeKv;
        // F8: the CPU's integers round e4m3's small numbers, by up to 2^-14 of a weight here, as much again.
        const double dense = isF8 ? 0x1p-8 : 0x1p-9;
        const double step = exact ? 1e-5 : quantised || kv == KvElement::Int8 ? 2.0 / 127 : dense;
        const double bound = step * largest;
        CHECK_MESSAGE(worst <= bound,
                      std::string(nameOf(e.phase)) << " of layer " << e.layer << ": " << worst << " of " << largest);
        if (std::getenv("QWILL_SHOW_PHASES"))
            MESSAGE(std::string(nameOf(e.phase)) << " of layer " << e.layer << ": " << worst << " of " << largest);
    }
}

void comparePhases(const ModelShape& shape, KvElement kv)
{
    comparePhases(shape, kv, randomWeights(shape));
}

// Puts the columns of some matrices in orders of their own, those that read the same in the same one.
std::vector<std::vector<std::int32_t>> reorder(Weights& weights)
{
    std::vector<std::vector<std::int32_t>> orders;
    std::mt19937 random(3);
    const auto give = [&](std::initializer_list<WeightMatrix*> matrices) {
        orders.emplace_back(static_cast<std::size_t>((*matrices.begin())->cols));
        std::iota(orders.back().begin(), orders.back().end(), 0);
        std::shuffle(orders.back().begin(), orders.back().end(), random);
        for (WeightMatrix* m : matrices)
            m->order = orders.back().data();
    };
    for (LayerWeights& layer : weights.layers) {
        give({&layer.q, &layer.k, &layer.v});
        give({&layer.o});
        give({&layer.gate, &layer.up});
        give({&layer.down});
    }
    return orders;
}

} // namespace

TEST_CASE("columns in an order of their own give what the CPU gives, and are planned for")
{
    for (const Format& format : {kFormats[3], kFormats[7]}) {
        const ModelShape shape = shapeOf(format);
        Weights weights = randomWeights(shape);
        const auto plain = cuda::planCudaMemory(weights, openDevice()->traits(), optionsFor(KvElement::F16));
        const auto orders = reorder(weights);
        CHECK(orders.size() == 8);
        comparePhases(shape, KvElement::F16, weights);
        // v dense beside q and k in an order: two inputs.
        ModelShape dense = shape;
        dense.format = MatrixFormat::Bf16;
        dense.groupSize = 0;
        Weights mixed = weights;
        mixed.layers[0].v = randomWeights(dense).layers[0].v;
        comparePhases(shape, KvElement::F16, mixed);
        const auto runner = makeRunner(weights, optionsFor(KvElement::F16));
        const auto plan = cuda::planCudaMemory(weights, openDevice()->traits(), optionsFor(KvElement::F16));
        CHECK(emulatedCard().allocatedBytes == plan.total());
        CHECK(plan.weightBytes >= plain.weightBytes);
    }
}

TEST_CASE("every phase gives what the CPU's gives")
{
    for (const Format& format : kFormats)
        for (const KvElement kv : {KvElement::F16, KvElement::Int8}) {
            ModelShape shape = shapeOf(format);
            shape.qkvBias = format.format == MatrixFormat::W8;
            shape.outputBias = format.format == MatrixFormat::Bf16;
            CAPTURE(std::string(format.name));
            CAPTURE(static_cast<int>(kv));
            comparePhases(shape, kv);
        }
}

TEST_CASE("phases equal the CPU's for every shape of a model")
{
    std::vector<ModelShape> shapes(7);
    shapes[0].heads = 8, shapes[0].kvHeads = 1, shapes[0].headDim = 64; // 8 queries a key
    shapes[1].heads = 3, shapes[1].kvHeads = 3, shapes[1].headDim = 40; // no grouping, a head dimension that is padded
    shapes[2].tied = false, shapes[2].qkNorm = false, shapes[2].qkvBias = true;
    shapes[3].headDim = 128, shapes[3].hidden = 200, shapes[3].intermediate = 264; // more than one chunk of columns
    shapes[4].format = MatrixFormat::W4K, shapes[4].mixed = true, shapes[4].vocab = 515; // v and down in bf16
    shapes[5].format = MatrixFormat::W8, shapes[5].groupSize = 128, shapes[5].headDim = 256, shapes[5].heads = 2;
    shapes[6].headDim = 256, shapes[6].heads = 2;
    for (const ModelShape& shape : shapes) {
        CAPTURE(&shape - shapes.data());
        comparePhases(shape, KvElement::F16);
    }
}

TEST_CASE("graphs give the bits that launches give, and serve every small step")
{
    for (const Format& format : {kFormats[2], kFormats[5]}) {
        CAPTURE(format.name);
        const ModelShape shape = shapeOf(format);
        const Weights weights = randomWeights(shape);
        CudaRunnerOptions plain = optionsFor(KvElement::Int8);
        plain.graphs = false;
        const auto first = makeRunner(weights, optionsFor(KvElement::Int8)), second = makeRunner(weights, plain);
        Driver graphs(*first), launches(*second);
        const std::vector<Token> tokens = randomTokens(26, shape.vocab, 5);
        emulatedCard().graphLaunches = 0;
        for (const int chunk : {1, 3, 13})
            CHECK(sameBits(graphs.all(tokens, chunk), launches.all(tokens, chunk)));
        CHECK(first->graphCount() >= 3); // 1, 4 and 16 tokens
        CHECK(second->graphCount() == 0);
        CHECK(emulatedCard().graphLaunches > 30);
    }
}

namespace {

ModelShape withLayers(ModelShape shape, int layers)
{
    shape.layers = layers;
    return shape;
}

// Kernels of a step of so many tokens, by one layer more.
int kernelsOfLayer(const ModelShape& shape, int tokens, bool tails)
{
    std::uint64_t counts[2];
    for (const int more : {0, 1}) {
        CudaRunnerOptions options = optionsFor(KvElement::Int8);
        options.tails = tails;
        const auto runner = makeRunner(randomWeights(withLayers(shape, 1 + more)), options);
        Driver driver(*runner);
        const std::vector<Token> text = randomTokens(tokens, shape.vocab, 5);
        const std::uint64_t before = emulatedKernelCount();
        driver.all(text, tokens);
        counts[more] = emulatedKernelCount() - before;
    }
    return static_cast<int>(counts[1] - counts[0]);
}

} // namespace

TEST_CASE("a layer of a reply's step is five kernels, six where v has a form of its own")
{
    ModelShape shape = shapeOf(kFormats[3]);
    shape.headDim = 128;
    CHECK(kernelsOfLayer(shape, 1, true) == 5);
    CHECK(kernelsOfLayer(shape, 2, true) == 5);
    CHECK(kernelsOfLayer(shape, 16, true) == 7); // two norms of their own
    CHECK(kernelsOfLayer(shape, 1, false) == 10);
    CHECK(kernelsOfLayer(shape, 17, true) == 10); // as prompts: without tails
    shape.format = MatrixFormat::W4K;
    shape.mixed = true;
    CHECK(kernelsOfLayer(shape, 1, true) == 6);
    CHECK(kernelsOfLayer(shape, 1, false) == 11);
}

TEST_CASE("a draw by count is two kernels, what nobody asks for is not launched")
{
    ModelShape shape = shapeOf(kFormats[0]);
    shape.vocab = 515;
    const auto runner = makeRunner(randomWeights(shape), optionsFor(KvElement::F16));
    Driver driver(*runner);
    driver.all(randomTokens(2, shape.vocab, 3), 2);
    const auto kernelsOf = [&](const SamplingParams& params, int topLogprobs) {
        SamplerState state;
        state.begin(params, 5, 500, {}, 1);
        const SampleRow row{0, &state, topLogprobs};
        Sampled out;
        const std::uint64_t before = emulatedKernelCount();
        runner->sample({&row, 1}, {&out, 1});
        CHECK(out.token >= 0);
        return emulatedKernelCount() - before;
    };
    SamplingParams params; // the model's own: top_k 20
    params.topK = 20;
    CHECK(kernelsOf(params, -1) == 2);
    CHECK(kernelsOf(params, 3) == 3);
    params.logitBias = {{7, 1.0f}};
    CHECK(kernelsOf(params, -1) == 4);
    params.topK = 0;
    CHECK(kernelsOf(params, -1) == 5);
}

TEST_CASE("what kernels do besides has the bits of kernels of its own")
{
    std::vector<ModelShape> shapes;
    for (const Format& format : kFormats) {
        shapes.push_back(shapeOf(format));
        shapes.back().headDim = 128;
    }
    shapes[4].headDim = 256, shapes[4].heads = 3, shapes[4].kvHeads = 1;
    shapes[5].mixed = true;
    shapes[6].headDim = 40; // no whole number of row tiles
    shapes[7].headDim = 64, shapes[7].qkvBias = true;
    for (const ModelShape& shape : shapes) {
        CAPTURE(&shape - shapes.data());
        const KvElement kv = (&shape - shapes.data()) % 2 == 0 ? KvElement::F16 : KvElement::Int8;
        Weights weights = randomWeights(shape);
        const auto orders = &shape - shapes.data() == 3 ? reorder(weights) : std::vector<std::vector<std::int32_t>>();
        CudaRunnerOptions plain = optionsFor(kv);
        plain.tails = false;
        const auto first = makeRunner(weights, optionsFor(kv)), second = makeRunner(weights, plain);
        Driver tails(*first), kernels(*second);
        // Beyond 128 tokens, the parts of an attention are of several blocks.
        const std::vector<Token> tokens = randomTokens(140, shape.vocab, 5);
        std::vector<Conversation> c(2);
        for (const int count : {120, 12, 1, 1, 2, 3, 1}) {
            int which = 0;
            for (Driver* driver : {&tails, &kernels}) {
                Conversation& own = c[static_cast<std::size_t>(which++)];
                own.tokens = tokens;
                driver->step({&own}, {count});
            }
        }
        CHECK(sameBits(c[0].logits, c[1].logits));
    }
}

TEST_CASE("small steps bring the weights of each next product to L2, and nothing else changes")
{
    ModelShape shape = shapeOf(kFormats[3]);
    shape.headDim = 128;
    const Weights weights = randomWeights(shape);
    CudaRunnerOptions alone = optionsFor(KvElement::Int8);
    alone.ahead = false;
    const auto first = makeRunner(weights, optionsFor(KvElement::Int8)), second = makeRunner(weights, alone);
    Driver with(*first), without(*second);
    const std::vector<Token> tokens = randomTokens(40, shape.vocab, 5);
    const auto brought = [&](Driver& driver, int chunk) {
        const std::uint64_t before = emulatedBytesAhead();
        driver.all(tokens, chunk);
        return emulatedBytesAhead() - before;
    };
    CHECK(sameBits(with.all(tokens, 4), without.all(tokens, 4)));
    CHECK(brought(without, 4) == 0);
    CHECK(brought(with, 40) == 0); // a prompt reads its weights for long enough
    // Every product but the head asks for a quarter of the card's megabyte, as weights follow it for that long; the
    // head for what it finds first in the next step.
    const std::uint64_t steps = 10, products = 4 * static_cast<std::uint64_t>(shape.layers) + 1;
    const std::uint64_t most = steps * products * (256 << 10);
    const std::uint64_t all = brought(with, 4);
    CHECK(all <= most);
    CHECK(all >= most / 4);
    CHECK(all % cuda::kAheadPiece == 0);
}

TEST_CASE("several sequences and any chunks give what one sequence gives alone")
{
    for (const auto& [format, kv] : {std::pair(kFormats[2], KvElement::F16), std::pair(kFormats[5], KvElement::Int8)}) {
        CAPTURE(format.name);
        const ModelShape shape = shapeOf(format);
        const Weights weights = randomWeights(shape);
        const auto runner = makeRunner(weights, optionsFor(kv));
        Driver driver(*runner);
        std::vector<Conversation> together(3), alone(3);
        const int lengths[] = {50, 23, 41};
        for (std::size_t i = 0; i < 3; ++i) {
            together[i].tokens = randomTokens(lengths[i], shape.vocab, 11 + i);
            alone[i].logits = driver.all(together[i].tokens, 128);
        }
        // A mixed step, then steps of some tokens of each, until all are through.
        driver.step({&together[0], &together[1], &together[2]}, {30, 1, 9});
        while (together[0].done < 50 || together[1].done < 23 || together[2].done < 41) {
            std::vector<int> counts;
            for (std::size_t i = 0; i < 3; ++i)
                counts.push_back(std::min(static_cast<int>(i) + 1, lengths[i] - together[i].done));
            driver.step({&together[0], &together[1], &together[2]}, counts);
        }
        for (std::size_t i = 0; i < 3; ++i) {
            const double worst = worstDifference(together[i].logits, alone[i].logits);
            MESSAGE("sequence " << i << ": " << worst);
            CHECK(worst <= 1e-5); // the keys' parts are put together in another order, and that is all
        }
    }
}

TEST_CASE("blocks come to the host and back as they were")
{
    const ModelShape shape = shapeOf(kFormats[3]);
    const auto runner = makeRunner(randomWeights(shape), optionsFor(KvElement::Int8));
    Driver driver(*runner);
    Conversation c;
    c.tokens = randomTokens(41, shape.vocab, 3);
    driver.step({&c}, {40});
    std::vector<std::vector<std::byte>> kept;
    for (const BlockId block : c.blocks) {
        kept.emplace_back(runner->kvLayout().blockBytes());
        const BlockCopy copy{block, kept.back().data(), BlockCopy::Direction::ToHost};
        runner->copyBlocks({&copy, 1});
    }
    Conversation again = c;
    driver.step({&c}, {1});
    driver.fillBlocks(std::byte{0x55});
    for (std::size_t i = 0; i < kept.size(); ++i) {
        const BlockCopy copy{c.blocks[i], kept[i].data(), BlockCopy::Direction::FromHost};
        runner->copyBlocks({&copy, 1});
    }
    driver.step({&again}, {1});
    CHECK(std::memcmp(again.logits.back().data(), c.logits.back().data(), again.logits.back().size() * 4) == 0);
}

TEST_CASE("hidden states are the CPU's")
{
    const ModelShape shape = shapeOf(kFormats[0]);
    const Weights weights = randomWeights(shape);
    cpu::CpuRunnerOptions cpuOptions;
    cpuOptions.contextTokens = 1024;
    cpuOptions.maxLogitRows = 128;
    cpuOptions.threads = 1;
    Driver host(weights, cpuOptions);
    const auto runner = makeRunner(weights, optionsFor(KvElement::F16));
    Driver card(*runner);
    const std::vector<Token> tokens = randomTokens(100, shape.vocab, 5);
    host.all(tokens, 100);
    card.all(tokens, 100);
    for (const int token : {0, 1, 63, 64, 99, 5}) {
        std::vector<float> a(static_cast<std::size_t>(shape.hidden), 1), b = a;
        host.runner().addHidden(token, a);
        runner->addHidden(token, b);
        for (std::size_t i = 0; i < a.size(); ++i)
            CHECK(b[i] == doctest::Approx(a[i]).epsilon(1e-3).scale(1));
    }
}

TEST_CASE("what is planned is what is taken, and all of it is given back")
{
    EmulatedCard& card = emulatedCard();
    for (const Format& format : kFormats)
        for (const KvElement kv : {KvElement::F16, KvElement::Int8})
            for (const bool tied : {true, false}) {
                CAPTURE(std::string(format.name));
                ModelShape shape = shapeOf(format);
                shape.tied = tied;
                const Weights weights = randomWeights(shape);
                const auto device = openDevice();
                const CudaRunnerOptions options = optionsFor(kv);
                const auto plan = cuda::planCudaMemory(weights, device->traits(), options);
                REQUIRE(card.allocatedBytes == 0);
                card.mostBytes = 0;
                {
                    const auto runner = makeRunner(weights, options);
                    Driver driver(*runner);
                    driver.all(randomTokens(3, shape.vocab, 1), 1);
                    CHECK(card.allocatedBytes == plan.total());
                    CHECK(card.mostBytes == plan.total()); // not for a moment more
                }
                CHECK(card.allocatedBytes == 0);
                CHECK(card.pinned == 0);
                CHECK(card.objects == 1); // the device's stream
            }
    CHECK(card.objects == 0);
}

TEST_CASE("a card that is too full, a cancel and a failing card end as errors")
{
    EmulatedCard& card = emulatedCard();
    const ModelShape shape = shapeOf(kFormats[3]);
    const Weights weights = randomWeights(shape);
    CudaRunnerOptions options = optionsFor(KvElement::Int8);
    const auto device = openDevice();
    const auto plan = cuda::planCudaMemory(weights, device->traits(), options);

    card.takenBytes = card.memoryBytes - plan.total() + 1;
    CHECK(CudaRunner::create(device, weights, options).error().code == ErrorCode::OutOfMemory);
    card.takenBytes = card.memoryBytes - plan.total();
    CHECK(CudaRunner::create(device, weights, options).ok());
    card.takenBytes = 0;

    std::stop_source stop;
    std::uint64_t last = 0, total = 0;
    options.upload.stop = stop.get_token();
    options.upload.progress = [&](const LoadProgress& p) {
        CHECK(p.phase == LoadProgress::Phase::Uploading);
        CHECK(p.bytesDone > last);
        last = p.bytesDone;
        total = p.bytesTotal;
    };
    CHECK(CudaRunner::create(device, weights, options).ok());
    CHECK(last == total);
    last = 0;
    options.upload.progress = [&](const LoadProgress&) { stop.request_stop(); };
    CHECK(CudaRunner::create(device, weights, options).error().code == ErrorCode::Cancelled);
    CHECK(card.allocatedBytes == 0);

    options.upload = {};
    const auto runner = makeRunner(weights, options);
    Driver driver(*runner);
    const std::vector<Token> tokens = randomTokens(9, shape.vocab, 1);
    const Logits before = driver.all(tokens, 9);
    for (const int code : {700, kEmulatedOutOfMemory}) {
        card.failLaunch = 5;
        card.failCode = code;
        try {
            driver.all(tokens, 9);
            FAIL("the launch was planned to fail");
        } catch (const DeviceError& error) {
            CHECK((error.kind == DeviceError::Kind::OutOfMemory) == (code == kEmulatedOutOfMemory));
        }
    }
    card.failLaunch = -1;
    CHECK(sameBits(driver.all(tokens, 9), before)); // a failure leaves nothing behind
}

TEST_CASE("a step that breaks off between two kernels leaves nothing that the next one counts on")
{
    EmulatedCard& card = emulatedCard();
    ModelShape shape = shapeOf(kFormats[5]);
    shape.headDim = 128;
    Weights weights = randomWeights(shape);
    ModelShape other = shapeOf(kFormats[3]);
    other.headDim = 128;
    for (LayerWeights& layer : weights.layers)
        layer.up = randomWeights(other).layers[0].up; // a launch of its own: groups begin in one and end in the other
    const auto runner = makeRunner(weights, optionsFor(KvElement::Int8));
    Driver driver(*runner);
    const std::vector<Token> tokens = randomTokens(2, shape.vocab, 1);
    const Logits before = driver.all(tokens, 2);
    int failed = 0;
    for (int launch = 0; launch < 20; ++launch) {
        card.failLaunch = launch;
        try {
            driver.all(tokens, 2);
        } catch (const DeviceError&) {
            ++failed;
        }
        card.failLaunch = -1;
        CHECK(sameBits(driver.all(tokens, 2), before));
    }
    CHECK(failed >= 12);
}

TEST_CASE("the environment changes options for measurements, within what they may be")
{
    const CudaRunnerOptions plain = cuda::withSwitches({});
    CHECK(plain.graphs);
    CHECK(plain.tails);
    CHECK(plain.ahead);
    CHECK(plain.bf16Parts == 3);
    CHECK(plain.promptAttention == 1);
    CHECK(plain.attentionParts == 2);
    CHECK(plain.maxBatchTokens == 1024);
    setenv("QWILL_CUDA_GRAPHS", "0", 1);
    setenv("QWILL_CUDA_TAILS", "0", 1);
    setenv("QWILL_CUDA_AHEAD", "0", 1);
    setenv("QWILL_CUDA_BF16_PARTS", "1", 1);
    setenv("QWILL_CUDA_PROMPT_ATTENTION", "0", 1);
    setenv("QWILL_CUDA_ATTENTION_PARTS", "1", 1);
    setenv("QWILL_CUDA_CHUNK", "9999999", 1);
    const CudaRunnerOptions switched = cuda::withSwitches({});
    for (const char* name : {"QWILL_CUDA_GRAPHS", "QWILL_CUDA_TAILS", "QWILL_CUDA_AHEAD", "QWILL_CUDA_BF16_PARTS",
                             "QWILL_CUDA_CHUNK", "QWILL_CUDA_PROMPT_ATTENTION", "QWILL_CUDA_ATTENTION_PARTS"})
        unsetenv(name);
    CHECK(!switched.graphs);
    CHECK(!switched.tails);
    CHECK(!switched.ahead);
    CHECK(switched.bf16Parts == 1);
    CHECK(switched.promptAttention == 0);
    CHECK(switched.attentionParts == 1);
    CHECK(switched.maxBatchTokens == 4096);
}

TEST_CASE("bf16 weights times activations of one part are near those of three")
{
    const ModelShape shape = shapeOf(kFormats[2]);
    const Weights weights = randomWeights(shape);
    CudaRunnerOptions rounded = optionsFor(KvElement::F16);
    rounded.bf16Parts = 1;
    const auto first = makeRunner(weights, optionsFor(KvElement::F16)), second = makeRunner(weights, rounded);
    Driver exact(*first), quick(*second);
    const std::vector<Token> tokens = randomTokens(20, shape.vocab, 5);
    const Logits logits = exact.all(tokens, 20);
    float largest = 0;
    for (const float x : logits.back())
        largest = std::max(largest, std::fabs(x));
    const double worst = worstDifference(logits, quick.all(tokens, 20));
    CHECK(worst > 0);
    CHECK(worst <= 8 * 0x1p-8 * largest); // bf16's 8 bits, at every product of two layers
}

TEST_CASE("a graph that cannot be made is done without")
{
    EmulatedCard& card = emulatedCard();
    const ModelShape shape = shapeOf(kFormats[3]);
    const auto runner = makeRunner(randomWeights(shape), optionsFor(KvElement::Int8));
    Driver driver(*runner);
    const std::vector<Token> tokens = randomTokens(9, shape.vocab, 1);
    card.graphsFail = true;
    const Logits before = driver.all(tokens, 1);
    card.graphsFail = false;
    CHECK(runner->graphCount() == 0);
    CHECK(sameBits(driver.all(tokens, 1), before));
    CHECK(runner->graphCount() == 0); // once is enough
}

TEST_CASE("tokens drawn on the card are those the CPU draws")
{
    ModelShape shape = shapeOf(kFormats[0]);
    shape.vocab = 515;
    const auto runner = makeRunner(randomWeights(shape), optionsFor(KvElement::F16));
    Driver driver(*runner);
    const std::vector<Token> prompt = randomTokens(12, shape.vocab, 3);
    const Logits logits = driver.all(prompt, 12);
    SamplerScratch scratch(shape.vocab);
    std::vector<SamplingParams> all(8);
    all[0].temperature = 0;
    all[1].topK = 0, all[1].topP = 1, all[1].minP = 0.05f;
    all[2].topK = 5, all[2].topP = 1;
    all[3].repetitionPenalty = 1.3f, all[3].presencePenalty = 0.5f, all[3].frequencyPenalty = 0.2f;
    all[4].logitBias = {{7, 3.0f}, {9, -100.0f}, {4000, 1.0f}, {-3, 1.0f}};
    all[5].temperature = 0, all[5].logitBias = {{11, 50.0f}};
    all[6].topK = 0, all[6].topP = 0.6f;
    all[7].topK = 0, all[7].topP = 1;
    int drawn = 0;
    const auto check = [&](const std::vector<SamplerState>& states, int topLogprobs) {
        std::vector<SampleRow> rows;
        std::vector<Sampled> out(states.size());
        for (std::size_t i = 0; i < states.size(); ++i)
            rows.push_back({static_cast<std::int32_t>(i % logits.size()), &states[i], topLogprobs});
        runner->sample(rows, out);
        for (std::size_t i = 0; i < states.size(); ++i, ++drawn) {
            const Sampled expected = sample(logits[i % logits.size()], states[i], topLogprobs, scratch);
            CAPTURE(i);
            CHECK(out[i].token == expected.token);
            REQUIRE(out[i].candidateCount == expected.candidateCount);
            if (topLogprobs >= 0)
                CHECK(out[i].logprob == doctest::Approx(expected.logprob).epsilon(1e-4));
            for (int c = 0; c < expected.candidateCount; ++c) {
                CHECK(out[i].candidates[c].token == expected.candidates[c].token);
                CHECK(out[i].candidates[c].logprob == doctest::Approx(expected.candidates[c].logprob).epsilon(1e-4));
            }
        }
    };
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        std::vector<SamplerState> states(all.size());
        for (std::size_t i = 0; i < all.size(); ++i) {
            states[i].begin(all[i], seed, 500, prompt, 20);
            for (std::uint64_t n = 0; n < seed; ++n)
                states[i].commit(static_cast<Token>((seed * 37 + n * 11) % 500));
        }
        check(states, seed % 3 == 0 ? 5 : seed % 3 == 1 ? 0 : -1);
    }
    CHECK(drawn == 96);
    CHECK(runner->hostDraws() < drawn / 2);
}

TEST_CASE("a text with more different tokens than the card's list holds is drawn by the host")
{
    ModelShape shape = shapeOf(kFormats[0]);
    shape.vocab = 515;
    CudaRunnerOptions options = optionsFor(KvElement::F16);
    const auto runner = makeRunner(randomWeights(shape), options);
    Driver driver(*runner);
    const Logits logits = driver.all(randomTokens(3, shape.vocab, 3), 3);
    SamplerState state;
    SamplingParams params;
    for (int i = 0; i < cuda::kDrawEntries + 1; ++i)
        params.logitBias.emplace_back(i % 500, 0.0f);
    state.begin(params, 5, 500, {}, 1);
    const SampleRow row{0, &state, -1};
    Sampled out;
    runner->sample({&row, 1}, {&out, 1});
    SamplerScratch scratch(shape.vocab);
    CHECK(out.token == sample(logits[0], state, -1, scratch).token);
    CHECK(runner->hostDraws() == 1);
}

TEST_CASE("a head dimension the kernels cannot take is refused by name")
{
    ModelShape shape;
    shape.headDim = 12;
    const auto runner = CudaRunner::create(openDevice(), randomWeights(shape), optionsFor(KvElement::F16));
    REQUIRE(!runner);
    CHECK(runner.error().code == ErrorCode::Unsupported);
    CHECK(runner.error().message.find("12") != std::string::npos);
}

TEST_CASE("weights in a form without kernels are refused by name, before anything is taken")
{
    Weights weights = randomWeights(shapeOf(kFormats[3]));
    CHECK(cuda::servesModel(weights).ok());
    weights.layers[1].v.format = static_cast<MatrixFormat>(99); // a later version's
    const auto runner = CudaRunner::create(openDevice(), weights, optionsFor(KvElement::F16));
    REQUIRE(!runner);
    CHECK(runner.error().code == ErrorCode::Unsupported);
    CHECK(runner.error().message == "There are no CUDA kernels yet for weights in the form none.");
    CHECK(emulatedCard().allocatedBytes == 0);
}

TEST_CASE("the probe gives figures, and its memory back")
{
    const auto device = openDevice();
    const auto limits = cuda::measureCardLimits(device, {1 << 16, 64, 256, 32, 2});
    REQUIRE(limits.ok());
    // The emulated card's events are one millisecond apart.
    CHECK(limits->copyGBps == doctest::Approx(2.0 * (1 << 16) / 1e6));
    CHECK(limits->int8Tops == doctest::Approx(2.0 * 64 * 256 * 32 / 1e9));
    CHECK(limits->bf16Tops == limits->int8Tops);
    CHECK(emulatedCard().allocatedBytes == 0);
    emulatedCard().takenBytes = emulatedCard().memoryBytes;
    CHECK(cuda::measureCardLimits(device).error().code == ErrorCode::OutOfMemory);
    emulatedCard().takenBytes = 0;
}

// A step's layers as one launch of blocks that wait for each other: the bits of the launches, for every form of model
// it takes, in steps one after the other, from graphs; and the launches where it takes none.

#include "../cpu/runner_fixture.h"
#include "cuda/cuda_runner.h"
#include "emulated_card.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace qwill::engine;
using namespace qwill::test;
using cuda::CudaRunner;
using cuda::CudaRunnerOptions;
using cuda::Device;

namespace {

enum class Form { W8, W4, W4WithW8, Bf16 };
constexpr Form kForms[] = {Form::W8, Form::W4, Form::W4WithW8, Form::Bf16};

ModelShape shapeOf(Form form)
{
    ModelShape shape;
    // A last group of its own in each; more blocks than teams of several warps, and than teams of one.
    shape.hidden = 200, shape.intermediate = form == Form::W4 ? 392 : 200;
    shape.heads = form == Form::W8 || form == Form::Bf16 ? 2 : 4;
    shape.kvHeads = form == Form::W4WithW8 ? 4 : shape.heads / 2;
    shape.headDim = 128;
    shape.format = form == Form::W8 ? MatrixFormat::W8 : form == Form::Bf16 ? MatrixFormat::Bf16 : MatrixFormat::W4K;
    shape.groupSize = form == Form::W8 ? 128 : 0;
    return shape;
}

Weights weightsOf(Form form, const ModelShape& shape)
{
    Weights weights = randomWeights(shape);
    if (form != Form::W4WithW8)
        return weights;
    ModelShape other = shape;
    other.format = MatrixFormat::W8;
    other.groupSize = 128;
    const Weights eight = randomWeights(other);
    for (std::size_t i = 0; i < weights.layers.size(); ++i) {
        weights.layers[i].v = eight.layers[i].v; // a product of its own beside q's and k's
        if (i == 1)
            weights.layers[i].up = eight.layers[i].up, weights.layers[i].down = eight.layers[i].down;
    }
    return weights;
}

CudaRunnerOptions optionsFor(KvElement kv, bool persistent)
{
    CudaRunnerOptions options;
    options.kv = kv;
    options.contextTokens = 1024;
    options.maxBatchTokens = 64;
    options.maxLogitRows = 64;
    options.upload.threads = 2;
    options.persistent = persistent;
    return options;
}

std::unique_ptr<CudaRunner> makeRunner(const Weights& weights, const CudaRunnerOptions& options)
{
    auto device = Device::open(emulatedRuntime(), emulatedKernels(), 0);
    REQUIRE(device);
    auto runner = CudaRunner::create(*device, weights, options);
    REQUIRE_MESSAGE(runner, runner.error().message);
    return std::move(*runner);
}

bool sameBits(const Logits& a, const Logits& b)
{
    REQUIRE(a.size() == b.size());
    for (std::size_t t = 0; t < a.size(); ++t)
        if (std::memcmp(a[t].data(), b[t].data(), a[t].size() * sizeof(float)) != 0)
            return false;
    return true;
}

// A prompt, then steps of so many tokens each, on both runners.
bool sameReplies(CudaRunner& first, CudaRunner& second, int vocab, const std::vector<int>& counts)
{
    Driver drivers[2] = {Driver(first), Driver(second)};
    int total = 0;
    for (const int count : counts)
        total += count;
    Conversation conversations[2];
    for (int i = 0; i < 2; ++i) {
        conversations[i].tokens = randomTokens(total, vocab, 5);
        for (const int count : counts)
            drivers[i].step({&conversations[i]}, {count});
    }
    return sameBits(conversations[0].logits, conversations[1].logits);
}

} // namespace

TEST_CASE("the persistent kernel gives the bits of the launches")
{
    for (const Form form : kForms)
        for (const KvElement kv : {KvElement::F16, KvElement::Int8}) {
            CAPTURE(static_cast<int>(form));
            CAPTURE(static_cast<int>(kv));
            const ModelShape shape = shapeOf(form);
            const Weights weights = weightsOf(form, shape);
            const auto persistent = makeRunner(weights, optionsFor(kv, true));
            const auto launches = makeRunner(weights, optionsFor(kv, false));
            // From the first token on, and across a page's border; then, in one form, with parts of several blocks.
            std::vector<int> counts{1, 1, 2, 27, 1, 1, 2};
            if (form == Form::W8)
                counts.insert(counts.end(), {64, 40, 1, 2});
            CHECK(sameReplies(*persistent, *launches, shape.vocab, counts));
            CHECK(persistent->programCount() == 2);
            CHECK(launches->programCount() == 0);
        }
}

TEST_CASE("it takes other sequences beside each other, and comes from graphs as from launches")
{
    const ModelShape shape = shapeOf(Form::W4WithW8);
    const Weights weights = weightsOf(Form::W4WithW8, shape);
    CudaRunnerOptions plain = optionsFor(KvElement::Int8, true);
    plain.graphs = false;
    const auto first = makeRunner(weights, optionsFor(KvElement::Int8, true)), second = makeRunner(weights, plain),
               third = makeRunner(weights, optionsFor(KvElement::Int8, false));
    Driver drivers[3] = {Driver(*first), Driver(*second), Driver(*third)};
    Conversation long_[3], short_[3];
    for (int i = 0; i < 3; ++i) {
        long_[i].tokens = randomTokens(44, shape.vocab, 7);
        short_[i].tokens = randomTokens(9, shape.vocab, 8);
        drivers[i].step({&long_[i], &short_[i]}, {33, 3});
        for (int n = 0; n < 5; ++n)
            drivers[i].step({&long_[i], &short_[i]}, {1, 1});
        drivers[i].step({&long_[i]}, {1});
        drivers[i].step({&short_[i]}, {1}); // another sequence in the same graph
        drivers[i].step({&long_[i]}, {1});
    }
    for (int i = 0; i < 2; ++i) {
        CHECK(sameBits(long_[i].logits, long_[2].logits));
        CHECK(sameBits(short_[i].logits, short_[2].logits));
    }
    CHECK(first->graphCount() >= 2);
    CHECK(second->graphCount() == 0);
    CHECK(second->programCount() == 2);
}

TEST_CASE("the layers of a reply's step are one kernel, however many they are")
{
    const auto kernelsOf = [](int layers, bool persistent) {
        ModelShape shape = shapeOf(Form::W8);
        shape.layers = layers;
        const auto runner = makeRunner(randomWeights(shape), optionsFor(KvElement::Int8, persistent));
        Driver driver(*runner);
        const std::uint64_t before = emulatedKernelCount();
        driver.all(randomTokens(1, shape.vocab, 5), 1);
        return emulatedKernelCount() - before;
    };
    CHECK(kernelsOf(2, true) == kernelsOf(1, true));
    CHECK(kernelsOf(1, false) == kernelsOf(1, true) + 4); // embedding, angles, norm and head besides
}

TEST_CASE("models that it has no form for, and steps that it is not for, are launched")
{
    std::vector<ModelShape> shapes(5, shapeOf(Form::W8));
    shapes[0].headDim = 64;
    shapes[1].groupSize = 32;
    shapes[2].format = MatrixFormat::W4K, shapes[2].groupSize = 0, shapes[2].mixed = true; // bf16 beside 4 bits
    shapes[3].format = MatrixFormat::F16, shapes[3].groupSize = 0;
    shapes[4].headDim = 256;
    for (const ModelShape& shape : shapes) {
        CAPTURE(&shape - shapes.data());
        const Weights weights = randomWeights(shape);
        const auto persistent = makeRunner(weights, optionsFor(KvElement::F16, true));
        const auto launches = makeRunner(weights, optionsFor(KvElement::F16, false));
        CHECK(sameReplies(*persistent, *launches, shape.vocab, {9, 1, 1, 1}));
        CHECK(persistent->programCount() == 0);
    }
    const ModelShape shape = shapeOf(Form::W8);
    const auto runner = makeRunner(randomWeights(shape), optionsFor(KvElement::F16, true));
    Driver driver(*runner);
    driver.all(randomTokens(12, shape.vocab, 5), 4);
    CHECK(runner->programCount() == 0);
    CudaRunnerOptions without = optionsFor(KvElement::F16, true);
    without.tails = false; // whose work lies between its phases
    const auto apart = makeRunner(randomWeights(shape), without);
    Driver other(*apart);
    other.all(randomTokens(2, shape.vocab, 5), 1);
    CHECK(apart->programCount() == 0);
}

TEST_CASE("a card that refuses it gets launches; one that fails later says so, and the next step is right")
{
    EmulatedCard& card = emulatedCard();
    const ModelShape shape = shapeOf(Form::W8);
    const Weights weights = randomWeights(shape);
    const auto launches = makeRunner(weights, optionsFor(KvElement::F16, false));
    Driver reference(*launches);
    const std::vector<Token> tokens = randomTokens(4, shape.vocab, 5);
    const Logits expected = reference.all(tokens, 1);
    {
        const auto runner = makeRunner(weights, optionsFor(KvElement::F16, true));
        Driver driver(*runner);
        card.failLaunch = 3; // after embedding, angles and the first norm
        CHECK(sameBits(driver.all(tokens, 1), expected));
        CHECK(card.failLaunch == -1);
        CHECK(runner->programCount() == 0);
    }
    const auto runner = makeRunner(weights, optionsFor(KvElement::F16, true));
    Driver driver(*runner);
    CHECK(sameBits(driver.all(tokens, 1), expected));
    for (int launch = 0; launch < 5; ++launch) {
        CAPTURE(launch);
        card.failLaunch = launch;
        CHECK_THROWS_AS(driver.all(tokens, 1), DeviceError);
        card.failLaunch = -1;
        CHECK(sameBits(driver.all(tokens, 1), expected));
    }
    CHECK(runner->programCount() == 1);
}

TEST_CASE("its memory is planned for, and it is off unless asked for")
{
    const ModelShape shape = shapeOf(Form::W4);
    const Weights weights = weightsOf(Form::W4, shape);
    const CudaRunnerOptions options = optionsFor(KvElement::F16, true);
    auto device = Device::open(emulatedRuntime(), emulatedKernels(), 0);
    REQUIRE(device);
    const auto plan = cuda::planCudaMemory(weights, (*device)->traits(), options);
    const auto runner = makeRunner(weights, options);
    CHECK(emulatedCard().allocatedBytes == plan.total());
    CHECK(!cuda::withSwitches({}).persistent);
    setenv("QWILL_CUDA_PERSISTENT", "1", 1);
    CHECK(cuda::withSwitches({}).persistent);
    unsetenv("QWILL_CUDA_PERSISTENT");
}

// Products by a library (a stand-in for cuBLASLt that computes on the host) against the own kernels, and every way in
// which the library may be missing or fail: the own kernels then lose nothing.

#include "../cpu/runner_fixture.h"
#include "base/half.h"
#include "base/shared_library.h"
#include "cuda/arena.h"
#include "cuda/blas_products.h"
#include "cuda/cuda_runner.h"
#include "cuda/kernels/repack.h"
#include "emulated_card.h"
#include "fake_blas.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#include <memory>
#include <random>
#include <string>
#include <vector>

#if __has_include(<cublasLt.h>)
#include <cublasLt.h>
#endif

using namespace qwill::engine;
using namespace qwill::test;
using namespace qwill::engine::cuda;

namespace {

#if __has_include(<cublasLt.h>)
static_assert(sizeof(BlasAlgorithm) == sizeof(cublasLtMatmulAlgo_t));
static_assert(sizeof(BlasHeuristic) == sizeof(cublasLtMatmulHeuristicResult_t));
static_assert(offsetof(BlasHeuristic, workspaceBytes) == offsetof(cublasLtMatmulHeuristicResult_t, workspaceSize));
static_assert(offsetof(BlasHeuristic, state) == offsetof(cublasLtMatmulHeuristicResult_t, state));
static_assert(int(BlasType::F32) == CUDA_R_32F && int(BlasType::F16) == CUDA_R_16F);
static_assert(int(BlasType::Bf16) == CUDA_R_16BF && kBlasComputeF32 == CUBLAS_COMPUTE_32F);
static_assert(kBlasDescTransA == CUBLASLT_MATMUL_DESC_TRANSA && kBlasTransposed == CUBLAS_OP_T);
static_assert(int(BlasPreference::WorkspaceBytes) == CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES);
static_assert(int(BlasPreference::AlignmentA) == CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES);
static_assert(int(BlasPreference::AlignmentD) == CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES);
#endif

constexpr float kUlp = 0x1p-24f; // half a unit in the last place, relative
constexpr int kColumns = 40; // the library's from here on, so that tests stay small

const BlasLibrary& library()
{
    static const Result<BlasLibrary> opened = BlasLibrary::open({FAKE_BLAS});
    REQUIRE_MESSAGE(opened, opened.error().message);
    return *opened;
}

// As new.
FakeBlas& fake()
{
    static FakeBlas* const state = [] {
        const auto opened = SharedLibrary::open(FAKE_BLAS);
        REQUIRE(opened.ok());
        return reinterpret_cast<FakeBlasEntry>(opened->symbol("qwillFakeBlas"))();
    }();
    const int handles = state->handles, objects = state->objects;
    *state = {};
    state->handles = handles;
    state->objects = objects;
    return *state;
}

std::shared_ptr<Device> openDevice()
{
    auto device = Device::open(emulatedRuntime(), emulatedKernels(), 0);
    REQUIRE_MESSAGE(device, device.error().message);
    return *device;
}

// Memory of the card with these values, or with what is no number.
template <typename T>
struct OnCard {
    DeviceMemory memory;
    T* data;

    OnCard(const std::shared_ptr<Device>& device, std::size_t count)
        : memory(*DeviceMemory::allocate(device, count * sizeof(T) + 1)),
          data(reinterpret_cast<T*>(memory.data()))
    {
    }
    OnCard(const std::shared_ptr<Device>& device, const std::vector<T>& values) : OnCard(device, values.size())
    {
        std::copy(values.begin(), values.end(), data);
    }
};

// Random weights, on the card and as numbers.
struct Matrix {
    WeightMatrix host;
    std::vector<std::byte> bytes;
    std::vector<float> values;
    std::unique_ptr<OnCard<std::byte>> memory;
    DeviceMatrix device;

    Matrix(const std::shared_ptr<Device>& card, MatrixFormat format, int rows, int cols, std::mt19937& random)
        : bytes(matrixBytes(format, 0, rows, cols)),
          values(static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols))
    {
        std::normal_distribution<float> number(0, 0.05f);
        for (std::size_t i = 0; i + 2 <= bytes.size(); i += 2) {
            const std::uint16_t bits =
                format == MatrixFormat::F16 ? floatToF16(number(random)) : floatToBf16(number(random));
            std::memcpy(bytes.data() + i, &bits, 2);
        }
        host = {format, rows, cols, 0, bytes.data(), bytes.size(), nullptr};
        for (int row = 0; row < rows; ++row)
            dequantizeRow(host, row, values.data() + static_cast<std::ptrdiff_t>(row) * cols);
        device = deviceShape(host, RepackTarget::Ampere);
        memory = std::make_unique<OnCard<std::byte>>(card, deviceBytes(device));
        for (int unit = 0; unit < repackUnits(rows); ++unit)
            repackUnit(host, RepackTarget::Ampere, unit,
                       memory->data + static_cast<std::size_t>(unit) * repackUnitBytes(device));
        device.data = memory->data;
    }
};

// One product: what goes in, and two outputs, the library's and the kernels'.
struct Product {
    std::shared_ptr<Device> card;
    MatrixFormat format;
    int cols, tokens, parts;
    Store store;
    bool apart; // outputs have something between them, though none of their rows asks for it
    std::vector<std::unique_ptr<Matrix>> matrices;
    std::vector<float> x, before;
    std::unique_ptr<OnCard<float>> input, own, other;
    std::unique_ptr<OnCard<std::uint16_t>> acts;
    std::size_t stride;
    MatmulArgs args{};

    Product(const std::shared_ptr<Device>& device, MatrixFormat weights, const std::vector<int>& rows, int columns,
            int count, int partCount, Store what, std::mt19937& random, bool isApart = false)
        : card(device),
          format(weights),
          cols(columns),
          tokens(count),
          parts(partCount),
          store(what),
          apart(isApart)
    {
        std::normal_distribution<float> number(0, 1);
        stride = 4; // columns between two matrices' that nobody may write
        for (const int r : rows) {
            matrices.push_back(std::make_unique<Matrix>(device, format, r, cols, random));
            stride += static_cast<std::size_t>((r + 7) / 4 * 4);
        }
        x.resize(static_cast<std::size_t>(tokens * cols));
        for (float& value : x)
            value = number(random);
        input = std::make_unique<OnCard<float>>(device, x);
        acts = std::make_unique<OnCard<std::uint16_t>>(device, actPartBytes(tokens, cols, parts) / 2);
        before.assign(static_cast<std::size_t>(tokens) * stride, NAN);
        if (store == Store::Add)
            for (float& value : before)
                value = number(random);
        own = std::make_unique<OnCard<float>>(device, before);
        other = std::make_unique<OnCard<float>>(device, before);
        prepare();
        args = argsFor(other->data);
    }

    void prepare() const
    {
        PrepareArgs p{};
        p.x = input->data;
        p.xStride = cols;
        p.rows = tokens;
        p.cols = cols;
        p.parts = acts->data;
        p.partCount = parts;
        p.partFormat = format;
        REQUIRE(emulatedKernels().prepare(&p, card->stream()) == 0);
    }
    MatmulArgs argsFor(float* out) const
    {
        MatmulArgs a{};
        std::size_t at = 0;
        for (const auto& matrix : matrices) {
            a.parts[a.partCount++] = {matrix->device, out + at, static_cast<std::int64_t>(stride), nullptr};
            const int rows = matrix->device.rows;
            at += static_cast<std::size_t>(rows % 16 == 0 && !apart ? rows : (rows + 7) / 4 * 4);
        }
        a.tokens = tokens;
        a.store = store;
        a.actParts = acts->data;
        a.actPartCount = parts;
        return a;
    }
    // How far apart two sums of the same products may be: each of n roundings takes half a unit of at most the sum of
    // magnitudes, in the kernels one a product, in the stand-in one a part.
    float bound(const Matrix& matrix, int row, int token) const
    {
        double magnitude = 0;
        for (int k = 0; k < cols; ++k)
            magnitude += std::fabs(static_cast<double>(matrix.values[static_cast<std::size_t>(row * cols + k)])
                                   * static_cast<double>(x[static_cast<std::size_t>(token * cols + k)]));
        magnitude *= 1 + 0x1p-7; // parts beyond the first
        if (store == Store::Add)
            magnitude += 16;
        return static_cast<float>(magnitude) * kUlp * static_cast<float>(untiledCols(cols) * parts + parts + 4);
    }
    // Every number within its bound, and nothing else written.
    void check() const
    {
        const MatmulArgs reference = argsFor(own->data);
        prepare(); // the library may have left other parts
        REQUIRE(emulatedKernels().matmul(&reference, card->stream()) == 0);
        std::vector<bool> written(before.size(), false);
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < matrices.size(); ++i)
            for (int token = 0; token < tokens; ++token)
                for (int row = 0; row < matrices[i]->device.rows; ++row) {
                    const auto at = static_cast<std::size_t>(args.parts[i].out - other->data)
                        + static_cast<std::size_t>(token) * stride + static_cast<std::size_t>(row);
                    written[at] = true;
                    wrong += std::fabs(other->data[at] - own->data[at]) <= bound(*matrices[i], row, token) ? 0 : 1;
                }
        for (std::size_t i = 0; i < before.size(); ++i)
            wrong += written[i] || std::memcmp(&before[i], other->data + i, 4) == 0 ? 0 : 1;
        CHECK(wrong == 0);
    }
};

// BlasProducts with memory for products of that size.
struct Blas {
    BlasSizes sizes;
    std::unique_ptr<OnCard<std::byte>> memory;
    std::unique_ptr<BlasProducts> products;

    Blas(const std::shared_ptr<Device>& card, int rows, int cols, int tokens)
        : sizes{std::size_t(rows) * std::size_t(untiledCols(cols)) * 2,
                std::size_t(3 * tokens) * std::size_t(untiledCols(cols)) * 2, 4 << 20},
          memory(std::make_unique<OnCard<std::byte>>(card, sizes.weights + sizes.acts + sizes.workspace + 1024))
    {
        Arena arena(memory->data);
        const BlasScratch scratch{reinterpret_cast<std::uint16_t*>(arena.take<std::byte>(sizes.weights)),
                                  reinterpret_cast<std::uint16_t*>(arena.take<std::byte>(sizes.acts)),
                                  arena.take<std::byte>(sizes.workspace)};
        auto made = BlasProducts::create(card, library(), scratch, sizes, kColumns);
        REQUIRE(made.ok());
        products = std::move(*made);
    }
};

struct Form {
    MatrixFormat format;
    int parts;
};
constexpr Form kForms[] = {
    {MatrixFormat::Bf16, 3}, {MatrixFormat::Bf16, 1}, {MatrixFormat::F16, 2}, {MatrixFormat::Bf16, 2}};

CudaRunnerOptions optionsFor(bool blas)
{
    CudaRunnerOptions options;
    options.kv = KvElement::F16;
    options.contextTokens = 256;
    options.maxBatchTokens = 64;
    options.maxLogitRows = 64;
    options.upload.threads = 1;
    options.blas = blas ? &library() : nullptr;
    options.blasColumns = kColumns;
    return options;
}

std::unique_ptr<CudaRunner> makeRunner(const Weights& weights, const CudaRunnerOptions& options)
{
    auto runner = CudaRunner::create(openDevice(), weights, options);
    REQUIRE_MESSAGE(runner, runner.error().message);
    return std::move(*runner);
}

ModelShape shapeOf(MatrixFormat format)
{
    ModelShape shape;
    shape.format = format;
    return shape;
}

// Keys and values are kept in f16: a sum in another order may land on the other side of a rounding, 2^-11 of itself,
// at each of the eight products of two layers. The products alone are held to their roundings above.
float otherOrder(const Logits& logits)
{
    float largest = 0;
    for (const auto& row : logits)
        for (const float x : row)
            largest = std::max(largest, std::fabs(x));
    return 8 * 0x1p-11f * largest;
}

// A prompt by the kernels alone.
struct Alone {
    Weights weights;
    std::vector<Token> tokens;
    Logits logits;

    Alone()
    {
        const ModelShape shape = shapeOf(MatrixFormat::Bf16);
        weights = randomWeights(shape);
        tokens = randomTokens(61, shape.vocab, 5);
        const auto runner = makeRunner(weights, optionsFor(false));
        logits = Driver(*runner).all(tokens, 61);
    }
};

} // namespace

TEST_CASE("a library's products are the kernels', of any size, and nothing else is written")
{
    const auto card = openDevice();
    FakeBlas& state = fake();
    std::mt19937 random(97);
    for (const Form& form : kForms)
        for (int round = 0; round < 8; ++round) {
            CAPTURE(form.parts);
            CAPTURE(round);
            std::vector<int> rows(round % 4 == 3 ? 1 : 1 + random() % 3);
            for (int& r : rows)
                r = round % 2 == 0 ? 16 * static_cast<int>(1 + random() % 4) : static_cast<int>(1 + random() % 70);
            const int cols = 8 + static_cast<int>(random() % 280), tokens = 40 + static_cast<int>(random() % 30);
            const Store store = rows.size() == 1 && round % 2 == 1 ? Store::Add : Store::Write;
            const bool apart = round % 4 == 2;
            const Product product(card, form.format, rows, cols, tokens, form.parts, store, random, apart);
            const Blas blas(card, 16 * 12, cols, tokens);
            state.products = 0;
            REQUIRE(blas.products->multiply(product.args));
            // Neighbours are one product.
            const bool together = round % 2 == 0 && !apart;
            CHECK(state.products == form.parts * (together ? 1 : static_cast<int>(rows.size())));
            product.check();
        }
    CHECK(state.wrong == 0);
    CHECK(state.handles == 0);
    CHECK(state.objects == 0);
}

TEST_CASE("what is not the library's is left alone")
{
    const auto card = openDevice();
    FakeBlas& state = fake();
    std::mt19937 random(101);
    const Blas blas(card, 64, 100, 48);
    const OnCard<float> bias(card, std::vector<float>(64, 1.0f));
    const auto refused = [&](const Product& product, const MatmulArgs& args) {
        CHECK(!blas.products->multiply(args));
        CHECK(std::memcmp(product.before.data(), product.other->data, product.before.size() * 4) == 0);
    };
    const Product plain(card, MatrixFormat::Bf16, {33}, 100, 48, 1, Store::Write, random);
    MatmulArgs args = plain.args;
    args.parts[0].bias = bias.data;
    refused(plain, args);
    args = plain.args;
    args.cap = 3;
    refused(plain, args);
    args = plain.args;
    args.parts[0].out += 1; // no vector of four fits there
    refused(plain, args);
    args = plain.args;
    args.tokens = kColumns - 1;
    refused(plain, args);
    args = plain.args;
    args.parts[0].weights.format = MatrixFormat::W8;
    refused(plain, args);
    const Product few(card, MatrixFormat::Bf16, {33}, 100, kGraphTokens, 3, Store::Write, random);
    refused(few, few.args); // a step that may be part of a graph
    const Product two(card, MatrixFormat::Bf16, {16, 16}, 100, 48, 1, Store::Add, random);
    refused(two, two.args);
    const Product wide(card, MatrixFormat::Bf16, {33}, 300, 48, 1, Store::Write, random);
    refused(wide, wide.args); // the scratch is too small
    CHECK(state.products == 0);
    CHECK(blas.products->failure().empty());
    CHECK(blas.products->multiply(plain.args));
}

TEST_CASE("a library that fails in the middle of a product leaves it to the kernels, and nothing is added twice")
{
    const auto card = openDevice();
    FakeBlas& state = fake();
    std::mt19937 random(103);
    for (const Store store : {Store::Write, Store::Add})
        for (int at = 0; at < 3; ++at) {
            CAPTURE(at);
            const Product product(card, MatrixFormat::Bf16, {50}, 200, 44, 3, store, random);
            const Blas blas(card, 64, 200, 44);
            state.failMatmul = at;
            REQUIRE(!blas.products->multiply(product.args));
            CHECK(blas.products->failure() == "cuBLASLt 13.4.2 failed at multiplying (a planned failure)");
            REQUIRE(emulatedKernels().matmul(&product.args, card->stream()) == 0);
            product.check();
            CHECK(!blas.products->multiply(product.args)); // once is enough
        }
    CHECK(state.wrong == 0);
}

TEST_CASE("where the workspace is too small for a product, the kernels have that one")
{
    const auto card = openDevice();
    FakeBlas& state = fake();
    std::mt19937 random(107);
    const Product first(card, MatrixFormat::Bf16, {50}, 200, 44, 3, Store::Add, random);
    const Product second(card, MatrixFormat::Bf16, {50}, 200, 43, 3, Store::Add, random);
    const Blas blas(card, 64, 200, 44);
    state.workspaceNeeded = 5 << 20;
    CHECK(!blas.products->multiply(first.args));
    CHECK(std::memcmp(first.before.data(), first.other->data, first.before.size() * 4) == 0);
    CHECK(blas.products->failure().empty());
    state.workspaceNeeded = 1 << 20;
    CHECK(blas.products->multiply(second.args));
    second.check();
    CHECK(state.wrong == 0);
}

TEST_CASE("prompts go through the library, replies through the kernels, and all come to the same")
{
    FakeBlas& state = fake();
    for (const MatrixFormat format : {MatrixFormat::Bf16, MatrixFormat::F16}) {
        const ModelShape shape = shapeOf(format);
        const Weights weights = randomWeights(shape);
        const auto first = makeRunner(weights, optionsFor(true)), second = makeRunner(weights, optionsFor(false));
        Driver with(*first), without(*second);
        const std::vector<Token> tokens = randomTokens(61, shape.vocab, 5);
        const Logits own = without.all(tokens, 61);
        const double apart = worstDifference(with.all(tokens, 61), own);
        MESSAGE("apart: " << apart << " of " << otherOrder(own));
        CHECK(apart <= otherOrder(own));
        CHECK(apart > 0);
        // Of each layer q, k and v, o, gate and up, down; 130 logits are no rows of 16 bytes.
        CHECK(first->blasProducts() == 4 * shape.layers);
        CHECK(worstDifference(with.all(tokens, 7), own) <= otherOrder(own));
        CHECK(first->blasProducts() == 4 * shape.layers); // steps of seven are not
        CHECK(first->blasFailure().empty());
        CHECK(second->blasProducts() == 0);
    }
    CHECK(state.wrong == 0);
    CHECK(state.adding > 0);
    CHECK(state.handles == 0);
    CHECK(state.objects == 0);
}

TEST_CASE("quantised weights are never the library's, and cost it no memory")
{
    const ModelShape shape = shapeOf(MatrixFormat::W8);
    ModelShape w8 = shape;
    w8.groupSize = 128;
    const Weights weights = randomWeights(w8);
    const auto device = openDevice();
    CHECK(planCudaMemory(weights, device->traits(), optionsFor(true)).total()
          == planCudaMemory(weights, device->traits(), optionsFor(false)).total());
    const auto runner = makeRunner(weights, optionsFor(true));
    Driver driver(*runner);
    driver.all(randomTokens(61, shape.vocab, 5), 61);
    CHECK(runner->blasProducts() == 0);
}

TEST_CASE("what a library needs is planned, to the byte")
{
    EmulatedCard& card = emulatedCard();
    const Weights weights = randomWeights(shapeOf(MatrixFormat::Bf16));
    const auto device = openDevice();
    const CudaMemory plan = planCudaMemory(weights, device->traits(), optionsFor(true));
    CHECK(plan.scratchBytes
          >= planCudaMemory(weights, device->traits(), optionsFor(false)).scratchBytes + blasWorkspaceBytes(90));
    const auto runner = makeRunner(weights, optionsFor(true));
    Driver driver(*runner);
    driver.all(randomTokens(61, 130, 5), 61);
    CHECK(runner->blasProducts() > 0);
    CHECK(card.allocatedBytes == plan.total());
}

TEST_CASE("a library that does not start is named, and the kernels give the bits they give alone")
{
    FakeBlas& state = fake();
    const Alone alone;
    state.createStatus = 1;
    const auto runner = makeRunner(alone.weights, optionsFor(true));
    CHECK(runner->blasFailure() == "cuBLASLt 13.4.2 does not start (the library was not initialized)");
    Driver driver(*runner);
    CHECK(worstDifference(driver.all(alone.tokens, 61), alone.logits) == 0);
    CHECK(runner->blasProducts() == 0);
    CHECK(state.objects == 0);
}

TEST_CASE("a library that fails in the middle of a prompt is dropped, and the prompt goes on")
{
    const Alone alone;
    for (const int at : {0, 2, 4, 5, 10, 17}) { // products and parts of products
        CAPTURE(at);
        FakeBlas& state = fake();
        const auto runner = makeRunner(alone.weights, optionsFor(true));
        Driver driver(*runner);
        state.failMatmul = at;
        CHECK(worstDifference(driver.all(alone.tokens, 61), alone.logits) <= otherOrder(alone.logits));
        CHECK(runner->blasFailure().find("failed at multiplying") != std::string::npos);
        const int products = state.products;
        CHECK(products == at);
        CHECK(worstDifference(driver.all(alone.tokens, 61), alone.logits) == 0); // the kernels alone now
        CHECK(state.products == products);
    }
}

TEST_CASE("what is missing of a library is said")
{
    const auto none = BlasLibrary::open({"libnothing_of_the_kind.so", "libnothing_else.so"});
    REQUIRE(!none);
    CHECK(none.error().message == "the library is not installed");
    const auto other = BlasLibrary::open({"libnothing_of_the_kind.so", FAKE_MODULE});
    REQUIRE(!other);
    CHECK(other.error().message == std::string(FAKE_MODULE) + " has no cublasLtGetVersion");
    const auto found = BlasLibrary::open({"libnothing_of_the_kind.so", FAKE_BLAS});
    REQUIRE(found.ok());
    CHECK(found->name() == "cuBLASLt 13.4.2");
}

TEST_CASE("the library is used where it was asked for, and what it is stands beside the card")
{
    unsetenv("QWILL_CUDA_BLAS");
    CHECK(withSwitches({}).blas == nullptr);
    CHECK(blasText().empty());
    setenv("QWILL_CUDA_BLAS", "1", 1);
    setenv("QWILL_CUDA_BLAS_LIBRARY", FAKE_BLAS, 1);
    CHECK(blasLibraryNames() == std::vector<std::string>{FAKE_BLAS});
    CHECK(withSwitches({}).blas != nullptr);
    CHECK(blasText() == "cuBLASLt 13.4.2 multiplies long prompts where weights have 16 bits.");
    setenv("QWILL_CUDA_BLAS", "0", 1);
    CHECK(withSwitches({}).blas == nullptr);
    unsetenv("QWILL_CUDA_BLAS");
    unsetenv("QWILL_CUDA_BLAS_LIBRARY");
    CHECK(blasLibraryNames().size() >= 2);
}

#include "cuda/cuda_runner.h"

#include "base/check.h"
#include "cuda/cuda_forward.h"
#include "cuda/token_draw.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace qwill::engine::cuda {

namespace {

// Beyond this, cutting the keys of one token into more parts only makes more parts to put together.
constexpr int kMaxSplits = 32;

int blockCount(const CudaRunnerOptions& options)
{
    return (options.contextTokens + kBlockTokens - 1) / kBlockTokens;
}

KvLayout layoutOf(const ModelConfig& config, const CudaRunnerOptions& options)
{
    return {config.layerCount, config.kvHeadCount, paddedHeadDim(config.headDim), options.kv};
}

// The same number of parts for every small step: what a reply says must not depend on what runs beside it.
CudaShape shapeOf(const Weights& shapes, const DeviceTraits& traits, const CudaRunnerOptions& options)
{
    const ModelConfig& c = shapes.config;
    CudaShape shape;
    shape.maxTokens = std::max(options.maxBatchTokens, 1);
    shape.maxSequences = options.maxSequences;
    shape.maxLogitRows = options.maxLogitRows;
    shape.contextTokens = blockCount(options) * kBlockTokens;
    const int tiles = attentionTiles(1, c.headCount / c.kvHeadCount);
    shape.splits = std::min(kMaxSplits, attentionSplits(traits, tiles, c.kvHeadCount, shape.contextTokens));
    shape.acts = actFormsOf(shapes, repackTarget(traits), options.bf16Parts);
    if (options.blas)
        shape.blas =
            BlasProducts::sizes(shapes, traits, options.blasColumns, options.maxBatchTokens, options.bf16Parts);
    shape.phases = options.persistent && options.tails ? c.layerCount * kLayerPhases : 0;
    shape.taps = options.taps;
    return shape;
}

// Of later versions' forms there are none.
bool servesMatrix(const WeightMatrix& matrix)
{
    return matrix.format != MatrixFormat::None && matrix.format <= MatrixFormat::W4S;
}

} // namespace

CudaRunnerOptions withSwitches(CudaRunnerOptions options)
{
    const auto number = [](const char* name, int otherwise, int least, int most) {
        const char* value = std::getenv(name);
        return value && *value ? std::clamp(std::atoi(value), least, most) : otherwise;
    };
    options.graphs = number("QWILL_CUDA_GRAPHS", options.graphs, 0, 1) == 1;
    options.tails = number("QWILL_CUDA_TAILS", options.tails, 0, 1) == 1;
    options.ahead = number("QWILL_CUDA_AHEAD", options.ahead, 0, 1) == 1;
    options.persistent = number("QWILL_CUDA_PERSISTENT", options.persistent, 0, 1) == 1;
    options.bf16Parts = number("QWILL_CUDA_BF16_PARTS", options.bf16Parts, 1, 3);
    options.promptAttention = number("QWILL_CUDA_PROMPT_ATTENTION", options.promptAttention, 0, 2);
    options.attentionParts = number("QWILL_CUDA_ATTENTION_PARTS", options.attentionParts, 1, 2);
    options.maxBatchTokens = number("QWILL_CUDA_CHUNK", options.maxBatchTokens, 64, 4096);
    if (const Result<BlasLibrary>* const library = wantedBlas(); library && *library)
        options.blas = &**library;
    return options;
}

Result<void> servesModel(const Weights& shapes)
{
    const ModelConfig& c = shapes.config;
    if (c.headDim % 8 != 0 || c.headDim > kMaxHeadDim)
        return Error{ErrorCode::Unsupported,
                     "The CUDA backend takes attention heads of 8, 16, … " + std::to_string(kMaxHeadDim)
                         + " dimensions; this model has " + std::to_string(c.headDim) + "."};
    std::vector<const WeightMatrix*> matrices{&shapes.embedding, &shapes.head};
    for (const LayerWeights& layer : shapes.layers)
        matrices.insert(matrices.end(), {&layer.q, &layer.k, &layer.v, &layer.o, &layer.gate, &layer.up, &layer.down});
    for (const WeightMatrix* matrix : matrices)
        if (!servesMatrix(*matrix))
            return Error{ErrorCode::Unsupported,
                         "There are no CUDA kernels yet for weights in the form "
                             + std::string(formatName(matrix->format)) + "."};
    return {};
}

CudaMemory planCudaMemory(const Weights& shapes, const DeviceTraits& traits, const CudaRunnerOptions& options)
{
    CudaScratch counted;
    return {DeviceWeights::bytes(shapes, repackTarget(traits)),
            grained(layoutOf(shapes.config, options).blockBytes() * static_cast<std::size_t>(blockCount(options))),
            grained(CudaScratch::lay(shapes.config, shapeOf(shapes, traits, options), nullptr, counted))};
}

struct CudaRunner::State {
    std::shared_ptr<Device> device;
    ModelConfig config;
    KvLayout layout;
    RunnerLimits limits;
    DeviceWeights weights;
    DeviceMemory kv;
    DeviceMemory memory;
    CudaScratch scratch;
    PinnedMemory hiddenHost; // [kHiddenRows, hidden]
    int hiddenFirst = 0, hiddenCount = 0; // tokens of the last forward that lie there
    std::unique_ptr<TokenDraw> draw;
    std::unique_ptr<BlasProducts> blas; // null: the own kernels multiply
    std::string blasFailure; // why there is none though asked for
    std::unique_ptr<CudaForward> forward; // refers to all of the above
};

CudaRunner::CudaRunner(std::unique_ptr<State> state) : m_state(std::move(state)) { }

CudaRunner::~CudaRunner()
{
    try {
        m_state->device->use();
        m_state->device->synchronize(); // nothing may still run on the memory that goes
    } catch (const DeviceError&) { // then nothing runs any more
    }
}

Result<std::unique_ptr<CudaRunner>> CudaRunner::create(const std::shared_ptr<Device>& device, const Weights& weights,
                                                       const CudaRunnerOptions& options)
try {
    QWILL_CHECK(options.kv == KvElement::F16 || options.kv == KvElement::Int8);
    QWILL_CHECK(options.contextTokens > 0 && options.maxBatchTokens > 0 && options.maxSequences > 0);
    QWILL_CHECK(options.maxLogitRows > 0);
    if (Result<void> served = servesModel(weights); !served)
        return served.error();
    device->use();
    auto state = std::make_unique<State>();
    State& s = *state;
    s.device = device;
    s.config = weights.config;
    s.layout = layoutOf(s.config, options);
    const CudaShape shape = shapeOf(weights, device->traits(), options);
    const CudaMemory plan = planCudaMemory(weights, device->traits(), options);
    s.limits = {blockCount(options),  options.maxBatchTokens, options.maxSequences,
                options.maxLogitRows, s.config.vocabSize,     std::min(s.config.maxContext, shape.contextTokens),
                s.config.hiddenSize};
    // The small ones first: a card that is too full says so before gigabytes are on their way.
    auto kv = DeviceMemory::allocate(device, plan.kvBytes);
    if (!kv)
        return kv.error();
    s.kv = std::move(*kv);
    auto memory = DeviceMemory::allocate(device, plan.scratchBytes);
    if (!memory)
        return memory.error();
    s.memory = std::move(*memory);
    CudaScratch::lay(s.config, shape, s.memory.data(), s.scratch);
    // Whatever a kernel reads beside what it needs is a number.
    device->check(device->runtime().fill(s.kv.data(), 0, s.kv.size(), device->stream()), "clearing memory");
    device->check(device->runtime().fill(s.memory.data(), 0, s.memory.size(), device->stream()), "clearing memory");
    auto uploaded = DeviceWeights::upload(device, weights, shape.contextTokens, options.upload);
    if (!uploaded)
        return uploaded.error();
    s.weights = std::move(*uploaded);
    auto hidden =
        PinnedMemory::allocate(device, kHiddenRows * static_cast<std::size_t>(s.config.hiddenSize) * sizeof(float));
    if (!hidden)
        return hidden.error();
    s.hiddenHost = std::move(*hidden);
    auto image = StepImage::create(device, shape, s.scratch.step);
    if (!image)
        return image.error();
    auto draw = TokenDraw::create(device, s.scratch, options.maxLogitRows, s.config.vocabSize);
    if (!draw)
        return draw.error();
    s.draw = std::make_unique<TokenDraw>(std::move(*draw));
    s.forward = std::make_unique<CudaForward>(
        device, s.config, s.weights.model(), KvPlace{s.kv.data(), s.layout}, s.scratch, shape, std::move(*image),
        CudaForward::Switches{options.graphs, options.tails, options.ahead, shape.phases > 0, options.promptAttention,
                              options.attentionParts});
    if (shape.blas.weights > 0) {
        auto blas = BlasProducts::create(device, *options.blas, s.scratch.blas, shape.blas, options.blasColumns);
        if (blas)
            s.blas = std::move(*blas);
        else
            s.blasFailure = blas.error().message;
        s.forward->setBlas(s.blas.get());
    }
    device->synchronize();
    return std::unique_ptr<CudaRunner>(new CudaRunner(std::move(state)));
} catch (const DeviceError& error) {
    return Error{error.kind == DeviceError::Kind::OutOfMemory ? ErrorCode::OutOfMemory : ErrorCode::Device,
                 std::string("The card failed while the model was loaded (") + error.what() + ")."};
}

const RunnerLimits& CudaRunner::limits() const
{
    return m_state->limits;
}

const KvLayout& CudaRunner::kvLayout() const
{
    return m_state->layout;
}

void CudaRunner::forward(const Batch& batch)
{
    checkBatch(batch, m_state->limits);
    m_state->hiddenCount = 0;
    m_state->device->use();
    m_state->forward->run(batch);
}

void CudaRunner::sample(std::span<const SampleRow> rows, std::span<Sampled> out)
{
    for (const SampleRow& row : rows)
        QWILL_CHECK(row.row >= 0 && row.row < m_state->forward->logitRows() && row.state);
    m_state->device->use();
    m_state->draw->draw(rows, out);
}

void CudaRunner::copyLogits(int row, std::span<float> out)
{
    QWILL_CHECK(row >= 0 && row < m_state->forward->logitRows());
    m_state->device->use();
    m_state->draw->copyLogits(row, out);
}

void CudaRunner::addHidden(int token, std::span<float> out)
{
    State& s = *m_state;
    const auto hidden = static_cast<std::size_t>(s.limits.hiddenSize);
    QWILL_CHECK(token >= 0 && token < s.forward->tokens() && out.size() == hidden);
    if (token < s.hiddenFirst || token >= s.hiddenFirst + s.hiddenCount) {
        s.device->use();
        s.hiddenFirst = token;
        s.hiddenCount = std::min(kHiddenRows, s.forward->tokens() - token);
        s.forward->normedStates(token, s.hiddenCount);
        s.device->check(s.device->runtime().copyToHost(s.hiddenHost.data(), s.scratch.acts.plain,
                                                       static_cast<std::size_t>(s.hiddenCount) * hidden * sizeof(float),
                                                       s.device->stream()),
                        "reading states");
        s.device->synchronize();
    }
    const float* row =
        reinterpret_cast<const float*>(s.hiddenHost.data()) + static_cast<std::size_t>(token - s.hiddenFirst) * hidden;
    for (std::size_t i = 0; i < hidden; ++i)
        out[i] += row[i];
}

void CudaRunner::copyBlocks(std::span<const BlockCopy> copies)
{
    State& s = *m_state;
    const std::size_t bytes = s.layout.blockBytes();
    const CudaRuntimeTable& runtime = s.device->runtime();
    s.device->use();
    for (const BlockCopy& copy : copies) {
        QWILL_CHECK(copy.block >= 0 && copy.block < s.limits.kvBlockCount && copy.host);
        std::byte* block = s.kv.data() + static_cast<std::size_t>(copy.block) * bytes;
        const bool out = copy.direction == BlockCopy::Direction::ToHost;
        s.device->check(out ? runtime.copyToHost(copy.host, block, bytes, s.device->stream())
                            : runtime.copyToCard(block, copy.host, bytes, s.device->stream()),
                        "copying a block");
    }
    s.device->synchronize(); // the host's memory is the caller's again
}

void CudaRunner::setTap(PhaseTap tap)
{
    m_state->forward->setTap(tap);
}

int CudaRunner::graphCount() const
{
    return m_state->forward->graphCount();
}

int CudaRunner::programCount() const
{
    return m_state->forward->programCount();
}

int CudaRunner::hostDraws() const
{
    return m_state->draw->hostDraws();
}

int CudaRunner::blasProducts() const
{
    return m_state->blas ? m_state->blas->products() : 0;
}

std::string CudaRunner::blasFailure() const
{
    return m_state->blas ? m_state->blas->failure() : m_state->blasFailure;
}

} // namespace qwill::engine::cuda

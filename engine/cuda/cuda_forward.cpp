#include "cuda/cuda_forward.h"

#include "base/check.h"
#include "base/log.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace qwill::engine::cuda {

namespace {

// Rows that a product's last block norms and prepares as fast as a kernel of its own would with its launch, by the
// latency of L2: 3 µs for two, of eight warps.
constexpr int kNormTailRows = kProgramTokens;

// Of L2, what a product asks for ahead of the next: on an H200 12.5 MB, as much as its memory delivers in the 2.6 µs
// that a kernel takes to end and the next to begin; the rest is for what the step itself writes and reads again.
constexpr std::size_t kAheadShare = 4;

bool sameShape(const DeviceMatrix& a, const DeviceMatrix& b)
{
    return a.format == b.format && a.groupSize == b.groupSize && a.cols == b.cols;
}

// Whether both products' inputs can be prepared at once: one order of columns, and one kind of 16-bit parts.
bool sharesInput(const DeviceMatrix& a, const DeviceMatrix& b)
{
    const bool sameParts =
        !readsParts(a.format) || !readsParts(b.format) || partFormat(a.format) == partFormat(b.format);
    return sameParts && (a.order != nullptr) == (b.order != nullptr);
}

// The first of `targets` and its neighbours that read the same input. Matrices with an order of columns that read the
// same activations have the same one: import_plan.cpp.
template <typename Target>
std::span<const Target> sharing(std::span<const Target> targets)
{
    std::size_t same = 1;
    while (same < targets.size() && std::ranges::all_of(targets.first(same), [&](const Target& t) {
               return sharesInput(*t.weights, *targets[same].weights);
           }))
        ++same;
    return targets.first(same);
}

} // namespace

CudaForward::CudaForward(std::shared_ptr<Device> device, const ModelConfig& config, const DeviceModel& model,
                         const KvPlace& kv, const CudaScratch& scratch, const CudaShape& shape, StepImage image,
                         Switches switches)
    : m_device(std::move(device)),
      m_kernels(m_device->kernels()),
      m_stream(m_device->stream()),
      m_config(config),
      m_model(model),
      m_kv(kv),
      m_scratch(scratch),
      m_shape(shape),
      m_image(std::move(image)),
      m_windows(static_cast<std::size_t>(config.layerCount)),
      m_group(config.headCount / config.kvHeadCount),
      m_queryScale(config.attentionScale > 0 ? config.attentionScale
                                             : 1.0f / std::sqrt(static_cast<float>(config.headDim))),
      m_qkvStride(config.queryRows() + 2 * config.kvRows()),
      m_buckets(static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(kGraphTokens)))),
      m_switches(switches)
{
    m_angles.assign(static_cast<std::size_t>(config.layerCount), {scratch.cos, scratch.sin, model.ropeSize});
    for (const int layer : config.slidingLayers) {
        m_windows[static_cast<std::size_t>(layer)] = config.slidingWindow;
        if (config.slidingRopeTheta > 0)
            m_angles[static_cast<std::size_t>(layer)] = {scratch.slidingCos, scratch.slidingSin, model.slidingRopeSize};
    }
    for (const int layer : config.ropelessLayers)
        m_angles[static_cast<std::size_t>(layer)] = {};
}

void CudaForward::run(const Batch& batch)
{
    m_tokens = static_cast<int>(batch.tokens.size());
    m_logitRows = 0;
    for (const SeqSlice& slice : batch.seqs)
        m_logitRows += slice.wanted == LogitRows::All ? slice.tokenCount : slice.wanted == LogitRows::Last ? 1 : 0;
    StepLaunch step = m_image.send(batch, m_group, !m_tap.function);
    if (!step.small) {
        shareAttention(step, batch);
        compute(step);
        return;
    }
    Bucket& bucket = bucketOf(step);
    if (!bucket.used && m_switches.persistent)
        bucket.program = programOf(step);
    if (!bucket.graph && bucket.used && m_switches.graphs) {
        try {
            bucket.graph.emplace(DeviceGraph::capture(m_device, [&] { compute(step); }));
        } catch (const DeviceError& error) { // the same work without a graph is slower, no more
            log(LogLevel::Warning, std::string("No CUDA graphs: ") + error.what());
            m_switches.graphs = false;
        }
    }
    if (bucket.graph)
        bucket.graph->launch();
    else
        compute(step);
    bucket.used = true;
}

// A large step's prompts share their pages, where they have blocks for the whole card. For the other slices the keys
// are cut: beside prompts as in small steps, so that a reply is the same with and without them; else so that no
// processor is idle; as far as there is room for the parts.
void CudaForward::shareAttention(StepLaunch& step, const Batch& batch) const
{
    const DeviceTraits& traits = m_device->traits();
    int promptTiles = 0, longest = 0;
    for (const SeqSlice& slice : batch.seqs) {
        longest = std::max(longest, slice.contextLen);
        if (slice.tokenCount >= kPromptTokens)
            promptTiles += attentionTiles(slice.tokenCount, m_group);
    }
    const KvElement element = m_kv.layout.element;
    const int blocks = ceilDiv(promptTiles, promptWarps(element, m_config.headDim)) * m_config.kvHeadCount;
    if (promptTiles > 0 && blocks >= (m_switches.promptAttention == 1 ? traits.smCount : 0)
        && m_switches.promptAttention > 0
        && attentionSharesPages(traits, element, m_config.headDim, m_switches.attentionParts)) {
        step.promptTiles = promptTiles;
        step.maxTiles -= promptTiles;
    }
    const int wanted =
        step.promptTiles > 0 ? m_shape.splits : attentionSplits(traits, step.maxTiles, m_config.kvHeadCount, longest);
    const int room = m_scratch.partialBlocks / std::max(step.maxTiles, 1) * attentionWarps(m_config.headDim);
    step.splits = std::clamp(std::min(wanted, room), 1, m_shape.splits);
}

void CudaForward::compute(const StepLaunch& step)
{
    m_isPrepared = false;
    embed(step);
    std::optional<Program>* const program = step.small ? &bucketOf(step).program : nullptr;
    if (!program || !*program || !walk(step, **program))
        for (int number = 0; number < m_config.layerCount; ++number)
            layer(step, number);
    if (step.logitRows > 0) {
        multiply(head(step), {}, m_model.layers.front().q);
        show(Phase::Head, -1, m_scratch.logits, step.logitRows, m_config.vocabSize);
    }
}

void CudaForward::layer(const StepLaunch& step, int number)
{
    const int hidden = m_config.hiddenSize;
    const bool isLast = number + 1 == m_config.layerCount;
    const Product o = output(step, number), gateUps = gateUp(step, number), downs = down(step, number);
    const Product next = isLast ? head(step) : qkv(step, number + 1);

    const MatmulTail rope = ropeTail(step, number);
    multiply(qkv(step, number), rope, *o.targets[0].weights);
    show(Phase::Qkv, number, m_scratch.qkv, step.rows, m_qkvStride);
    if (rope.kind == TailKind::None && m_recording) {
        m_recording->refuse();
    } else if (rope.kind == TailKind::None) {
        const RopeKvArgs args = ropeKvArgs(step, number);
        m_device->check(m_kernels.ropeKv(&args, m_stream), "storing keys and values");
    }
    show(Phase::RopeKv, number, m_scratch.qkv, step.rows, m_qkvStride);
    attention(step, number, o);
    show(Phase::Attention, number, m_scratch.attention, step.rows, m_config.queryRows());
    multiply(o, normTail(step, o, gateUps), *gateUps.targets[0].weights);
    show(Phase::Output, number, m_scratch.x, step.rows, hidden);
    multiply(gateUps, activationTail(step, downs), *downs.targets[0].weights);
    showActivation(step, number);
    multiply(downs, normTail(step, downs, next), *next.targets[0].weights);
    show(Phase::Down, number, m_scratch.x, step.rows, hidden);
}

void CudaForward::embed(const StepLaunch& step)
{
    const EmbedArgs args{m_model.embedding,       step.step,   step.rows,
                         m_config.embeddingScale, m_scratch.x, m_scratch.counters,
                         m_scratch.counterCount};
    m_device->check(m_kernels.embed(&args, m_stream), "embedding");
    const auto angles = [&](const float* frequency, int size, float factor, float* cos, float* sin) {
        const RopeAnglesArgs rope{step.step, step.rows, frequency, size, factor, cos, sin};
        if (size > 0)
            m_device->check(m_kernels.ropeAngles(&rope, m_stream), "computing angles");
    };
    angles(m_model.ropeFrequency, m_model.ropeSize, m_model.ropeFactor, m_scratch.cos, m_scratch.sin);
    angles(m_model.slidingFrequency, m_model.slidingRopeSize, m_model.slidingRopeFactor, m_scratch.slidingCos,
           m_scratch.slidingSin);
    show(Phase::Embed, -1, m_scratch.x, step.rows, m_config.hiddenSize);
}

CudaForward::Product CudaForward::qkv(const StepLaunch& step, int number) const
{
    const DeviceLayer& w = m_model.layers[static_cast<std::size_t>(number)];
    float* k = m_scratch.qkv + m_config.queryRows();
    const int heads = m_config.headCount, kvHeads = m_config.kvHeadCount;
    Product product;
    product.input = source(ActSource::Norm, m_scratch.x, step.rows, m_config.hiddenSize);
    product.input.norm = w.attnNorm;
    product.acts = &m_scratch.acts;
    product.targets = {Target{&w.q, m_scratch.qkv, m_qkvStride}, Target{&w.k, k, m_qkvStride, nullptr, heads},
                       Target{&w.v, k + m_config.kvRows(), m_qkvStride, nullptr, heads + kvHeads}};
    product.count = 3;
    return product;
}

CudaForward::Product CudaForward::output(const StepLaunch& step, int number) const
{
    const DeviceLayer& w = m_model.layers[static_cast<std::size_t>(number)];
    Product product;
    product.input = source(ActSource::Plain, m_scratch.attention, step.rows, m_config.queryRows());
    product.acts = &m_scratch.acts;
    product.branchNorm = w.attnBranchNorm;
    // Where a model has both, the CPU adds no bias to what is normed.
    product.targets[0] = {&w.o, m_scratch.x, m_config.hiddenSize, w.attnBranchNorm ? nullptr : w.oBias};
    product.count = 1;
    product.store = Store::Add;
    return product;
}

CudaForward::Product CudaForward::gateUp(const StepLaunch& step, int number) const
{
    const DeviceLayer& w = m_model.layers[static_cast<std::size_t>(number)];
    Product product;
    product.input = source(ActSource::Norm, m_scratch.x, step.rows, m_config.hiddenSize);
    product.input.norm = w.ffnNorm;
    product.acts = &m_scratch.acts;
    product.targets = {Target{&w.gate, m_scratch.gate, m_config.intermediateSize},
                       Target{&w.up, m_scratch.up, m_config.intermediateSize}};
    product.count = 2;
    return product;
}

CudaForward::Product CudaForward::down(const StepLaunch& step, int number) const
{
    const DeviceLayer& w = m_model.layers[static_cast<std::size_t>(number)];
    Product product;
    product.input = source(activation(), m_scratch.gate, step.rows, m_config.intermediateSize);
    product.input.up = m_scratch.up;
    product.acts = &m_scratch.innerActs;
    product.branchNorm = w.ffnBranchNorm;
    product.targets[0] = {&w.down, m_scratch.x, m_config.hiddenSize};
    product.count = 1;
    product.store = Store::Add;
    return product;
}

CudaForward::Product CudaForward::head(const StepLaunch& step) const
{
    Product product;
    product.input = source(ActSource::Norm, m_scratch.x, step.logitRows, m_config.hiddenSize);
    product.input.norm = m_model.outputNorm;
    product.input.rowIndex = step.logitTokens;
    product.acts = &m_scratch.acts;
    product.targets[0] = {&m_model.head, m_scratch.logits, m_config.vocabSize};
    product.count = 1;
    product.cap = m_config.logitCap;
    return product;
}

PrepareArgs CudaForward::source(ActSource kind, const float* x, int rows, int cols) const
{
    PrepareArgs args{};
    args.source = kind;
    args.x = x;
    args.xStride = cols;
    args.rows = rows;
    args.cols = cols;
    args.eps = m_config.rmsEps;
    return args;
}

ActSource CudaForward::activation() const
{
    return m_config.activation == Activation::GeluTanh ? ActSource::GeGlu : ActSource::SwiGlu;
}

RopeKvArgs CudaForward::ropeKvArgs(const StepLaunch& step, int number) const
{
    const DeviceLayer& w = m_model.layers[static_cast<std::size_t>(number)];
    const Angles& angles = m_angles[static_cast<std::size_t>(number)];
    return {m_scratch.qkv,
            m_qkvStride,
            step.step,
            step.rows,
            m_config.headCount,
            m_config.kvHeadCount,
            angles.size,
            angles.cos,
            angles.sin,
            w.qNorm,
            w.kNorm,
            w.qBias,
            w.kBias,
            w.vBias,
            m_config.rmsEps,
            m_queryScale,
            pages(number)};
}

MatmulTail CudaForward::ropeTail(const StepLaunch& step, int number) const
{
    if (!takesTails(step) || m_config.headDim % kTileRows != 0)
        return {};
    return {TailKind::RopeKv, m_config.headDim / kTileRows, 1, m_scratch.counters, {}, ropeKvArgs(step, number)};
}

MatmulTail CudaForward::activationTail(const StepLaunch& step, const Product& next) const
{
    if (!takesTails(step) || next.targets[0].weights->order)
        return {};
    return {TailKind::Activation, kActGroup / kTileRows, 2, m_scratch.counters, prepared(next), {}};
}

MatmulTail CudaForward::normTail(const StepLaunch& step, const Product& added, const Product& next) const
{
    const bool isFew = step.rows <= kNormTailRows && next.input.rows > 0; // 0: no logits are wanted
    if (!takesTails(step) || !isFew || added.branchNorm)
        return {};
    return {TailKind::Norm, ceilDiv(m_config.hiddenSize, kTileRows), 1, m_scratch.counters, prepared(next), {}};
}

void CudaForward::attention(const StepLaunch& step, int number, const Product& next)
{
    AttentionArgs args{};
    args.qkv = m_scratch.qkv;
    args.qkvStride = m_qkvStride;
    args.step = step.step;
    args.seqCount = step.seqCount;
    args.maxTiles = step.maxTiles;
    args.splits = step.splits;
    args.headCount = m_config.headCount;
    args.kvHeadCount = m_config.kvHeadCount;
    args.window = m_windows[static_cast<std::size_t>(number)];
    args.cap = m_config.attentionCap;
    args.pages = pages(number);
    args.partials = m_scratch.partials;
    args.counters = m_scratch.counters;
    args.out = m_scratch.attention;
    m_isPrepared =
        takesTails(step) && args.splits > 1 && m_config.headDim % kActGroup == 0 && !next.targets[0].weights->order;
    if (m_isPrepared)
        args.prepare = prepared(next);
    if (m_recording)
        return m_recording->attend(args);
    if (step.promptTiles > 0) {
        AttentionArgs prompts = args;
        prompts.maxTiles = step.promptTiles;
        prompts.splits = 1;
        prompts.sharesPages = true;
        prompts.parts = m_switches.attentionParts;
        prompts.leastTokens = kPromptTokens;
        m_device->check(m_kernels.attention(&prompts, m_stream), "attention of prompts");
        args.mostTokens = kPromptTokens - 1;
    }
    m_device->check(m_kernels.attention(&args, m_stream), "attention");
}

void CudaForward::showActivation(const StepLaunch& step, int number)
{
    if (!m_tap.function)
        return; // the activation itself happens where the next product's input is prepared
    const int inner = m_config.intermediateSize;
    PrepareArgs shown = source(activation(), m_scratch.gate, step.rows, inner);
    shown.up = m_scratch.up;
    shown.plain = m_scratch.acts.plain;
    m_device->check(m_kernels.prepare(&shown, m_stream), "activation");
    show(Phase::GateUp, number, m_scratch.acts.plain, step.rows, inner);
}

void CudaForward::normedStates(int first, int count)
{
    QWILL_CHECK(first >= 0 && count > 0 && count <= kHiddenRows && first + count <= m_tokens);
    const int hidden = m_config.hiddenSize;
    PrepareArgs input =
        source(ActSource::Norm, m_scratch.x + static_cast<std::ptrdiff_t>(first) * hidden, count, hidden);
    input.norm = m_model.outputNorm;
    input.plain = m_scratch.acts.plain;
    m_device->check(m_kernels.prepare(&input, m_stream), "norming states");
}

PrepareArgs CudaForward::prepared(const Product& product, std::span<const Target> targets) const
{
    const ActBuffers& acts = *product.acts;
    PrepareArgs input = product.input;
    input.order = targets.front().weights->order;
    for (const Target& target : targets) {
        const MatrixFormat format = target.weights->format;
        if (format == MatrixFormat::F32) {
            input.plain = acts.plain;
        } else if (readsParts(format)) {
            input.parts = acts.parts;
            input.partCount = m_shape.acts.partsFor(format);
            input.partFormat = partFormat(format);
        } else {
            input.quants = acts.quants;
            input.scales = acts.scales;
            input.sums = acts.sums;
        }
    }
    return input;
}

PrepareArgs CudaForward::prepared(const Product& product) const
{
    return prepared(product, sharing(product.all()));
}

void CudaForward::multiply(const Product& product, const MatmulTail& tail, const DeviceMatrix& next)
{
    // Targets that read the same go together, the others one after the other.
    for (auto targets = product.all(); !targets.empty();) {
        const auto same = sharing(targets);
        const bool isPrepared = std::exchange(m_isPrepared, false);
        if (!isPrepared && m_recording) {
            m_recording->refuse();
        } else if (!isPrepared) {
            const PrepareArgs input = prepared(product, same);
            m_device->check(m_kernels.prepare(&input, m_stream), "preparing a product");
        }
        targets = targets.subspan(same.size());
        launchProducts(product, same, tail, targets.empty() ? next : *targets.front().weights);
    }
    m_isPrepared = tail.kind == TailKind::Norm || tail.kind == TailKind::Activation;
    if (!product.branchNorm)
        return;
    if (m_recording)
        return m_recording->refuse();
    const AddNormedArgs args{m_scratch.x,        m_scratch.branch,    product.branchNorm,
                             product.input.rows, m_config.hiddenSize, m_config.rmsEps};
    m_device->check(m_kernels.addNormed(&args, m_stream), "adding a branch");
}

void CudaForward::launchProducts(const Product& product, std::span<const Target> targets, const MatmulTail& tail,
                                 const DeviceMatrix& next)
{
    std::size_t at = 0;
    while (at < targets.size()) {
        const DeviceMatrix& first = *targets[at].weights;
        const auto place = at == 0 ? StepProgram::Place::AfterAll : StepProgram::Place::Beside;
        MatmulArgs args{};
        while (at < targets.size() && args.partCount < kMaxMatmulParts && sameShape(first, *targets[at].weights)) {
            const Target& target = targets[at++];
            args.parts[args.partCount++] = {*target.weights, product.branchNorm ? m_scratch.branch : target.out,
                                            target.stride, target.bias, target.firstGroup};
        }
        args.tokens = product.input.rows;
        args.store = product.branchNorm ? Store::Write : product.store;
        args.cap = product.cap;
        args.quants = product.acts->quants;
        args.scales = product.acts->scales;
        args.sums = product.acts->sums;
        args.actParts = product.acts->parts;
        args.actPartCount = m_shape.acts.partsFor(first.format);
        args.plain = product.acts->plain;
        args.tail = tail;
        lookAhead(args, at < targets.size() ? *targets[at].weights : next);
        if (m_recording)
            m_recording->multiply(args, place);
        else if (tail.kind != TailKind::None || !m_blas || !m_blas->multiply(args))
            m_device->check(m_kernels.matmul(&args, m_stream), "multiplying");
    }
}

// What lies behind the next weights is read after them.
void CudaForward::lookAhead(MatmulArgs& args, const DeviceMatrix& next) const
{
    if (!m_switches.ahead || args.tokens > kGraphTokens)
        return;
    const auto rest = static_cast<std::size_t>(m_model.end - next.data);
    args.ahead = next.data;
    args.aheadBytes = std::min(m_device->traits().cacheBytes / kAheadShare, rest) / kAheadPiece * kAheadPiece;
}

KvPages CudaForward::pages(int number) const
{
    const KvLayout& layout = m_kv.layout;
    const auto page = static_cast<std::int64_t>(KvLayout{1, 1, layout.headDim, layout.element}.blockBytes());
    return {m_kv.base + page * layout.kvHeadCount * number, static_cast<std::int64_t>(layout.blockBytes()), page,
            layout.element, m_config.headDim};
}

void CudaForward::show(Phase phase, int number, const float* data, int rows, int cols)
{
    if (!m_tap.function)
        return;
    const auto count = static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
    m_shown.resize(count);
    m_device->check(m_device->runtime().copyToHost(m_shown.data(), data, count * sizeof(float), m_stream),
                    "reading a phase");
    m_device->synchronize();
    m_tap.function(m_tap.context, {phase, number, m_shown.data(), rows, cols, cols});
}

} // namespace qwill::engine::cuda

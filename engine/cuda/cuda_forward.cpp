#include "cuda/cuda_forward.h"

#include "base/check.h"
#include "base/log.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace qwill::engine::cuda {

namespace {

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

} // namespace

CudaForward::CudaForward(std::shared_ptr<Device> device, const ModelConfig& config, const DeviceModel& model,
                         const KvPlace& kv, const CudaScratch& scratch, const CudaShape& shape, StepImage image,
                         bool graphs)
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
      m_graphs(graphs)
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

int CudaForward::graphCount() const
{
    return static_cast<int>(std::ranges::count_if(m_buckets, [](const Bucket& b) { return b.graph.has_value(); }));
}

void CudaForward::run(const Batch& batch)
{
    m_tokens = static_cast<int>(batch.tokens.size());
    m_logitRows = 0;
    int longest = 0;
    for (const SeqSlice& slice : batch.seqs) {
        m_logitRows += slice.wanted == LogitRows::All ? slice.tokenCount : slice.wanted == LogitRows::Last ? 1 : 0;
        longest = std::max(longest, slice.contextLen);
    }
    StepLaunch step = m_image.send(batch, m_group, !m_tap.function);
    if (!step.small) {
        // Few long slices leave processors idle, unless their keys are cut; as far as there is room for the parts.
        const int wanted = attentionSplits(m_device->traits(), step.maxTiles, m_config.kvHeadCount, longest);
        const int room = static_cast<int>(m_scratch.partialTiles) / std::max(step.maxTiles, 1);
        step.splits = std::clamp(std::min(wanted, room), 1, m_shape.splits);
        compute(step);
        return;
    }
    Bucket& bucket = m_buckets[static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(step.rows)))];
    if (!bucket.graph && bucket.used && m_graphs) {
        try {
            bucket.graph.emplace(DeviceGraph::capture(m_device, [&] { compute(step); }));
        } catch (const DeviceError& error) { // the same work without a graph is slower, no more
            log(LogLevel::Warning, std::string("No CUDA graphs: ") + error.what());
            m_graphs = false;
        }
    }
    if (bucket.graph)
        bucket.graph->launch();
    else
        compute(step);
    bucket.used = true;
}

void CudaForward::compute(const StepLaunch& step)
{
    embed(step);
    for (int number = 0; number < m_config.layerCount; ++number)
        layer(step, number);
    if (step.logitRows > 0)
        head(step);
}

void CudaForward::layer(const StepLaunch& step, int number)
{
    const DeviceLayer& w = m_model.layers[static_cast<std::size_t>(number)];
    const int hidden = m_config.hiddenSize, inner = m_config.intermediateSize;
    qkv(step, w);
    show(Phase::Qkv, number, m_scratch.qkv, step.rows, m_qkvStride);
    ropeKv(step, number, w);
    show(Phase::RopeKv, number, m_scratch.qkv, step.rows, m_qkvStride);
    attention(step, number);
    show(Phase::Attention, number, m_scratch.attention, step.rows, m_config.queryRows());
    output(step, w);
    show(Phase::Output, number, m_scratch.x, step.rows, hidden);
    gateUp(step, w);
    show(Phase::GateUp, number, m_scratch.plain, step.rows, inner);
    down(step, w);
    show(Phase::Down, number, m_scratch.x, step.rows, hidden);
}

void CudaForward::embed(const StepLaunch& step)
{
    const EmbedArgs args{m_model.embedding, step.step, step.rows, m_config.embeddingScale, m_scratch.x};
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

void CudaForward::qkv(const StepLaunch& step, const DeviceLayer& w)
{
    PrepareArgs input = source(ActSource::Norm, m_scratch.x, step.rows, m_config.hiddenSize);
    input.norm = w.attnNorm;
    float* k = m_scratch.qkv + m_config.queryRows();
    const Target targets[] = {
        {&w.q, m_scratch.qkv, m_qkvStride}, {&w.k, k, m_qkvStride}, {&w.v, k + m_config.kvRows(), m_qkvStride}};
    multiply(input, targets, Store::Write);
}

void CudaForward::ropeKv(const StepLaunch& step, int number, const DeviceLayer& w)
{
    const Angles& angles = m_angles[static_cast<std::size_t>(number)];
    const RopeKvArgs args{m_scratch.qkv,
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
    m_device->check(m_kernels.ropeKv(&args, m_stream), "storing keys and values");
}

void CudaForward::attention(const StepLaunch& step, int number)
{
    const AttentionArgs args{m_scratch.qkv,         m_qkvStride,          step.step,
                             step.seqCount,         step.maxTiles,        step.splits,
                             m_config.headCount,    m_config.kvHeadCount, m_windows[static_cast<std::size_t>(number)],
                             m_config.attentionCap, pages(number),        m_scratch.partials,
                             m_scratch.attention};
    m_device->check(m_kernels.attention(&args, m_stream), "attention");
}

void CudaForward::addBranch(const StepLaunch& step, const PrepareArgs& input, const Target& target, const float* norm)
{
    if (!norm)
        return multiply(input, {&target, 1}, Store::Add);
    Target branch = target;
    branch.out = m_scratch.branch;
    multiply(input, {&branch, 1}, Store::Write);
    const AddNormedArgs args{m_scratch.x, m_scratch.branch, norm, step.rows, m_config.hiddenSize, m_config.rmsEps};
    m_device->check(m_kernels.addNormed(&args, m_stream), "adding a branch");
}

void CudaForward::output(const StepLaunch& step, const DeviceLayer& w)
{
    const PrepareArgs input = source(ActSource::Plain, m_scratch.attention, step.rows, m_config.queryRows());
    // Where a model has both, the CPU adds no bias to what is normed.
    addBranch(step, input, {&w.o, m_scratch.x, m_config.hiddenSize, w.attnBranchNorm ? nullptr : w.oBias},
              w.attnBranchNorm);
}

void CudaForward::gateUp(const StepLaunch& step, const DeviceLayer& w)
{
    const int inner = m_config.intermediateSize;
    PrepareArgs input = source(ActSource::Norm, m_scratch.x, step.rows, m_config.hiddenSize);
    input.norm = w.ffnNorm;
    const Target targets[] = {{&w.gate, m_scratch.gate, inner}, {&w.up, m_scratch.up, inner}};
    multiply(input, targets, Store::Write);
    if (m_tap.function) { // the activation itself happens where the next product's input is prepared
        const bool gelu = m_config.activation == Activation::GeluTanh;
        PrepareArgs shown = source(gelu ? ActSource::GeGlu : ActSource::SwiGlu, m_scratch.gate, step.rows, inner);
        shown.up = m_scratch.up;
        shown.plain = m_scratch.plain;
        m_device->check(m_kernels.prepare(&shown, m_stream), "activation");
    }
}

void CudaForward::down(const StepLaunch& step, const DeviceLayer& w)
{
    const bool gelu = m_config.activation == Activation::GeluTanh;
    PrepareArgs input =
        source(gelu ? ActSource::GeGlu : ActSource::SwiGlu, m_scratch.gate, step.rows, m_config.intermediateSize);
    input.up = m_scratch.up;
    addBranch(step, input, {&w.down, m_scratch.x, m_config.hiddenSize}, w.ffnBranchNorm);
}

void CudaForward::head(const StepLaunch& step)
{
    PrepareArgs input = source(ActSource::Norm, m_scratch.x, step.logitRows, m_config.hiddenSize);
    input.norm = m_model.outputNorm;
    input.rowIndex = step.logitTokens;
    const Target target{&m_model.head, m_scratch.logits, m_config.vocabSize};
    multiply(input, {&target, 1}, Store::Write, m_config.logitCap);
    show(Phase::Head, -1, m_scratch.logits, step.logitRows, m_config.vocabSize);
}

void CudaForward::normedStates(int first, int count)
{
    QWILL_CHECK(first >= 0 && count > 0 && count <= kHiddenRows && first + count <= m_tokens);
    const int hidden = m_config.hiddenSize;
    PrepareArgs input =
        source(ActSource::Norm, m_scratch.x + static_cast<std::ptrdiff_t>(first) * hidden, count, hidden);
    input.norm = m_model.outputNorm;
    input.plain = m_scratch.plain;
    m_device->check(m_kernels.prepare(&input, m_stream), "norming states");
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

void CudaForward::multiply(PrepareArgs input, std::span<const Target> targets, Store store, float cap)
{
    // Neighbours that read the same go together, the others one after the other. Matrices with an order of columns
    // that read the same activations have the same one: import_plan.cpp.
    while (!targets.empty()) {
        std::size_t same = 1;
        while (same < targets.size() && std::ranges::all_of(targets.first(same), [&](const Target& t) {
                   return sharesInput(*t.weights, *targets[same].weights);
               }))
            ++same;
        prepareFor(input, targets.first(same));
        launchProducts(input, targets.first(same), store, cap);
        targets = targets.subspan(same);
    }
}

void CudaForward::prepareFor(PrepareArgs input, std::span<const Target> targets)
{
    input.order = targets.front().weights->order;
    for (const Target& target : targets) {
        const MatrixFormat format = target.weights->format;
        if (format == MatrixFormat::F32) {
            input.plain = m_scratch.plain;
        } else if (readsParts(format)) {
            input.parts = m_scratch.parts;
            input.partCount = m_shape.acts.partsFor(format);
            input.partFormat = partFormat(format);
        } else {
            input.quants = m_scratch.quants;
            input.scales = m_scratch.scales;
            input.sums = m_scratch.sums;
        }
    }
    m_device->check(m_kernels.prepare(&input, m_stream), "preparing a product");
}

void CudaForward::launchProducts(const PrepareArgs& input, std::span<const Target> targets, Store store, float cap)
{
    std::size_t next = 0;
    while (next < targets.size()) {
        const DeviceMatrix& first = *targets[next].weights;
        MatmulArgs args{};
        while (next < targets.size() && args.partCount < kMaxMatmulParts && sameShape(first, *targets[next].weights)) {
            const Target& target = targets[next++];
            args.parts[args.partCount++] = {*target.weights, target.out, target.stride, target.bias};
        }
        args.tokens = input.rows;
        args.store = store;
        args.cap = cap;
        args.quants = m_scratch.quants;
        args.scales = m_scratch.scales;
        args.sums = m_scratch.sums;
        args.actParts = m_scratch.parts;
        args.actPartCount = m_shape.acts.partsFor(first.format);
        args.plain = m_scratch.plain;
        if (!m_blas || !m_blas->multiply(args))
            m_device->check(m_kernels.matmul(&args, m_stream), "multiplying");
    }
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

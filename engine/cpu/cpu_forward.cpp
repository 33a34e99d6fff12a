#include "cpu/cpu_forward.h"

#include "base/check.h"

#include <algorithm>
#include <cmath>

namespace qwill::engine::cpu {

namespace {

constexpr int kUnitRows = kPanelRows; // rows are dealt out in panels, of dense matrices too
// Up to here reading the weights takes longer than computing with them: a reply's token and its guesses, a few replies.
constexpr int kDecodeTokens = 8;

// The matrix products of a layer that are dealt out, each with a counter of its own.
enum Product { kQkvProduct, kOutputProduct, kGateUpProduct, kDownProduct, kProductsPerLayer };

MatrixView view(const WeightMatrix& m)
{
    return {m.format, m.rows, m.cols, m.groupSize, m.data};
}

std::size_t unitBytes(const WeightMatrix& m)
{
    return isDense(m.format) ? matrixBytes(m.format, 0, kUnitRows, m.cols) : panelBytes(m.format, m.groupSize, m.cols);
}

} // namespace

CpuForward::CpuForward(const Weights& weights, const KernelTable& kernels, KvMemory& kv, const Scratch& scratch,
                       ThreadPool& pool, const ScratchShape& shape, int maxSequences, int vocabLimit)
    : m_weights(weights),
      m_config(weights.config),
      m_kernels(kernels),
      m_vector(*kernels.vector),
      m_kv(kv),
      m_scratch(scratch),
      m_pool(pool),
      m_rope(m_config, shape.contextTokens),
      m_attention(m_config, m_vector, kv, scratch.tiles, pool.size(), shape.maxTokens, maxSequences),
      m_vocabLimit(vocabLimit),
      m_queryScale(m_config.attentionScale > 0 ? m_config.attentionScale
                                               : 1.0f / std::sqrt(static_cast<float>(m_config.headDim))),
      m_qkvStride(m_config.queryRows() + 2 * m_config.kvRows()),
      m_decodePaces(pacesOf(pool.plan(), pool.plan().decode)),
      m_prefillPaces(pacesOf(pool.plan(), pool.plan().prefill)),
      m_products(kProductsPerLayer * m_config.layerCount + 1) // and the head
{
    m_next = std::make_unique<std::atomic<int>[]>(static_cast<std::size_t>(m_products));
    if (m_config.slidingRopeTheta > 0)
        m_slidingRope = RopeTable::ofSlidingLayers(m_config);
    m_angles.assign(static_cast<std::size_t>(m_config.layerCount), {scratch.cos, scratch.sin, m_rope.size()});
    for (int layer : m_config.slidingLayers)
        if (m_slidingRope)
            m_angles[static_cast<std::size_t>(layer)] = {scratch.slidingCos, scratch.slidingSin, m_slidingRope->size()};
    for (int layer : m_config.ropelessLayers)
        m_angles[static_cast<std::size_t>(layer)] = {};
    m_wanted.reserve(static_cast<std::size_t>(shape.maxLogitRows));
    for (int row = 0; row < shape.maxLogitRows; ++row) {
        float* logits = scratch.logits + static_cast<std::ptrdiff_t>(row) * m_config.vocabSize;
        std::fill(logits + vocabLimit, logits + m_config.vocabSize, -HUGE_VALF); // never written again
    }
}

void CpuForward::run(const Batch& batch)
{
    m_batch = &batch;
    m_tokens = static_cast<int>(batch.tokens.size());
    m_wanted.clear();
    for (const SeqSlice& slice : batch.seqs) {
        const int last = slice.firstToken + slice.tokenCount - 1;
        if (slice.wanted == LogitRows::Last)
            m_wanted.push_back(last);
        for (int token = slice.firstToken; slice.wanted == LogitRows::All && token <= last; ++token)
            m_wanted.push_back(token);
    }
    const bool decoding = m_tokens <= kDecodeTokens;
    m_threads = decoding ? m_pool.plan().decode : m_pool.plan().prefill;
    m_paces = decoding ? &m_decodePaces : &m_prefillPaces;
    for (int product = 0; product < m_products && !m_paces->empty(); ++product)
        m_next[static_cast<std::size_t>(product)].store(0, std::memory_order_relaxed);
    m_attention.plan(batch, m_threads);
    m_pool.run(m_threads, [this](int index) { thread(index); });
    m_batch = nullptr;
}

void CpuForward::addHidden(int token, std::span<float> out) const
{
    QWILL_CHECK(token >= 0 && token < m_tokens);
    const int hidden = m_config.hiddenSize;
    float* normed = m_scratch.normed; // free between two runs
    m_vector.rmsNorm(m_scratch.x + static_cast<std::ptrdiff_t>(token) * hidden, m_weights.outputNorm.data(),
                     m_config.rmsEps, hidden, normed);
    for (int i = 0; i < hidden; ++i)
        out[static_cast<std::size_t>(i)] += normed[i];
}

void CpuForward::thread(int index)
{
    embed(index);
    for (int number = 0; number < m_config.layerCount; ++number)
        layer(index, number);
    if (!m_wanted.empty())
        head(index);
}

void CpuForward::layer(int index, int number)
{
    const LayerWeights& w = m_weights.layers[static_cast<std::size_t>(number)];
    const int hidden = m_config.hiddenSize, queryRows = m_config.queryRows();
    qkv(index, number, w);
    endPhase(index, Phase::Qkv, number, m_scratch.qkv, m_tokens, static_cast<int>(m_qkvStride), m_qkvStride);
    ropeKv(index, number, w);
    endPhase(index, Phase::RopeKv, number, m_scratch.qkv, m_tokens, static_cast<int>(m_qkvStride), m_qkvStride);
    m_attention.run(index, number, *m_batch, m_scratch.qkv, m_qkvStride, m_scratch.attention);
    endPhase(index, Phase::Attention, number, m_scratch.attention, m_tokens, queryRows, queryRows);
    output(index, number, w);
    endPhase(index, Phase::Output, number, m_scratch.x, m_tokens, hidden, hidden);
    gateUp(index, number, w);
    endPhase(index, Phase::GateUp, number, m_scratch.gate, m_tokens, m_config.intermediateSize,
             m_config.intermediateSize);
    down(index, number, w);
    endPhase(index, Phase::Down, number, m_scratch.x, m_tokens, hidden, hidden);
}

void CpuForward::embed(int index)
{
    const WorkRange mine = share(index, static_cast<std::size_t>(m_tokens));
    const auto half = static_cast<std::size_t>(m_rope.size());
    for (std::size_t t = mine.begin; t < mine.end; ++t) {
        dequantizeRow(m_weights.embedding, m_batch->tokens[t],
                      m_scratch.x + t * static_cast<std::size_t>(m_config.hiddenSize));
        if (m_config.embeddingScale != 1)
            m_vector.scale(m_scratch.x + t * static_cast<std::size_t>(m_config.hiddenSize), m_config.embeddingScale,
                           m_config.hiddenSize);
        m_rope.angles(m_batch->positions[t], m_scratch.cos + t * half, m_scratch.sin + t * half);
        if (m_slidingRope)
            m_slidingRope->angles(m_batch->positions[t], m_scratch.slidingCos + t * half,
                                  m_scratch.slidingSin + t * half);
    }
    endPhase(index, Phase::Embed, -1, m_scratch.x, m_tokens, m_config.hiddenSize, m_config.hiddenSize);
}

void CpuForward::qkv(int index, int number, const LayerWeights& w)
{
    const Source source{m_scratch.x, m_config.hiddenSize, m_config.hiddenSize, m_tokens, &w.attnNorm, nullptr};
    const Input input = prepare(index, source, {&w.q, &w.k, &w.v});
    float* k = m_scratch.qkv + m_config.queryRows();
    const Target targets[] = {{&w.q, m_scratch.qkv, m_qkvStride, Store::Write},
                              {&w.k, k, m_qkvStride, Store::Write},
                              {&w.v, k + m_config.kvRows(), m_qkvStride, Store::Write}};
    multiplyShare(index, kProductsPerLayer * number + kQkvProduct, input, m_tokens, targets);
}

void CpuForward::ropeHead(float* head, const float* bias, const std::vector<float>& norm, const Angles& angles,
                          int token) const
{
    const int dim = m_config.headDim;
    const std::ptrdiff_t angle = static_cast<std::ptrdiff_t>(token) * angles.size;
    if (bias)
        m_vector.addTo(head, bias, dim);
    if (!norm.empty())
        m_vector.rmsNorm(head, norm.data(), m_config.rmsEps, dim, head);
    if (angles.cos)
        m_vector.rope(head, angles.cos + angle, angles.sin + angle, 2 * angles.size);
}

void CpuForward::ropeKv(int index, int number, const LayerWeights& w)
{
    const int dim = m_config.headDim, group = m_config.headCount / m_config.kvHeadCount;
    const auto bias = [](const std::vector<float>& b, int offset) { return b.empty() ? nullptr : b.data() + offset; };
    const Angles& angles = m_angles[static_cast<std::size_t>(number)];
    // Head by head, so that two threads rarely write to the same page.
    const auto units = static_cast<std::size_t>(m_config.kvHeadCount) * static_cast<std::size_t>(m_tokens);
    const WorkRange mine = share(index, units);
    for (std::size_t unit = mine.begin; unit < mine.end; ++unit) {
        const int kvHead = static_cast<int>(unit) / m_tokens, token = static_cast<int>(unit) % m_tokens;
        float* row = m_scratch.qkv + token * m_qkvStride;
        for (int h = kvHead * group; h < (kvHead + 1) * group; ++h) {
            ropeHead(row + h * dim, bias(w.qBias, h * dim), w.qNorm, angles, token);
            m_vector.scale(row + h * dim, m_queryScale, dim);
        }
        float* k = row + m_config.queryRows() + kvHead * dim;
        float* v = k + m_config.kvRows();
        ropeHead(k, bias(w.kBias, kvHead * dim), w.kNorm, angles, token);
        if (!w.vBias.empty())
            m_vector.addTo(v, w.vBias.data() + kvHead * dim, dim);
        const std::int32_t slot = m_batch->kvSlots[static_cast<std::size_t>(token)];
        std::byte* page = m_kv.page(slot / kBlockTokens, number, kvHead);
        m_vector.storeKv({k, v, page, slot % kBlockTokens, dim, m_kv.layout().element});
    }
}

void CpuForward::addNormed(int index, int product, const Input& input, const WeightMatrix& m,
                           const std::vector<float>& norm)
{
    const int hidden = m_config.hiddenSize;
    const Target target{&m, m_scratch.branch, hidden, Store::Write};
    multiplyShare(index, product, input, m_tokens, {&target, 1});
    m_pool.barrier();
    const WorkRange mine = share(index, static_cast<std::size_t>(m_tokens));
    for (std::size_t t = mine.begin; t < mine.end; ++t) {
        float* row = m_scratch.branch + t * static_cast<std::size_t>(hidden);
        m_vector.rmsNorm(row, norm.data(), m_config.rmsEps, hidden, row);
        m_vector.addTo(m_scratch.x + t * static_cast<std::size_t>(hidden), row, hidden);
    }
}

void CpuForward::output(int index, int number, const LayerWeights& w)
{
    const int queryRows = m_config.queryRows(), hidden = m_config.hiddenSize;
    const Source source{m_scratch.attention, queryRows, queryRows, m_tokens, nullptr, nullptr};
    const Input input = prepare(index, source, {&w.o});
    if (!w.attnBranchNorm.empty())
        return addNormed(index, kProductsPerLayer * number + kOutputProduct, input, w.o, w.attnBranchNorm);
    deal(index, kProductsPerLayer * number + kOutputProduct, panelCount(hidden), [&](int first, int last) {
        const int begin = first * kUnitRows, end = std::min(last * kUnitRows, hidden);
        multiply(input, m_tokens, {&w.o, m_scratch.x, hidden, Store::Add}, begin, end);
        for (int t = 0; t < m_tokens && !w.oBias.empty(); ++t)
            m_vector.addTo(m_scratch.x + static_cast<std::ptrdiff_t>(t) * hidden + begin, w.oBias.data() + begin,
                           end - begin);
    });
}

void CpuForward::gateUp(int index, int number, const LayerWeights& w)
{
    const int inner = m_config.intermediateSize, hidden = m_config.hiddenSize;
    const Source source{m_scratch.x, hidden, hidden, m_tokens, &w.ffnNorm, nullptr};
    const Input input = prepare(index, source, {&w.gate, &w.up});
    deal(index, kProductsPerLayer * number + kGateUpProduct, panelCount(inner), [&](int first, int last) {
        const int begin = first * kUnitRows, end = std::min(last * kUnitRows, inner);
        multiply(input, m_tokens, {&w.gate, m_scratch.gate, inner, Store::Write}, begin, end);
        multiply(input, m_tokens, {&w.up, m_scratch.up, inner, Store::Write}, begin, end);
        for (int t = 0; t < m_tokens; ++t) {
            const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(t) * inner + begin;
            if (m_config.activation == Activation::GeluTanh)
                m_vector.geglu(m_scratch.gate + at, m_scratch.up + at, end - begin);
            else
                m_vector.swiglu(m_scratch.gate + at, m_scratch.up + at, end - begin);
        }
    });
}

void CpuForward::down(int index, int number, const LayerWeights& w)
{
    const int inner = m_config.intermediateSize, hidden = m_config.hiddenSize;
    const Source source{m_scratch.gate, inner, inner, m_tokens, nullptr, nullptr};
    const Input input = prepare(index, source, {&w.down});
    if (!w.ffnBranchNorm.empty())
        return addNormed(index, kProductsPerLayer * number + kDownProduct, input, w.down, w.ffnBranchNorm);
    const Target target{&w.down, m_scratch.x, hidden, Store::Add};
    multiplyShare(index, kProductsPerLayer * number + kDownProduct, input, m_tokens, {&target, 1});
}

void CpuForward::head(int index)
{
    const int rows = logitRows(), hidden = m_config.hiddenSize;
    const Source source{m_scratch.x, hidden, hidden, rows, &m_weights.outputNorm, m_wanted.data()};
    WeightMatrix drawable = WeightMatrix{m_weights.head.format,
                                         m_vocabLimit,
                                         m_weights.head.cols,
                                         m_weights.head.groupSize,
                                         m_weights.head.data,
                                         0,
                                         nullptr,
                                         m_weights.head.order};
    const Input input = prepare(index, source, {&drawable});
    const Target target{&drawable, m_scratch.logits, m_config.vocabSize, Store::Write};
    multiplyShare(index, m_products - 1, input, rows, {&target, 1});
    if (m_config.logitCap > 0) {
        m_pool.barrier();
        const WorkRange mine = share(index, static_cast<std::size_t>(rows));
        for (std::size_t row = mine.begin; row < mine.end; ++row)
            m_vector.softCap(m_scratch.logits + row * static_cast<std::size_t>(m_config.vocabSize), m_config.logitCap,
                             m_vocabLimit);
    }
    endPhase(index, Phase::Head, -1, m_scratch.logits, rows, m_config.vocabSize, m_config.vocabSize);
}

WorkRange CpuForward::share(int index, std::size_t count) const
{
    return m_paces->empty() ? splitWork(count, index, m_threads)
                            : splitWork(count, (*m_paces)[static_cast<std::size_t>(index)]);
}

template <typename Body>
void CpuForward::deal(int index, int product, int panels, const Body& body) const
{
    if (m_paces->empty()) {
        const WorkRange mine = splitWork(static_cast<std::size_t>(panels), index, m_threads);
        if (mine.begin < mine.end)
            body(static_cast<int>(mine.begin), static_cast<int>(mine.end));
        return;
    }
    std::atomic<int>& next = m_next[static_cast<std::size_t>(product)];
    const Pace& pace = (*m_paces)[static_cast<std::size_t>(index)];
    for (WorkRange r = takeWork(next, panels, pace); r.begin < r.end; r = takeWork(next, panels, pace))
        body(static_cast<int>(r.begin), static_cast<int>(r.end));
}

CpuForward::Input CpuForward::prepare(int index, const Source& source,
                                      std::initializer_list<const WeightMatrix*> readers)
{
    bool dense = false, quantised = false;
    const std::int32_t* order = nullptr; // the same of all quantised readers: import_plan.cpp
    for (const WeightMatrix* reader : readers) {
        (isDense(reader->format) ? dense : quantised) = true;
        order = reader->order ? reader->order : order;
    }

    // One token: cheaper for every thread to do it for itself than to wait for another.
    const bool alone = source.count == 1;
    float* row = m_scratch.privateRow + static_cast<std::size_t>(index) * 2 * m_scratch.privateCols;
    Input input{source.x, source.stride, alone ? m_scratch.privateActs[index] : m_scratch.acts};
    input.acts.colsPadded = (source.cols + kActPad - 1) / kActPad * kActPad;
    float* normed = alone ? row : m_scratch.normed;
    if (source.norm) {
        input.x = normed;
        input.stride = source.cols;
    }
    if (!source.norm && !quantised)
        return input;
    const auto count = static_cast<std::size_t>(source.count);
    const WorkRange mine = alone ? WorkRange{0, 1} : share(index, count);
    for (std::size_t t = mine.begin; t < mine.end; ++t) {
        const auto from = static_cast<std::ptrdiff_t>(source.rows ? source.rows[t] : static_cast<std::int32_t>(t));
        const float* x = source.x + from * source.stride;
        if (source.norm) {
            float* out = dense ? normed + static_cast<std::ptrdiff_t>(t) * source.cols : row;
            m_vector.rmsNorm(x, source.norm->data(), m_config.rmsEps, source.cols, out);
            x = out;
        }
        if (order) {
            float* out = row + m_scratch.privateCols;
            for (int k = 0; k < source.cols; ++k)
                out[k] = x[order[k]];
            x = out;
        }
        if (quantised) // stride 0: the row stands for token t
            m_kernels.quantizeActs(x, 0, static_cast<int>(t), static_cast<int>(t) + 1, source.cols, input.acts);
    }
    if (!alone)
        m_pool.barrier();
    return input;
}

void CpuForward::multiply(const Input& input, int tokens, const Target& target, int rowBegin, int rowEnd) const
{
    if (rowBegin >= rowEnd)
        return;
    const WeightMatrix& w = *target.weights;
    if (isDense(w.format)) {
        m_kernels.matmulDense(
            {view(w), input.x, input.stride, 0, tokens, rowBegin, rowEnd, target.out, target.stride, target.store});
        return;
    }
    m_kernels.matmulQuant({view(w), input.acts, 0, tokens, rowBegin / kPanelRows, panelCount(rowEnd), target.out,
                           target.stride, target.store});
}

void CpuForward::multiplyPanels(const Input& input, int tokens, std::span<const Target> targets, int begin,
                                int end) const
{
    for (const Target& target : targets) {
        const int rows = target.weights->rows, panels = panelCount(rows);
        const int first = std::clamp(begin, 0, panels), last = std::clamp(end, 0, panels);
        multiply(input, tokens, target, first * kUnitRows, std::min(last * kUnitRows, rows));
        begin -= panels;
        end -= panels;
    }
}

void CpuForward::multiplyShare(int index, int product, const Input& input, int tokens,
                               std::span<const Target> targets) const
{
    if (!m_paces->empty()) {
        int panels = 0;
        for (const Target& target : targets)
            panels += panelCount(target.weights->rows);
        deal(index, product, panels, [&](int begin, int end) { multiplyPanels(input, tokens, targets, begin, end); });
        return;
    }
    std::size_t total = 0;
    for (const Target& target : targets)
        total += unitBytes(*target.weights) * static_cast<std::size_t>(panelCount(target.weights->rows));
    const auto parts = static_cast<std::size_t>(m_threads), part = static_cast<std::size_t>(index);
    const std::size_t begin = total * part / parts, end = total * (part + 1) / parts;
    std::size_t offset = 0;
    for (const Target& target : targets) {
        const WeightMatrix& w = *target.weights;
        const std::size_t bytes = unitBytes(w), units = static_cast<std::size_t>(panelCount(w.rows));
        // Both neighbours round a border alike, so every unit has exactly one owner.
        const auto unitAt = [&](std::size_t at) {
            return at <= offset ? 0 : std::min(units, (at - offset + bytes / 2) / bytes);
        };
        const int first = static_cast<int>(unitAt(begin)), last = static_cast<int>(end == total ? units : unitAt(end));
        multiply(input, tokens, target, first * kUnitRows, std::min(last * kUnitRows, w.rows));
        offset += units * bytes;
    }
}

void CpuForward::endPhase(int index, Phase phase, int number, const float* data, int rows, int cols,
                          std::ptrdiff_t stride)
{
    m_pool.barrier();
    if (!m_tap.function)
        return;
    if (index == 0)
        m_tap.function(m_tap.context, {phase, number, data, rows, cols, stride});
    m_pool.barrier();
}

} // namespace qwill::engine::cpu

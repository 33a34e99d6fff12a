#include "cpu/attention_phase.h"

#include "base/check.h"

#include <algorithm>

namespace qwill::engine::cpu {

namespace {

// Tasks per thread when there are few units: enough that the last one to finish is not waited for long.
constexpr int kTasksPerThread = 3;

int segmentCount(int keys)
{
    return (keys + kSegmentTokens - 1) / kSegmentTokens;
}

// Keys that the last query of a unit sees.
int lastVisible(const SeqSlice& slice, int firstQuery, int queryCount)
{
    return slice.contextLen - slice.tokenCount + firstQuery + queryCount;
}

} // namespace

struct AttentionPhase::Tile {
    float* queries; // [rows, headDim]
    std::int32_t* visible; // [rows]
    std::int32_t* hidden; // [rows], of a layer with a window
    int rows = 0;
    int keys = 0; // the most any row sees
    std::byte* kernelScratch;
};

AttentionPhase::AttentionPhase(const ModelConfig& config, const VectorKernels& kernels, KvMemory& kv,
                               const AttentionScratch& scratch, int threads, int maxTokens, int maxSequences)
    : m_config(config),
      m_kernels(kernels),
      m_kv(kv),
      m_scratch(scratch),
      m_threads(threads),
      m_group(config.headCount / config.kvHeadCount),
      m_window(static_cast<std::size_t>(config.layerCount))
{
    for (int layer : config.slidingLayers)
        m_window[static_cast<std::size_t>(layer)] = config.slidingWindow;
    // Every tile but a sequence's last is full.
    const int tile = std::max(1, kAttentionRows / m_group);
    const auto units = static_cast<std::size_t>((maxTokens / tile + maxSequences) * config.kvHeadCount);
    m_units.reserve(units);
    m_tasks.reserve(2 * units + static_cast<std::size_t>(2 * kTasksPerThread * threads));
    m_cursor = std::make_unique<std::atomic<int>[]>(static_cast<std::size_t>(config.layerCount));
    m_left = std::make_unique<std::atomic<int>[]>(units);
}

void AttentionPhase::addUnits(const SeqSlice& slice, int sequence)
{
    const int tile = std::max(1, kAttentionRows / m_group);
    for (int head = 0; head < m_config.kvHeadCount; ++head) {
        for (int first = 0; first < slice.tokenCount; first += tile) {
            Unit unit;
            unit.sequence = sequence;
            unit.head = head;
            unit.firstQuery = first;
            unit.queryCount = std::min(tile, slice.tokenCount - first);
            const int keys = lastVisible(slice, first, unit.queryCount);
            unit.segments = segmentCount(keys);
            // Reading a key costs about as much as four query rows' arithmetic on it.
            unit.cost = std::int64_t{keys} * (unit.queryCount * m_group + 4);
            m_units.push_back(unit);
        }
    }
}

void AttentionPhase::cutUnits()
{
    std::int64_t total = 0;
    for (const Unit& unit : m_units)
        total += unit.cost;
    const std::int64_t target = std::max<std::int64_t>(1, total / (std::int64_t{kTasksPerThread} * m_threads));
    std::size_t partialRow = 0;
    for (std::size_t i = 0; i < m_units.size(); ++i) {
        Unit& unit = m_units[i];
        const auto rows = static_cast<std::size_t>(unit.queryCount * m_group * unit.segments);
        const std::int64_t wanted = std::clamp<std::int64_t>((unit.cost + target / 2) / target, 1, unit.segments);
        unit.parts = m_threads > 1 && partialRow + rows <= m_scratch.partialRows ? static_cast<int>(wanted) : 1;
        if (unit.parts > 1) {
            unit.partialRow = partialRow;
            partialRow += rows;
        }
        m_left[i].store(unit.parts, std::memory_order_relaxed);
        for (int part = 0; part < unit.parts; ++part) {
            const int begin = unit.segments * part / unit.parts, end = unit.segments * (part + 1) / unit.parts;
            m_tasks.push_back({static_cast<std::int32_t>(i), begin, end, unit.cost * (end - begin) / unit.segments});
        }
    }
}

void AttentionPhase::plan(const Batch& batch, int threads)
{
    m_threads = threads;
    m_units.clear();
    m_tasks.clear();
    for (std::size_t s = 0; s < batch.seqs.size(); ++s)
        addUnits(batch.seqs[s], static_cast<int>(s));
    cutUnits();
    // Long tasks first; equal ones in order, so that a thread's pages follow each other.
    std::sort(m_tasks.begin(), m_tasks.end(), [](const Task& a, const Task& b) {
        if (a.cost != b.cost)
            return a.cost > b.cost;
        return a.unit != b.unit ? a.unit < b.unit : a.segmentBegin < b.segmentBegin;
    });
    for (int layer = 0; layer < m_config.layerCount; ++layer)
        m_cursor[static_cast<std::size_t>(layer)].store(0, std::memory_order_relaxed);
}

void AttentionPhase::run(int thread, int layer, const Batch& batch, const float* queries, std::ptrdiff_t stride,
                         float* out)
{
    std::atomic<int>& cursor = m_cursor[static_cast<std::size_t>(layer)];
    const int count = static_cast<int>(m_tasks.size());
    for (int i = cursor.fetch_add(1, std::memory_order_relaxed); i < count;
         i = cursor.fetch_add(1, std::memory_order_relaxed))
        runTask(thread, m_tasks[static_cast<std::size_t>(i)], layer, batch, queries, stride, out);
}

void AttentionPhase::gather(const Unit& unit, const SeqSlice& slice, const float* queries, std::ptrdiff_t stride,
                            Tile& tile) const
{
    const int dim = m_config.headDim;
    tile.rows = unit.queryCount * m_group;
    tile.keys = lastVisible(slice, unit.firstQuery, unit.queryCount);
    for (int i = 0; i < unit.queryCount; ++i) {
        const int token = slice.firstToken + unit.firstQuery + i;
        const float* source = queries + token * stride + static_cast<std::ptrdiff_t>(unit.head) * m_group * dim;
        std::copy_n(source, m_group * dim, tile.queries + static_cast<std::ptrdiff_t>(i) * m_group * dim);
        std::fill_n(tile.visible + i * m_group, m_group, lastVisible(slice, unit.firstQuery, i + 1));
    }
}

void AttentionPhase::attend(const Tile& tile, const SeqSlice& slice, int segment, int layer, int head,
                            const AttentionState& state)
{
    const std::byte* pages[kSegmentTokens / kBlockTokens];
    const int first = segment * kSegmentTokens, end = std::min(first + kSegmentTokens, tile.keys);
    for (int token = first; token < end; token += kBlockTokens)
        pages[(token - first) / kBlockTokens] =
            m_kv.page(slice.blocks[static_cast<std::size_t>(token / kBlockTokens)], layer, head);
    AttentionSegment args{};
    args.q = tile.queries;
    args.visible = tile.visible;
    args.rows = tile.rows;
    args.headDim = m_config.headDim;
    args.element = m_kv.layout().element;
    args.pages = pages;
    args.nextPage =
        end < tile.keys ? m_kv.page(slice.blocks[static_cast<std::size_t>(end / kBlockTokens)], layer, head) : nullptr;
    args.firstToken = first;
    args.tokenEnd = end;
    args.state = state;
    args.hidden = nullptr;
    if (const std::int32_t window = m_window[static_cast<std::size_t>(layer)]; window > 0) {
        for (int row = 0; row < tile.rows; ++row)
            tile.hidden[row] = std::max(0, tile.visible[row] - window);
        args.hidden = tile.hidden;
    }
    args.cap = m_config.attentionCap;
    args.scratch = tile.kernelScratch;
    m_kernels.attendSegment(args);
}

AttentionState AttentionPhase::partial(const Unit& unit, int segment) const
{
    const auto rows = static_cast<std::size_t>(unit.queryCount * m_group);
    const auto rowFloats = static_cast<std::size_t>(m_config.headDim + 2);
    float* base = m_scratch.partials + (unit.partialRow + static_cast<std::size_t>(segment) * rows) * rowFloats;
    return {base, base + rows, base + 2 * rows};
}

int AttentionPhase::firstSegment(const Unit& unit, const SeqSlice& slice, int layer) const
{
    const std::int32_t window = m_window[static_cast<std::size_t>(layer)];
    return window > 0 ? std::max(0, lastVisible(slice, unit.firstQuery, 1) - window) / kSegmentTokens : 0;
}

void AttentionPhase::runTask(int thread, const Task& task, int layer, const Batch& batch, const float* queries,
                             std::ptrdiff_t stride, float* out)
{
    const Unit& unit = m_units[static_cast<std::size_t>(task.unit)];
    const SeqSlice& slice = batch.seqs[static_cast<std::size_t>(unit.sequence)];
    const AttentionScratch::PerThread& mine = m_scratch.threads[thread];
    const int dim = m_config.headDim;
    const int from = firstSegment(unit, slice, layer); // what lies before is hidden from every row
    Tile tile{mine.queries, mine.visible, mine.hidden, 0, 0, mine.kernel};
    gather(unit, slice, queries, stride, tile);
    if (unit.parts == 1) {
        attend(tile, slice, from, layer, unit.head, mine.running);
        for (int s = from + 1; s < unit.segments; ++s) {
            attend(tile, slice, s, layer, unit.head, mine.segment);
            m_kernels.foldSegment(mine.running, mine.segment, tile.rows, dim);
        }
        finish(unit, slice, mine.running, out);
        return;
    }
    for (int s = std::max(task.segmentBegin, from); s < task.segmentEnd; ++s)
        attend(tile, slice, s, layer, unit.head, partial(unit, s));
    std::atomic<int>& left = m_left[static_cast<std::size_t>(task.unit)];
    if (left.fetch_sub(1, std::memory_order_acq_rel) != 1)
        return;
    left.store(unit.parts, std::memory_order_relaxed); // for the next layer, behind a barrier
    for (int s = from + 1; s < unit.segments; ++s)
        m_kernels.foldSegment(partial(unit, from), partial(unit, s), tile.rows, dim);
    finish(unit, slice, partial(unit, from), out);
}

void AttentionPhase::finish(const Unit& unit, const SeqSlice& slice, const AttentionState& state, float* out) const
{
    const int dim = m_config.headDim;
    for (int row = 0; row < unit.queryCount * m_group; ++row) {
        const auto token = static_cast<std::ptrdiff_t>(slice.firstToken + unit.firstQuery + row / m_group);
        const int head = unit.head * m_group + row % m_group;
        m_kernels.finishAttention(state, row, dim, out + token * m_config.queryRows() + head * dim);
    }
}

} // namespace qwill::engine::cpu

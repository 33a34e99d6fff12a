#include "model/import.h"

#include "base/half.h"
#include "base/huge_buffer.h"
#include "base/thread_pool.h"
#include "model/import_plan.h"
#include "model/pack.h"
#include "model/packed_cache.h"
#include "model/packed_directory.h"
#include "model/row_reader.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <optional>

namespace qwill::engine {

namespace fs = std::filesystem;

namespace {

Error notFinite(const std::string& tensor)
{
    return {ErrorCode::Corrupt,
            "The tensor " + tensor + " holds values that are not finite numbers, or too large for this format."};
}

Result<void> loadVectors(const ImportPlan& plan)
{
    for (const VectorPlan& v : plan.vectors) {
        auto& values = *v.slot.values;
        values.resize(static_cast<std::size_t>(v.slot.size));
        readRows(*v.source, 0, 1, values.data());
        for (float& value : values)
            value += v.offset;
        if (!allFinite(values.data(), values.size()))
            return notFinite(v.slot.name);
    }
    return {};
}

// Rows [begin, end) of a dense matrix, converted. `rows` is scratch of as many floats.
void storeDense(const MatrixPlan& m, std::int64_t begin, std::int64_t end, const float* rows, std::byte* out)
{
    const auto count = static_cast<std::size_t>((end - begin) * m.slot.cols);
    const auto first = static_cast<std::size_t>(begin * m.slot.cols);
    if (m.format == MatrixFormat::F32) {
        std::memcpy(out + first * 4, rows, count * 4);
        return;
    }
    auto* half = reinterpret_cast<std::uint16_t*>(out) + first;
    for (std::size_t i = 0; i < count; ++i)
        half[i] = m.format == MatrixFormat::F16 ? floatToF16(rows[i]) : floatToBf16(rows[i]);
}

class Importer {
public:
    Importer(const Checkpoint& checkpoint, const ImportOptions& options, const ImportPlan& plan, std::byte* arena)
        : m_checkpoint(checkpoint),
          m_options(options),
          m_plan(plan),
          m_arena(arena),
          m_pool(options.threads)
    {
    }

    Result<void> run()
    {
        for (const MatrixPlan& m : m_plan.matrices) {
            if (m_options.stop.stop_requested())
                return Error{ErrorCode::Cancelled, "Loading was cancelled."};
            if (m.inPlace)
                m_done += m.source->bytes();
            else
                convert(m);
            if (m_bad)
                return notFinite(m.slot.name);
            report();
        }
        if (m_options.stop.stop_requested())
            return Error{ErrorCode::Cancelled, "Loading was cancelled."};
        return {};
    }

private:
    void convert(const MatrixPlan& m)
    {
        const std::int64_t panels = panelCount(m.slot.rows);
        m_next = 0;
        m_pool.run([&](int thread) {
            std::vector<float> rows; // scratch of a dense panel
            if (isDense(m.format))
                rows.resize(static_cast<std::size_t>(kPanelRows) * static_cast<std::size_t>(m.slot.cols));
            for (std::int64_t p = m_next++; p < panels; p = m_next++) {
                if (m_bad || m_options.stop.stop_requested())
                    return;
                convertPanel(m, p, rows);
                if (thread == 0)
                    report();
            }
        });
        if (m.ordered)
            std::ranges::copy(std::as_bytes(m.source->order()),
                              m_arena + m.offset + m.bytes - orderBytes(true, m.slot.cols));
        if (m.source->tensors().size() > 1)
            releaseAll(m);
    }

    void convertPanel(const MatrixPlan& m, std::int64_t panel, std::vector<float>& rows)
    {
        const std::int64_t begin = panel * kPanelRows;
        const std::int64_t end = std::min<std::int64_t>(begin + kPanelRows, m.slot.rows);
        if (isDense(m.format)) {
            for (std::int64_t row = begin; row < end && !m_bad; ++row)
                if (!m.source->read(row, 0, m.slot.cols, rows.data() + (row - begin) * m.slot.cols))
                    m_bad = true;
            if (!m_bad)
                storeDense(m, begin, end, rows.data(), m_arena + m.offset);
        } else if (!(m.repack ? repack(m, panel) : quantise(m, panel))) {
            m_bad = true;
        }
        if (m_bad)
            return;
        release(m, begin, end);
    }

    // Pages of the file that are done with: row by row where rows lie together, else with the last panel.
    void release(const MatrixPlan& m, std::int64_t begin, std::int64_t end)
    {
        const std::uint64_t bytes = m.source->bytes();
        const auto rows = static_cast<std::uint64_t>(m.slot.rows);
        m_done += bytes * static_cast<std::uint64_t>(end) / rows - bytes * static_cast<std::uint64_t>(begin) / rows;
        const auto& tensors = m.source->tensors();
        if (tensors.size() == 1 && tensors.front()->rows() == m.slot.rows)
            m_checkpoint.file(*tensors.front())
                ->advise(MappedFile::Advice::DontNeed, rowBytes(*tensors.front(), begin, end - begin));
    }

    void releaseAll(const MatrixPlan& m)
    {
        for (const TensorView* tensor : m.source->tensors())
            m_checkpoint.file(*tensor)->advise(MappedFile::Advice::DontNeed, tensor->data);
    }

    bool quantise(const MatrixPlan& m, std::int64_t panel)
    {
        const auto read = [&m](std::int64_t row, std::int64_t col, std::int64_t n, float* out) {
            return m.source->read(row, col, n, out);
        };
        const std::size_t stride = panelBytes(m.format, m.groupSize, m.slot.cols);
        return quantizePanel(m.format, m.groupSize, panel, m.slot.rows, m.slot.cols, read,
                             m_arena + m.offset + static_cast<std::size_t>(panel) * stride);
    }

    bool repack(const MatrixPlan& m, std::int64_t panel)
    {
        return m.source->repackPanel(
            panel,
            m_arena + m.offset + static_cast<std::size_t>(panel) * panelBytes(m.format, m.groupSize, m.slot.cols));
    }

    void report()
    {
        const bool dense = m_plan.weights == WeightFormat::F32 || m_plan.weights == WeightFormat::Bf16;
        if (m_options.progress)
            m_options.progress(
                {dense ? LoadProgress::Phase::Reading : LoadProgress::Phase::Quantising, m_done, m_plan.sourceBytes});
    }

    const Checkpoint& m_checkpoint;
    const ImportOptions& m_options;
    const ImportPlan& m_plan;
    std::byte* m_arena;
    ThreadPool m_pool;
    std::atomic<std::int64_t> m_next{0}; // panel of the matrix at work
    std::atomic<std::uint64_t> m_done{0}; // bytes of the source
    std::atomic<bool> m_bad{false}; // a value that is not finite
};

void placeMatrices(const Checkpoint& checkpoint, const ImportPlan& plan, const std::shared_ptr<HugeBuffer>& arena)
{
    for (const MatrixPlan& m : plan.matrices) {
        WeightMatrix& w = *m.slot.matrix;
        w = {m.format, m.slot.rows, m.slot.cols, m.groupSize, nullptr, m.bytes, nullptr};
        if (m.inPlace) {
            w.data = m.inPlace->data.data();
            w.storage = checkpoint.file(*m.inPlace);
        } else {
            w.data = arena->data() + m.offset;
            w.storage = arena;
        }
        if (m.ordered)
            w.order = reinterpret_cast<const std::int32_t*>(w.data + m.bytes - orderBytes(true, m.slot.cols));
    }
}

// Only what was worked for: dense weights are in the source as they are.
bool isWorthKeeping(const ImportPlan& plan, const ImportOptions& options)
{
    const auto dense = [](const MatrixPlan& m) { return isDense(m.format); };
    return plan.arenaBytes >= options.packedCacheMinimum && std::ranges::none_of(plan.matrices, dense);
}

} // namespace

Result<Weights> importWeights(const Checkpoint& checkpoint, const ImportOptions& options)
{
    Weights weights;
    auto plan = planImport(checkpoint, options.weights, weights);
    if (!plan)
        return plan.error();
    const PackedReadOptions readOptions{options.threads, options.progress, options.stop};
    if (checkpoint.packed())
        return readPackedWeights((fs::path(checkpoint.path()) / kPackedFileName).string(), *checkpoint.packed(),
                                 readOptions);
    std::optional<PackedCache> cache;
    if (options.usePackedCache && isWorthKeeping(*plan, options)) {
        cache.emplace(checkpoint, plan->weights, options.packedCacheDir);
        if (auto kept = cache->load(readOptions))
            return *std::move(kept);
    }
    auto buffer = HugeBuffer::allocate(plan->arenaBytes, HugeBuffer::Use::Whole);
    if (!buffer)
        return buffer.error();
    const auto arena = std::make_shared<HugeBuffer>(*std::move(buffer));
    if (auto loaded = loadVectors(*plan); !loaded)
        return loaded.error();
    Importer importer(checkpoint, options, *plan, arena->data());
    if (auto imported = importer.run(); !imported)
        return imported.error();
    placeMatrices(checkpoint, *plan, arena);
    if (weights.config.tiedEmbeddings)
        weights.head = weights.embedding;
    if (cache)
        cache->store(weights);
    return weights;
}

} // namespace qwill::engine

#include "direct_model.h"

#include "model/checkpoint.h"
#include "model/import.h"
#include "model/weight_slots.h"

#include <algorithm>
#include <doctest/doctest.h>

namespace qwill::test {

using namespace qwill::engine;

namespace {

// The layers' matrices as floats of what their form in memory means; the embedding stays as the file has it.
Weights decoded(Weights kept, const Checkpoint& checkpoint)
{
    auto exact = importWeights(checkpoint, {.weights = WeightFormat::F32, .threads = 2});
    REQUIRE(exact);
    const WeightSlots from = weightSlots(kept), to = weightSlots(*exact);
    for (std::size_t i = 0; i < from.matrices.size(); ++i) {
        if (from.matrices[i].role == MatrixRole::Embedding || from.matrices[i].role == MatrixRole::Head)
            continue;
        const WeightMatrix& m = *from.matrices[i].matrix;
        const auto count = static_cast<std::size_t>(m.rows) * static_cast<std::size_t>(m.cols);
        auto values = std::make_shared<std::vector<float>>(count);
        for (int row = 0; row < m.rows; ++row)
            dequantizeRow(m, row, values->data() + static_cast<std::ptrdiff_t>(row) * m.cols);
        const auto* data = reinterpret_cast<const std::byte*>(values->data());
        *to.matrices[i].matrix = {MatrixFormat::F32, m.rows, m.cols, 0, data, count * sizeof(float), values};
    }
    return *std::move(exact);
}

} // namespace

DirectModel::DirectModel(const DirectOptions& options)
{
    const auto checkpoint = Checkpoint::open(options.path);
    REQUIRE_MESSAGE(checkpoint, checkpoint.error().message);
    auto weights = importWeights(*checkpoint, {.weights = options.weights, .threads = 2});
    REQUIRE_MESSAGE(weights, weights.error().message);
    if (options.decoded)
        weights = decoded(*std::move(weights), *checkpoint);
    cpu::CpuRunnerOptions runner;
    runner.kv = options.kv;
    runner.contextTokens = options.contextTokens;
    runner.threads = options.threads;
    runner.kernels = options.kernels;
    runner.maxBatchTokens = options.chunk;
    runner.maxLogitRows = options.chunk;
    auto created = cpu::CpuRunner::create(std::move(weights).value(), runner);
    REQUIRE_MESSAGE(created, created.error().message);
    m_runner = std::move(created).value();
    m_scheduler = std::make_unique<Scheduler>(*m_runner, SchedulerOptions{});
}

std::vector<float> DirectModel::logits(const std::vector<Token>& ids)
{
    const auto width = static_cast<std::size_t>(vocab());
    std::vector<float> rows(ids.size() * width);
    std::size_t next = 0;
    const auto done = m_scheduler->evaluate(ids, [&](int position, std::span<const float> row) {
        CHECK(static_cast<std::size_t>(position) == next++);
        REQUIRE(row.size() == width);
        std::copy(row.begin(), row.end(), rows.begin() + static_cast<std::ptrdiff_t>(position) * vocab());
    });
    REQUIRE_MESSAGE(done, done.error().message);
    CHECK(next == ids.size());
    return rows;
}

} // namespace qwill::test

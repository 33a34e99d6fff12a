#include "direct_model.h"

#include "model/checkpoint.h"
#include "model/import.h"

#include <algorithm>
#include <doctest/doctest.h>

namespace qwill::test {

using namespace qwill::engine;

DirectModel::DirectModel(const DirectOptions& options)
{
    const auto checkpoint = Checkpoint::open(options.path);
    REQUIRE_MESSAGE(checkpoint, checkpoint.error().message);
    auto weights = importWeights(*checkpoint, {.weights = options.weights, .threads = 2});
    REQUIRE_MESSAGE(weights, weights.error().message);
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

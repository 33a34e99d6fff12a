#include "sched/batch_builder.h"

#include "base/check.h"

namespace qwill::engine {

BatchBuilder::BatchBuilder(const RunnerLimits& limits)
{
    const auto tokens = static_cast<std::size_t>(limits.maxBatchTokens);
    m_tokens.reserve(tokens);
    m_positions.reserve(tokens);
    m_slots.reserve(tokens);
    m_slices.reserve(static_cast<std::size_t>(limits.maxSequences));
}

void BatchBuilder::clear()
{
    m_tokens.clear();
    m_positions.clear();
    m_slots.clear();
    m_slices.clear();
    m_logitRows = 0;
}

int BatchBuilder::add(std::span<const Token> tokens, int first, const BlockTable& table, LogitRows wanted)
{
    const int count = static_cast<int>(tokens.size());
    QWILL_CHECK(count > 0 && table.capacityTokens() >= first + count);
    QWILL_CHECK(m_tokens.size() + tokens.size() <= m_tokens.capacity() && m_slices.size() < m_slices.capacity());
    SeqSlice slice;
    slice.firstToken = static_cast<std::int32_t>(m_tokens.size());
    slice.tokenCount = count;
    slice.contextLen = first + count;
    slice.blocks = table.blocks();
    slice.wanted = wanted;
    m_slices.push_back(slice);
    for (int i = 0; i < count; ++i) {
        m_tokens.push_back(tokens[static_cast<std::size_t>(i)]);
        m_positions.push_back(first + i);
        m_slots.push_back(table.slot(first + i));
    }
    const int row = m_logitRows;
    m_logitRows += wanted == LogitRows::None ? 0 : wanted == LogitRows::Last ? 1 : count;
    return wanted == LogitRows::None ? -1 : row;
}

} // namespace qwill::engine

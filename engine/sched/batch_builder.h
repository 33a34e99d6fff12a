#pragma once
// BatchBuilder: gathers the slices of one forward pass into the arrays a Batch views. Engine thread. Allocates only
// when constructed.

#include "kv/block_table.h"
#include "runner.h"
#include "sched/batch.h"

#include <span>
#include <vector>

namespace qwill::engine {

class BatchBuilder {
public:
    explicit BatchBuilder(const RunnerLimits& limits);

    void clear();
    // Tokens of one sequence from position `first` on; `table` already covers them. Returns the first of the logit rows
    // the slice will get, −1 for LogitRows::None.
    int add(std::span<const Token> tokens, int first, const BlockTable& table, LogitRows wanted);
    bool empty() const { return m_slices.empty(); }
    Batch batch() const { return {m_tokens, m_positions, m_slots, m_slices}; } // until the next clear() or add()

private:
    std::vector<Token> m_tokens;
    std::vector<std::int32_t> m_positions, m_slots;
    std::vector<SeqSlice> m_slices;
    int m_logitRows = 0;
};

} // namespace qwill::engine

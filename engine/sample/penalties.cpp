#include "sample/penalties.h"

#include "base/check.h"
#include "sample/rng.h"

#include <bit>

namespace qwill::engine {

void PenaltyCounts::begin(std::size_t maxDistinct)
{
    m_entries.clear();
    m_entries.reserve(maxDistinct);
    const std::size_t slots = std::bit_ceil(2 * maxDistinct + 2); // at most half full: short probes
    m_slots.assign(slots, 0);
    m_mask = slots - 1;
}

PenaltyCounts::Entry& PenaltyCounts::find(Token token)
{
    std::size_t slot = static_cast<std::size_t>(mixBits(static_cast<std::uint32_t>(token))) & m_mask;
    while (m_slots[slot] != 0) {
        Entry& entry = m_entries[static_cast<std::size_t>(m_slots[slot] - 1)];
        if (entry.token == token)
            return entry;
        slot = (slot + 1) & m_mask;
    }
    QWILL_CHECK(m_entries.size() < m_entries.capacity()); // begin() promised enough
    m_entries.push_back({token, 0});
    m_slots[slot] = static_cast<std::int32_t>(m_entries.size());
    return m_entries.back();
}

bool usesPenalties(const SamplingParams& params)
{
    return params.repetitionPenalty != 1.0f || params.presencePenalty != 0.0f || params.frequencyPenalty != 0.0f;
}

void applyPenalties(std::span<float> logits, const SamplingParams& params, const PenaltyCounts& counts)
{
    for (const PenaltyCounts::Entry& entry : counts.entries()) {
        if (entry.token < 0 || static_cast<std::size_t>(entry.token) >= logits.size())
            continue;
        float& logit = logits[static_cast<std::size_t>(entry.token)];
        logit = logit < 0 ? logit * params.repetitionPenalty : logit / params.repetitionPenalty;
        if (entry.inReply > 0)
            logit -= params.presencePenalty + params.frequencyPenalty * static_cast<float>(entry.inReply);
    }
}

} // namespace qwill::engine

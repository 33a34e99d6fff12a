#pragma once
// PenaltyCounts: which tokens a sequence has seen and how often it replied with them, kept up to date token by token.
// Engine thread. All memory is taken by begin(); add… never allocates.

#include "engine/types.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace qwill::engine {

class PenaltyCounts {
public:
    struct Entry {
        Token token = 0;
        std::int32_t inReply = 0; // occurrences in the reply; 0 = only in the prompt
    };

    // Forgets everything and makes room for `maxDistinct` different tokens.
    void begin(std::size_t maxDistinct);
    void addPrompt(Token token) { find(token); }
    void addReply(Token token) { ++find(token).inReply; }
    // Every token seen, in order of first appearance.
    std::span<const Entry> entries() const { return m_entries; }

private:
    Entry& find(Token token); // inserts when new

    std::vector<Entry> m_entries;
    std::vector<std::int32_t> m_slots; // open addressing: 1 + index into m_entries, 0 = empty; power of two
    std::size_t m_mask = 0;
};

// Whether these parameters need the counts at all.
bool usesPenalties(const SamplingParams& params);

// Changes `logits` (ids 0 … size − 1) in place: repetition as Hugging Face (divide positive, multiply negative), then
// presence and frequency as OpenAI (subtract).
void applyPenalties(std::span<float> logits, const SamplingParams& params, const PenaltyCounts& counts);

} // namespace qwill::engine

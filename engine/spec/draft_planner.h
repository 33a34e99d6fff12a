#pragma once
// DraftPlanner: decides how many guessed tokens of each sequence a step verifies, by what they are likely to bring and
// what they were seen to cost. Engine thread; allocates only when constructed.
//
// A step that verifies k drafts takes plain + k · draft milliseconds; both are measured while generating. It brings
// 1 + Σ chances tokens per sequence. The best ratio wins; nothing is drafted that does not beat a plain step clearly.

#include <span>
#include <vector>

namespace qwill::engine {

class DraftPlanner {
public:
    // fixedCost: a draft's cost in plain steps, for tests; negative = measured.
    DraftPlanner(int maxSequences, double fixedCost);

    // A step of `sequences` decoding sequences and nothing else took `ms`, `drafts` of its tokens being guesses.
    void observe(int sequences, int drafts, double ms);
    // chances[s][i]: how likely sequence s's drafts 0…i are all right, falling. Fills counts[s] with how many of them
    // to verify, at most `most` together.
    void choose(std::span<const std::span<const float>> chances, int most, std::span<int> counts) const;

private:
    std::vector<double> m_plainMs; // by sequences; 0 = not seen yet
    double m_draftMs = -1; // negative = not seen yet
    double m_fixedCost;
};

} // namespace qwill::engine

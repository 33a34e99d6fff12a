#pragma once
// Passes over a whole row of logits, written so that any compiler vectorises them. Pure functions; any thread.

#include "engine/types.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace qwill::engine {

inline constexpr std::size_t kScanBlock = 64; // logits a block maximum stands for: four cache lines

// Fills blockMax with the maximum of each block of kScanBlock. False when some logit is NaN or +infinity.
bool scanBlocks(std::span<const float> logits, std::vector<float>& blockMax);

// The same of the logits whose bit is set, the others standing for −∞; `out` gets those of every block that has any,
// and of the first `always` logits. Other blocks of `out` are left as they are: their maximum says that nothing is in
// them.
bool scanAllowed(std::span<const float> logits, std::span<const std::uint64_t> allowed, std::size_t always,
                 std::vector<float>& out, std::vector<float>& blockMax);

// Σ exp((logit − max) / temperature), with max the largest logit. Relative error below 1e-6.
double sumExp(std::span<const float> logits, std::span<const float> blockMax, float max, float temperature);

// The k-th largest logit, 1 ≤ k ≤ size; `heap` is working memory.
float kthLargest(std::span<const float> logits, std::span<const float> blockMax, std::size_t k,
                 std::vector<float>& heap);

// Calls visit(token, logit) for each logit ≥ bound, in order of id.
template <typename Visit>
void forEachAtLeast(std::span<const float> logits, std::span<const float> blockMax, float bound, Visit&& visit)
{
    for (std::size_t block = 0; block < blockMax.size(); ++block) {
        if (!(blockMax[block] >= bound))
            continue;
        const std::size_t end = std::min(logits.size(), (block + 1) * kScanBlock);
        for (std::size_t i = block * kScanBlock; i < end; ++i) {
            if (logits[i] >= bound)
                visit(static_cast<Token>(i), logits[i]);
        }
    }
}

} // namespace qwill::engine

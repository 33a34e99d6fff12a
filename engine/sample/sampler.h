#pragma once
// The sampler: from a row of logits to the next token of one sequence. The reference for every backend; the CPU runner
// calls it directly. Engine thread; nothing here allocates after SamplerScratch and SamplerState::begin().
//
// Order as include/engine/types.h says: grammar → logit bias → penalties → temperature → top-k → top-p → min-p → draw.
// Each truncation keeps what Hugging Face's processors keep: top-k every token equal to the k-th, top-p the smallest
// set whose probability reaches p (of what top-k left), min-p those of at least p times the best one's probability.

#include "engine/result.h"
#include "runner.h"
#include "sample/grammar_matcher.h"
#include "sample/penalties.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace qwill::engine {

// What Sampled::token says when the logits held a NaN, +infinity, or nothing that may be drawn: the request has failed.
inline constexpr Token kNoToken = -1;

// Everything the next draw of one sequence depends on, besides the logits. Owned by the sequence.
struct SamplerState {
    SamplingParams params;
    std::uint64_t seed = 0;
    std::uint64_t drawIndex = 0; // tokens of the reply so far
    int vocabLimit = 0; // ids from here on are padding and never drawn
    PenaltyCounts counts; // empty unless usesPenalties(params)
    std::shared_ptr<GrammarMatcher> grammar; // what the reply is held to; null = nothing

    // maxReply: tokens the reply can reach, which sizes the counts.
    void begin(SamplingParams samplingParams, std::uint64_t samplingSeed, int vocab, std::span<const Token> prompt,
               int maxReply);
    // The reply got one more token.
    void commit(Token token);
};

// Working memory of sample(), one per runner.
class SamplerScratch {
public:
    explicit SamplerScratch(int vocabSize);

    struct Candidate {
        float weight = 0; // logit until weighed, then exp((logit − max) / temperature)
        Token token = 0;
    };
    std::vector<float> logits; // [vocab] when bias or penalties change them
    std::vector<float> blockMax; // [vocab / block] maxima, so that selections skip most blocks
    std::vector<float> heap; // the k largest logits
    std::vector<Candidate> candidates;
};

// Draws one token. Ids ≥ logits.size() or ≥ state.vocabLimit are never drawn. topLogprobs: −1 = no logprobs, else the
// chosen token's and that many alternatives' (≤ kMaxTopLogprobs), of the unmodified distribution over drawable ids.
// Linear in the vocabulary, no sort of it.
Sampled sample(std::span<const float> logits, const SamplerState& state, int topLogprobs, SamplerScratch& scratch);

// Whether a request's parameters make sense for a vocabulary of that size.
Result<void> checkSampling(const SamplingParams& params, int vocabSize);

} // namespace qwill::engine

#include "sample/sampler.h"

#include "base/check.h"
#include "sample/logit_scan.h"
#include "sample/rng.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace qwill::engine {

namespace {

using Candidate = SamplerScratch::Candidate;

constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();
constexpr float kBanBias = -100.0f; // the bias from which a token is banned outright

bool heavier(const Candidate& a, const Candidate& b)
{
    return a.weight > b.weight || (a.weight == b.weight && a.token < b.token);
}

// Bias and penalties need a copy to change, a grammar one without what it forbids; without them the runner's own row
// serves. Fills scratch.blockMax too; nothing where some logit is no number.
std::optional<std::span<const float>> scannedLogits(std::span<const float> logits, const SamplerState& state,
                                                    SamplerScratch& scratch)
{
    const bool changed = usesPenalties(state.params) || !state.params.logitBias.empty();
    const bool grammar = state.grammar && !state.grammar->broken();
    std::span<const float> result = logits;
    bool sound = true;
    if (grammar) {
        // kthLargest begins with the first k logits, and what changes them with any.
        const std::size_t always = changed ? logits.size() : static_cast<std::size_t>(std::max(state.params.topK, 0));
        sound = scanAllowed(logits, state.grammar->mask(), std::max<std::size_t>(always, kMaxTopLogprobs),
                            scratch.logits, scratch.blockMax);
        result = scratch.logits;
    } else if (changed) {
        scratch.logits.assign(logits.begin(), logits.end());
        result = scratch.logits;
    }
    for (const auto& [token, bias] : state.params.logitBias) {
        if (token < 0 || static_cast<std::size_t>(token) >= logits.size())
            continue;
        float& logit = scratch.logits[static_cast<std::size_t>(token)];
        logit = bias <= kBanBias ? kMinusInfinity : logit + bias;
    }
    if (usesPenalties(state.params))
        applyPenalties(scratch.logits, state.params, state.counts);
    if (changed || !grammar)
        sound = scanBlocks(result, scratch.blockMax);
    return sound ? std::optional(result) : std::nullopt;
}

Token firstMaximum(std::span<const float> logits, std::span<const float> blockMax, float max)
{
    const auto block = static_cast<std::size_t>(std::find(blockMax.begin(), blockMax.end(), max) - blockMax.begin());
    const auto from = logits.begin() + static_cast<std::ptrdiff_t>(block * kScanBlock);
    return static_cast<Token>(std::find(from, logits.end(), max) - logits.begin());
}

// The shortest prefix, in order of weight, whose weights reach `target`, moved to the front of [0, size); its length.
// Quickselect by weight: linear, and needs no order inside the parts.
std::size_t selectMass(std::vector<Candidate>& candidates, double target)
{
    std::size_t low = 0, high = candidates.size();
    double before = 0; // weight of [0, low)
    while (high - low > 16) {
        Candidate a = candidates[low], b = candidates[low + (high - low) / 2], c = candidates[high - 1];
        if (heavier(b, a))
            std::swap(a, b);
        const Candidate pivot = heavier(c, a) ? a : heavier(c, b) ? c : b; // median: never the lightest
        const auto first = candidates.begin() + static_cast<std::ptrdiff_t>(low);
        const auto last = candidates.begin() + static_cast<std::ptrdiff_t>(high);
        const auto middle = std::partition(first, last, [&](const Candidate& x) { return !heavier(pivot, x); });
        double mass = before;
        for (auto it = first; it != middle; ++it)
            mass += static_cast<double>(it->weight);
        const auto split = static_cast<std::size_t>(middle - candidates.begin());
        if (mass >= target) {
            high = split;
        } else {
            before = mass;
            low = split;
        }
    }
    std::sort(candidates.begin() + static_cast<std::ptrdiff_t>(low),
              candidates.begin() + static_cast<std::ptrdiff_t>(high), heavier);
    while (low < high && (before < target || low == 0))
        before += static_cast<double>(candidates[low++].weight);
    return low;
}

// Leaves in scratch.candidates the tokens that survive every truncation, weighed.
void collectCandidates(std::span<const float> logits, float max, const SamplingParams& params, SamplerScratch& scratch)
{
    const float temperature = params.temperature;
    std::vector<Candidate>& candidates = scratch.candidates;
    const auto weigh = [&](float logit) {
        return static_cast<float>(std::exp(static_cast<double>(logit - max) / static_cast<double>(temperature)));
    };
    candidates.clear();
    double total = 0; // weight of everything top-p's probabilities are relative to
    if (params.topK > 0 && static_cast<std::size_t>(params.topK) < logits.size()) {
        // Where fewer than k may be drawn at all, the banned ones are not among them.
        const float bound =
            std::max(kthLargest(logits, scratch.blockMax, static_cast<std::size_t>(params.topK), scratch.heap),
                     std::numeric_limits<float>::lowest());
        forEachAtLeast(logits, scratch.blockMax, bound, [&](Token token, float logit) {
            candidates.push_back({weigh(logit), token});
            total += static_cast<double>(candidates.back().weight);
        });
    } else {
        total = sumExp(logits, scratch.blockMax, max, temperature);
        // All tokens lighter than (1 − p) · total / size weigh less than 1 − p together: top-p cannot reach them.
        const double topPFloor = (1.0 - static_cast<double>(params.topP)) * total / static_cast<double>(logits.size());
        const double floor = std::max({topPFloor, static_cast<double>(params.minP), 1e-38}) * (1 - 1e-5);
        const double bound = static_cast<double>(max) + static_cast<double>(temperature) * std::log(floor) - 1e-5;
        forEachAtLeast(logits, scratch.blockMax, static_cast<float>(bound), [&](Token token, float logit) {
            candidates.push_back({weigh(logit), token});
        });
    }
    if (params.topP < 1)
        candidates.resize(selectMass(candidates, static_cast<double>(params.topP) * total));
    if (params.minP > 0) // the best token weighs 1
        std::erase_if(candidates, [&](const Candidate& c) { return c.weight < params.minP; });
}

Token draw(std::vector<Candidate>& candidates, double unit)
{
    // The heaviest first, so that small differences in the logits rarely move a draw to another token. Beyond a
    // thousand candidates the order of selection, as deterministic, spares the sort.
    if (candidates.size() <= 1024)
        std::sort(candidates.begin(), candidates.end(), heavier);
    double total = 0;
    for (const Candidate& c : candidates)
        total += static_cast<double>(c.weight);
    const double goal = unit * total;
    double sum = 0;
    Token last = kNoToken;
    for (const Candidate& c : candidates) {
        if (!(c.weight > 0))
            continue;
        sum += static_cast<double>(c.weight);
        last = c.token;
        if (sum > goal)
            break;
    }
    return last;
}

// scratch.blockMax must belong to `logits`.
Token chooseToken(std::span<const float> logits, const SamplerState& state, SamplerScratch& scratch)
{
    const float max = *std::max_element(scratch.blockMax.begin(), scratch.blockMax.end());
    if (max == kMinusInfinity)
        return kNoToken;
    // A temperature this small is greedy in float anyway and would overflow the division.
    if (state.params.temperature < 1e-6f)
        return firstMaximum(logits, scratch.blockMax, max);
    collectCandidates(logits, max, state.params, scratch);
    return draw(scratch.candidates, randomUnit(state.seed, state.drawIndex));
}

// scratch.blockMax must belong to `logits`.
void fillLogprobs(std::span<const float> logits, int topLogprobs, SamplerScratch& scratch, Sampled& out)
{
    const float max = *std::max_element(scratch.blockMax.begin(), scratch.blockMax.end());
    const double logTotal = std::log(sumExp(logits, scratch.blockMax, max, 1.0f)) + static_cast<double>(max);
    const auto logprob = [&](float logit) { return static_cast<float>(static_cast<double>(logit) - logTotal); };
    out.logprob = logprob(logits[static_cast<std::size_t>(out.token)]);
    const auto wanted = std::min(static_cast<std::size_t>(std::clamp(topLogprobs, 0, kMaxTopLogprobs)), logits.size());
    if (wanted == 0)
        return;
    const float bound = kthLargest(logits, scratch.blockMax, wanted, scratch.heap);
    std::vector<Candidate>& best = scratch.candidates;
    best.clear();
    forEachAtLeast(logits, scratch.blockMax, bound, [&](Token token, float logit) { best.push_back({logit, token}); });
    std::partial_sort(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(wanted), best.end(), heavier);
    out.candidateCount = static_cast<int>(wanted);
    for (std::size_t i = 0; i < wanted; ++i)
        out.candidates[i] = {best[i].token, logprob(best[i].weight)};
}

} // namespace

void SamplerState::begin(SamplingParams samplingParams, std::uint64_t samplingSeed, int vocab,
                         std::span<const Token> prompt, int maxReply)
{
    params = std::move(samplingParams);
    seed = samplingSeed;
    drawIndex = 0;
    grammar = nullptr;
    vocabLimit = vocab;
    if (!usesPenalties(params)) {
        counts = {};
        return;
    }
    const std::size_t tokens = prompt.size() + static_cast<std::size_t>(std::max(maxReply, 0));
    counts.begin(std::min(tokens, static_cast<std::size_t>(vocab)));
    for (const Token token : prompt) {
        if (token >= 0 && token < vocab)
            counts.addPrompt(token);
    }
}

void SamplerState::commit(Token token)
{
    ++drawIndex;
    if (grammar)
        grammar->commit(token);
    if (usesPenalties(params))
        counts.addReply(token);
}

SamplerScratch::SamplerScratch(int vocabSize)
{
    const auto vocab = static_cast<std::size_t>(vocabSize);
    logits.reserve(vocab);
    blockMax.reserve((vocab + kScanBlock - 1) / kScanBlock);
    heap.reserve(vocab);
    candidates.reserve(vocab);
}

Sampled sample(std::span<const float> logits, const SamplerState& state, int topLogprobs, SamplerScratch& scratch)
{
    Sampled out;
    logits = logits.first(std::min(logits.size(), static_cast<std::size_t>(std::max(state.vocabLimit, 0))));
    const auto modified =
        logits.empty() ? std::optional<std::span<const float>>() : scannedLogits(logits, state, scratch);
    out.token = modified ? chooseToken(*modified, state, scratch) : kNoToken;
    if (out.token == kNoToken || topLogprobs < 0)
        return out;
    // A ban may have hidden a NaN from the draw, but not from the distribution's sum.
    if (modified->data() != logits.data() && !scanBlocks(logits, scratch.blockMax)) {
        out.token = kNoToken;
        return out;
    }
    fillLogprobs(logits, topLogprobs, scratch, out);
    return out;
}

} // namespace qwill::engine

#pragma once
// The definition of sampling, written as plainly as possible in double precision with full sorts: what the sampler is
// compared with. Follows Hugging Face's logits processors one by one. Tests only.

#include "engine/types.h"
#include "sample/rng.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <vector>

namespace qwill::engine::reference {

inline std::vector<double> softmax(const std::vector<double>& logits)
{
    const double max = *std::max_element(logits.begin(), logits.end());
    std::vector<double> p(logits.size());
    double sum = 0;
    for (std::size_t i = 0; i < p.size(); ++i)
        sum += p[i] = std::exp(logits[i] - max);
    for (double& v : p)
        v /= sum;
    return p;
}

inline std::vector<std::size_t> byProbability(const std::vector<double>& values)
{
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
    return order;
}

// The probabilities the next token is drawn from (temperature > 0).
inline std::vector<double> distribution(const std::vector<float>& logits, const SamplingParams& params,
                                        const std::vector<Token>& prompt, const std::vector<Token>& reply)
{
    constexpr double kNever = -std::numeric_limits<double>::infinity();
    std::vector<double> x(logits.begin(), logits.end());
    const auto at = [&](Token token) -> double& { return x.at(static_cast<std::size_t>(token)); };
    for (const auto& [token, bias] : params.logitBias)
        at(token) = bias <= -100 ? kNever : at(token) + static_cast<double>(bias);
    std::map<Token, int> seen, replied;
    for (const Token token : prompt)
        ++seen[token];
    for (const Token token : reply)
        ++seen[token], ++replied[token];
    for (const auto& [token, count] : seen) {
        const auto penalty = static_cast<double>(params.repetitionPenalty);
        at(token) = at(token) < 0 ? at(token) * penalty : at(token) / penalty;
    }
    for (const auto& [token, count] : replied)
        at(token) -= static_cast<double>(params.presencePenalty) + static_cast<double>(params.frequencyPenalty) * count;
    for (double& v : x)
        v /= static_cast<double>(params.temperature);
    if (params.topK > 0 && static_cast<std::size_t>(params.topK) < x.size()) {
        const double kth = x[byProbability(x)[static_cast<std::size_t>(params.topK) - 1]];
        for (double& v : x)
            v = v < kth ? kNever : v;
    }
    if (params.topP < 1) {
        const std::vector<double> p = softmax(x);
        double before = 0;
        bool first = true;
        for (const std::size_t i : byProbability(x)) {
            if (!first && before >= static_cast<double>(params.topP))
                x[i] = kNever;
            before += p[i];
            first = false;
        }
    }
    if (params.minP > 0) {
        const std::vector<double> p = softmax(x);
        const double best = *std::max_element(p.begin(), p.end());
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = p[i] < static_cast<double>(params.minP) * best ? kNever : x[i];
    }
    return softmax(x);
}

// Draws by walking the probabilities from the largest down; `margin` is how close the draw came to another token.
inline Token draw(const std::vector<double>& p, double unit, double& margin)
{
    double sum = 0;
    Token last = -1;
    for (const std::size_t i : byProbability(p)) {
        if (p[i] <= 0)
            break;
        margin = unit - sum;
        sum += p[i];
        last = static_cast<Token>(i);
        if (sum > unit) {
            margin = std::min(margin, sum - unit);
            break;
        }
    }
    return last;
}

} // namespace qwill::engine::reference

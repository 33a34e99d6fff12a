// qwill-cli perplexity: how well a model predicts a text, and how far one weight format strays from another.
// Windows of --ctx tokens do not overlap; every token of a window but its first is scored.

#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/session.h"
#include "cli/terminal.h"
#include "model/json_text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace qwill::engine::cli {

namespace {

constexpr int kDefaultWindow = 512;

// log Σ exp(x), in double: 150 000 floats lose too much otherwise.
double logSumExp(std::span<const float> row)
{
    const double top = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (float x : row)
        sum += std::exp(static_cast<double>(x) - top);
    return top + std::log(sum);
}

// Σ p·(log p − log q) over the vocabulary. Rows cut to −inf by padding contribute nothing.
double klDivergence(std::span<const float> p, std::span<const float> q)
{
    const double logZp = logSumExp(p), logZq = logSumExp(q);
    double divergence = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
        const double logP = static_cast<double>(p[i]) - logZp;
        if (logP > -100) // e^-100 of anything finite is nothing
            divergence += std::exp(logP) * (logP - (static_cast<double>(q[i]) - logZq));
    }
    return divergence;
}

struct Totals {
    double negativeLogLikelihood = 0;
    double squared = 0; // of the negative log likelihood, for the standard error
    double divergence = 0;
    std::size_t sameTop = 0;
    std::size_t scored = 0;
};

std::ptrdiff_t best(std::span<const float> row)
{
    return std::max_element(row.begin(), row.end()) - row.begin();
}

Result<void> scoreWindow(Engine& engine, Engine* reference, std::span<const Token> window, Totals& totals)
{
    const std::vector<Token> tokens(window.begin(), window.end());
    std::vector<float> expected; // [window, vocab] of the reference
    if (reference) {
        auto evaluated = reference->evaluate(
            tokens, [&](int, std::span<const float> row) { expected.insert(expected.end(), row.begin(), row.end()); });
        if (!evaluated)
            return evaluated;
    }
    return engine.evaluate(tokens, [&](int position, std::span<const float> row) {
        const auto next = static_cast<std::size_t>(position) + 1;
        if (next >= window.size())
            return;
        const double loss = logSumExp(row) - static_cast<double>(row[static_cast<std::size_t>(window[next])]);
        totals.negativeLogLikelihood += loss;
        totals.squared += loss * loss;
        ++totals.scored;
        if (reference) {
            const std::span<const float> other(expected.data() + (next - 1) * row.size(), row.size());
            totals.divergence += klDivergence(other, row);
            totals.sameTop += best(other) == best(row) ? 1 : 0;
        }
    });
}

void print(const Totals& totals, const PerplexityOptions& options)
{
    const auto n = static_cast<double>(totals.scored);
    const double mean = totals.negativeLogLikelihood / n;
    const double error = std::exp(mean) * std::sqrt(std::max(0.0, totals.squared / n - mean * mean) / n);
    if (options.json) {
        nlohmann::ordered_json json{
            {"perplexity", std::exp(mean)}, {"standard_error", error}, {"tokens", totals.scored}};
        if (options.against) {
            json["against"] = weightFormatName(*options.against);
            json["mean_kld"] = totals.divergence / n;
            json["same_top"] = static_cast<double>(totals.sameTop) / n;
        }
        std::printf("%s\n", dumpJson(json).c_str());
        return;
    }
    std::printf("perplexity %.4f ± %.4f over %zu tokens\n", std::exp(mean), error, totals.scored);
    if (options.against)
        std::printf("mean KL divergence from %s %.6f, same first choice %.2f %%\n", weightFormatName(*options.against),
                    totals.divergence / n, 100.0 * static_cast<double>(totals.sameTop) / n);
}

} // namespace

Result<void> runCommand(const PerplexityOptions& options)
{
    auto text = readTextFile(options.file);
    if (!text)
        return text.error();
    auto session = Session::open(options.model, kDefaultWindow);
    if (!session)
        return session.error();
    std::unique_ptr<Session> reference;
    if (options.against) {
        ModelOptions other = options.model;
        other.weights = *options.against;
        auto opened = Session::open(other, kDefaultWindow);
        if (!opened)
            return opened.error();
        reference = std::move(*opened);
    }
    Engine& engine = (*session)->engine();
    auto tokens = engine.tokenize(*text, SpecialTokens::AsText);
    if (!tokens)
        return tokens.error();
    if (tokens->size() < 2)
        return Error{ErrorCode::Invalid,
                     "The file " + options.file + " holds fewer than two tokens: nothing to predict."};

    const auto windowLength = static_cast<std::size_t>(engine.contextLength());
    Totals totals;
    for (std::size_t begin = 0; begin + 1 < tokens->size(); begin += windowLength) {
        const std::size_t length = std::min(windowLength, tokens->size() - begin);
        auto scored = scoreWindow(engine, reference ? &reference->engine() : nullptr,
                                  std::span(*tokens).subspan(begin, length), totals);
        if (!scored)
            return scored;
        showProgress("Scoring   ", begin + length, tokens->size());
    }
    clearProgressLine();
    print(totals, options);
    return {};
}

} // namespace qwill::engine::cli

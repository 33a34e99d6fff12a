// What holding a reply to a JSON schema costs a token, with the real Qwen3 vocabulary (shared/ beside the checkout):
// masks, the draw among what is left, and following the token drawn, beside the draw alone (range −1). median_us and
// p90_us are of the steps of replies after the first hundred steps, which prepare what later ones look up; "worst" is
// the dearest token, which is the first one in a kind of place not seen before.

#include "sample/rng.h"
#include "sample/sampler.h"
#include "text/tokenizer_source.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>

using namespace qwill::engine;

namespace {

constexpr int kVocab = 151936;
constexpr const char* kSchemas[] = {
    R"({"type":"object"})",
    R"({"type":"object","properties":{"name":{"type":"string"},"tags":{"type":"array","items":{"type":"string","maxLength":40}},"age":{"type":"integer","minimum":0,"maximum":150},"kind":{"enum":["a","b","c"]},"more":{"$ref":"#"}},"required":["name","tags","age","kind"],"additionalProperties":false})",
    R"({"type":"array","items":{"type":"string","pattern":"^[A-Za-z ]+(, [A-Za-z ]+)*$"}})"};

const Tokenizer* qwen()
{
    static const std::unique_ptr<Tokenizer> tokenizer = [] {
        std::ifstream file(QWILL_SHARED "/qwen3/tokenizer.json", std::ios::binary);
        TokenizerSource source;
        source.tokenizerJson.assign(std::istreambuf_iterator<char>(file), {});
        auto created = createTokenizer(source);
        return created.ok() ? std::move(created).value() : nullptr;
    }();
    return tokenizer.get();
}

std::shared_ptr<GrammarVocabulary> vocabulary()
{
    std::vector<std::string_view> texts;
    for (Token token = 0; token < qwen()->size(); ++token)
        texts.push_back(qwen()->isSpecial(token) ? std::string_view() : qwen()->tokenBytes(token));
    return std::make_shared<GrammarVocabulary>(texts, std::vector<Token>{151645});
}

// Logits of its own for each of 64 steps, drawn from again and again.
const std::vector<std::vector<float>>& logits()
{
    static const std::vector<std::vector<float>> rows = [] {
        std::vector<std::vector<float>> made(64, std::vector<float>(kVocab));
        for (std::size_t row = 0; row < made.size(); ++row)
            for (std::size_t i = 0; i < made[row].size(); ++i)
                made[row][i] = static_cast<float>(8 * randomUnit(row, i));
        return made;
    }();
    return rows;
}

void draw(benchmark::State& state)
{
    if (!qwen()) {
        state.SkipWithError("shared/qwen3 is not here");
        return;
    }
    const auto shared = vocabulary();
    const int kind = static_cast<int>(state.range(0)); // −1: no grammar
    SamplerScratch scratch(kVocab);
    double worst = 0;
    std::uint64_t tokens = 0, seed = 0;
    std::vector<double> steps;
    for (auto unused : state) {
        SamplerState sampler;
        sampler.begin({}, ++seed, qwen()->size(), {}, 1000);
        if (kind >= 0) {
            auto grammar = compileGrammar({ResponseFormat::Kind::JsonSchema, kSchemas[kind]});
            sampler.grammar = std::make_shared<GrammarMatcher>(*grammar, shared);
        }
        for (int i = 0; i < 256 && !(sampler.grammar && sampler.grammar->finished()); ++i, ++tokens) {
            const auto start = std::chrono::steady_clock::now();
            const Token token = sample(logits()[static_cast<std::size_t>(i) % 64], sampler, -1, scratch).token;
            if (token == 151645)
                break;
            sampler.commit(token);
            const auto took = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start);
            worst = std::max(worst, took.count());
            if (tokens >= 100)
                steps.push_back(1000 * took.count());
        }
    }
    state.counters["us/token"] = benchmark::Counter(static_cast<double>(tokens) * 1e-6,
                                                    benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["worst_ms"] = worst;
    std::sort(steps.begin(), steps.end());
    if (!steps.empty()) {
        state.counters["median_us"] = steps[steps.size() / 2];
        state.counters["p90_us"] = steps[steps.size() * 9 / 10];
    }
    state.counters["tokens"] = static_cast<double>(tokens) / static_cast<double>(state.iterations());
}

void prepare(benchmark::State& state)
{
    for (auto unused : state)
        benchmark::DoNotOptimize(vocabulary());
}

} // namespace

BENCHMARK(draw)->DenseRange(-1, 2)->Unit(benchmark::kMillisecond);
BENCHMARK(prepare)->Unit(benchmark::kMillisecond);
BENCHMARK_MAIN();

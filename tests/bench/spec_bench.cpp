// What guessing costs where it brings nothing: a token appended to the text and the next ones guessed, beside the tens
// of milliseconds that computing a token takes. Arguments: tokens of the text, different ones among them.

#include "spec/drafter.h"

#include <benchmark/benchmark.h>

#include <array>
#include <random>

namespace {

using namespace qwill::engine;

void guess(benchmark::State& state)
{
    const int tokens = static_cast<int>(state.range(0));
    std::mt19937 random(1);
    // Frequent tokens are few, as in any text.
    std::geometric_distribution<Token> draw(8.0 / static_cast<double>(state.range(1)));
    std::vector<Token> text(static_cast<std::size_t>(tokens));
    for (Token& token : text)
        token = draw(random);
    std::array<Token, Drafter::kMaxDraft> draft{};
    std::array<float, Drafter::kMaxDraft> chances{};
    for (auto unused : state) {
        Drafter drafter;
        drafter.begin(tokens);
        for (const Token token : text) {
            drafter.append(token, Drafter::Part::Reply);
            benchmark::DoNotOptimize(drafter.draft(draft, chances));
        }
    }
    state.counters["s/token"] = benchmark::Counter(static_cast<double>(state.iterations()) * tokens,
                                                   benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

} // namespace

BENCHMARK(guess)->ArgsProduct({{1000, 8192, 65536}, {40, 20000}})->Unit(benchmark::kMillisecond);
BENCHMARK_MAIN();

// Encoding speed of the real Qwen3 tokenizer (shared/ beside the checkout) on text of three kinds, loading, and the
// stream decoder. bytes_per_second is by CPU time: run it on one core, the figure holds for one core.

#include "text/stream_decoder.h"
#include "text/tokenizer_source.h"

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>

using namespace qwill::engine;

namespace {

std::string readFile(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

TokenizerSource qwenSource()
{
    TokenizerSource source;
    source.tokenizerJson = readFile(QWILL_SHARED "/qwen3/tokenizer.json");
    return source;
}

const Tokenizer* qwen()
{
    static const std::unique_ptr<Tokenizer> tokenizer = [] {
        auto created = createTokenizer(qwenSource());
        return created.ok() ? std::move(created).value() : nullptr;
    }();
    return tokenizer.get();
}

// The 300 cases are cuttings of real texts and random ones; those with many code points of [first, last] make a kind.
// $QWILL_BENCH_TEXT names a file to measure instead.
std::string textOf(char32_t first, char32_t last)
{
    std::string text;
    if (const char* path = std::getenv("QWILL_BENCH_TEXT"))
        return readFile(path);
    std::ifstream cases(QWILL_SHARED "/qwen3/tokenizer-cases.jsonl");
    for (std::string line; std::getline(cases, line);) {
        const auto one = nlohmann::json::parse(line).at("text").get<std::string>();
        std::size_t members = 0, all = 0;
        for (std::size_t i = 0; i < one.size(); ++i) {
            const auto byte = static_cast<unsigned char>(one[i]);
            if ((byte & 0xc0) == 0x80)
                continue;
            ++all;
            const auto at = [&](std::size_t k) { return static_cast<unsigned char>(one[i + k]) & 0x3fu; };
            const char32_t c = byte < 0x80    ? byte
                : byte >= 0xe0 && byte < 0xf0 ? (byte & 15u) << 12 | at(1) << 6 | at(2)
                                              : 0;
            members += c >= first && c <= last;
        }
        if (members * 2 > all && one.size() > 100)
            text += one + "\n";
    }
    return text;
}

void encode(benchmark::State& state, char32_t first, char32_t last)
{
    std::string unit = textOf(first, last), text;
    if (!qwen() || unit.empty())
        return state.SkipWithError("no shared/qwen3 beside the checkout");
    while (text.size() < 2'000'000)
        text += unit;
    std::vector<Token> ids;
    for (auto _ : state) {
        ids.clear();
        const TextPiece piece{text, SpecialTokens::Recognise};
        qwen()->encode({&piece, 1}, ids);
        benchmark::DoNotOptimize(ids.data());
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
    state.counters["text_bytes"] = static_cast<double>(unit.size());
}

void load(benchmark::State& state)
{
    const TokenizerSource source = qwenSource();
    if (source.tokenizerJson.empty())
        return state.SkipWithError("no shared/qwen3 beside the checkout");
    for (auto _ : state)
        benchmark::DoNotOptimize(createTokenizer(source).ok());
}

void decodeStream(benchmark::State& state)
{
    StreamDecoder decoder({"<|im_end|>", "\n\nUser:"});
    std::string out;
    std::size_t pushed = 0;
    for (auto _ : state) {
        out.clear();
        decoder.push(pushed % 3 == 0 ? " word" : pushed % 3 == 1 ? "\xe4\xb8" : "\xad", out);
        ++pushed;
        benchmark::DoNotOptimize(out.data());
    }
}

BENCHMARK_CAPTURE(encode, latin, U'\t', U'~');
BENCHMARK_CAPTURE(encode, chinese, U'\u4e00', U'\u9fff');
BENCHMARK(load)->Unit(benchmark::kMillisecond);
BENCHMARK(decodeStream);

} // namespace

BENCHMARK_MAIN();

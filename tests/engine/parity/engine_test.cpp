// Does the whole Engine – inbox, scheduler, prefix cache, sampler – answer as transformers does? The same goldens as
// transformers_test.cpp, through the public door.

#include "comparison.h"
#include "golden.h"
#include "loaded_model.h"

#include <algorithm>
#include <doctest/doctest.h>

using namespace qwill::engine;
using namespace qwill::test;

namespace {

LoadOptions options(const Golden& golden, int prefillChunk = 0)
{
    LoadOptions o;
    o.path = golden.model.string();
    o.weights = WeightFormat::F32;
    o.kv = KvFormat::F32;
    o.contextLength = 4096;
    o.threads = 2;
    o.prefillChunk = prefillChunk;
    return o;
}

std::vector<std::vector<Token>> prompts(const Golden& golden)
{
    std::vector<std::vector<Token>> list;
    for (const GoldenReply& reply : golden.greedy)
        list.push_back(reply.prompt);
    return list;
}

void checkReplies(const std::vector<Reply>& replies, const Golden& golden)
{
    REQUIRE(replies.size() == golden.greedy.size());
    for (std::size_t i = 0; i < replies.size(); ++i) {
        CHECK_MESSAGE(!replies[i].error, golden.name);
        CHECK(replies[i].reason == FinishReason::Length);
        CHECK_MESSAGE(replies[i].tokens == golden.greedy[i].tokens, golden.name);
    }
}

// Two replies to one prompt must be the same tokens; only where the best two are as close as the arithmetic's noise may
// they part.
void checkSame(const Reply& a, const Reply& b, const std::string& what)
{
    REQUIRE_MESSAGE((!a.error && !b.error), what);
    REQUIRE(a.tokens.size() == b.tokens.size());
    REQUIRE(a.leads.size() == a.tokens.size());
    const auto [pa, pb] = std::mismatch(a.tokens.begin(), a.tokens.end(), b.tokens.begin());
    if (pa != a.tokens.end())
        CHECK_MESSAGE(a.leads[static_cast<std::size_t>(pa - a.tokens.begin())] < kExact, what);
}

} // namespace

TEST_CASE("engineLogitsEqualTransformers")
{
    for (const Golden& golden : huggingFaceGoldens()) {
        LoadedModel model(options(golden));
        const Difference d = compare(model, golden);
        CHECK_MESSAGE(d.worst <= kExact, golden.name << ": " << d.worst);
    }
}

TEST_CASE("greedyContinuationsEqualTransformers")
{
    for (const Golden& golden : huggingFaceGoldens())
        for (const int chunk : {0, 1, 5}) {
            LoadedModel model(options(golden, chunk));
            checkReplies(model.greedy(prompts(golden), 64), golden);
        }
}

TEST_CASE("reusedPrefixChangesNothing")
{
    for (const Golden& golden : huggingFaceGoldens()) {
        if (golden.greedy.empty())
            continue; // some models have rows only
        LoadedModel model(options(golden));
        checkReplies(model.greedy(prompts(golden), 64), golden);
        const std::vector<Reply> again = model.greedy(prompts(golden), 64);
        checkReplies(again, golden);
        // The long prompt fills at least one page, which must not be computed twice.
        const auto longest =
            std::max_element(golden.greedy.begin(), golden.greedy.end(),
                             [](const auto& a, const auto& b) { return a.prompt.size() < b.prompt.size(); });
        REQUIRE(longest->prompt.size() > 32);
        CHECK(again[static_cast<std::size_t>(longest - golden.greedy.begin())].cachedTokens >= 32);
    }
}

TEST_CASE("twelveTogetherEqualEachAlone")
{
    for (const Golden& golden : huggingFaceGoldens()) {
        // Prompts of twelve lengths, 1 to 243, most of which share no page.
        const std::vector<Token>& source = golden.cases.back().ids;
        std::vector<std::vector<Token>> list;
        for (int i = 0; i < 12; ++i)
            list.emplace_back(source.begin() + i * 11, source.begin() + i * 11 + 1 + i * i * 2);
        LoadedModel together(options(golden));
        const std::vector<Reply> batch = together.greedy(list, 24);
        LoadedModel alone(options(golden));
        for (std::size_t i = 0; i < list.size(); ++i)
            checkSame(batch[i], alone.greedy({list[i]}, 24).front(), golden.name);
    }
}

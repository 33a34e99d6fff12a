#include "sample/penalties.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <vector>

using namespace qwill::engine;

TEST_CASE("counts agree with a map on random tokens")
{
    std::mt19937 random(3);
    for (int round = 0; round < 20; ++round) {
        PenaltyCounts counts;
        counts.begin(300);
        std::map<Token, int> expected;
        for (int i = 0; i < 5000; ++i) {
            const auto token = static_cast<Token>((random() % 300) * 509);
            if (random() % 2 != 0) {
                counts.addPrompt(token);
                expected.try_emplace(token, 0);
            } else {
                counts.addReply(token);
                ++expected[token];
            }
        }
        REQUIRE(counts.entries().size() == expected.size());
        for (const auto& entry : counts.entries())
            CHECK(entry.inReply == expected.at(entry.token));
    }
}

TEST_CASE("repetition divides positive and multiplies negative logits, of prompt and reply")
{
    SamplingParams params;
    params.repetitionPenalty = 2;
    PenaltyCounts counts;
    counts.begin(4);
    counts.addPrompt(0);
    counts.addReply(1);
    counts.addReply(1);
    std::vector<float> logits{3, -3, 3, -3};
    applyPenalties(logits, params, counts);
    CHECK(logits == std::vector<float>{1.5f, -6, 3, -3});
}

TEST_CASE("presence and frequency look at the reply only")
{
    SamplingParams params;
    params.presencePenalty = 0.5f;
    params.frequencyPenalty = 0.25f;
    PenaltyCounts counts;
    counts.begin(4);
    counts.addPrompt(0);
    counts.addReply(1);
    counts.addReply(2);
    counts.addReply(2);
    std::vector<float> logits{1, 1, 1, 1};
    applyPenalties(logits, params, counts);
    CHECK(logits == std::vector<float>{1, 0.25f, 0, 1});
}

TEST_CASE("tokens beyond the logits are ignored")
{
    SamplingParams params;
    params.repetitionPenalty = 2;
    PenaltyCounts counts;
    counts.begin(4);
    counts.addPrompt(9);
    std::vector<float> logits{1};
    applyPenalties(logits, params, counts);
    CHECK(logits[0] == 1);
}

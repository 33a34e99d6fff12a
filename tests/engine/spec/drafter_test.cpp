#include "spec/drafter.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

using namespace qwill::engine;

namespace {

struct Draft {
    std::vector<Token> tokens;
    std::vector<float> chances;
};

Draft draftOf(const Drafter& drafter, std::size_t room = 8)
{
    Draft draft{std::vector<Token>(room), std::vector<float>(room)};
    const auto size = static_cast<std::size_t>(drafter.draft(draft.tokens, draft.chances));
    draft.tokens.resize(size);
    draft.chances.resize(size);
    return draft;
}

std::vector<Token> page(unsigned seed, int size)
{
    std::mt19937 random(seed);
    std::vector<Token> tokens(static_cast<std::size_t>(size));
    for (Token& token : tokens)
        token = static_cast<Token>(random() % 5000);
    return tokens;
}

Drafter reading(const std::vector<Token>& prompt)
{
    Drafter drafter;
    drafter.begin(4000);
    for (const Token token : prompt)
        drafter.append(token, Drafter::Part::Prompt);
    return drafter;
}

// How many tokens of `reply` the drafter expects when it is their turn.
int expectedTokens(Drafter& drafter, const std::vector<Token>& reply)
{
    int expected = 0;
    for (const Token token : reply) {
        const Draft draft = draftOf(drafter, 1);
        expected += !draft.tokens.empty() && draft.tokens[0] == token ? 1 : 0;
        drafter.append(token, Drafter::Part::Reply);
    }
    return expected;
}

} // namespace

TEST_CASE("a copy is guessed on from its second token")
{
    const std::vector<Token> prompt = page(1, 200);
    Drafter drafter = reading(prompt);
    CHECK(draftOf(drafter).tokens.empty());
    drafter.append(prompt[50], Drafter::Part::Reply);
    drafter.append(prompt[51], Drafter::Part::Reply);
    const Draft draft = draftOf(drafter);
    REQUIRE(draft.tokens.size() == 8);
    CHECK(std::equal(draft.tokens.begin(), draft.tokens.end(), prompt.begin() + 52));
    CHECK(std::is_sorted(draft.chances.rbegin(), draft.chances.rend()));
    CHECK(draft.chances.front() < 1);
}

TEST_CASE("a mended word does not end the copy: the guess goes on behind it")
{
    std::vector<Token> prompt = page(2, 300), reply = prompt;
    reply[100] = 9001; // exchanged
    reply.erase(reply.begin() + 150); // dropped
    reply.insert(reply.begin() + 200, {9002, 9003}); // put in
    Drafter drafter = reading(prompt);
    // Unexpected: the first two tokens, and at each change the new ones and as many as tell where the copy goes on.
    CHECK(expectedTokens(drafter, reply) >= static_cast<int>(reply.size()) - 2 - 3 * 3);
}

TEST_CASE("a text that repeats itself is guessed beyond its end")
{
    Drafter drafter = reading({1, 2, 3, 1, 2, 3, 1, 2});
    CHECK(draftOf(drafter, 7).tokens == std::vector<Token>{3, 1, 2, 3, 1, 2, 3});
}

TEST_CASE("guesses that go wrong lose their promise, and regain it when they are right")
{
    std::vector<Token> prompt = page(3, 800);
    Drafter drafter = reading(prompt);
    const auto promise = [&](std::size_t at) { // of the token behind a match of two
        drafter.append(prompt[at], Drafter::Part::Reply);
        drafter.append(prompt[at + 1], Drafter::Part::Reply);
        return draftOf(drafter).chances.at(0);
    };
    const float before = promise(0);
    for (std::size_t i = 0; i < 60; ++i) {
        promise(2 * i + 10);
        drafter.append(static_cast<Token>(6000 + i), Drafter::Part::Reply); // never what was expected
    }
    const float disappointed = promise(200);
    CHECK(disappointed < 0.5f * before);
    for (std::size_t i = 0; i < 60; ++i) {
        promise(3 * i + 400);
        drafter.append(prompt[3 * i + 402], Drafter::Part::Reply);
        drafter.append(static_cast<Token>(7000 + i), Drafter::Part::Reply);
    }
    CHECK(promise(700) > before);
}

TEST_CASE("a text without repetitions is never guessed")
{
    Drafter drafter;
    drafter.begin(3000);
    for (Token token = 0; token < 3000; ++token) {
        drafter.append(token, Drafter::Part::Reply);
        REQUIRE(draftOf(drafter).tokens.empty());
    }
}

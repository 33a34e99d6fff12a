#include "spec/suffix_automaton.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace qwill::engine;

namespace {

bool agrees(std::span<const Token> text, int next, int length)
{
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(next);
    return length <= next && std::equal(end - length, end, text.end() - length);
}

// The longest end of `text` that ends earlier too, by trying all.
int longestMatch(std::span<const Token> text)
{
    int longest = 0;
    for (int next = 1; next < static_cast<int>(text.size()); ++next)
        while (agrees(text, next, longest + 1))
            ++longest;
    return longest;
}

} // namespace

TEST_CASE("the match is the longest there is, and stands where it says")
{
    std::mt19937 random(1);
    for (const int alphabet : {1, 2, 3, 10, 1000}) {
        for (int round = 0; round < 20; ++round) {
            SuffixAutomaton automaton;
            automaton.begin(150);
            std::vector<Token> text;
            for (int i = 0; i < 150; ++i) {
                // Half of the time on from an earlier place, so that there is something to find.
                const bool copy = i > 4 && random() % 2 == 0;
                text.push_back(copy ? text[text.size() / 2]
                                    : static_cast<Token>(random() % static_cast<unsigned>(alphabet)));
                automaton.append(text.back());
                const int length = automaton.matchLength();
                REQUIRE(length == longestMatch(text));
                if (length == 0) {
                    REQUIRE(automaton.matchNext() == -1);
                    continue;
                }
                REQUIRE(automaton.matchNext() < automaton.size());
                REQUIRE(agrees(text, automaton.matchNext(), length));
            }
        }
    }
}

TEST_CASE("of several places the latest one met is taken")
{
    SuffixAutomaton automaton;
    automaton.begin(20);
    for (const Token token : {1, 2, 7, 1, 2, 8, 1, 2})
        automaton.append(token);
    CHECK(automaton.matchLength() == 2);
    CHECK(automaton.matchNext() == 5); // 1 2 | 8
}

TEST_CASE("begin forgets the text before")
{
    SuffixAutomaton automaton;
    automaton.begin(4);
    for (const Token token : {1, 1, 1, 1})
        automaton.append(token);
    CHECK(automaton.matchLength() == 3);
    automaton.begin(2);
    automaton.append(1);
    CHECK(automaton.matchLength() == 0);
    CHECK(automaton.size() == 1);
}

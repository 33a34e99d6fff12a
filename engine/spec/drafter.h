#pragma once
// Drafter: guesses how a sequence goes on from what its own text said before, and keeps account of how often it was
// right. Engine thread. All memory is taken by begin().
//
// A guess follows an earlier place that agrees with the end of the text (suffix_automaton.h). When a copy goes wrong in
// one place, a word mended in a text that is being rewritten, the guess goes on near where it was lost instead of
// waiting for a new agreement. Every token of the reply is a lesson, whether the guess was verified or not: a guess
// that is not worth its cost costs nothing, and is noticed when it becomes worth it.

#include "engine/types.h"
#include "spec/suffix_automaton.h"

#include <array>
#include <span>

namespace qwill::engine {

class Drafter {
public:
    static constexpr int kMaxDraft = 15; // tokens

    // maxTokens: the sequence may reach.
    void begin(int maxTokens);
    enum class Part { Prompt, Reply }; // what a model says tells how it copies, what it reads does not
    void append(Token token, Part part);
    int size() const { return m_automaton.size(); } // tokens appended

    // The next tokens, as far as there is a guess and `tokens` has room; their number. chances[i]: how likely tokens
    // 0…i are all right.
    int draft(std::span<Token> tokens, std::span<float> chances) const;

private:
    struct Guess {
        int next = -1; // index of the token that is expected next; −1 = no guess
        int length = 0; // tokens before it that agree with the end of the text
        bool resumed = false; // found near a lost copy, not by the automaton
    };
    static constexpr int kKinds = 8;
    static int kindOf(int length, bool resumed);
    Guess resume() const;

    SuffixAutomaton m_automaton;
    Guess m_guess;
    int m_lost = -1; // index of the token that a long copy expected and did not get
    int m_sinceLost = 0; // tokens since then
    std::array<float, kKinds> m_chance{}; // that the next token is right, by kind of guess
};

} // namespace qwill::engine

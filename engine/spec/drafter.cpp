#include "spec/drafter.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace qwill::engine {

namespace {

constexpr int kMinMatch = 2; // shorter agreements are chance
constexpr int kCopyLength = 4; // from here on an agreement is a copy, whose loss is worth a search
constexpr int kSettled = 8; // a resumed copy of this length is one like any other
constexpr int kResumeTokens = 12; // how long a lost copy is looked for
constexpr int kResumeBack = 4, kResumeAhead = 12; // how far around the place where it should be
constexpr int kMostAgreement = 4; // tokens compared there
constexpr float kLesson = 1.0f / 24; // weight of the newest outcome

// Before anything is learnt: resumed 1, 2–3, 4–7; matches of 2–3, 4–7, 8–15, 16–31, 32 and more. Modest: a wrong draft
// costs at once, a late one only once.
constexpr std::array<float, 8> kFirstChance{0.4f, 0.6f, 0.75f, 0.2f, 0.45f, 0.7f, 0.85f, 0.92f};

} // namespace

void Drafter::begin(int maxTokens)
{
    m_automaton.begin(maxTokens);
    m_guess = {};
    m_lost = -1;
    m_sinceLost = 0;
    m_chance = kFirstChance;
}

int Drafter::kindOf(int length, bool resumed)
{
    if (resumed && length < kSettled)
        return length < 2 ? 0 : length < 4 ? 1 : 2;
    return length < 4 ? 3 : length < 8 ? 4 : length < 16 ? 5 : length < 32 ? 6 : 7;
}

// Where the lost copy goes on: the place around the lost one that agrees best with the end of the text, the nearest to
// where an exchange of equal length would put it.
Drafter::Guess Drafter::resume() const
{
    const std::span<const Token> text = m_automaton.text();
    const int size = static_cast<int>(text.size()), expected = m_lost + m_sinceLost;
    Guess best;
    int bestDistance = 0;
    const int from = std::max(1, expected - kResumeBack), to = std::min(size - 1, expected + kResumeAhead);
    for (int next = from; next <= to; ++next) {
        int length = 0;
        while (length < kMostAgreement && length < next
               && text[static_cast<std::size_t>(next - 1 - length)]
                   == text[static_cast<std::size_t>(size - 1 - length)])
            ++length;
        const int distance = std::abs(next - expected);
        if (length > best.length || (length > 0 && length == best.length && distance < bestDistance)) {
            best = {next, length, true};
            bestDistance = distance;
        }
    }
    return best;
}

void Drafter::append(Token token, Part part)
{
    const bool guessed = m_guess.next >= 0;
    const bool hit = guessed && m_automaton.text()[static_cast<std::size_t>(m_guess.next)] == token;
    if (guessed && part == Part::Reply) {
        float& chance = m_chance[static_cast<std::size_t>(kindOf(m_guess.length, m_guess.resumed))];
        chance += kLesson * ((hit ? 1.0f : 0.0f) - chance);
    }
    ++m_sinceLost;
    if (guessed && !hit && m_guess.length >= kCopyLength && part == Part::Reply) {
        m_lost = m_guess.next;
        m_sinceLost = 1; // this token stands where the lost one should
    }
    m_automaton.append(token);

    Guess next;
    if (hit)
        next = {m_guess.next + 1, m_guess.length + 1, m_guess.resumed && m_guess.length + 1 < kSettled};
    if (m_automaton.matchLength() >= std::max(kMinMatch, next.length + 1))
        next = {m_automaton.matchNext(), m_automaton.matchLength(), false};
    if (next.length < kCopyLength && m_lost >= 0 && m_sinceLost <= kResumeTokens) {
        const Guess resumed = resume();
        if (resumed.length > 0 && resumed.length >= std::min(next.length, kMostAgreement))
            next = resumed;
    }
    if (next.length >= kSettled)
        m_lost = -1;
    m_guess = next;
}

int Drafter::draft(std::span<Token> tokens, std::span<float> chances) const
{
    if (m_guess.next < 0)
        return 0;
    const std::span<const Token> text = m_automaton.text();
    float chance = 1;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const std::size_t at = static_cast<std::size_t>(m_guess.next) + i;
        tokens[i] = at < text.size() ? text[at] : tokens[at - text.size()]; // a text that repeats itself
        chance *= m_chance[static_cast<std::size_t>(kindOf(m_guess.length + static_cast<int>(i), m_guess.resumed))];
        chances[i] = chance;
    }
    return static_cast<int>(tokens.size());
}

} // namespace qwill::engine

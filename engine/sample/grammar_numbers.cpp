#include "sample/grammar_parts.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace qwill::engine {

namespace {

constexpr std::int64_t kMostWhole = 999'999'999'999'999; // doubles hold every one of these
constexpr std::int64_t kMostBeforeFraction = 999'999'999; // six digits behind it are still exact enough not to round up

class Digits {
public:
    explicit Digits(GrammarBuilder& builder) : m_builder(builder) { }

    // first … last, 0 ≤ first ≤ last, without leading zeros.
    GrammarNode within(std::int64_t first, std::int64_t last)
    {
        std::vector<GrammarNode> ways;
        std::int64_t least = 0, most = 9;
        while (least <= last) {
            if (most >= first)
                ways.push_back(between(std::to_string(std::max(first, least)), std::to_string(std::min(last, most))));
            least = most + 1;
            most = most * 10 + 9;
        }
        return m_builder.choice(std::move(ways));
    }

private:
    GrammarNode digit(char first, char last)
    {
        ByteSet set;
        for (char c = first; c <= last; ++c)
            set.set(static_cast<unsigned char>(c));
        return m_builder.oneOf(set);
    }
    GrammarNode free(std::size_t count)
    {
        return m_builder.repeat(digit('0', '9'), static_cast<int>(count), static_cast<int>(count));
    }

    // Two numbers of the same length.
    GrammarNode between(std::string_view first, std::string_view last)
    {
        if (first.empty())
            return m_builder.nothing();
        const std::string_view firstRest = first.substr(1), lastRest = last.substr(1);
        if (first[0] == last[0])
            return m_builder.sequence({digit(first[0], first[0]), between(firstRest, lastRest)});
        const std::string zeros(firstRest.size(), '0'), nines(firstRest.size(), '9');
        char from = first[0], to = last[0];
        std::vector<GrammarNode> ways;
        if (firstRest != zeros) {
            ways.push_back(m_builder.sequence({digit(from, from), between(firstRest, nines)}));
            ++from;
        }
        if (lastRest != nines) {
            ways.push_back(m_builder.sequence({digit(to, to), between(zeros, lastRest)}));
            --to;
        }
        if (from <= to)
            ways.push_back(m_builder.sequence({digit(from, to), free(firstRest.size())}));
        return m_builder.choice(std::move(ways));
    }

    GrammarBuilder& m_builder;
};

std::int64_t clamped(double value, std::int64_t most)
{
    return static_cast<std::int64_t>(std::clamp(value, -static_cast<double>(most), static_cast<double>(most)));
}

struct Whole {
    std::int64_t least = -kMostWhole, most = kMostWhole;
};

Whole wholeWithin(const NumberBounds& bounds)
{
    Whole whole;
    if (bounds.least)
        whole.least = clamped(bounds.aboveLeast ? std::floor(*bounds.least) + 1 : std::ceil(*bounds.least), kMostWhole);
    if (bounds.most)
        whole.most = clamped(bounds.belowMost ? std::ceil(*bounds.most) - 1 : std::floor(*bounds.most), kMostWhole);
    return whole;
}

void addWhole(GrammarBuilder& builder, const Whole& whole, std::vector<GrammarNode>& ways)
{
    Digits digits(builder);
    if (whole.most >= 0 && whole.least <= whole.most)
        ways.push_back(digits.within(std::max<std::int64_t>(whole.least, 0), whole.most));
    if (whole.least < 0 && whole.least <= whole.most)
        ways.push_back(builder.sequence(
            {builder.literal("-"), digits.within(std::max<std::int64_t>(-whole.most, 1), -whole.least)}));
}

bool fits(const NumberBounds& bounds)
{
    const double far = static_cast<double>(kMostWhole);
    return !(bounds.least && *bounds.least > far) && !(bounds.most && *bounds.most < -far);
}

} // namespace

std::optional<GrammarNode> integersWithin(GrammarBuilder& builder, const NumberBounds& bounds)
{
    std::vector<GrammarNode> ways;
    if (fits(bounds))
        addWhole(builder, wholeWithin(bounds), ways);
    return ways.empty() ? std::nullopt : std::optional(builder.choice(std::move(ways)));
}

std::optional<GrammarNode> numbersWithin(GrammarBuilder& builder, const NumberBounds& bounds)
{
    if (!fits(bounds))
        return std::nullopt;
    std::vector<GrammarNode> ways;
    const Whole whole = wholeWithin(bounds);
    addWhole(builder, whole, ways);
    ByteSet decimal;
    for (char c = '0'; c <= '9'; ++c)
        decimal.set(static_cast<unsigned char>(c));
    const GrammarNode fraction = builder.sequence({builder.literal("."), builder.repeat(builder.oneOf(decimal), 1, 6)});
    // k.… lies in [k, k + 1] and −k.… in [−k − 1, −k].
    const std::int64_t roof = bounds.most ? clamped(std::floor(*bounds.most), kMostWhole) - 1 : kMostBeforeFraction;
    const std::int64_t floor = bounds.least ? clamped(std::ceil(*bounds.least), kMostWhole) + 1 : -kMostBeforeFraction;
    const std::int64_t firstUp = std::max<std::int64_t>(whole.least, 0), lastUp = std::min(roof, kMostBeforeFraction);
    const std::int64_t firstDown = std::max<std::int64_t>(-whole.most, 0),
                       lastDown = std::min(-floor, kMostBeforeFraction);
    if (firstUp <= lastUp)
        ways.push_back(builder.sequence({Digits(builder).within(firstUp, lastUp), fraction}));
    if (firstDown <= lastDown)
        ways.push_back(builder.sequence({builder.literal("-"), Digits(builder).within(firstDown, lastDown), fraction}));
    return ways.empty() ? std::nullopt : std::optional(builder.choice(std::move(ways)));
}

} // namespace qwill::engine

#include "palette/fuzzy_match.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace qwill::app {

namespace {

constexpr int kLetter = 1, kInARow = 8, kWordBegins = 6, kNameBegins = 4; // by trial on the commands' names
constexpr int kNever = std::numeric_limits<int>::min() / 2;
constexpr qsizetype kLongest = 200; // of a name; what is behind is not looked at

bool beginsWord(const QString& name, qsizetype at)
{
    return at == 0 || !name[at - 1].isLetterOrNumber() || (name[at].isUpper() && name[at - 1].isLower());
}

int worth(const QString& name, qsizetype at)
{
    return kLetter + (beginsWord(name, at) ? kWordBegins : 0) + (at == 0 ? kNameBegins : 0);
}

} // namespace

std::optional<FuzzyMatch> fuzzyMatch(const QString& fullName, const QString& typed)
{
    const QString name = fullName.left(kLongest);
    QString pattern = typed.toCaseFolded();
    pattern.removeIf([](QChar c) { return c.isSpace(); });
    const auto rows = static_cast<std::size_t>(pattern.size()), columns = static_cast<std::size_t>(name.size());
    if (rows == 0)
        return FuzzyMatch{};
    if (columns < rows)
        return std::nullopt;

    // best[i][j]: the pattern to letter i matched, letter i at place j. before[i][j]: the place of letter i − 1 then.
    std::vector<int> best(rows * columns, kNever), before(rows * columns, -1);
    for (std::size_t i = 0; i < rows; ++i) {
        int bestBefore = kNever, bestPlace = -1; // of letter i − 1, left of j − 1
        for (std::size_t j = i; j < columns; ++j) {
            if (i > 0 && j > 1 && best[(i - 1) * columns + j - 2] > bestBefore) {
                bestBefore = best[(i - 1) * columns + j - 2];
                bestPlace = static_cast<int>(j) - 2;
            }
            const auto at = static_cast<qsizetype>(j);
            if (name[at].toCaseFolded() != pattern[static_cast<qsizetype>(i)])
                continue;
            int& score = best[i * columns + j];
            if (i == 0) {
                score = worth(name, at);
                continue;
            }
            const int inARow = best[(i - 1) * columns + j - 1] + kInARow;
            const bool joins = inARow >= bestBefore;
            if (std::max(inARow, bestBefore) < 0)
                continue;
            score = std::max(inARow, bestBefore) + worth(name, at);
            before[i * columns + j] = joins ? static_cast<int>(j) - 1 : bestPlace;
        }
    }
    const auto last = best.end() - static_cast<std::ptrdiff_t>(columns);
    const auto found = std::max_element(last, best.end());
    if (*found < 0)
        return std::nullopt;
    FuzzyMatch match{*found * 16 - static_cast<int>(std::min<std::size_t>(columns, 15)), {}}; // the shorter name wins
    int place = static_cast<int>(found - last);
    for (std::size_t i = rows; i-- > 0;) {
        match.places.prepend(place);
        place = before[i * columns + static_cast<std::size_t>(place)];
    }
    return match;
}

} // namespace qwill::app

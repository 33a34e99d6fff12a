#pragma once
// How well a few typed letters fit a name. Pure; any thread.

#include <QList>
#include <QString>

#include <optional>

namespace qwill::app {

struct FuzzyMatch {
    int score = 0; // larger is better; comparable between names for one pattern
    QList<int> places; // of the matched letters in the name, ascending
};

// The pattern's letters, spaces apart, in this order somewhere in the name, any case; nullopt when they are not.
// Letters in a row, at the beginning of a word and of the name count more. O(name × pattern).
std::optional<FuzzyMatch> fuzzyMatch(const QString& name, const QString& pattern);

} // namespace qwill::app

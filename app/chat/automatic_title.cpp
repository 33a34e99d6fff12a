#include "chat/automatic_title.h"

#include <QStringList>
#include <QTextBoundaryFinder>

namespace qwill::app {

namespace {

constexpr int kMinCut = kMaxTitleLength / 2; // a cut at a word may not lose more than the rest

bool hasWords(const QString& line)
{
    for (const QChar c : line) {
        if (c.isLetterOrNumber() || c.isSurrogate())
            return true;
    }
    return false;
}

QString withoutMarks(const QString& line)
{
    qsizetype at = 0;
    while (at < line.size() && (line[at].isSpace() || QStringLiteral("#>*-`").contains(line[at])))
        ++at;
    return line.sliced(at).simplified();
}

} // namespace

QString automaticTitle(const QString& question)
{
    QString line;
    const QStringList lines = question.split(u'\n');
    for (const QString& candidate : lines) {
        if (hasWords(candidate)) {
            line = withoutMarks(candidate);
            break;
        }
    }
    if (line.size() <= kMaxTitleLength)
        return line;
    const qsizetype longest = kMaxTitleLength - 1; // and the ellipsis
    qsizetype cut = line.lastIndexOf(u' ', longest);
    if (cut < kMinCut) { // one long word, or a script without spaces: between two characters as they are seen
        QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, line);
        finder.setPosition(longest);
        cut = finder.isAtBoundary() ? longest : finder.toPreviousBoundary();
    }
    return line.first(std::max<qsizetype>(cut, 0)) + QStringLiteral("…");
}

} // namespace qwill::app

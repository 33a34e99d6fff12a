#include "store/search_snippet.h"

#include <QRegularExpression>

#include <algorithm>

namespace qwill::app {

namespace {

constexpr int kSide = 60; // characters around a match
constexpr int kLongWord = 20; // characters; a longer one is cut

// Text of a message as one reads it on one line: without fences, emphasis and the bars of tables.
QString plain(QString text)
{
    static const QRegularExpression fence(QStringLiteral("```+[^\\s`]*")), marks(QStringLiteral("\\*\\*|`|\\|")),
        heading(QStringLiteral("(?<=^|\n)#{1,6} ")), spaces(QStringLiteral("\\s+"));
    for (const QRegularExpression* mark : {&fence, &marks, &heading})
        text.remove(*mark);
    return text.replace(spaces, QStringLiteral(" "));
}

} // namespace

QString searchSnippet(const QString& content, const QString& needle)
{
    const qsizetype at = content.indexOf(needle, 0, Qt::CaseInsensitive);
    if (at < 0)
        return {};
    const qsizetype begin = std::max<qsizetype>(0, at - kSide);
    QString before = content.sliced(begin, at - begin);
    if (const qsizetype space = before.indexOf(u' '); begin > 0 && space >= 0 && space < kLongWord)
        before.remove(0, space + 1);
    if (!before.isEmpty() && before.front().isLowSurrogate())
        before.remove(0, 1);
    const QString rest = content.sliced(at + needle.size());
    QString after = rest.left(kSide);
    if (const qsizetype space = after.lastIndexOf(u' '); rest.size() > kSide && after.size() - space < kLongWord)
        after.truncate(std::max<qsizetype>(space, 0));
    if (!after.isEmpty() && after.back().isHighSurrogate())
        after.chop(1);
    return (begin > 0 ? QStringLiteral("…") : QString()) + plain(before) + QChar(0xE000)
        + content.sliced(at, needle.size()) + QChar(0xE001) + plain(after)
        + (rest.size() > kSide ? QStringLiteral("…") : QString());
}

} // namespace qwill::app

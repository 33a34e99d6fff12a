#include "chat/markdown_labels.h"

#include "markdown/markdown_stream.h"

#include <QHash>
#include <QRegularExpression>
#include <QSet>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

// Labels are compared without case and with runs of white space as one blank (CommonMark 0.30, "matches").
QString normalised(QStringView label)
{
    return label.toString().simplified().toCaseFolded();
}

// Bracketed runs on one line: every label is one, not every one is a label.
const QRegularExpression& bracketed()
{
    static const QRegularExpression expression(u"\\[([^\\[\\]\\n]{1,200})\\]"_s);
    return expression;
}

// What a text mentions in brackets, and which of it is followed by a colon at the beginning of a line.
struct Labels {
    QSet<QString> mentioned;
    QSet<QString> defined;
};

// Where a line starts but for indentation, quote marks and list markers.
bool opensLine(const QString& text, qsizetype at)
{
    while (at > 0 && (text[at - 1].isDigit() || u" \t>-+*.)"_s.contains(text[at - 1])))
        --at;
    return at == 0 || text[at - 1] == u'\n';
}

bool isDefinition(const QString& text, const QRegularExpressionMatch& match)
{
    return match.capturedEnd() < text.size() && text[match.capturedEnd()] == u':'
        && opensLine(text, match.capturedStart());
}

Labels labelsOf(const QString& text)
{
    Labels labels;
    if (!text.contains(u'['))
        return labels;
    for (auto it = bracketed().globalMatch(text); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        const QString label = normalised(match.capturedView(1));
        labels.mentioned.insert(label);
        if (isDefinition(text, match))
            labels.defined.insert(label);
    }
    return labels;
}

// [a] stays what is read and only its target changes: [a][new]; footnotes are numbered, so theirs is replaced.
QString renamed(const QString& text, const QHash<QString, QString>& names)
{
    QString result;
    qsizetype copied = 0;
    const auto replace = [&](qsizetype from, qsizetype to, const QString& with) {
        result += QStringView(text).sliced(copied, from - copied);
        result += with;
        copied = to;
    };
    for (auto it = bracketed().globalMatch(text); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        const auto name = names.constFind(normalised(match.capturedView(1)));
        if (name == names.constEnd())
            continue;
        const qsizetype start = match.capturedStart();
        const qsizetype end = match.capturedEnd();
        const QStringView after = QStringView(text).sliced(end);
        const bool afterText = start > 0 && text[start - 1] == u']';
        if (name->startsWith(u'^') || afterText || isDefinition(text, match))
            replace(start, end, u'[' + *name + u']');
        else if (after.startsWith("[]"_L1))
            replace(end, end + 2, u'[' + *name + u']');
        else if (!after.startsWith(u'[') && !after.startsWith(u'('))
            replace(end, end, u'[' + *name + u']');
    }
    result += QStringView(text).sliced(copied);
    return result;
}

} // namespace

QStringList withSeparateLabels(const QStringList& texts)
{
    QList<Labels> labels;
    QHash<QString, int> mentions; // texts that mention the label
    for (const QString& text : texts) {
        labels.append(labelsOf(text));
        for (const QString& label : labels.last().mentioned)
            ++mentions[label];
    }
    QStringList result = texts;
    for (qsizetype i = 0; i < texts.size(); ++i) {
        QHash<QString, QString> names;
        for (const QString& label : labels[i].defined) {
            if (mentions.value(label) < 2)
                continue;
            QString name;
            for (qsizetype n = i + 1; name.isEmpty() || mentions.contains(name); n += texts.size())
                name = label + u'-' + QString::number(n);
            mentions.insert(name, 1);
            names.insert(label, name);
        }
        if (names.isEmpty())
            continue;
        const QString text = renamed(texts[i], names);
        if (MarkdownStream::parseAll(text, {}) == MarkdownStream::parseAll(texts[i], {}))
            result[i] = text;
    }
    return result;
}

} // namespace qwill::app

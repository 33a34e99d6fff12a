#include "stream_shapes.h"

#include <QMap>

#include <functional>

namespace qwill::bench {

namespace {

constexpr qsizetype kCharactersPerToken = 4;

// Prose, a list, a table, formulas and code, no two sections alike.
QString section(int number)
{
    QString text =
        QStringLiteral(
            "## Section %1\n\nA paragraph with **bold**, *italic* and `code`, and a few sentences "
            "that say what section %1 is about, so that lines wrap and words are many.\n\n"
            "Another, which says that $x_{%1}^2 + y^2 = r^2$ holds, and a [link](https://example.org/%1).\n\n"
            "- first point of %1\n- second point, a little longer than the first\n\n"
            "| Name | Value |\n|---|---|\n| a%1 | 1 |\n| b | 2 |\n\n")
            .arg(number);
    if (number % 4 == 0)
        text += QStringLiteral("$$\\sum_{i=0}^{%1} \\frac{i}{2}$$\n\n").arg(number);
    text += QStringLiteral("```python\n");
    for (int line = 0; line < 12; ++line)
        text += QStringLiteral("def function_%1_%2(value: int) -> int:\n    return value * %2 + %1\n")
                    .arg(number)
                    .arg(line);
    return text + QStringLiteral("```\n\n");
}

QString sentence(int number)
{
    return QStringLiteral("Sentence %1 of a paragraph has **bold** and `code` in it, and goes on for some words. ")
        .arg(number);
}

QString codeLine(int number)
{
    return QStringLiteral("    value_%1 = compute(%1, \"text %1\") if ready else None  # line\n").arg(number);
}

QString tableRow(int number)
{
    return QStringLiteral("| row %1 | a cell with **%1** words | %2 |\n").arg(number).arg(number * 7);
}

QString listItem(int number)
{
    return QStringLiteral("%1. An item with *some* words of its own\n   - and one inside it, number %1\n").arg(number);
}

struct Kind {
    QString opening;
    std::function<QString(int)> part;
    int partsBefore = 0; // 0: by tokens
};

const QMap<QString, Kind>& kinds()
{
    static const QMap<QString, Kind> all{
        {QStringLiteral("usual"), {{}, section, 0}},
        {QStringLiteral("paragraph"), {{}, sentence, 500}},
        {QStringLiteral("code"), {QStringLiteral("```python\n"), codeLine, 5000}},
        {QStringLiteral("table"), {QStringLiteral("| Name | Words | Value |\n|---|---|--:|\n"), tableRow, 1000}},
        {QStringLiteral("list"), {{}, listItem, 1000}},
    };
    return all;
}

} // namespace

QStringList shapeNames()
{
    return kinds().keys();
}

Shape shapeNamed(const QString& name, int tokens, qsizetype afterLength)
{
    const auto kind = kinds().find(name);
    if (kind == kinds().end())
        return {};
    Shape shape;
    shape.before = kind->opening;
    int number = 0;
    while (kind->partsBefore ? number < kind->partsBefore : shape.before.size() < tokens * kCharactersPerToken)
        shape.before += kind->part(number++);
    while (shape.after.size() < afterLength)
        shape.after += kind->part(number++);
    return shape;
}

} // namespace qwill::bench

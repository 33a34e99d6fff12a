// Formulas are found where TeX is meant, and nowhere else: not in code, not in prices; and what is not a formula stays
// exactly the text it was.

#include "markdown/formula.h"
#include "markdown/markdown_stream.h"

#include <QRegularExpression>
#include <QTest>

#include <ctime>
#include <limits>

using namespace qwill::app;

namespace {

Blocks parse(const QString& text)
{
    return MarkdownStream::parseAll(text, {});
}

// The inline formulas of a rich text, as source.
QStringList formulasIn(const Block& block)
{
    static const QRegularExpression image(QStringLiteral("<img src=\"([^\"]*)\"[^>]*>"));
    QStringList found;
    for (auto it = image.globalMatch(block.text); it.hasNext();)
        found += Formula::fromUrl(it.next().capturedView(1)).value_or(Formula{QStringLiteral("(broken)")}).source();
    return found;
}

const char* nameOf(BlockKind kind)
{
    static const char* const kNames[] = {"Paragraph", "Heading", "Code", "Table", "Rule", "Html", "Formula"};
    return kNames[static_cast<int>(kind)];
}

// One line a block: kind, indentation, quotes, text.
QStringList outline(const Blocks& blocks)
{
    QStringList lines;
    for (const Block& block : blocks)
        lines += QStringLiteral("%1 %2 %3 %4%5")
                     .arg(QLatin1StringView(nameOf(block.kind)))
                     .arg(block.indent)
                     .arg(block.quoteDepth)
                     .arg(block.marker.isEmpty() ? QString() : block.marker + u' ')
                     .arg(block.searchable());
    return lines;
}

} // namespace

class FormulaTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void inlineFormulas_data();
    void inlineFormulas();
    void displayFormulas_data();
    void displayFormulas();
    void addressesCarryTheFormula();
    void theRestOfTheTextIsUntouched_data();
    void theRestOfTheTextIsUntouched();
    void openFormulasAreSourceWhileStreaming();
    void aLateCloserDoesNotTouchClosedBlocks();
    void hostileDollarsStayCheap();
};

void FormulaTest::inlineFormulas_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("formulas");
    const auto row = [](const char* name, const QString& text, const QStringList& formulas) {
        QTest::newRow(name) << text << formulas;
    };
    using Q = QString;
    row("dollars", Q(u"a $x_1 * y_2 * z$ b"), {Q(u"$x_1 * y_2 * z$")});
    row("brackets", Q(u"a \\(x_1\\) b \\( y \\)"), {Q(u"$x_1$"), Q(u"$y$")});
    row("display in text", Q(u"a $$x$$ b \\[ y \\] c"), {Q(u"$$x$$"), Q(u"$$y$$")});
    row("over lines", Q(u"a $x +\ny$ b"), {Q(u"$x +\ny$")});
    row("escapes inside", Q(u"$\\{a\\} \\\\ \\$5 \\_$"), {Q(u"$\\{a\\} \\\\ \\$5 \\_$")});
    row("brackets inside", Q(u"$\\left\\(a\\right\\)$"), {Q(u"$\\left\\(a\\right\\)$")});
    row("next to Chinese", Q(u"设$x$为实数,则\\(x^2\\)≥0。"), {Q(u"$x$"), Q(u"$x^2$")});
    row("next to punctuation", Q(u"($a$), \"$b$\"."), {Q(u"$a$"), Q(u"$b$")});
    row("in emphasis", Q(u"**so $a_b$** and *$c$*"), {Q(u"$a_b$"), Q(u"$c$")});
    row("in a heading", Q(u"## About $\\pi$"), {Q(u"$\\pi$")});
    row("in a link", Q(u"[see $a$](http://e/)"), {Q(u"$a$")});
    row("in a table", Q(u"|$a$|\\(b\\)|\n|-|-|\n|$c$|`$d$`|"), {Q(u"$a$"), Q(u"$b$"), Q(u"$c$")});
    row("HTML inside", Q(u"$a<b$ and $c&d$"), {Q(u"$a<b$"), Q(u"$c&d$")});
    row("unit", Q(u"$5x$ and $3 \\text{ apples}$"), {Q(u"$5x$"), Q(u"$3 \\text{ apples}$")});

    row("one price", Q(u"It costs $5."), {});
    row("two prices", Q(u"between $5 and $10"), {});
    row("a range", Q(u"$5-$10 or US$5/HK$10"), {});
    row("prices on both sides", Q(u"$5 and a total of 10$ more"), {});
    row("Chinese prices", Q(u"花了5$和10$。"), {});
    row("space after", Q(u"a $ x$ b"), {});
    row("space before", Q(u"a $x $ b"), {});
    row("escaped", Q(u"\\$x\\$ and \\\\(y\\\\)"), {});
    row("code", Q(u"`$x$` ``\\(y\\)`` `a $b` c$"), {});
    row("code begins inside", Q(u"$a `b$` c"), {});
    row("three dollars", Q(u"$$$x$$$"), {});
    row("empty", Q(u"a $$ $$ \\(\\) \\[ \\] b"), {});
    row("not closed", Q(u"a \\(x and $y"), {});
    row("shell", Q(u"set $HOME and $PATH first"), {});
    row("too long", Q(u"$") + Q(5000, u'x') + Q(u"$"), {});
}

void FormulaTest::inlineFormulas()
{
    QFETCH(QString, text);
    QFETCH(QStringList, formulas);
    const Blocks blocks = parse(text);
    QCOMPARE(blocks.size(), 1);
    QCOMPARE(formulasIn(blocks[0]), formulas);
    for (const QString& formula : formulas)
        QVERIFY2(blocks[0].plain.contains(formula), qPrintable(blocks[0].plain));
}

void FormulaTest::displayFormulas_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("blocks");
    const auto row = [](const char* name, const QString& text, const QStringList& blocks) {
        QTest::newRow(name) << text << blocks;
    };
    using Q = QString;
    row("one line", Q(u"$$x$$"), {Q(u"Formula 0 0 x")});
    row("brackets", Q(u"\\[ x \\]"), {Q(u"Formula 0 0 x")});
    row("lines that look like Markdown", Q(u"\\[\na\n+ b\n- c\n> d\n# e\n=\n\\]"),
        {Q(u"Formula 0 0 a\n+ b\n- c\n> d\n# e\n=")});
    row("between lines of text", Q(u"so:\n$$\nx \\\\\ny\n$$\nthen"),
        {Q(u"Paragraph 0 0 so:"), Q(u"Formula 0 0 x \\\\\ny"), Q(u"Paragraph 0 0 then")});
    row("in a list", Q(u"1. a\n   $$\n   x\n   $$\n   b\n2. c"),
        {Q(u"Paragraph 1 0 1. a"), Q(u"Formula 1 0 x"), Q(u"Paragraph 1 0 b"), Q(u"Paragraph 1 0 2. c")});
    row("first in a list item", Q(u"- \\[x\\]"), {Q(u"Formula 1 0 • x")});
    row("in a quote", Q(u"> a\n> $$\n> x\n> = y\n> $$\n> b"),
        {Q(u"Paragraph 0 1 a"), Q(u"Formula 0 1 x\n= y"), Q(u"Paragraph 0 1 b")});
    row("punctuation", Q(u"$$x$$.\n\n\\[y\\]\uFF0C"), {Q(u"Formula 0 0 x."), Q(u"Formula 0 0 y\\text{\uFF0C}")});
    row("text behind", Q(u"$$\nx\n$$ and so"), {Q(u"Formula 0 0 x"), Q(u"Paragraph 0 0 and so")});
    row("text behind on one line", Q(u"$$x$$ and so"), {Q(u"Paragraph 0 0 $$x$$ and so")});
    row("opened within text", Q(u"so $$\nx\n$$ end"), {Q(u"Paragraph 0 0 so $$x$$ end")});
    row("environment", Q(u"$$\\begin{pmatrix}a&b\\\\[2pt]c&d\\end{pmatrix}$$"),
        {Q(u"Formula 0 0 \\begin{pmatrix}a&b\\\\[2pt]c&d\\end{pmatrix}")});
    row("inner dollars", Q(u"$$\na \\text{ if $x$} \\$\n$$"), {Q(u"Formula 0 0 a \\text{ if $x$} \\$")});
    row("not closed", Q(u"$$ x_1_\n*y*\n\nafter"), {Q(u"Paragraph 0 0 $$ x_1_\n*y*"), Q(u"Paragraph 0 0 after")});
    row("the list ends it", Q(u"- $$\n  x\n\ny"), {Q(u"Paragraph 1 0 • $$x"), Q(u"Paragraph 0 0 y")});
    row("empty", Q(u"$$\n$$\n\nb"), {Q(u"Paragraph 0 0 $$$$"), Q(u"Paragraph 0 0 b")});
    row("fence", Q(u"```\n$$\nx\n$$\n\\[y\\]\n```"), {Q(u"Code 0 0 $$\nx\n$$\n\\[y\\]")});
    row("indented code", Q(u"    $$x$$\n    \\(y\\)"), {Q(u"Code 0 0 $$x$$\n\\(y\\)")});
    row("fence in a list", Q(u"- ```\n  \\[x\\]\n  ```"), {Q(u"Code 1 0 • \\[x\\]")});
}

void FormulaTest::displayFormulas()
{
    QFETCH(QString, text);
    QFETCH(QStringList, blocks);
    QCOMPARE(outline(parse(text)), blocks);
}

void FormulaTest::addressesCarryTheFormula()
{
    for (const FormulaStyle style : {FormulaStyle::Inline, FormulaStyle::Display}) {
        const Formula formula{QStringLiteral("\\text{中文 \"&<>'} \\frac{a}{b}\n"), style};
        QCOMPARE(Formula::fromUrl(formula.url()), formula);
        QVERIFY(!formula.url().contains(QRegularExpression(QStringLiteral("[\"&<> ]"))));
    }
    for (const char* text : {"", "formula:", "formula:inline", "formula:other/eA", "formula:inline/%%", "http://e/"})
        QVERIFY2(!Formula::fromUrl(QString::fromLatin1(text)), text);
}

void FormulaTest::theRestOfTheTextIsUntouched_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("plain");
    QTest::newRow("escaped brackets") << QStringLiteral("a \\[1\\) \\(see") << QStringLiteral("a [1) (see");
    QTest::newRow("backslashes") << QStringLiteral("a \\\\( b \\\\\\( c") << QStringLiteral("a \\( b \\( c");
    QTest::newRow("code") << QStringLiteral("`\\(` `\\]`") << QStringLiteral("\\( \\]");
    QTest::newRow("inline HTML") << QStringLiteral("a <b title=\"\\[\">") << QStringLiteral("a <b title=\"\\[\">");
    QTest::newRow("no link") << QStringLiteral("\\[a\\](http://e/)") << QStringLiteral("$$a$$(http://e/)");
    QTest::newRow("dollars") << QStringLiteral("$ $$ $$$ US$") << QStringLiteral("$ $$ $$$ US$");
    QTest::newRow("private use") << QStringLiteral("\U0010FFF0 \uE000") << QStringLiteral("\U0010FFF0 \uE000");
}

void FormulaTest::theRestOfTheTextIsUntouched()
{
    QFETCH(QString, text);
    QFETCH(QString, plain);
    const Blocks blocks = parse(text);
    QCOMPARE(blocks.size(), 1);
    QCOMPARE(blocks[0].plain, plain);
    const Blocks link = parse(QStringLiteral("[a](http://e/\\(x\\) \"t\")\n\n``` la\\(ng\n```\n"));
    QVERIFY(link[0].text.contains(QStringLiteral("href=\"http://e/(x)\"")));
    QCOMPARE(link[1].language, QStringLiteral("la(ng"));
}

void FormulaTest::openFormulasAreSourceWhileStreaming()
{
    MarkdownStream stream;
    stream.append(u"so $x");
    QCOMPARE(formulasIn(stream.blocks()[0]), QStringList());
    QCOMPARE(stream.blocks()[0].plain, QStringLiteral("so $x"));
    stream.append(u"_1$ and\n\n$$\n\\frac{a");
    QCOMPARE(formulasIn(stream.blocks()[0]), QStringList(QStringLiteral("$x_1$")));
    QCOMPARE(stream.blocks()[1].kind, BlockKind::Paragraph);
    QVERIFY(stream.blocks()[1].plain.contains(QStringLiteral("\\frac{a")));
    stream.append(u"}{b}\n$$\n");
    QCOMPARE(stream.blocks()[1].kind, BlockKind::Formula);
    QCOMPARE(stream.blocks()[1].text, QStringLiteral("\\frac{a}{b}"));
    stream.append(u"next\n");
    QVERIFY(stream.blocks()[1].closed);
    QVERIFY(stream.finish().isEmpty());
}

void FormulaTest::aLateCloserDoesNotTouchClosedBlocks()
{
    MarkdownStream stream;
    stream.append(u"$$ a\n\nb\n\nc $$\n\nd\n");
    QVERIFY(stream.blocks()[0].closed);
    QCOMPARE(stream.blocks()[0].plain, QStringLiteral("$$ a"));
    QVERIFY(stream.finish().isEmpty());
}

// Time grows with the text, not with its square (which would be 64 times): compared within one run, at sizes where both
// texts outgrow the caches.
void FormulaTest::hostileDollarsStayCheap()
{
    const QStringList pieces{QStringLiteral("$"),    QStringLiteral("$a "),     QStringLiteral("$$"),
                             QStringLiteral("$$a "), QStringLiteral("\\("),     QStringLiteral("\\[a "),
                             QStringLiteral("$$\n"), QStringLiteral("\\[\n"),   QStringLiteral("\\(\\)"),
                             QStringLiteral("$a$"),  QStringLiteral("$$a$$\n"), QStringLiteral("> $$\n")};
    for (const QString& piece : pieces) {
        const auto parseTime = [&](int count) {
            const QString text = QStringLiteral("x ") + piece.repeated(count);
            std::clock_t best = std::numeric_limits<std::clock_t>::max();
            for (int i = 0; i < 2; ++i) {
                const std::clock_t began = std::clock(); // processor time: others may be at work here, too
                parse(text);
                best = std::min(best, std::clock() - began);
            }
            return best;
        };
        const auto small = parseTime(16000), large = parseTime(128000);
        QVERIFY2(large < 8 * 3 * small,
                 qPrintable(QStringLiteral("%1: %2 µs, %3 µs").arg(piece).arg(small).arg(large)));
    }
}

QTEST_GUILESS_MAIN(FormulaTest)
#include "formula_test.moc"

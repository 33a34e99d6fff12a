// Streaming a reply must end where parsing it whole ends, must not repaint what is closed, and must not let model
// output become HTML.

#include "markdown/markdown_stream.h"

#include <QFile>
#include <QRandomGenerator>
#include <QRegularExpression>
#include <QTest>

using namespace qwill::app;

namespace {

QStringList samples()
{
    QFile file(QStringLiteral(QWILL_TEST_DATA "/markdown/samples.txt"));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QString::fromUtf8(file.readAll()).split(QStringLiteral("%%%%\n"));
}

// Markdown-like noise: every line begins one of the constructs that closes, continues or changes another.
QString randomMarkdown(QRandomGenerator& random, int lines)
{
    static const QStringList pieces{
        QStringLiteral("word word"), QStringLiteral("# h"),        QStringLiteral("- a"),
        QStringLiteral("  - b"),     QStringLiteral("1. x"),       QStringLiteral("```"),
        QStringLiteral("``` js"),    QStringLiteral("~~~"),        QStringLiteral("> q"),
        QStringLiteral(">"),         QStringLiteral("==="),        QStringLiteral("---"),
        QStringLiteral("|a|b|"),     QStringLiteral("|-|-|"),      QStringLiteral("    code"),
        QStringLiteral(""),          QStringLiteral("<div>"),      QStringLiteral("</div>"),
        QStringLiteral("**b"),       QStringLiteral("b**"),        QStringLiteral("`c"),
        QStringLiteral("\ttab"),     QStringLiteral("#no"),        QStringLiteral("中文"),
        QStringLiteral("   ```"),    QStringLiteral("````"),       QStringLiteral("- [ ] t"),
        QStringLiteral("-"),         QStringLiteral("$$"),         QStringLiteral("\\["),
        QStringLiteral("\\]"),       QStringLiteral("$$ x_1 $$"),  QStringLiteral("  $$"),
        QStringLiteral("$a_1$"),     QStringLiteral("\\(b"),       QStringLiteral("c\\)"),
        QStringLiteral("$$ tail"),   QStringLiteral("> \\["),      QStringLiteral("+ c"),
        QStringLiteral("- $$"),      QStringLiteral("**注：**请"), QStringLiteral("说**“好”**。"),
        QStringLiteral("*（甲"),     QStringLiteral("乙）*丙")};
    QString text;
    for (int i = 0; i < lines; ++i)
        text += pieces[random.bounded(pieces.size())] + (random.bounded(8) ? QStringLiteral("\n") : QString());
    return text;
}

void applyTo(Blocks& view, const MarkdownStream& stream, const BlockChange& change)
{
    view.remove(change.first, change.removed);
    for (qsizetype i = 0; i < change.inserted; ++i)
        view.insert(change.first + i, stream.blocks()[change.first + i]);
}

bool looksLike(const Blocks& a, const Blocks& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Block& x, const Block& y) { return x.looksLike(y); });
}

} // namespace

class MarkdownStreamTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everySplitEndsAsOneParse();
    void characterByCharacterEndsAsOneParse();
    void closedBlocksNeverChangeBeforeTheEnd();
    void tailParsingEqualsWholeParsing();
    void tellsEveryBlockOfAnyPiece();
    void aLongFenceIsNotParsedAgain();
    void longRepliesStayCheap();
    void htmlIsTextAndImagesAreLinks();
    void deepNestingIsBounded();
    void listsAreRows();
    void aLongTableGoesOnInFurtherBlocks();
    void chineseLinesJoinWithoutASpace();
    void emphasisStandsBesideChinese_data();
    void emphasisStandsBesideChinese();
};

void MarkdownStreamTest::emphasisStandsBesideChinese_data()
{
    QTest::addColumn<QString>("source");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* source, const char* expected) {
        QTest::newRow(source) << QString::fromUtf8(source) << QString::fromUtf8(expected);
    };
    row("**注意：**请保存", "<b>注意：</b>请保存");
    row("他说**“好”**。", "他说<b>“好”</b>。");
    row("**“甲”**和**“乙”**的区别", "<b>“甲”</b>和<b>“乙”</b>的区别");
    row("用*（斜体）*写", "用<i>（斜体）</i>写");
    row("旧~~“价”~~新", "旧<s>“价”</s>新");
    row("**重要（必读）**：看", "<b>重要（必读）</b>：看");
    row("これは**「強調」**です", "これは<b>「強調」</b>です");
    row("이것은**(강조)**입니다", "이것은<b>(강조)</b>입니다");
    row("**`代码`**的", "<b><span>代码</span></b>的");
    row("**普通**文字", "<b>普通</b>文字");
    // What was never emphasis stays text, and code is not touched.
    row("二乘三：2 * 3，五*（六）", "二乘三：2 * 3，五*（六）");
    row("`的**“码”**的`", "<span>的**“码”**的</span>");
    row("**a.**b", "**a.**b");
}

void MarkdownStreamTest::emphasisStandsBesideChinese()
{
    QFETCH(QString, source);
    QFETCH(const QString, expected);
    QString shown = MarkdownStream::parseAll(source, {}).value(0).text;
    static const QRegularExpression attributes(QStringLiteral("<(\\w+) [^>]*>"));
    QCOMPARE(shown.replace(attributes, QStringLiteral("<\\1>")), expected);
    const Block fenced = MarkdownStream::parseAll(QStringLiteral("```\n%1\n```").arg(source), {}).value(0);
    QCOMPARE(fenced.text, source);
}

void MarkdownStreamTest::chineseLinesJoinWithoutASpace()
{
    const auto plain = [](const char* markdown) {
        return buildBlocks(markdown, {}, Footnotes::No).blocks.value(0).plain;
    };
    QCOMPARE(plain("你好，\n随时提问。"), QStringLiteral("你好，随时提问。"));
    QCOMPARE(plain("你好\n**世界**"), QStringLiteral("你好世界"));
    QCOMPARE(plain("你好\nQwill"), QStringLiteral("你好 Qwill"));
    QCOMPARE(plain("one\ntwo"), QStringLiteral("one two"));
    QCOMPARE(plain("안녕\n하세요"), QStringLiteral("안녕 하세요"));
}

void MarkdownStreamTest::everySplitEndsAsOneParse()
{
    const QStringList texts = samples();
    QVERIFY(texts.size() >= 10);
    for (const QString& text : texts) {
        const Blocks whole = MarkdownStream::parseAll(text, {});
        for (qsizetype split = 0; split <= text.size(); ++split) {
            MarkdownStream stream;
            Blocks view;
            applyTo(view, stream, stream.append(QStringView(text).first(split)));
            QVERIFY(looksLike(view, stream.blocks()));
            applyTo(view, stream, stream.append(QStringView(text).sliced(split)));
            QVERIFY(looksLike(view, stream.blocks()));
            applyTo(view, stream, stream.finish());
            QVERIFY2(stream.blocks() == whole, qPrintable(text));
            QVERIFY(looksLike(view, whole));
        }
    }
}

void MarkdownStreamTest::characterByCharacterEndsAsOneParse()
{
    QRandomGenerator random(1);
    for (int round = 0; round < 300; ++round) {
        const QString text = randomMarkdown(random, 14);
        MarkdownStream stream;
        Blocks view;
        for (qsizetype i = 0; i < text.size(); ++i)
            applyTo(view, stream, stream.append(QStringView(text).sliced(i, 1)));
        QVERIFY2(looksLike(view, stream.blocks()), qPrintable(text));
        applyTo(view, stream, stream.finish());
        QVERIFY2(looksLike(view, MarkdownStream::parseAll(text, {})), qPrintable(text));
    }
}

void MarkdownStreamTest::closedBlocksNeverChangeBeforeTheEnd()
{
    QRandomGenerator random(2);
    for (int round = 0; round < 300; ++round) {
        const QString text = randomMarkdown(random, 14);
        MarkdownStream stream;
        Blocks closed;
        for (qsizetype i = 0; i < text.size(); ++i) {
            stream.append(QStringView(text).sliced(i, 1));
            QVERIFY(stream.blocks().size() >= closed.size());
            for (qsizetype b = 0; b < closed.size(); ++b)
                QVERIFY2(stream.blocks()[b] == closed[b], qPrintable(text));
            while (closed.size() < stream.blocks().size() && stream.blocks()[closed.size()].closed)
                closed.append(stream.blocks()[closed.size()]);
        }
    }
}

// The optimisation must not be seen: without link definitions and footnotes, what streaming shows once all is there
// is what a whole parse shows, so that finish() has nothing to repaint.
void MarkdownStreamTest::tailParsingEqualsWholeParsing()
{
    QRandomGenerator random(3);
    for (int round = 0; round < 3000; ++round) {
        const QString text = randomMarkdown(random, 12) + QStringLiteral("\n");
        MarkdownStream stream;
        qsizetype at = 0;
        while (at < text.size()) {
            const qsizetype n = std::min<qsizetype>(1 + random.bounded(9), text.size() - at);
            stream.append(QStringView(text).sliced(at, n));
            at += n;
        }
        QVERIFY2(looksLike(stream.blocks(), MarkdownStream::parseAll(text, {})), qPrintable(text));
    }
}

// A piece that closes one fence and opens the next told of the first only, and a view that counts rows went astray.
void MarkdownStreamTest::tellsEveryBlockOfAnyPiece()
{
    QRandomGenerator random(4);
    for (int round = 0; round < 1000; ++round) {
        const QString text = randomMarkdown(random, 40);
        MarkdownStream stream;
        Blocks view;
        for (qsizetype at = 0; at < text.size();) {
            const qsizetype n = std::min<qsizetype>(1 + random.bounded(120), text.size() - at);
            const BlockChange change = stream.append(QStringView(text).sliced(at, n));
            QVERIFY2(change.first + change.removed <= view.size(), qPrintable(text.first(at + n)));
            applyTo(view, stream, change);
            QVERIFY2(looksLike(view, stream.blocks()), qPrintable(text.first(at + n)));
            at += n;
        }
    }
}

void MarkdownStreamTest::aLongFenceIsNotParsedAgain()
{
    MarkdownStream stream;
    stream.append(u"intro\n\n```cpp\n");
    for (int i = 0; i < 20000; ++i)
        QCOMPARE(stream.append(u"int a = 1;\n"), (BlockChange{1, 1, 1}));
    QCOMPARE(stream.openBytes(), 0);
    QCOMPARE(stream.blocks().size(), 2);
    QCOMPARE(stream.blocks()[1].language, QStringLiteral("cpp"));
    QCOMPARE(stream.blocks()[1].text.count(u'\n'), 19999);
    QVERIFY(stream.finish().isEmpty());
}

// The cost of an append late in a long reply is that of one early on: compared within one run, so that a slow machine
// does not matter.
void MarkdownStreamTest::longRepliesStayCheap()
{
    const QString paragraph =
        QStringLiteral("Some **text** with `code`, long enough to be a paragraph of a reply.\n\n");
    MarkdownStream stream;
    const auto stretch = [&](int count) {
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < count; ++i)
            for (qsizetype at = 0; at < paragraph.size(); at += 4)
                stream.append(QStringView(paragraph).sliced(at, std::min<qsizetype>(4, paragraph.size() - at)));
        return timer.nsecsElapsed();
    };
    const auto early = stretch(300);
    stretch(3000);
    const auto late = stretch(300);
    QVERIFY2(late < 4 * early, qPrintable(QStringLiteral("early %1 ns, late %2 ns").arg(early).arg(late)));
}

void MarkdownStreamTest::htmlIsTextAndImagesAreLinks()
{
    const Blocks blocks = MarkdownStream::parseAll(
        u"a <script>x</script> <img src=http://e/x> ![alt](http://e/p.png)\n\n<iframe src=http://e/></iframe>\n", {});
    QCOMPARE(blocks.size(), 2);
    QVERIFY(!blocks[0].text.contains(QStringLiteral("<script")));
    QVERIFY(!blocks[0].text.contains(QStringLiteral("<img")));
    QVERIFY(blocks[0].text.contains(QStringLiteral("&lt;script&gt;")));
    QVERIFY(blocks[0].text.contains(QStringLiteral("<a href=\"http://e/p.png\"")));
    QCOMPARE(blocks[1].kind, BlockKind::Html);
    const Blocks quoted = MarkdownStream::parseAll(u"[x](http://e/\"onclick=alert(1))\n", {});
    QVERIFY(!quoted[0].text.contains(QStringLiteral("\"onclick")));
}

void MarkdownStreamTest::deepNestingIsBounded()
{
    MarkdownStream stream;
    stream.append(QString(20000, u'>') + QStringLiteral(" deep\n\n") + QStringLiteral("- ").repeated(3000)
                  + QStringLiteral("x\n\n") + QString(20000, u'*') + QString(5000, u'['));
    stream.finish();
    for (const Block& block : stream.blocks())
        QVERIFY(block.quoteDepth <= 64 && block.indent <= 64);
}

// What streams into its end changes the last block alone.
void MarkdownStreamTest::aLongTableGoesOnInFurtherBlocks()
{
    MarkdownStream stream;
    stream.append(u"intro\n\n| head | b |\n|---|--:|\n");
    Blocks view = stream.blocks();
    for (int row = 0; row < 200; ++row) {
        const BlockChange change = stream.append(QStringLiteral("| row %1 | 1 |\n").arg(row));
        QCOMPARE_GE(change.first, view.size() - 1);
        applyTo(view, stream, change);
    }
    QVERIFY(looksLike(view, stream.blocks()));
    QVERIFY(view.size() >= 6 && view.size() <= 9);
    QString plain;
    for (qsizetype at = 1; at < view.size(); ++at) {
        QCOMPARE(view[at].kind, BlockKind::Table);
        QCOMPARE(view[at].level, at == 1 ? 0 : 1);
        QVERIFY(view[at].text.contains(QStringLiteral(">head</th>")));
        plain += view[at].plain;
    }
    QCOMPARE(plain.count(QStringLiteral("head")), 1); // found once
    QCOMPARE(plain.count(QStringLiteral("row ")), 200);
    stream.finish();
    QVERIFY(looksLike(view, stream.blocks()));
}

void MarkdownStreamTest::listsAreRows()
{
    const Blocks blocks = MarkdownStream::parseAll(u"3. a\n4. b\n   - c\n\n     second\n- [x] done\n", {});
    QCOMPARE(blocks.size(), 5);
    QCOMPARE(blocks[0].marker, QStringLiteral("3."));
    QCOMPARE(blocks[1].marker, QStringLiteral("4."));
    QCOMPARE(blocks[2].marker, QStringLiteral("•"));
    QCOMPARE(blocks[2].indent, 2);
    QCOMPARE(blocks[3].marker, QString());
    QCOMPARE(blocks[4].marker, QStringLiteral("☑"));
}

QTEST_GUILESS_MAIN(MarkdownStreamTest)
#include "markdown_stream_test.moc"

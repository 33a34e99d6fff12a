// What a search shows around a match.
#include "store/search_snippet.h"

#include <QTest>

namespace qwill::app {
namespace {

class SearchSnippetTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsAsText_data();
    void readsAsText();
    void staysWholeAtTheEdges();
};

void SearchSnippetTest::readsAsText_data()
{
    QTest::addColumn<QString>("content");
    QTest::addColumn<QString>("shown"); // the match in [ ]
    const auto row = [](const char* name, const char* content, const char* shown) {
        QTest::newRow(name) << QString::fromUtf8(content) << QString::fromUtf8(shown);
    };
    row("all of it", "a word here", "a [word] here");
    row("as it is written", "a WORD here", "a [WORD] here");
    row("emphasis and code", "**one** `word` and ```cpp\nint x;\n```", "one [word] and int x; ");
    row("heading and table", "## The word\n\n| a | b |", "The [word] a b ");
    row("names keep their marks", "call my_word_list * 2", "call my_[word]_list * 2");
    row("whole words",
        "A sentence that is long enough to be cut before the place where the word stands, and that goes on after it "
        "for "
        "quite a while, as sentences do.",
        "…that is long enough to be cut before the place where the [word] stands, and that goes on after it for quite "
        "a "
        "while, as…");
    row("no spaces",
        "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五"
        "六七八九十前word后",
        "…二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五"
        "六七八九十前[word]后");
    row("nothing found", "other", "");
}

void SearchSnippetTest::readsAsText()
{
    QFETCH(const QString, content);
    QFETCH(const QString, shown);
    QCOMPARE(searchSnippet(content, QStringLiteral("word")).replace(QChar(0xE000), u'[').replace(QChar(0xE001), u']'),
             shown);
}

// Characters outside of the basic plane are two units: none is cut in half, however long the text.
void SearchSnippetTest::staysWholeAtTheEdges()
{
    for (int shift = 0; shift < 2; ++shift) {
        const QString faces = QStringLiteral("😀").repeated(100);
        const QString content = faces + QString(shift, u'x') + QStringLiteral("word") + QString(shift, u'x') + faces;
        const QString shown = searchSnippet(content, QStringLiteral("word"));
        QVERIFY(shown.isValidUtf16());
        QVERIFY(shown.size() > 100);
    }
}

} // namespace
} // namespace qwill::app

QTEST_GUILESS_MAIN(qwill::app::SearchSnippetTest)
#include "search_snippet_test.moc"

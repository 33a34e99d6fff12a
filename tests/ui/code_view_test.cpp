// Code as lines and on the page: written in any pieces it looks as if written at once; long code does not hold up the
// window, and only what is in view is laid out.

#include "code_view.h"

#include <QElapsedTimer>
#include <QQuickWindow>
#include <QSignalSpy>
#include <QTest>

using namespace qwill::ui;

namespace {

const QString kCode =
    QStringLiteral("/* a comment\n   over lines */\nint main()\n{\n    const char* s = R\"(raw\n\"text)\";\n"
                   "    return 0x2A + 1; // end\n}\n#define X 1\n/* open again\n");

// One colour a character, all lines.
QStringList looks(const CodeLines& lines)
{
    QStringList all;
    for (int line = 0; line < lines.count(); ++line) {
        const QStringView text = lines.line(line);
        QString look(text.size(), u'.');
        for (const QTextLayout::FormatRange& range : lines.formats(line))
            for (int at = range.start; at < range.start + range.length && at < look.size(); ++at)
                look[at] = QChar(u'A' + range.format.foreground().color().rgb() % 26);
        all.append(text.toString() + u'|' + look);
    }
    return all;
}

struct Page {
    CodeLanguages languages;
    CodeLines code;

    explicit Page(const QString& language = QStringLiteral("cpp")) { code.setLook(&languages, language, true); }
};

class View : public CodeView {
public:
    explicit View(CodeLanguages& languages)
    {
        setProperty("languages", QVariant::fromValue(&languages));
        setProperty("language", QStringLiteral("cpp"));
        QFont font(QStringLiteral("monospace"));
        font.setPixelSize(13);
        setProperty("font", font);
        componentComplete();
    }
    using CodeView::updatePolish;

    void fit() { setSize({implicitWidth(), implicitHeight()}); }
};

} // namespace

class CodeViewTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void inPiecesAsAtOnce_data()
    {
        QTest::addColumn<int>("step");
        for (const int step : {1, 2, 3, 7, 40})
            QTest::addRow("%d", step) << step;
    }
    void inPiecesAsAtOnce()
    {
        QFETCH(int, step);
        Page whole, pieces;
        whole.code.setText(kCode);
        whole.code.colourAll();
        for (qsizetype at = 0; at < kCode.size(); at += step) {
            pieces.code.setText(kCode.first(std::min(kCode.size(), at + step)));
            if (at % 3 == 0)
                pieces.code.colourAll();
        }
        pieces.code.colourAll();
        QCOMPARE(pieces.code.text(), kCode);
        QCOMPARE(looks(pieces.code), looks(whole.code));
        QCOMPARE(whole.code.count(), kCode.count(u'\n') + 1);
    }
    void coloursSomething()
    {
        Page page;
        page.code.setText(kCode);
        page.code.colourAll();
        QVERIFY(!page.code.formats(1).isEmpty()); // the state went on from the line before
    }
    void onlyTheLastLineChangesWhenTextIsAppended()
    {
        Page page;
        page.code.setText(kCode);
        page.code.colourAll();
        QSignalSpy coloured(&page.code, &CodeLines::coloured);
        const int last = page.code.count() - 1;
        QCOMPARE(page.code.setText(kCode + QStringLiteral("more")), last);
        page.code.colourAll();
        QCOMPARE(coloured.size(), 1);
        QCOMPARE(coloured[0][0].toInt(), last);
        QCOMPARE(coloured[0][1].toInt(), last);
    }
    void aChangedMiddleIsColouredAgain()
    {
        Page page, whole;
        page.code.setText(kCode);
        page.code.colourAll();
        const QString changed = QString(kCode).replace(QStringLiteral("over lines */"), QStringLiteral("over lines"));
        QCOMPARE(page.code.setText(changed), 1);
        page.code.colourAll();
        whole.code.setText(changed);
        whole.code.colourAll();
        QCOMPARE(looks(page.code), looks(whole.code));
    }
    void theOtherThemeHasOtherColours()
    {
        Page page;
        page.code.setText(kCode);
        page.code.colourAll();
        const QStringList dark = looks(page.code);
        page.code.setLook(&page.languages, QStringLiteral("cpp"), false);
        page.code.colourAll();
        QVERIFY(looks(page.code) != dark);
        page.code.setLook(&page.languages, QStringLiteral("cpp"), true);
        page.code.colourAll();
        QCOMPARE(looks(page.code), dark);
    }
    void longCodeIsColouredInSlices()
    {
        Page page;
        page.code.setText(QStringLiteral("int warm;\n")); // the definition is read once
        page.code.colourAll();
        page.code.setText(QString());
        page.code.setText(QStringLiteral("const std::string text = \"value\"; // comment\n").repeated(5000));
        page.code.colourTo(5000);
        QVERIFY(page.code.colouredLines() < 5000); // it came back before the end
        QSignalSpy coloured(&page.code, &CodeLines::coloured);
        QTRY_COMPARE_WITH_TIMEOUT(page.code.colouredLines(), 5001, 60000);
        QCOMPARE(coloured.last()[1].toInt(), 5000);
    }
    void anUnknownLanguageIsPlain()
    {
        Page page(QStringLiteral("frobnicate"));
        page.code.setText(kCode);
        page.code.colourAll();
        QVERIFY(page.code.formats(2).isEmpty());
    }
    void marksWhatWasFound()
    {
        Page page;
        page.code.setFound(QStringLiteral("MAIN"), Qt::yellow);
        page.code.setText(kCode);
        page.code.colourAll();
        bool marked = false;
        int end = 0;
        for (const QTextLayout::FormatRange& range : page.code.formats(2)) {
            QVERIFY(range.start >= end); // in order and apart
            end = range.start + range.length;
            if (range.format.background().color() == QColor(Qt::yellow)) {
                QCOMPARE(page.code.line(2).sliced(range.start, range.length), QStringLiteral("main"));
                marked = true;
            }
        }
        QVERIFY(marked);
    }
    void onlyWhatIsInViewIsLaidOut()
    {
        CodeLanguages languages;
        View view(languages);
        view.setText(QStringLiteral("int a = 1; // one\n").repeated(5000));
        view.fit();
        QCOMPARE(view.height(), 5001 * view.pitch());
        view.setProperty("shownFrom", 1000 * view.pitch());
        view.setProperty("shownTo", 1040 * view.pitch());
        view.updatePolish();
        QCOMPARE_LE(view.laidOutLines(), 42);
        view.setText(view.text() + QStringLiteral("x")); // far below: nothing of the view changes
        QCOMPARE_GE(view.laidOutLines(), 40);
        QCOMPARE(view.selectedText(), QString());
    }
    void growsAsItIsWritten()
    {
        CodeLanguages languages;
        View pieces(languages), whole(languages);
        const QString text = kCode + QStringLiteral("\tint 数 = 1; // 中文注释 and a rather long line\nx");
        for (qsizetype at = 0; at <= text.size(); ++at)
            pieces.setText(text.first(at));
        whole.setText(text);
        QCOMPARE(pieces.implicitWidth(), whole.implicitWidth());
        QCOMPARE(pieces.implicitHeight(), whole.implicitHeight());
        QCOMPARE(whole.implicitHeight(), (text.count(u'\n') + 1) * whole.pitch());
    }
    void wrapsLongLines()
    {
        CodeLanguages languages;
        View pieces(languages), whole(languages);
        for (View* view : {&pieces, &whole}) {
            view->setProperty("wrap", true);
            view->setSize({200, 100});
        }
        const QString text = QStringLiteral("short\n") + QString(200, u'x') + QStringLiteral("\n中") + QString(80, u'y')
            + QStringLiteral("\nend");
        for (qsizetype at = 0; at <= text.size(); ++at)
            pieces.setText(text.first(at));
        whole.setText(text);
        QVERIFY(whole.implicitHeight() >= 8 * whole.pitch());
        QCOMPARE(pieces.implicitHeight(), whole.implicitHeight());
        QCOMPARE(pieces.end(), whole.end());
        whole.setProperty("wrap", false);
        QCOMPARE(whole.implicitHeight(), 4 * whole.pitch());
    }
    void selectsWhereTheMouseIs()
    {
        CodeLanguages languages;
        View view(languages);
        view.setText(QStringLiteral("first line\nsecond_word here\nthird"));
        view.fit();
        const double column = view.end().x() / 5; // "third"
        const int at = view.positionAt(3 * column + 1, 1.5 * view.pitch());
        QCOMPARE(at, 14);
        view.select(at, view.positionAt(1000, 2.5 * view.pitch()));
        QCOMPARE(view.selectedText(), QStringLiteral("ond_word here\nthird"));
        view.selectWordAt(2 * column, 1.5 * view.pitch());
        QCOMPARE(view.selectedText(), QStringLiteral("second_word"));
        view.selectAll();
        QCOMPARE(view.selectedText(), view.text());
        view.setText(QStringLiteral("x"));
        QCOMPARE(view.selectedText(), QString());
        QCOMPARE(view.positionAt(-5, -5), 0);
        QCOMPARE(view.positionAt(500, 500), 1);
    }
};

QTEST_MAIN(CodeViewTest)

#include "code_view_test.moc"

// Code in a document: written in any pieces it looks as if written at once; long code does not hold up the window.

#include "code_document.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>
#include <QTextDocument>

using namespace qwill::ui;

namespace {

const QString kCode =
    QStringLiteral("/* a comment\n   over lines */\nint main()\n{\n    const char* s = R\"(raw\n\"text)\";\n"
                   "    return 0x2A + 1; // end\n}\n#define X 1\n/* open again\n");

// One colour a character, all lines.
QStringList looks(const QTextDocument& document)
{
    QStringList lines;
    for (QTextBlock line = document.begin(); line.isValid(); line = line.next()) {
        QString look(line.text().size(), u'.');
        for (const QTextLayout::FormatRange& range : line.layout()->formats())
            for (int at = range.start; at < range.start + range.length && at < look.size(); ++at)
                look[at] = QChar(u'A' + range.format.foreground().color().rgb() % 26);
        lines.append(line.text() + u'|' + look);
    }
    return lines;
}

struct Page {
    CodeLanguages languages;
    QTextDocument document;
    CodeDocument code;

    explicit Page(const QString& language = QStringLiteral("cpp"))
    {
        document.documentLayout(); // without one a document does not say what changes
        code.setLanguages(&languages);
        code.setLanguage(language);
        code.setDocument(&document);
    }
};

} // namespace

class CodeDocumentTest : public QObject {
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
        QCOMPARE(pieces.document.toPlainText(), kCode);
        QCOMPARE(looks(pieces.document), looks(whole.document));
    }
    void coloursSomething()
    {
        Page page;
        page.code.setText(kCode);
        page.code.colourAll();
        const QTextBlock comment = page.document.findBlockByNumber(1);
        QVERIFY(!comment.layout()->formats().isEmpty()); // the state went on from the line before
    }
    void appendsOnlyWhatIsNew()
    {
        Page page;
        page.code.setText(kCode);
        page.code.colourAll();
        QList<std::pair<int, int>> changes;
        connect(&page.document, &QTextDocument::contentsChange, this, [&](int at, int removed, int added) {
            if (removed != added)
                changes.append({at, added - removed});
        });
        page.code.setText(kCode + QStringLiteral("more"));
        QCOMPARE(changes, (QList<std::pair<int, int>>{{static_cast<int>(kCode.size()), 4}}));
    }
    void aChangedMiddleIsColouredAgain()
    {
        Page page, whole;
        page.code.setText(kCode);
        page.code.colourAll();
        const QString changed = QString(kCode).replace(QStringLiteral("over lines */"), QStringLiteral("over lines"));
        page.code.setText(changed);
        page.code.colourAll();
        whole.code.setText(changed);
        whole.code.colourAll();
        QCOMPARE(looks(page.document), looks(whole.document));
    }
    void theOtherThemeHasOtherColours()
    {
        Page page;
        page.code.setText(kCode);
        page.code.colourAll();
        const QStringList dark = looks(page.document);
        page.code.setDark(false);
        page.code.colourAll();
        QVERIFY(looks(page.document) != dark);
        page.code.setDark(true);
        page.code.colourAll();
        QCOMPARE(looks(page.document), dark);
    }
    void longCodeIsColouredInSlices()
    {
        Page page;
        page.code.setText(QStringLiteral("int warm;\n")); // the definition is read once
        page.code.colourAll();
        page.code.setText(QString());
        page.code.setText(QStringLiteral("const std::string text = \"value\"; // comment\n").repeated(5000));
        QVERIFY(page.code.colouredLines() < 5000); // setText came back before the end
        QSignalSpy done(&page.code, &CodeDocument::coloured);
        QVERIFY(done.wait(60000));
        QCOMPARE(page.code.colouredLines(), 5001);
    }
    // A TextEdit draws lines anew when the document says that they changed; dirty contents alone say nothing.
    void tellsWhatIsColouredLater()
    {
        Page page;
        page.code.setText(kCode);
        page.code.colourAll();
        QSignalSpy changes(&page.document, &QTextDocument::contentsChanged);
        page.code.setDark(false);
        page.code.colourAll();
        QVERIFY(!changes.isEmpty());
    }
    void anUnknownLanguageIsPlain()
    {
        Page page(QStringLiteral("frobnicate"));
        page.code.setText(kCode);
        page.code.colourAll();
        QCOMPARE(page.document.toPlainText(), kCode);
        QVERIFY(page.document.findBlockByNumber(2).layout()->formats().isEmpty());
    }
    void marksWhatWasFound()
    {
        Page page;
        page.code.setFoundColor(Qt::yellow);
        page.code.setText(kCode);
        page.code.setFound(QStringLiteral("MAIN"));
        page.code.colourAll();
        bool marked = false;
        int end = 0;
        for (const QTextLayout::FormatRange& range : page.document.findBlockByNumber(2).layout()->formats()) {
            QVERIFY(range.start >= end); // in order and apart
            end = range.start + range.length;
            marked |= range.start == 4 && range.length == 4 && range.format.background().color() == Qt::yellow;
        }
        QVERIFY(marked);
    }
};

QTEST_MAIN(CodeDocumentTest)
#include "code_document_test.moc"

// The translations are whole: no message is unfinished, each keeps the places of its figures, and nothing in the source
// is missing from them.

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QSet>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

using namespace Qt::StringLiterals;

namespace {

struct Text {
    QString context, source, comment;
    QStringList translations; // one for each plural form
    bool finished = true;
    bool plural = false;

    QString key() const { return context + u'\x1f' + source + u'\x1f' + comment; }
};

QList<Text> readTexts(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QXmlStreamReader xml(&file);
    QList<Text> texts;
    QString context;
    while (!xml.atEnd()) {
        if (!xml.readNextStartElement())
            continue;
        const auto name = xml.name();
        if (name == "name"_L1) {
            context = xml.readElementText();
        } else if (name == "message"_L1) {
            Text text;
            text.context = context;
            text.plural = xml.attributes().value("numerus"_L1) == "yes"_L1;
            texts.append(text);
        } else if (name == "source"_L1) {
            texts.last().source = xml.readElementText();
        } else if (name == "comment"_L1) {
            texts.last().comment = xml.readElementText();
        } else if (name == "translation"_L1) {
            texts.last().finished = xml.attributes().value("type"_L1).isEmpty();
            if (!texts.last().plural)
                texts.last().translations.append(xml.readElementText());
        } else if (name == "numerusform"_L1) {
            texts.last().translations.append(xml.readElementText());
        }
    }
    return texts;
}

// %1, %L2, %n: what is filled in, in any order.
QSet<QString> placesIn(const QString& text)
{
    static const QRegularExpression place(u"%L?(\\d+|n)"_s);
    QSet<QString> places;
    for (auto it = place.globalMatch(text); it.hasNext();)
        places.insert(it.next().captured(1));
    return places;
}

QString lupdate()
{
    const QString found = QStandardPaths::findExecutable(u"lupdate"_s);
    return found.isEmpty() ? QStandardPaths::findExecutable(u"lupdate"_s, {u"/usr/lib/qt6/bin"_s}) : found;
}

} // namespace

class TranslationsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isWhole_data();
    void isWhole();
    void namesEveryContext();
    void knowsEveryStringOfTheSource();
};

void TranslationsTest::isWhole_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<qsizetype>("forms"); // of a plural
    QTest::newRow("Chinese") << u"translations/qwill_zh_CN.ts"_s << qsizetype(1);
    QTest::newRow("English plurals") << u"translations/qwill_en.ts"_s << qsizetype(2);
}

void TranslationsTest::isWhole()
{
    QFETCH(QString, file);
    QFETCH(qsizetype, forms);
    const QList<Text> texts = readTexts(file);
    QVERIFY(texts.size() > 5);
    for (const Text& text : texts) {
        QVERIFY2(text.finished, qPrintable(text.key()));
        QCOMPARE(text.translations.size(), text.plural ? forms : qsizetype(1));
        for (const QString& translation : text.translations) {
            QVERIFY2(!translation.isEmpty(), qPrintable(text.key()));
            QSet<QString> places = placesIn(translation);
            if (text.plural)
                places.insert(u"n"_s); // "one chat" may say it without the figure
            QVERIFY2(places == placesIn(text.source), qPrintable(text.key() + u" / "_s + translation));
        }
    }
}

// Without its context's name a string is never found when the program runs.
void TranslationsTest::namesEveryContext()
{
    for (const Text& text : readTexts(u"translations/qwill_zh_CN.ts"_s))
        QVERIFY2(!text.context.isEmpty(), qPrintable(text.source));
}

void TranslationsTest::knowsEveryStringOfTheSource()
{
    if (lupdate().isEmpty())
        QSKIP("lupdate is not installed");
    const QTemporaryDir dir;
    const QString fresh = dir.filePath(u"fresh.ts"_s);
    QProcess process;
    process.start(lupdate(),
                  {u"-recursive"_s, u"app"_s, u"ui"_s, u"-extensions"_s, u"cpp,h,qml"_s, u"-locations"_s, u"none"_s,
                   u"-target-language"_s, u"zh_CN"_s, u"-silent"_s, u"-ts"_s, fresh});
    QVERIFY(process.waitForFinished(60'000));
    QCOMPARE(process.exitCode(), 0);
    QSet<QString> known;
    for (const Text& text : readTexts(u"translations/qwill_zh_CN.ts"_s))
        known.insert(text.key());
    const QList<Text> all = readTexts(fresh);
    QVERIFY(all.size() > 100);
    QStringList missing;
    for (const Text& text : all)
        if (!known.contains(text.key()))
            missing.append(text.context + u": "_s + text.source);
    QVERIFY2(missing.isEmpty(), qPrintable(u"Run translations/update.sh and translate:\n"_s + missing.join(u'\n')));
}

QTEST_GUILESS_MAIN(TranslationsTest)
#include "translations_test.moc"

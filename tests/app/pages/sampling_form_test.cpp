// Good values are taken, bad ones refused with a sentence, and what holds where nothing stands is shown.

#include "engine_host.h"
#include "sampling_form.h"
#include "settings.h"

#include <QAbstractItemModelTester>
#include <QJsonArray>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace qwill::app;
using namespace Qt::StringLiterals;

namespace {

enum Row { Temperature, TopK, TopP, MinP, Repetition, Presence, Frequency, Seed, MaxTokens, Stop };

QString text(const SamplingForm& form, int row, int role = SamplingForm::TextRole)
{
    return form.data(form.index(row), role).toString();
}

} // namespace

class SamplingFormTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void takesAndRefuses_data();
    void takesAndRefuses();
    void stopStringsKeepTheirLineBreaks();
    void emptyResets();
    void keepsWhatItDoesNotKnow();
    void aChatShowsTheDefaults();
    void whatIsEnteredIsUsed();
};

void SamplingFormTest::takesAndRefuses_data()
{
    QTest::addColumn<int>("row");
    QTest::addColumn<QString>("entered");
    QTest::addColumn<bool>("taken");
    QTest::addColumn<QString>("shown");

    QTest::newRow("decimal") << int(Temperature) << u" 0.7 "_s << true << u"0.7"_s;
    QTest::newRow("zero") << int(Temperature) << u"0"_s << true << u"0"_s;
    QTest::newRow("too hot") << int(Temperature) << u"2.1"_s << false << QString();
    QTest::newRow("cold") << int(Temperature) << u"-1"_s << false << QString();
    QTest::newRow("word") << int(Temperature) << u"warm"_s << false << QString();
    QTest::newRow("nan") << int(Temperature) << u"nan"_s << false << QString();
    QTest::newRow("infinite") << int(Temperature) << u"inf"_s << false << QString();
    QTest::newRow("top-k") << int(TopK) << u"40"_s << true << u"40"_s;
    QTest::newRow("half a top-k") << int(TopK) << u"2.5"_s << false << QString();
    QTest::newRow("top-p above 1") << int(TopP) << u"1.01"_s << false << QString();
    QTest::newRow("min-p") << int(MinP) << u"0.05"_s << true << u"0.05"_s;
    QTest::newRow("no penalty of 0") << int(Repetition) << u"0"_s << false << QString();
    QTest::newRow("penalty") << int(Repetition) << u"1.05"_s << true << u"1.05"_s;
    QTest::newRow("negative presence") << int(Presence) << u"-2"_s << true << u"-2"_s;
    QTest::newRow("frequency") << int(Frequency) << u"-2.01"_s << false << QString();
    QTest::newRow("the largest seed") << int(Seed) << u"18446744073709551615"_s << true << u"18446744073709551615"_s;
    QTest::newRow("a larger seed") << int(Seed) << u"18446744073709551616"_s << false << QString();
    QTest::newRow("negative seed") << int(Seed) << u"-1"_s << false << QString();
    QTest::newRow("max tokens") << int(MaxTokens) << u"500"_s << true << u"500"_s;
    QTest::newRow("no tokens") << int(MaxTokens) << u"0"_s << false << QString();
    QTest::newRow("too many tokens") << int(MaxTokens) << u"262145"_s << false << QString();
}

void SamplingFormTest::takesAndRefuses()
{
    QFETCH(int, row);
    QFETCH(QString, entered);
    QFETCH(bool, taken);
    QFETCH(QString, shown);
    SamplingForm form;
    const QAbstractItemModelTester tester(&form);
    const QSignalSpy edited(&form, &SamplingForm::edited);
    const QString problem = form.enter(row, entered);
    QCOMPARE(problem.isEmpty(), taken);
    QCOMPARE(edited.size(), taken ? 1 : 0);
    QCOMPARE(text(form, row), shown);
    QCOMPARE(form.setCount(), taken ? 1 : 0);
}

void SamplingFormTest::stopStringsKeepTheirLineBreaks()
{
    SamplingForm form;
    QCOMPARE(form.enter(Stop, u"END\n\\n\\n\n\nC:\\\\n\n \n\\"_s), QString());
    const QJsonArray wanted{u"END"_s, u"\n\n"_s, u"C:\\n"_s, u" "_s, u"\\"_s};
    QCOMPARE(form.values()["stop"_L1].toArray(), wanted);
    // What is shown, entered again, is the same.
    const QString shown = text(form, Stop);
    form.reset(Stop);
    QVERIFY(!form.values().contains("stop"_L1));
    form.enter(Stop, shown);
    QCOMPARE(form.values()["stop"_L1].toArray(), wanted);
}

void SamplingFormTest::emptyResets()
{
    SamplingForm form;
    form.enter(Temperature, u"0.3"_s);
    form.enter(Seed, u"7"_s);
    QCOMPARE(form.setCount(), 2);
    QCOMPARE(form.enter(Temperature, u"  "_s), QString());
    QVERIFY(!form.values().contains("temperature"_L1));
    form.resetAll();
    QCOMPARE(form.values(), QJsonObject());
    const QSignalSpy edited(&form, &SamplingForm::edited);
    form.resetAll();
    QVERIFY(edited.isEmpty());
    QCOMPARE(form.enter(99, u"1"_s), QString());
    QCOMPARE(form.enter(-1, u"1"_s), QString());
}

void SamplingFormTest::keepsWhatItDoesNotKnow()
{
    SamplingForm form;
    form.setValues({{u"grammar"_s, u"json"_s}, {u"topK"_s, 3}});
    form.enter(TopK, u"4"_s);
    QCOMPARE(form.values()["grammar"_L1].toString(), u"json"_s);
    form.resetAll();
    QCOMPARE(form.values(), (QJsonObject{{u"grammar"_s, u"json"_s}}));
}

void SamplingFormTest::aChatShowsTheDefaults()
{
    const QTemporaryDir dir;
    Settings settings(dir.filePath(u"s.ini"_s));
    settings.setSampling({{u"temperature"_s, 0.25}});
    EngineHost host;
    SamplingForm form;
    form.setSettings(&settings);
    form.setHost(&host);
    const QString ofModel = text(form, Temperature, SamplingForm::PlaceholderRole);
    QVERIFY(!ofModel.isEmpty());
    form.setOfChat(true);
    QCOMPARE(text(form, Temperature, SamplingForm::PlaceholderRole), u"0.25"_s);
    QCOMPARE(text(form, TopK, SamplingForm::PlaceholderRole), ofModel); // nothing set there
    QSignalSpy changed(&form, &QAbstractItemModel::dataChanged);
    settings.setSampling({{u"temperature"_s, 0.5}});
    QVERIFY(!changed.isEmpty());
    QCOMPARE(text(form, Temperature, SamplingForm::PlaceholderRole), u"0.5"_s);
}

void SamplingFormTest::whatIsEnteredIsUsed()
{
    const QTemporaryDir dir;
    const Settings settings(dir.filePath(u"s.ini"_s));
    SamplingForm form;
    form.enter(Temperature, u"0.2"_s);
    form.enter(TopK, u"5"_s);
    form.enter(Seed, u"42"_s);
    form.enter(MaxTokens, u"9"_s);
    form.enter(Stop, u"END"_s);
    const auto params = settings.samplingFor({}, form.values());
    QCOMPARE(params.temperature, 0.2f);
    QCOMPARE(params.topK, 5);
    QCOMPARE(params.seed.value_or(0), 42u);
    const auto stop = settings.stopFor(form.values());
    QCOMPARE(stop.maxTokens, 9);
    QCOMPARE(stop.strings.size(), 1u);
}

QTEST_GUILESS_MAIN(SamplingFormTest)
#include "sampling_form_test.moc"

// What is chosen is kept, what is nonsense is bounded, and a chat's own values win over the defaults.

#include "settings.h"

#include <QJsonArray>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace qwill::app;

class SettingsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everythingIsKept();
    void nonsenseIsBounded();
    void theNearerChoiceWins();
    void stopsAreMerged();
};

void SettingsTest::everythingIsKept()
{
    const QTemporaryDir dir;
    const QString file = dir.filePath(QStringLiteral("qwill.ini"));
    {
        Settings s(file);
        QSignalSpy changed(&s, &Settings::changed);
        s.setTheme(Settings::Theme::Light);
        s.setTheme(Settings::Theme::Light);
        QCOMPARE(changed.size(), 1);
        s.setLanguage(QStringLiteral("zh_CN"));
        s.setFontScale(1.25);
        s.setReduceMotion(true);
        s.setSendKey(Settings::SendKey::CtrlEnter);
        s.setSidebarVisible(false);
        s.setSidebarWidth(300);
        s.setModelPath(QStringLiteral("/模型/m.gguf"));
        s.setContextLength(32768);
        s.setWeights(4);
        s.setKv(3);
        s.setDevice(1);
        s.setThreads(6);
        s.setUnloadAfterMinutes(5);
        s.setSampling(
            {{QStringLiteral("temperature"), 0.3}, {QStringLiteral("seed"), QStringLiteral("18446744073709551615")}});
        s.setMaxTokens(700);
        s.setSystemPrompt(QStringLiteral("Line one;\n\"two\", 三"));
        s.setWindowGeometry(QByteArray("\0\1x", 3));
    }
    const Settings s(file);
    QVERIFY(s.theme() == Settings::Theme::Light);
    QCOMPARE(s.language(), QStringLiteral("zh_CN"));
    QCOMPARE(s.fontScale(), 1.25);
    QCOMPARE(s.reduceMotion(), true);
    QCOMPARE(s.sendKey(), Settings::SendKey::CtrlEnter);
    QCOMPARE(s.sidebarVisible(), false);
    QCOMPARE(s.sidebarWidth(), 300);
    QCOMPARE(s.modelPath(), QStringLiteral("/模型/m.gguf"));
    QCOMPARE(s.contextLength(), 32768);
    QCOMPARE(s.weights(), 4);
    QCOMPARE(s.kv(), 3);
    QCOMPARE(s.device(), 1);
    QCOMPARE(s.threads(), 6);
    QCOMPARE(s.unloadAfterMinutes(), 5);
    QCOMPARE(s.samplingFor({}, {}).seed, std::optional<std::uint64_t>(18446744073709551615ull));
    QCOMPARE(s.maxTokens(), 700);
    QCOMPARE(s.systemPrompt(), QStringLiteral("Line one;\n\"two\", 三"));
    QCOMPARE(s.windowGeometry(), QByteArray("\0\1x", 3));
}

void SettingsTest::nonsenseIsBounded()
{
    const QTemporaryDir dir;
    const QString file = dir.filePath(QStringLiteral("qwill.ini"));
    {
        QSettings raw(file, QSettings::IniFormat);
        raw.setValue(QStringLiteral("window/theme"), 99);
        raw.setValue(QStringLiteral("window/fontScale"), QStringLiteral("huge"));
        raw.setValue(QStringLiteral("model/contextLength"), -5);
        raw.setValue(QStringLiteral("model/weights"), 1000);
        raw.setValue(QStringLiteral("chat/sampling"), QStringLiteral("{not json"));
    }
    Settings s(file);
    QVERIFY(s.theme() == Settings::Theme::Dark);
    QCOMPARE(s.fontScale(), 0.8);
    QVERIFY(s.contextLength() > 0);
    QCOMPARE(s.weights(), 0);
    QVERIFY(s.sampling().isEmpty());
    s.setFontScale(100);
    QCOMPARE(s.fontScale(), 2.0);
    s.setSampling({{QStringLiteral("temperature"), -1}, {QStringLiteral("topP"), 7}, {QStringLiteral("topK"), -3}});
    const auto params = s.samplingFor({}, {});
    QCOMPARE(params.temperature, 0.0f);
    QCOMPARE(params.topP, 1.0f);
    QCOMPARE(params.topK, 0);
}

void SettingsTest::theNearerChoiceWins()
{
    const QTemporaryDir dir;
    Settings s(dir.filePath(QStringLiteral("qwill.ini")));
    qwill::engine::ModelInfo model;
    model.recommendedSampling.temperature = 0.6f;
    model.recommendedSampling.topK = 33;
    model.recommendedSampling.minP = 0.05f;
    s.setSampling(
        {{QStringLiteral("topK"), 44}, {QStringLiteral("minP"), 0.1}, {QStringLiteral("seed"), QStringLiteral("7")}});
    const auto params = s.samplingFor(model, {{QStringLiteral("minP"), 0.2}, {QStringLiteral("seed"), QString()}});
    QCOMPARE(params.temperature, 0.6f); // the model's
    QCOMPARE(params.topK, 44); // the person's
    QCOMPARE(params.minP, 0.2f); // this chat's
    QVERIFY(!params.seed); // which draws anew
}

void SettingsTest::stopsAreMerged()
{
    const QTemporaryDir dir;
    Settings s(dir.filePath(QStringLiteral("qwill.ini")));
    QCOMPARE(s.stopFor({}).maxTokens, -1);
    s.setMaxTokens(50);
    s.setSampling({{QStringLiteral("stop"), QJsonArray{QStringLiteral("END"), QString()}}});
    QCOMPARE(s.stopFor({}).maxTokens, 50);
    QCOMPARE(s.stopFor({}).strings, std::vector<std::string>{"END"});
    const auto own = s.stopFor({{QStringLiteral("maxTokens"), 9}, {QStringLiteral("stop"), QJsonArray()}});
    QCOMPARE(own.maxTokens, 9);
    QVERIFY(own.strings.empty());
}

QTEST_GUILESS_MAIN(SettingsTest)
#include "settings_test.moc"

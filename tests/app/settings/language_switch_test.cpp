// The language changes while everything runs: Qwill's words, Qt's words, and the way numbers are written.

#include "engine_text.h"
#include "language_switch.h"
#include "settings.h"

#include <QCoreApplication>
#include <QLocale>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace qwill::app;
using namespace Qt::StringLiterals;

class LanguageSwitchTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void choosesALanguage();
    void switchesAtRunTime();
    void translatesTheEngine_data();
    void translatesTheEngine();
    void tellsFollowersOnce();
};

void LanguageSwitchTest::choosesALanguage()
{
    const QLocale german(QLocale::German);
    const QLocale chinese(QLocale::Chinese, QLocale::China);
    const QLocale taiwan(QLocale::Chinese, QLocale::TraditionalHanScript, QLocale::Taiwan);
    QCOMPARE(LanguageSwitch::languageFor(u"zh_CN"_s, german), u"zh_CN"_s);
    QCOMPARE(LanguageSwitch::languageFor(u"en"_s, chinese), u"en"_s);
    QCOMPARE(LanguageSwitch::languageFor({}, chinese), u"zh_CN"_s);
    QCOMPARE(LanguageSwitch::languageFor({}, german), u"en"_s);
    QCOMPARE(LanguageSwitch::languageFor({}, taiwan), u"en"_s); // there is no traditional translation
    QCOMPARE(LanguageSwitch::languageFor(u"klingon"_s, chinese), u"zh_CN"_s);
}

void LanguageSwitchTest::switchesAtRunTime()
{
    const QTemporaryDir dir;
    Settings settings(dir.filePath(u"s.ini"_s));
    settings.setLanguage(u"en"_s);
    LanguageSwitch language(settings);
    const auto ours = [] { return QCoreApplication::translate("qwill::app::ConversationListModel", "Today"); };
    const auto plural = [](int n) {
        return QCoreApplication::translate("ReplyFigures", "%n token(s)", "of a reply", n);
    };
    QCOMPARE(ours(), u"Today"_s);
    QCOMPARE(plural(1), u"1 token"_s);
    QCOMPARE(plural(3), u"3 tokens"_s);
    QSignalSpy switched(&language, &LanguageSwitch::switched);
    settings.setLanguage(u"zh_CN"_s);
    QCOMPARE(switched.size(), 1);
    QCOMPARE(language.current(), u"zh_CN"_s);
    QCOMPARE(ours(), u"今天"_s);
    QCOMPARE(QCoreApplication::translate("FileDialog", "File name"), u"文件名"_s); // Qt's words that only we translate
    QCOMPARE(QLocale().language(), QLocale::Chinese);
    settings.setLanguage(u"en"_s);
    QCOMPARE(ours(), u"Today"_s);
    QCOMPARE(QLocale().language(), QLocale::English);
    settings.setFontScale(1.5); // another setting
    QCOMPARE(switched.size(), 2);
}

void LanguageSwitchTest::translatesTheEngine_data()
{
    QTest::addColumn<QString>("english");
    QTest::addColumn<QString>("kept"); // what must stay in it as it is
    QTest::addColumn<bool>("known");

    QTest::newRow("device") << u"The CPU was asked for: the CPU's avx512vnni kernels."_s << u"avx512vnni"_s << true;
    QTest::newRow("sentences") << u"Qwill's CUDA module was not built for the Tesla T4 (sm_75). The CPU computes, with "
                                  "its avx2 kernels."_s
                               << u"Tesla T4 (sm_75)"_s << true;
    QTest::newRow("known, then unknown") << u"There is no NVIDIA driver. The flux capacitor is empty."_s << u"flux"_s
                                         << true;
    QTest::newRow("unknown sentences") << u"Who knows. Nobody. "_s << u"Who knows. Nobody. "_s << false;
    QTest::newRow("path") << u"There is no model at /a/%1/%2 b."_s << u"/a/%1/%2 b"_s << true;
    QTest::newRow("two") << u"Cannot read /x/%2: No such file or directory."_s << u"/x/%2"_s << true;
    QTest::newRow("line break") << u"There is no file a\nb."_s << u"a\nb"_s << true;
    QTest::newRow("unknown") << u"The flux capacitor is empty."_s << u"flux"_s << false;
    QTest::newRow("empty") << QString() << QString() << false;
}

void LanguageSwitchTest::translatesTheEngine()
{
    QFETCH(QString, english);
    QFETCH(QString, kept);
    QFETCH(bool, known);
    const QTemporaryDir dir;
    Settings settings(dir.filePath(u"s.ini"_s));
    settings.setLanguage(u"en"_s);
    const LanguageSwitch language(settings);
    QCOMPARE(engineText(english.toStdString()), english);
    settings.setLanguage(u"zh_CN"_s);
    const QString chinese = engineText(english.toStdString());
    QCOMPARE(chinese != english, known);
    QVERIFY2(chinese.contains(kept), qPrintable(chinese));
}

void LanguageSwitchTest::tellsFollowersOnce()
{
    const QTemporaryDir dir;
    Settings settings(dir.filePath(u"s.ini"_s));
    settings.setLanguage(u"en"_s);
    const LanguageSwitch language(settings);
    int told = 0;
    auto context = std::make_unique<QObject>();
    whenLanguageChanges(context.get(), [&told] { ++told; });
    settings.setLanguage(u"zh_CN"_s);
    QTRY_COMPARE(told, 1);
    QCoreApplication::processEvents();
    QCOMPARE(told, 1);
    context.reset();
    settings.setLanguage(u"en"_s);
    QCoreApplication::processEvents();
    QCOMPARE(told, 1);
}

QTEST_GUILESS_MAIN(LanguageSwitchTest)
#include "language_switch_test.moc"

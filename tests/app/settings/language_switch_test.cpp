// The language changes while everything runs: Qwill's words, Qt's words, and the way numbers are written.

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
    QCOMPARE(QLocale().language(), QLocale::Chinese);
    settings.setLanguage(u"en"_s);
    QCOMPARE(ours(), u"Today"_s);
    QCOMPARE(QLocale().language(), QLocale::English);
    settings.setFontScale(1.5); // another setting
    QCOMPARE(switched.size(), 2);
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

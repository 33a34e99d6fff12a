// Pictures of the real application for README and for looking at it: `qwill_screenshots FOLDER [en|zh_CN] [WxH]`.
// Each picture is named after what it shows. QT_SCALE_FACTOR=2 makes them twice as fine.

#include "sample_profile.h"
#include "window_driver.h"

#include <QCommandLineParser>
#include <QDir>
#include <QGuiApplication>
#include <QTemporaryDir>

#include <cstdio>

namespace {

using namespace qwill;
using test::WindowDriver;

class Photographer {
public:
    Photographer(WindowDriver& driver, QString folder, QString suffix)
        : m_driver(driver),
          m_folder(std::move(folder)),
          m_suffix(std::move(suffix))
    {
    }

    void take(const QString& name)
    {
        // What was asked for is laid out in the first frame; formulas are typeset on a thread of their own.
        m_driver.grab();
        m_driver.waitUntil([] { return false; }, 900);
        const QString file = QDir(m_folder).filePath(name + m_suffix + QStringLiteral(".png"));
        if (m_driver.grab().save(file))
            std::printf("%s\n", qPrintable(file));
        else
            std::fprintf(stderr, "%s could not be written\n", qPrintable(file));
    }

private:
    WindowDriver& m_driver;
    QString m_folder;
    QString m_suffix;
};

void takeAll(WindowDriver& driver, Photographer& camera, const QString& language)
{
    const bool chinese = language.startsWith(QLatin1String("zh"));
    const auto page = [&](const char* name) { driver.window().setProperty("page", QByteArray(name).toInt()); };
    driver.waitUntil([&] { return driver.application().host()->state() == app::EngineHost::State::Ready; });
    camera.take(QStringLiteral("empty"));

    const app::ConversationId sample = test::fillSampleProfile(driver.application().store(), language);
    driver.application().chats()->open(sample);
    driver.waitUntil([&] { return driver.chat().transcript()->rowCount() > 8; });
    if (QQuickItem* messages = driver.waitForNamed(chinese ? QStringLiteral("消息") : QStringLiteral("Messages")))
        messages->forceActiveFocus();
    driver.key(Qt::Key_Home);
    camera.take(QStringLiteral("code"));
    driver.key(Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
    driver.waitUntil([] { return false; }, 200);
    driver.type(chinese ? QStringLiteral("单词") : QStringLiteral("words"));
    driver.waitUntil([] { return false; }, 500);
    camera.take(QStringLiteral("search"));
    driver.key(Qt::Key_Escape);
    driver.waitUntil([] { return false; }, 400);
    driver.key(Qt::Key_K, Qt::ControlModifier);
    camera.take(QStringLiteral("palette"));
    driver.key(Qt::Key_Escape);

    driver.application().chats()->startNew();
    const bool said = driver.say(chinese ? QStringLiteral("Qwill 能做什么？") : QStringLiteral("What can Qwill do?"));
    if (!said)
        std::fprintf(stderr, "the guide did not answer\n");
    camera.take(QStringLiteral("chat"));
    page("1");
    camera.take(QStringLiteral("models"));
    page("2");
    camera.take(QStringLiteral("settings"));
    page("0");
}

} // namespace

int main(int argc, char** argv)
{
    QGuiApplication gui(argc, argv);
    QGuiApplication::setApplicationName(QStringLiteral("qwill"));
    const QStringList arguments = QGuiApplication::arguments();
    if (arguments.size() < 2 || !QDir().mkpath(arguments[1])) {
        std::fprintf(stderr, "usage: qwill_screenshots FOLDER [en|zh_CN] [WxH] [dark|light]\n");
        return 2;
    }
    const QString language = arguments.value(2, QStringLiteral("en"));
    const QStringList size = arguments.value(3, QStringLiteral("1180x780")).split(QLatin1Char('x'));
    const bool light = arguments.value(4) == QLatin1String("light");

    const QTemporaryDir profile;
    {
        app::Settings settings(profile.filePath(QStringLiteral("settings.ini")));
        settings.setLanguage(language);
        settings.setTheme(light ? app::Settings::Theme::Light : app::Settings::Theme::Dark);
    }
    WindowDriver driver(profile.path());
    if (!driver.isOpen())
        return 1;
    driver.resize(size.value(0).toInt(), size.value(1).toInt());
    const QString suffix = QLatin1Char('-') + language + (light ? QStringLiteral("-light") : QString());
    Photographer camera(driver, arguments[1], suffix);
    takeAll(driver, camera, language);
    for (const QString& warning : driver.warnings())
        std::fprintf(stderr, "%s\n", qPrintable(warning));
    return driver.warnings().isEmpty() ? 0 : 1;
}

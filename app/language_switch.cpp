#include "language_switch.h"

#include "settings.h"

#include <QCoreApplication>
#include <QEvent>
#include <QLibraryInfo>
#include <QLocale>

#include <utility>

namespace qwill::app {

namespace {

// What Qt's own catalogues leave in English of its file dialog, which stands in where a desktop has none: it finds
// these in ours.
[[maybe_unused]] constexpr const char* kOfQt[] = {
    QT_TRANSLATE_NOOP("FileDialog", "File name"), QT_TRANSLATE_NOOP("FileDialog", "Filter"),
    QT_TRANSLATE_NOOP("FileDialog", "Overwrite file?"),
    QT_TRANSLATE_NOOP("FileDialog", "“%1” already exists.\nDo you want to replace it?")};

using namespace Qt::StringLiterals;

// Several translators come and go in one switch; the follower is called once, when all are in place.
class LanguageFollower : public QObject {
public:
    LanguageFollower(QObject* context, std::function<void()> follow) : QObject(context), m_follow(std::move(follow))
    {
        QCoreApplication::instance()->installEventFilter(this);
    }

    bool eventFilter(QObject* watched, QEvent* event) override
    {
        if (watched == QCoreApplication::instance() && event->type() == QEvent::LanguageChange && !m_pending) {
            m_pending = true;
            QMetaObject::invokeMethod(
                this,
                [this] {
                    m_pending = false;
                    m_follow();
                },
                Qt::QueuedConnection);
        }
        return false;
    }

private:
    std::function<void()> m_follow;
    bool m_pending = false;
};

bool isChinese(const QLocale& locale)
{
    return locale.language() == QLocale::Chinese && locale.script() != QLocale::TraditionalHanScript;
}

} // namespace

LanguageSwitch::LanguageSwitch(Settings& settings, QObject* parent) : QObject(parent), m_settings(settings)
{
    apply();
    connect(&settings, &Settings::changed, this, &LanguageSwitch::apply);
}

LanguageSwitch::~LanguageSwitch() = default;

QString LanguageSwitch::languageFor(const QString& wish, const QLocale& system)
{
    if (wish == "en"_L1 || wish == "zh_CN"_L1)
        return wish;
    return isChinese(system) ? u"zh_CN"_s : u"en"_s;
}

void LanguageSwitch::apply()
{
    const QLocale system = QLocale::system();
    const QString language = languageFor(m_settings.language(), system);
    if (language == m_current)
        return;
    m_current = language;
    // The system's own way with numbers and dates where it speaks the same language.
    const QLocale spoken(language);
    QLocale::setDefault(spoken.language() == system.language() ? system : spoken);
    m_translators.clear(); // a translator leaves the application as it goes
    install(u"qwill_"_s + language, u":/i18n"_s);
    for (const QString& part : {u"qtbase_"_s, u"qtdeclarative_"_s})
        install(part + language, QLibraryInfo::path(QLibraryInfo::TranslationsPath));
    Q_EMIT switched();
}

void LanguageSwitch::install(const QString& name, const QString& folder)
{
    auto translator = std::make_unique<QTranslator>();
    if (!translator->load(name, folder))
        return; // Qt speaks English without
    QCoreApplication::installTranslator(translator.get());
    m_translators.push_back(std::move(translator));
}

void whenLanguageChanges(QObject* context, std::function<void()> follow)
{
    new LanguageFollower(context, std::move(follow));
}

} // namespace qwill::app

#pragma once
// LanguageSwitch: makes the whole window speak the language of Settings::language, at once and while it is open:
// Qwill's own translation, Qt's, and the way numbers and dates are written. GUI thread.

#include <QObject>
#include <QString>
#include <QTranslator>

#include <functional>
#include <memory>
#include <vector>

class QLocale;

namespace qwill::app {

class Settings;

class LanguageSwitch : public QObject {
    Q_OBJECT

public:
    // Switches at once, then whenever the setting changes. `settings` outlives it.
    explicit LanguageSwitch(Settings& settings, QObject* parent = nullptr);
    ~LanguageSwitch() override;

    QString current() const { return m_current; } // "en" or "zh_CN"

    // The language there is for a wish ("en", "zh_CN"; empty or unknown = the system's); English where none fits.
    static QString languageFor(const QString& wish, const QLocale& system);

Q_SIGNALS:
    void switched(); // after QEvent::LanguageChange

private:
    void apply();
    void install(const QString& name, const QString& folder);

    Settings& m_settings;
    QString m_current;
    std::vector<std::unique_ptr<QTranslator>> m_translators;
};

// Calls `follow` once after each switch, as long as `context` lives: for objects that keep translated text.
void whenLanguageChanges(QObject* context, std::function<void()> follow);

} // namespace qwill::app

#pragma once
// WindowMemory: the window comes back where it was left, with the size it had, unless that place is off every screen.
// GUI thread.

#include <QObject>
#include <QRect>
#include <QTimer>
#include <QWindow>

namespace qwill::app {
class Settings;
}

namespace qwill::ui {

class WindowMemory : public QObject {
    Q_OBJECT

public:
    // Puts `window` back at once, and keeps what becomes of it. Both outlive this.
    WindowMemory(QWindow& window, app::Settings& settings, QObject* parent = nullptr);
    ~WindowMemory() override;

private:
    void restore();
    void noteChange();
    void keepNormal();
    void save();

    QWindow& m_window;
    app::Settings& m_settings;
    QRect m_normal; // place and size while neither maximised nor full-screen
    QTimer m_soon;
};

} // namespace qwill::ui

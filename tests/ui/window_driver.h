#pragma once
// WindowDriver: the real window over a profile of its own, driven as a person does: by what is written on things, with
// keys and the mouse. Things are found by their accessible names, so what a screen reader cannot find, neither can a
// test. GUI thread.

#include "application.h"

#include <QQmlApplicationEngine>
#include <QQuickItem>
#include <QQuickWindow>
#include <QString>

#include <functional>
#include <memory>

namespace qwill::test {

class WindowDriver {
public:
    enum class Load { Now, Later };
    // Opens the window over the profile in `folder`; `model` empty = the built-in guide.
    explicit WindowDriver(const QString& folder, const QString& model = {}, Load load = Load::Now);
    ~WindowDriver(); // as quitting does

    app::Application& application() { return *m_application; }
    app::ChatSession& chat() { return *m_application->chats()->current(); }
    QQuickWindow& window() { return *m_window; }
    bool isOpen() const { return m_window != nullptr; }
    const QStringList& warnings() const { return m_warnings; } // of QML since it was opened

    // Visible items whose accessible name is `name`; the first in the tree's order, or null.
    QQuickItem* named(const QString& name) const;
    QQuickItem* waitForNamed(const QString& name, int timeoutMs = 5000) const;
    QQuickItem* namedIn(QQuickItem& parent, const QString& name) const;
    bool clickIn(QQuickItem& parent, const QString& name); // waits for it
    bool click(const QString& name, Qt::MouseButton button = Qt::LeftButton);
    void click(QQuickItem& item, Qt::MouseButton button = Qt::LeftButton);
    void hover(QQuickItem& item);
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier);
    void type(const QString& text); // into what has the focus
    void compose(const QString& preedit); // an input method's unfinished text
    void commit(const QString& text); // and its end

    // The draft is replaced by `text`, sent with Enter, and the reply waited for.
    bool say(const QString& text, int timeoutMs = 60000);
    bool waitUntil(const std::function<bool()>& condition, int timeoutMs = 10000) const;
    bool waitIdle(int timeoutMs = 60000);

    void resize(int width, int height);
    QImage grab();

private:
    QStringList m_warnings;
    std::unique_ptr<app::Application> m_application;
    std::unique_ptr<QQmlApplicationEngine> m_qml;
    QQuickWindow* m_window = nullptr;
};

} // namespace qwill::test

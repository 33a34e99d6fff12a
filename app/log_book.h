#pragma once
// LogBook: the last lines the program said about itself, for the log view and for a report. Takes over Qt's messages
// while it lives, and passes them on to whoever had them before. Lines may come from any thread; the rest on the GUI
// thread. One at a time.

#include <QMutex>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QtQmlIntegration>

namespace qwill::app {

class LogBook : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The application owns the log")
    Q_PROPERTY(QString text READ text NOTIFY changed) // oldest line first

public:
    explicit LogBook(QObject* parent = nullptr);
    ~LogBook() override;

    QString text() const;
    void add(const QString& line); // any thread; the time is put before it

Q_SIGNALS:
    void changed(); // once for many lines

private:
    static void receive(QtMsgType type, const QMessageLogContext& context, const QString& message);

    mutable QMutex m_mutex; // guards the two below
    QStringList m_lines;
    bool m_told = false; // a queued changed() is on its way
    QtMessageHandler m_before = nullptr;
};

} // namespace qwill::app

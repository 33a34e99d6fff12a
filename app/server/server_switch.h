#pragma once
// ServerSwitch: the local server as the window shows it: on or off, where it listens, the key, what it does. Follows
// the settings; listens on this machine only. GUI thread.

#include "server/live_request_model.h"
#include "server/local_server.h"

#include <QObject>
#include <QString>
#include <QStringList>
#include <QtQmlIntegration>

namespace qwill::app {

class Settings;

class ServerSwitch : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The application owns the server's switch")
    Q_PROPERTY(bool running READ isRunning NOTIFY changed)
    Q_PROPERTY(QString address READ address NOTIFY changed) // "http://127.0.0.1:7945/v1", also while it is off
    Q_PROPERTY(QString problem READ problem NOTIFY changed) // why it is not running, though it should
    Q_PROPERTY(QString key READ key NOTIFY changed) // empty while none is asked for
    Q_PROPERTY(qwill::app::LiveRequestModel* live READ live CONSTANT)
    Q_PROPERTY(QString log READ log NOTIFY logChanged) // the last requests, oldest first; nothing of their text

public:
    // `keyFile`: where the key is kept, readable by its owner alone. All outlive it.
    ServerSwitch(EngineGate& gate, Settings& settings, QString keyFile, QObject* parent = nullptr);

    bool isRunning() const { return m_server.isRunning(); }
    QString address() const;
    QString problem() const { return m_problem; }
    QString key() const { return QString::fromLatin1(m_key); }
    LiveRequestModel* live() { return &m_live; }
    QString log() const { return m_log.join(u'\n'); }

    Q_INVOKABLE void renewKey(); // the old one is worth nothing from now on

Q_SIGNALS:
    void changed();
    void logChanged();

private:
    // What the settings ask for, to see whether it changed.
    struct Wish {
        bool on = false;
        int port = 0;
        bool asksKey = false;
        bool operator==(const Wish&) const = default;
    };
    Wish wish() const;
    void follow();
    void restart();
    void readKey();
    void note(const AnsweredRequest& request);

    Settings& m_settings;
    QString m_keyFile;
    LocalServer m_server;
    LiveRequestModel m_live;
    QStringList m_log;
    QByteArray m_key;
    QString m_problem;
    Wish m_followed;
};

} // namespace qwill::app

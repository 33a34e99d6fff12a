#pragma once
// LocalServer: the API's switch: starts the OpenAiServer on a thread of its own and stops it, and tells what it does.
// GUI thread (of `qwill serve`, the main thread).

#include "server/openai_server.h"

#include <QObject>
#include <QThread>

#include <memory>

namespace qwill::app {

class LocalServer : public QObject {
    Q_OBJECT

public:
    // The gate outlives it.
    explicit LocalServer(EngineGate& gate, QObject* parent = nullptr);
    ~LocalServer() override; // waits for the thread; what is under way gets an error

    // A sentence when it cannot listen. A running one is stopped first.
    QString start(const ServerSettings& settings);
    void stop();
    // Takes no new requests; stopped() when those under way are answered, or after `graceMs` without their rest.
    void drain(int graceMs);

    bool isRunning() const { return m_server != nullptr; }
    quint16 port() const { return m_port; }

Q_SIGNALS:
    void stopped();
    void liveChanged(const QList<qwill::app::LiveRequest>& live);
    void answered(const qwill::app::AnsweredRequest& request);

private:
    EngineGate& m_gate;
    QThread m_thread;
    QObject* m_home = nullptr; // lives on the thread: what is to be done there is asked of it
    OpenAiServer* m_server = nullptr; // lives on the thread
    quint16 m_port = 0;
};

} // namespace qwill::app

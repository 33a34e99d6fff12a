#include "server/local_server.h"

#include <QTimer>

#include <utility>

namespace qwill::app {

LocalServer::LocalServer(EngineGate& gate, QObject* parent) : QObject(parent), m_gate(gate), m_home(new QObject)
{
    m_thread.setObjectName(QStringLiteral("http"));
    m_home->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_home, &QObject::deleteLater);
    m_thread.start();
}

LocalServer::~LocalServer()
{
    stop();
    m_thread.quit();
    m_thread.wait();
}

// The thread never waits for this one, so this one may wait for it.
QString LocalServer::start(const ServerSettings& settings)
{
    stop();
    QString problem;
    QMetaObject::invokeMethod(
        m_home,
        [&] {
            auto server = std::make_unique<OpenAiServer>(m_gate, settings);
            problem = server->listen();
            if (!problem.isEmpty())
                return;
            m_port = server->port();
            m_server = server.release();
        },
        Qt::BlockingQueuedConnection);
    if (m_server) {
        connect(m_server, &OpenAiServer::liveChanged, this, &LocalServer::liveChanged);
        connect(m_server, &OpenAiServer::answered, this, &LocalServer::answered);
        connect(m_server, &OpenAiServer::drained, this, [this, server = m_server] {
            if (server == m_server)
                stop();
        });
    }
    return problem;
}

void LocalServer::stop()
{
    if (!m_server)
        return;
    QMetaObject::invokeMethod(
        m_home, [server = std::exchange(m_server, nullptr)] { delete server; }, Qt::BlockingQueuedConnection);
    m_port = 0;
    Q_EMIT liveChanged({});
    Q_EMIT stopped();
}

void LocalServer::drain(int graceMs)
{
    if (!m_server)
        return;
    QMetaObject::invokeMethod(m_server, &OpenAiServer::drain);
    QTimer::singleShot(graceMs, m_server, [server = m_server] { server->cutOff(); });
}

} // namespace qwill::app

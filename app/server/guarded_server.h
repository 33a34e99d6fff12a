#pragma once
// GuardedServer: the listening socket of the API, and what it lets in: connections that are metered (RequestMeter) and
// timed before Qt's HTTP parser sees a byte, so that neither a slow, a large nor a silent client costs anybody
// anything. HTTP thread.

#include "server/request_meter.h"

#include <QPointer>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>

#include <vector>

namespace qwill::app {

struct ConnectionLimits {
    RequestLimits request;
    int connections = 256;
    int headMs = 10'000; // from the first byte to the end of the head
    int bodyMs = 60'000; // from the head to the end of the body
    int idleMs = 120'000; // between requests
    int lingerMs = 2'000; // to read away what a refused client still sends
    qint64 unsentBytes = 4 * 1024 * 1024; // a client that reads nothing is dropped
};

class GuardedSocket : public QTcpSocket {
    Q_OBJECT

public:
    explicit GuardedSocket(const ConnectionLimits& limits, QObject* parent = nullptr);

    // Between these two the server works on a request, and the client may be silent.
    void beginAnswer();
    void endAnswer(); // all is written; closes when the client asked for it
    bool isAnswering() const { return m_answering; }
    bool isStuck() const { return bytesToWrite() > m_limits.unsentBytes; }

    // A last word from before or beside the HTTP parser, and then nothing more is read. `json` is the body.
    void refuse(int status, const char* reason, const QByteArray& json);

Q_SIGNALS:
    void refused(int status);

private:
    void meter();
    void closeWhenWritten();
    void expired();
    void arm();

    const ConnectionLimits m_limits;
    RequestMeter m_meter;
    RequestMeter::Stage m_timed = RequestMeter::Stage::Idle; // what m_timer is for
    QTimer m_timer;
    bool m_answering = false;
    bool m_refused = false; // or closing: what still comes is not read
};

class GuardedServer : public QTcpServer {
    Q_OBJECT

public:
    explicit GuardedServer(ConnectionLimits limits, QObject* parent = nullptr);

    GuardedSocket* socketOf(const QHostAddress& address, quint16 port); // null when it is gone
    int connectionCount();
    void closeIdle(); // connections with no request under way

Q_SIGNALS:
    void refused(int status);

protected:
    void incomingConnection(qintptr handle) override;

private:
    void forgetGone();

    const ConnectionLimits m_limits;
    std::vector<QPointer<GuardedSocket>> m_sockets;
};

} // namespace qwill::app

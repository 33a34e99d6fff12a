#include "server/guarded_server.h"

#include "server/api_error.h"

#include <QJsonDocument>

#include <utility>

namespace qwill::app {

using namespace Qt::StringLiterals;

namespace {

using Stage = RequestMeter::Stage;
using Fault = RequestMeter::Fault;

constexpr qint64 kPipelinedBytes = 64 * 1024; // read ahead while an answer is being written

QByteArray errorBody(int status, const QString& message, const QString& code = {})
{
    return QJsonDocument(notPermitted(status, message, code).toJson()).toJson(QJsonDocument::Compact);
}

} // namespace

GuardedSocket::GuardedSocket(const ConnectionLimits& limits, QObject* parent)
    : QTcpSocket(parent),
      m_limits(limits),
      m_meter(limits.request)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &GuardedSocket::expired);
    // Before Qt's parser connects, so before it reads.
    connect(this, &QIODevice::readyRead, this, &GuardedSocket::meter);
    m_timer.start(m_limits.headMs); // a new connection has something to say
}

void GuardedSocket::meter()
{
    if (!isOpen())
        return;
    if (m_refused) {
        readAll();
        return;
    }
    if (m_answering)
        return; // bytes of a next request wait in the buffer, which is bounded
    if (m_meter.stage() == Stage::Whole)
        m_meter.next();
    const QByteArray bytes = peek(bytesAvailable());
    qsizetype used = 0;
    switch (m_meter.feed(bytes, used)) {
    case Fault::None: arm(); return;
    case Fault::Malformed: refuse(400, "Bad Request", errorBody(400, u"This is not an HTTP/1.1 request."_s)); return;
    case Fault::HeadTooLarge:
        refuse(431, "Request Header Fields Too Large",
               errorBody(431, u"The headers are longer than %1 bytes."_s.arg(m_limits.request.headBytes)));
        return;
    case Fault::BodyTooLarge:
        refuse(413, "Content Too Large",
               errorBody(413, u"The body is longer than %1 bytes."_s.arg(m_limits.request.bodyBytes),
                         u"request_too_large"_s));
        return;
    case Fault::UnknownCoding:
        refuse(501, "Not Implemented", errorBody(501, u"Only the transfer coding 'chunked' is known here."_s));
        return;
    }
}

// The clock of a stage runs from its beginning: a byte now and then does not wind it up again.
void GuardedSocket::arm()
{
    const Stage stage = m_meter.stage();
    if (stage == Stage::Whole) { // beginAnswer() comes at once, unless the parser sees it otherwise
        m_timed = Stage::Whole;
        m_timer.start(m_limits.headMs);
    } else if (stage != m_timed) {
        m_timed = stage;
        m_timer.start(stage == Stage::Idle       ? m_limits.idleMs
                          : stage == Stage::Head ? m_limits.headMs
                                                 : m_limits.bodyMs);
    }
}

void GuardedSocket::expired()
{
    if (m_refused || m_timed == Stage::Idle || m_answering) {
        abort();
        return;
    }
    refuse(408, "Request Timeout", errorBody(408, u"The request did not arrive in time."_s));
}

void GuardedSocket::beginAnswer()
{
    m_answering = true;
    m_timer.stop();
    setReadBufferSize(kPipelinedBytes);
}

void GuardedSocket::endAnswer()
{
    m_answering = false;
    setReadBufferSize(0);
    if (m_meter.closesAfter()) {
        closeWhenWritten();
        return;
    }
    m_meter.next();
    m_timed = Stage::Whole; // so that arm() starts a clock
    arm();
}

// Not at once: Qt destroys a socket that closes when its answer ends, written or not.
void GuardedSocket::closeWhenWritten()
{
    m_refused = true;
    m_timed = Stage::Whole;
    m_timer.start(m_limits.bodyMs);
    const auto close = [this] {
        if (bytesToWrite() == 0)
            disconnectFromHost();
    };
    connect(this, &QIODevice::bytesWritten, this, close, Qt::QueuedConnection);
    QMetaObject::invokeMethod(this, close, Qt::QueuedConnection);
}

void GuardedSocket::refuse(int status, const char* reason, const QByteArray& json)
{
    if (std::exchange(m_refused, true))
        return;
    disconnect(this, &QIODevice::readyRead, nullptr, nullptr); // the parser's, too: it sees no byte of this
    connect(this, &QIODevice::readyRead, this, &GuardedSocket::meter);
    write("HTTP/1.1 " + QByteArray::number(status) + ' ' + reason
          + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
          + QByteArray::number(json.size()) + "\r\n\r\n" + json);
    Q_EMIT refused(status);
    // Closing with unread bytes would reset the connection, and the client might never read why.
    m_timed = Stage::Whole;
    m_timer.start(m_limits.lingerMs);
    readAll();
}

GuardedServer::GuardedServer(ConnectionLimits limits, QObject* parent) : QTcpServer(parent), m_limits(limits) { }

void GuardedServer::forgetGone()
{
    std::erase_if(m_sockets, [](const QPointer<GuardedSocket>& socket) { return socket.isNull(); });
}

void GuardedServer::incomingConnection(qintptr handle)
{
    forgetGone();
    auto* socket = new GuardedSocket(m_limits, this);
    socket->setSocketDescriptor(handle);
    if (static_cast<int>(m_sockets.size()) >= m_limits.connections) {
        connect(socket, &QAbstractSocket::disconnected, socket, &QObject::deleteLater);
        connect(socket, &GuardedSocket::refused, this, &GuardedServer::refused);
        socket->refuse(503, "Service Unavailable", errorBody(503, u"There are too many connections."_s));
        return;
    }
    connect(socket, &GuardedSocket::refused, this, &GuardedServer::refused);
    socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_sockets.emplace_back(socket);
    addPendingConnection(socket);
}

GuardedSocket* GuardedServer::socketOf(const QHostAddress& address, quint16 port)
{
    for (const QPointer<GuardedSocket>& socket : m_sockets)
        if (socket && socket->peerPort() == port && socket->peerAddress() == address)
            return socket;
    return nullptr;
}

int GuardedServer::connectionCount()
{
    forgetGone();
    return static_cast<int>(m_sockets.size());
}

void GuardedServer::closeIdle()
{
    for (const QPointer<GuardedSocket>& socket : m_sockets)
        if (socket && !socket->isAnswering())
            socket->disconnectFromHost();
}

} // namespace qwill::app

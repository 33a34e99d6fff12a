#include "server/http_reply.h"

#include <QJsonDocument>

#include <utility>

namespace qwill::app {

HttpReply::HttpReply(QHttpServerResponder responder, GuardedSocket* socket, const QByteArray& allowedOrigin)
    : m_responder(std::make_unique<QHttpServerResponder>(std::move(responder))),
      m_socket(socket),
      m_allowedOrigin(allowedOrigin)
{
    if (m_socket)
        m_socket->beginAnswer();
}

// Nobody is left without an answer.
HttpReply::~HttpReply()
{
    if (!m_responder)
        return;
    send(serverError(QStringLiteral("The request ended without an answer.")));
}

bool HttpReply::isGone() const
{
    return !m_socket || m_socket->state() != QAbstractSocket::ConnectedState;
}

// First the socket, then the responder: destroying it makes Qt read the next request.
void HttpReply::finish()
{
    if (m_socket)
        m_socket->endAnswer();
    m_responder.reset();
}

void HttpReply::drop()
{
    const std::unique_ptr<QHttpServerResponder> responder = std::move(m_responder); // goes after the socket has closed
    if (m_socket)
        m_socket->abort();
}

QHttpHeaders HttpReply::commonHeaders() const
{
    QHttpHeaders headers;
    headers.append(QHttpHeaders::WellKnownHeader::CacheControl, "no-store");
    headers.append(QHttpHeaders::WellKnownHeader::XContentTypeOptions, "nosniff");
    if (!m_allowedOrigin.isEmpty()) {
        headers.append(QHttpHeaders::WellKnownHeader::AccessControlAllowOrigin, m_allowedOrigin);
        headers.append(QHttpHeaders::WellKnownHeader::Vary, "Origin");
    }
    return headers;
}

void HttpReply::send(int status, const QByteArray& mimeType, const QByteArray& body, const QHttpHeaders& more)
{
    m_status = status;
    if (isGone()) {
        drop();
        return;
    }
    QHttpHeaders headers = commonHeaders();
    if (!mimeType.isEmpty())
        headers.append(QHttpHeaders::WellKnownHeader::ContentType, mimeType);
    for (qsizetype i = 0; i < more.size(); ++i)
        headers.append(more.nameAt(i), more.valueAt(i));
    m_responder->write(body, headers, static_cast<QHttpServerResponder::StatusCode>(status));
    finish();
}

void HttpReply::send(const QJsonObject& json, int status)
{
    send(status, "application/json", QJsonDocument(json).toJson(QJsonDocument::Compact));
}

void HttpReply::send(const ApiError& error)
{
    if (m_streaming) { // too late for a status: OpenAI's clients read the error as an event
        endEvents("data: " + QJsonDocument(error.toJson()).toJson(QJsonDocument::Compact) + "\n\n");
        m_status = error.status;
        return;
    }
    QHttpHeaders more;
    if (error.retryAfterSeconds > 0)
        more.append(QHttpHeaders::WellKnownHeader::RetryAfter, QByteArray::number(error.retryAfterSeconds));
    if (error.status == 401)
        more.append(QHttpHeaders::WellKnownHeader::WWWAuthenticate, "Bearer");
    send(error.status, "application/json", QJsonDocument(error.toJson()).toJson(QJsonDocument::Compact), more);
}

void HttpReply::beginEvents()
{
    if (isGone()) {
        drop();
        return;
    }
    m_status = 200;
    m_streaming = true;
    QHttpHeaders headers = commonHeaders();
    headers.append(QHttpHeaders::WellKnownHeader::ContentType, "text/event-stream; charset=utf-8");
    headers.append("X-Accel-Buffering", "no");
    m_responder->writeBeginChunked(headers);
}

bool HttpReply::events(const QByteArray& events)
{
    if (!m_responder)
        return false;
    if (isGone() || m_socket->isStuck()) {
        drop();
        return false;
    }
    if (!events.isEmpty())
        m_responder->writeChunk(events);
    return true;
}

void HttpReply::endEvents(const QByteArray& last)
{
    if (isGone()) {
        drop();
        return;
    }
    m_responder->writeEndChunked(last);
    finish();
}

} // namespace qwill::app

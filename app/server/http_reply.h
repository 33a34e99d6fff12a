#pragma once
// HttpReply: the answer to one request: whole, or as a stream of server-sent events. Wraps Qt's responder and the
// socket below it, so that a client that has gone or that does not read is noticed. HTTP thread.

#include "server/api_error.h"
#include "server/guarded_server.h"

#include <QByteArray>
#include <QHttpHeaders>
#include <QHttpServerResponder>
#include <QJsonObject>
#include <QPointer>

#include <memory>

namespace qwill::app {

class HttpReply {
public:
    HttpReply(QHttpServerResponder responder, GuardedSocket* socket, const QByteArray& allowedOrigin);
    HttpReply(HttpReply&&) = default;
    HttpReply& operator=(HttpReply&&) = delete;
    ~HttpReply();

    // Each ends the answer.
    void send(int status, const QByteArray& mimeType, const QByteArray& body, const QHttpHeaders& more = {});
    void send(const QJsonObject& json, int status = 200);
    void send(const ApiError& error);

    // A stream: beginEvents, then events …, then endEvents. False when the client is gone or reads nothing: it was cut
    // off.
    void beginEvents();
    bool events(const QByteArray& events);
    void endEvents(const QByteArray& last); // not empty
    bool isStreaming() const { return m_streaming; }

    bool isOver() const { return !m_responder; }
    int status() const { return m_status; } // what was answered; 0 = nothing yet
    GuardedSocket* socket() const { return m_socket; }
    void drop(); // the client is gone

    bool isGone() const;

private:
    void finish();
    QHttpHeaders commonHeaders() const;

    std::unique_ptr<QHttpServerResponder> m_responder; // null when over
    QPointer<GuardedSocket> m_socket;
    QByteArray m_allowedOrigin;
    bool m_streaming = false;
    int m_status = 0;
};

} // namespace qwill::app

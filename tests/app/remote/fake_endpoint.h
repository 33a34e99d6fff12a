#pragma once
// FakeEndpoint: a server of OpenAI's chat API that says exactly the bytes it is told, and then does what a bad one
// does. Tests only; one thread, with an event loop.

#include <QByteArray>
#include <QList>
#include <QTcpServer>
#include <QTcpSocket>
#include <QUrl>

namespace qwill::test {

class FakeEndpoint {
public:
    enum class Then { Close, Stall, Reset };

    FakeEndpoint()
    {
        m_server.listen(QHostAddress::LocalHost);
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this] {
            while (QTcpSocket* socket = m_server.nextPendingConnection()) {
                ++connections;
                QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] { read(socket); });
                QObject::connect(socket, &QTcpSocket::disconnected, socket, [this, socket] {
                    ++left;
                    socket->deleteLater();
                });
            }
        });
    }

    QUrl base() const { return QUrl(QStringLiteral("http://127.0.0.1:%1/v1").arg(m_server.serverPort())); }
    void close() { m_server.close(); }

    QByteArray answer; // the whole of it, with its head
    QByteArray models; // instead, where the path ends so
    Then then = Then::Close;
    QList<QByteArray> requests; // the whole of each
    int connections = 0;
    int left = 0; // connections that ended

    static QByteArray head(int status, const QByteArray& type)
    {
        return "HTTP/1.1 " + QByteArray::number(status) + " Some Reason\r\nContent-Type: " + type
            + "\r\nConnection: close\r\n\r\n";
    }
    static QByteArray stream(const QByteArray& events) { return head(200, "text/event-stream") + events; }
    static QByteArray delta(const QByteArray& text)
    {
        return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text
            + "\"},\"finish_reason\":null}]}\n\n";
    }
    static QByteArray finish(const QByteArray& reason = "stop")
    {
        return "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + reason
            + "\"}]}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,"
              "\"prompt_tokens_details\":{\"cached_tokens\":4}}}\n\ndata: [DONE]\n\n";
    }

private:
    void read(QTcpSocket* socket)
    {
        QByteArray request = socket->property("request").toByteArray() + socket->readAll();
        socket->setProperty("request", request);
        const qsizetype end = request.indexOf("\r\n\r\n");
        if (end < 0)
            return;
        qsizetype length = 0;
        for (const QByteArray& line : request.first(end).toLower().split('\n'))
            if (line.startsWith("content-length:"))
                length = line.mid(15).trimmed().toLongLong();
        if (request.size() < end + 4 + length)
            return;
        requests.append(request);
        socket->setProperty("request", QByteArray());
        const bool list = request.startsWith("GET /v1/models ") && !models.isEmpty();
        socket->write(list ? models : answer);
        if (then == Then::Close)
            socket->disconnectFromHost();
        else if (then == Then::Reset)
            socket->abort();
    }

    QTcpServer m_server;
};

} // namespace qwill::test

#pragma once
// A client of the API that sends exactly the bytes it is told and reads what comes, blocking. Tests only.

#include <QByteArray>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QList>
#include <QPair>
#include <QTcpSocket>

#include <optional>

namespace qwill::test {

struct ApiAnswer {
    int status = 0; // 0 = the connection ended without one
    QByteArray head;
    QByteArray body; // without the marks of chunks
    QJsonObject json() const { return QJsonDocument::fromJson(body).object(); }
    QByteArray header(const QByteArray& name) const;
    QList<QJsonObject> events() const; // of a stream; [DONE] left out
    QString errorCode() const { return json()[u"error"][u"code"].toString(); }
    QString text(int choice = 0) const; // of a chat reply, streamed or whole
};

class ApiClient {
public:
    explicit ApiClient(quint16 port)
    {
        m_socket.connectToHost(QStringLiteral("127.0.0.1"), port);
        m_socket.waitForConnected();
    }

    using Headers = QList<QPair<QByteArray, QByteArray>>;
    static QByteArray requestBytes(const QByteArray& method, const QByteArray& path, const QByteArray& body = {},
                                   const Headers& headers = {});
    void send(const QByteArray& bytes);
    void send(const QByteArray& path, const QJsonObject& body, const Headers& headers = {});
    ApiAnswer get(const QByteArray& path, const Headers& headers = {});
    ApiAnswer post(const QByteArray& path, const QJsonObject& body, const Headers& headers = {});
    ApiAnswer read(int timeoutMs = 30'000); // one whole answer
    bool readUntil(const QByteArray& mark, int timeoutMs = 30'000); // in what has come and was not read
    bool waitForClosed(int timeoutMs = 30'000);
    void abort() { m_socket.abort(); }
    QTcpSocket& socket() { return m_socket; }

private:
    std::optional<ApiAnswer> take();

    QTcpSocket m_socket;
    QByteArray m_received;
};

// A chat request of one message.
QJsonObject chatBody(const QString& text, int maxTokens = 8, bool stream = false);

} // namespace qwill::test

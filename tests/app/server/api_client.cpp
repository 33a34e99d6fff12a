#include "api_client.h"

#include <QElapsedTimer>

namespace qwill::test {

using namespace Qt::StringLiterals;

namespace {

// Bytes of a chunked body, or nothing while it is incomplete; `end` is behind it.
std::optional<QByteArray> unchunk(const QByteArray& bytes, qsizetype at, qsizetype& end)
{
    QByteArray body;
    while (true) {
        const qsizetype line = bytes.indexOf("\r\n", at);
        if (line < 0)
            return {};
        const qsizetype size = bytes.sliced(at, line - at).toLongLong(nullptr, 16);
        if (bytes.size() < line + 2 + size + 2)
            return {};
        body += bytes.sliced(line + 2, size);
        at = line + 2 + size + 2;
        if (size == 0) {
            end = at;
            return body;
        }
    }
}

} // namespace

QByteArray ApiAnswer::header(const QByteArray& name) const
{
    for (const QByteArray& line : head.split('\n'))
        if (const qsizetype colon = line.indexOf(':');
            colon > 0 && line.first(colon).compare(name, Qt::CaseInsensitive) == 0)
            return line.mid(colon + 1).trimmed();
    return {};
}

QList<QJsonObject> ApiAnswer::events() const
{
    QList<QJsonObject> all;
    for (const QByteArray& line : body.split('\n'))
        if (line.startsWith("data: {"))
            all.append(QJsonDocument::fromJson(line.mid(6)).object());
    return all;
}

QString ApiAnswer::text(int choice) const
{
    if (header("content-type") == "application/json")
        return json()[u"choices"][choice][u"message"][u"content"].toString();
    QString text;
    for (const QJsonObject& event : events())
        for (const QJsonValue& each : event[u"choices"].toArray())
            if (each[u"index"].toInt() == choice)
                text += each[u"delta"][u"content"].toString();
    return text;
}

QByteArray ApiClient::requestBytes(const QByteArray& method, const QByteArray& path, const QByteArray& body,
                                   const Headers& headers)
{
    QByteArray bytes = method + ' ' + path + " HTTP/1.1\r\n";
    bool hasHost = false;
    for (const auto& [name, value] : headers) {
        bytes += name + ": " + value + "\r\n";
        hasHost = hasHost || name == "Host";
    }
    if (!hasHost)
        bytes += "Host: 127.0.0.1\r\n";
    if (method == "POST")
        bytes += "Content-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n";
    return bytes + "\r\n" + body;
}

void ApiClient::send(const QByteArray& bytes)
{
    m_socket.write(bytes);
    while (m_socket.bytesToWrite() > 0 && m_socket.waitForBytesWritten(5000)) { }
}

void ApiClient::send(const QByteArray& path, const QJsonObject& body, const Headers& headers)
{
    send(requestBytes("POST", path, QJsonDocument(body).toJson(QJsonDocument::Compact), headers));
}

ApiAnswer ApiClient::get(const QByteArray& path, const Headers& headers)
{
    send(requestBytes("GET", path, {}, headers));
    return read();
}

ApiAnswer ApiClient::post(const QByteArray& path, const QJsonObject& body, const Headers& headers)
{
    send(path, body, headers);
    return read();
}

ApiAnswer ApiClient::read(int timeoutMs)
{
    QElapsedTimer clock;
    clock.start();
    while (true) {
        m_received += m_socket.readAll();
        if (const std::optional<ApiAnswer> answer = take())
            return *answer;
        if (clock.elapsed() > timeoutMs || m_socket.state() != QAbstractSocket::ConnectedState) {
            m_received += m_socket.readAll();
            return take().value_or(ApiAnswer());
        }
        m_socket.waitForReadyRead(50);
    }
}

bool ApiClient::readUntil(const QByteArray& mark, int timeoutMs)
{
    QElapsedTimer clock;
    clock.start();
    while (!m_received.contains(mark)) {
        if (clock.elapsed() > timeoutMs || m_socket.state() != QAbstractSocket::ConnectedState)
            return false;
        m_socket.waitForReadyRead(50);
        m_received += m_socket.readAll();
    }
    return true;
}

bool ApiClient::waitForClosed(int timeoutMs)
{
    QElapsedTimer clock;
    clock.start();
    while (m_socket.state() == QAbstractSocket::ConnectedState && clock.elapsed() < timeoutMs) {
        m_socket.waitForReadyRead(50);
        m_received += m_socket.readAll();
    }
    return m_socket.state() != QAbstractSocket::ConnectedState;
}

std::optional<ApiAnswer> ApiClient::take()
{
    const qsizetype end = m_received.indexOf("\r\n\r\n");
    if (end < 0)
        return {};
    ApiAnswer answer;
    answer.head = m_received.first(end);
    answer.status = answer.head.mid(9, 3).toInt();
    qsizetype behind = end + 4;
    if (answer.header("transfer-encoding") == "chunked") {
        const std::optional<QByteArray> body = unchunk(m_received, end + 4, behind);
        if (!body)
            return {};
        answer.body = *body;
    } else {
        const qsizetype length = answer.header("content-length").toLongLong();
        if (m_received.size() < end + 4 + length)
            return {};
        answer.body = m_received.sliced(end + 4, length);
        behind += length;
    }
    m_received = m_received.mid(behind);
    return answer;
}

QJsonObject chatBody(const QString& text, int maxTokens, bool stream)
{
    return {{u"messages"_s, QJsonArray{QJsonObject{{u"role"_s, u"user"_s}, {u"content"_s, text}}}},
            {u"max_tokens"_s, maxTokens},
            {u"temperature"_s, 0},
            {u"stream"_s, stream},
            {u"ignore_eos"_s, true}};
}

} // namespace qwill::test

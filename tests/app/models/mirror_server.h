#pragma once
// MirrorServer: a mirror of models on this machine that answers as told, badly where a test wants that. Speaks just
// enough HTTP. Tests only; one thread, with an event loop.

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QMap>
#include <QString>
#include <QTcpServer>

#include <functional>
#include <memory>

class QSslCertificate;
class QSslKey;
class QTcpSocket;

namespace qwill::test {

struct MirrorRequest {
    QString path;
    QString query;
    qint64 from = -1; // of Range
    qint64 end = -1; // exclusive
    QByteArray ifRange;
    int time = 0; // which request of this path it is, from 0
};

struct MirrorAnswer {
    enum class Then { Close, Stall, Reset };
    int status = 200;
    QList<QByteArray> headers; // whole lines
    QByteArray body;
    qint64 contentLength = -1; // −1 = the truth, −2 = not said
    qint64 sendOnly = -1; // so many bytes of the body, then…
    Then then = Then::Close;
    bool slowly = false; // four thousand bytes at a time
};

class MirrorServer {
public:
    MirrorServer();
    MirrorServer(const QSslCertificate& certificate, const QSslKey& key); // speaks TLS

    QString base() const;
    QString repository = QStringLiteral("maker/model");
    QMap<QString, QByteArray> files; // of the repository
    QHash<QString, QString> etags; // by path; otherwise made of the contents
    bool named = true; // hashes in the list
    QByteArray list; // instead of the true one
    std::function<void(const MirrorRequest&, MirrorAnswer&)> behave; // changes the right answer

    QList<MirrorRequest> requests; // in the order they came
    qint64 bytesOf(const QString& file) const; // sent of its contents
    int requestsOf(const QString& file) const;

private:
    void take(QTcpSocket* socket);
    void read(QTcpSocket* socket);
    void serve(QTcpSocket* socket, MirrorRequest request);
    void send(QTcpSocket* socket, const QString& path, const MirrorAnswer& answer);
    MirrorAnswer rightAnswer(const MirrorRequest& request) const;
    QByteArray trueList() const;
    QString pathOf(const QString& file) const;

    std::unique_ptr<QTcpServer> m_server;
    QHash<QString, int> m_times;
    QHash<QString, qint64> m_bytes;
};

QByteArray noise(int bytes, quint32 seed);

} // namespace qwill::test

#include "mirror_server.h"

#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPointer>
#include <QRandomGenerator>
#include <QRegularExpression>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslServer>
#include <QTcpSocket>
#include <QUrl>

#include <memory>

namespace qwill::test {

namespace {

using namespace Qt::StringLiterals;

const QString kCommit = u"0123456789abcdef0123456789abcdef01234567"_s;

QByteArray hex(QCryptographicHash::Algorithm algorithm, const QByteArray& bytes)
{
    return QCryptographicHash::hash(bytes, algorithm).toHex();
}

QByteArray header(const QByteArray& head, const char* name)
{
    for (const QByteArray& line : head.split('\n'))
        if (const qsizetype colon = line.indexOf(':');
            colon > 0 && line.first(colon).compare(name, Qt::CaseInsensitive) == 0)
            return line.mid(colon + 1).trimmed();
    return {};
}

} // namespace

QByteArray noise(int bytes, quint32 seed)
{
    QRandomGenerator random(seed);
    QByteArray result(bytes, Qt::Uninitialized);
    for (char& c : result)
        c = static_cast<char>(random.generate());
    return result;
}

MirrorServer::MirrorServer() : m_server(std::make_unique<QTcpServer>())
{
    m_server->listen(QHostAddress::LocalHost);
    QObject::connect(m_server.get(), &QTcpServer::newConnection, m_server.get(), [this] {
        while (QTcpSocket* socket = m_server->nextPendingConnection())
            take(socket);
    });
}

MirrorServer::MirrorServer(const QSslCertificate& certificate, const QSslKey& key)
{
    auto server = std::make_unique<QSslServer>();
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setLocalCertificate(certificate);
    configuration.setPrivateKey(key);
    server->setSslConfiguration(configuration);
    server->listen(QHostAddress::LocalHost);
    m_server = std::move(server);
    QObject::connect(m_server.get(), &QTcpServer::pendingConnectionAvailable, m_server.get(), [this] {
        while (QTcpSocket* socket = m_server->nextPendingConnection())
            take(socket);
    });
}

void MirrorServer::take(QTcpSocket* socket)
{
    socket->setSocketOption(QAbstractSocket::LowDelayOption, 1); // small writes leave at once
    QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] { read(socket); });
    QObject::connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
}

QString MirrorServer::base() const
{
    const QString scheme = qobject_cast<QSslServer*>(m_server.get()) ? u"https"_s : u"http"_s;
    return u"%1://127.0.0.1:%2"_s.arg(scheme).arg(m_server->serverPort());
}

QString MirrorServer::pathOf(const QString& file) const
{
    return u'/' + repository + u"/resolve/"_s + kCommit + u'/' + file;
}

qint64 MirrorServer::bytesOf(const QString& file) const
{
    return m_bytes.value(pathOf(file));
}

int MirrorServer::requestsOf(const QString& file) const
{
    return m_times.value(pathOf(file));
}

void MirrorServer::read(QTcpSocket* socket)
{
    QByteArray head = socket->property("head").toByteArray() + socket->readAll();
    socket->setProperty("head", head);
    if (!head.contains("\r\n\r\n"))
        return;
    socket->setProperty("head", QByteArray());
    head.replace("\r\n", "\n");
    const QUrl url = QUrl::fromEncoded(head.first(head.indexOf('\n')).split(' ').value(1));
    MirrorRequest request;
    request.path = url.path();
    request.query = url.query();
    request.ifRange = header(head, "If-Range");
    static const QRegularExpression range(u"^bytes=(\\d+)-(\\d+)$"_s);
    if (const auto match = range.match(QString::fromLatin1(header(head, "Range"))); match.hasMatch()) {
        request.from = match.captured(1).toLongLong();
        request.end = match.captured(2).toLongLong() + 1;
    }
    request.time = m_times[request.path]++;
    requests.append(request);
    serve(socket, request);
}

void MirrorServer::serve(QTcpSocket* socket, MirrorRequest request)
{
    MirrorAnswer answer = rightAnswer(request);
    if (behave)
        behave(request, answer);
    send(socket, request.path, answer);
}

MirrorAnswer MirrorServer::rightAnswer(const MirrorRequest& request) const
{
    MirrorAnswer answer;
    if (request.path == u"/api/models/%1/revision/main"_s.arg(repository)) {
        answer.body = QJsonDocument(QJsonObject{{u"sha"_s, kCommit}}).toJson();
        return answer;
    }
    if (request.path == u"/api/models/%1/tree/%2"_s.arg(repository, kCommit)) {
        answer.body = list.isEmpty() ? trueList() : list;
        return answer;
    }
    const QString folder = pathOf({});
    const QString name = request.path.startsWith(folder) ? request.path.mid(folder.size()) : QString();
    if (!files.contains(name)) {
        answer.status = 404;
        answer.body = "no";
        return answer;
    }
    const QByteArray& contents = files[name];
    const QByteArray etag =
        etags.contains(name) ? etags[name].toLatin1() : '"' + hex(QCryptographicHash::Md5, contents) + '"';
    answer.headers.append("ETag: " + etag);
    if (request.from < 0 || (!request.ifRange.isEmpty() && request.ifRange != etag)) {
        answer.body = contents;
        return answer;
    }
    const qint64 end = std::min<qint64>(request.end, contents.size());
    if (request.from >= end) {
        answer.status = 416;
        answer.headers.append("Content-Range: bytes */" + QByteArray::number(contents.size()));
        return answer;
    }
    answer.status = 206;
    answer.body = contents.mid(request.from, end - request.from);
    answer.headers.append("Content-Range: bytes " + QByteArray::number(request.from) + '-' + QByteArray::number(end - 1)
                          + '/' + QByteArray::number(contents.size()));
    return answer;
}

QByteArray MirrorServer::trueList() const
{
    QJsonArray entries{QJsonObject{{u"type"_s, u"directory"_s}, {u"path"_s, u"original"_s}, {u"size"_s, 0}}};
    for (auto file = files.begin(); file != files.end(); ++file) {
        QJsonObject entry{{u"type"_s, u"file"_s}, {u"path"_s, file.key()}, {u"size"_s, file->size()}};
        const QByteArray blob = "blob " + QByteArray::number(file->size()) + QByteArray(1, '\0') + *file;
        if (named)
            entry[u"oid"_s] = QString::fromLatin1(hex(QCryptographicHash::Sha1, blob));
        if (named && file->size() > 10'000)
            entry[u"lfs"_s] = QJsonObject{{u"oid"_s, QString::fromLatin1(hex(QCryptographicHash::Sha256, *file))},
                                          {u"size"_s, file->size()},
                                          {u"pointerSize"_s, 130}};
        entries.append(entry);
    }
    return QJsonDocument(entries).toJson();
}

void MirrorServer::send(QTcpSocket* socket, const QString& path, const MirrorAnswer& answer)
{
    QByteArray head = "HTTP/1.1 " + QByteArray::number(answer.status) + " Some Words\r\nConnection: close\r\n";
    for (const QByteArray& line : answer.headers)
        head += line + "\r\n";
    if (answer.contentLength != -2)
        head += "Content-Length: "
            + QByteArray::number(answer.contentLength >= 0 ? answer.contentLength : answer.body.size()) + "\r\n";
    socket->write(head + "\r\n");
    const QByteArray body = answer.sendOnly >= 0 ? answer.body.first(answer.sendOnly) : answer.body;
    m_bytes[path] += body.size();
    const auto end = [socket, then = answer.then] {
        if (then == MirrorAnswer::Then::Close)
            socket->disconnectFromHost(); // once all is sent
        else if (then == MirrorAnswer::Then::Reset)
            socket->abort();
    };
    if (answer.slowly || answer.then == MirrorAnswer::Then::Reset) { // the next piece once the last one has left
        auto left = std::make_shared<QByteArray>(body);
        const qsizetype piece = answer.slowly ? 4000 : 100'000;
        QObject::connect(socket, &QTcpSocket::bytesWritten, socket, [socket, left, end, piece] {
            if (socket->bytesToWrite() > 0)
                return;
            if (left->isEmpty())
                return end();
            socket->write(left->first(std::min(piece, left->size())));
            left->remove(0, std::min(piece, left->size()));
        });
        return;
    }
    socket->write(body);
    end();
}

} // namespace qwill::test

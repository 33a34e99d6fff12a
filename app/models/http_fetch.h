#pragma once
// HttpFetch: one GET of a stretch of a resource, over redirects that are safe to follow, given up when nothing comes
// for a while. Nothing is retried here. One thread, with an event loop.

#include "models/download_trouble.h"

#include <QByteArray>
#include <QNetworkAccessManager>
#include <QObject>
#include <QPointer>
#include <QTimer>
#include <QUrl>

class QNetworkReply;

namespace qwill::app {

struct FetchLimits {
    int stallMs = 30'000; // without a byte
    int redirects = 8;
    int attempts = 6; // in a row that brought nothing
    int backoffMs = 1000; // before the second attempt; doubles
    int maxBackoffMs = 60'000;
    int maxRetryAfterMs = 120'000; // a server that wants more is left to the person
    int connections = 4;
    qint64 chunkBytes = 1 << 20; // what a kill may cost, per connection
    qint64 stretchBytes = 64 << 20; // asked for at once; whole chunks
    qint64 listBytes = 8 << 20; // of a list of files
};

struct FetchAnswer {
    int status = 0; // 200 or 206
    qint64 contentLength = -1; // −1 = not said
    qint64 rangeFrom = -1; // of Content-Range
    qint64 rangeTotal = -1;
    QByteArray etag; // strong ones only
    bool hasMore = false; // a Link to a next page
};

class HttpFetch : public QObject {
    Q_OBJECT

public:
    HttpFetch(QNetworkAccessManager& network, const FetchLimits& limits, QObject* parent = nullptr);
    ~HttpFetch() override;

    void getAll(const QUrl& url);
    // Bytes `from` up to, not including, `end`; `etag` may be empty.
    void getStretch(const QUrl& url, qint64 from, qint64 end, const QByteArray& etag);
    void abort(); // silent
    bool running() const { return !m_reply.isNull(); }

Q_SIGNALS:
    void opening(const QUrl& url); // before a connection to it may be opened
    void answered(const qwill::app::FetchAnswer& answer);
    void received(const QByteArray& bytes); // after answered()
    void transferred(const QUrl& url, qint64 bytes);
    // The one end. Without trouble the server says that this was all. retryAfterMs: as it asks for, or −1.
    void ended(const qwill::app::Trouble& trouble, int retryAfterMs);

private:
    void send(const QUrl& url);
    void readHead();
    void readBody();
    void finish();
    void follow(const QByteArray& location);
    void end(Trouble trouble, int retryAfterMs = -1);
    Trouble troubleOfNetwork() const;
    Trouble troubleOfStatus(int status) const;
    int retryAfterMs() const;
    FetchAnswer answerOf(int status) const;

    QNetworkAccessManager& m_network;
    FetchLimits m_limits;
    QPointer<QNetworkReply> m_reply;
    QTimer m_stall;
    QUrl m_url; // of this hop
    QByteArray m_range, m_etag;
    int m_redirects = 0;
    bool m_hasHead = false;
    bool m_passes = false; // the body is what was asked for
};

} // namespace qwill::app

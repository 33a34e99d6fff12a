#pragma once
// FetchLane: one connection's share of the work: a stretch of a file from the server into its PartFile, chunk by chunk,
// over as many attempts as that takes. One thread.

#include "models/backoff.h"
#include "models/http_fetch.h"
#include "models/part_file.h"

#include <QCryptographicHash>
#include <QObject>
#include <QTimer>
#include <QUrl>

#include <vector>

namespace qwill::app {

// A file to be fetched, and what was learnt of its server.
struct FetchTarget {
    PartFile* part = nullptr; // outlives the fetch
    QUrl url;
    bool hasHash = false; // so that a changed file cannot pass unnoticed
    std::vector<char> taken = {}; // [chunks] a lane is at it
    int lanes = 0;
    bool done = false; // all of it came; what is doubted later is another's to fetch
    bool wholeOnly = false; // the server ignores Range
    bool ignoreEtag = false; // the server names one file differently each time
    int changes = 0;
};

class FetchLane : public QObject {
    Q_OBJECT

public:
    FetchLane(QNetworkAccessManager& network, const FetchLimits& limits, FetchTarget& target, QObject* parent);

    // Chunks `first` up to, not including, `last`; of a server that ignores Range, the whole file.
    void start(int first, int last);
    void stop();
    void takeWhole(); // the answer that is coming begins at 0
    FetchTarget& target() const { return m_target; }
    int first() const { return m_first; }
    int last() const { return m_last; }
    qint64 partialBytes() const; // of the chunk that is arriving

Q_SIGNALS:
    void opening(const QUrl& url);
    void transferred(const QUrl& url, qint64 bytes);
    void chunkKept(int chunk, bool differs); // from what it was before it was doubted
    void changed(const QByteArray& etag); // the file on the server is another one
    void rangeIgnored(); // the whole file is coming instead
    void finished();
    void failed(const qwill::app::Trouble& trouble);

private:
    void send();
    void readAnswer(const FetchAnswer& answer);
    void receive(const QByteArray& bytes);
    bool store(QByteArrayView bytes);
    void endAttempt(const Trouble& trouble, int retryAfterMs);
    void retry(Trouble trouble, int retryAfterMs = -1);
    void fail(Trouble trouble);

    FetchLimits m_limits;
    FetchTarget& m_target;
    HttpFetch m_fetch;
    Backoff m_backoff;
    QTimer m_wait;
    QCryptographicHash m_hash{QCryptographicHash::Sha256}; // of the chunk that is arriving
    int m_first = 0, m_last = 0; // chunks
    qint64 m_at = 0, m_end = 0; // bytes of the file
};

} // namespace qwill::app

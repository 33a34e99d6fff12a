#pragma once
// FileFetcher: fetches what is missing of several files over a few connections, and keeps them busy until all is there.
// One thread.

#include "models/fetch_lane.h"

#include <QObject>

#include <memory>
#include <vector>

namespace qwill::app {

class FileFetcher : public QObject {
    Q_OBJECT

public:
    FileFetcher(QNetworkAccessManager& network, const FetchLimits& limits, QObject* parent = nullptr);
    ~FileFetcher() override;

    void start(std::vector<FetchTarget> targets);
    void stop(); // silent; of chunks that are not whole, nothing stays
    bool running() const { return m_running; }
    qint64 partialBytes() const; // beside the whole chunks

Q_SIGNALS:
    void opening(const QUrl& url);
    void transferred(const QUrl& url, qint64 bytes);
    void chunkKept(int chunk, bool differs);
    void fileWhole(qwill::app::PartFile* part);
    void finished(); // all of them
    void failed(const qwill::app::Trouble& trouble); // and stopped

private:
    void assign();
    bool assignOne();
    void startLane(FetchTarget& target, int first, int last);
    void release(FetchLane* lane);
    void releaseOthers(const FetchTarget& target, const FetchLane* kept);
    void takeChange(FetchTarget& target, const QByteArray& etag);
    void takeWhole(FetchLane* lane);
    void keepChunk(FetchTarget& target, int chunk, bool differs);
    void fail(const Trouble& trouble);

    QNetworkAccessManager& m_network;
    FetchLimits m_limits;
    std::vector<std::unique_ptr<FetchTarget>> m_targets; // lanes hold references
    std::vector<FetchLane*> m_lanes; // our children
    bool m_running = false;
};

} // namespace qwill::app

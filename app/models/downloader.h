#pragma once
// Downloader: one model from a mirror into the models folder: asks for the list, checks the room, fetches, verifies,
// repairs, and only then lets the model appear. Resumes what an earlier process began. Opens no connection before
// start(). One thread with an event loop, which need not be the window's; its signals may cross threads.

#include "models/download_plan.h"
#include "models/file_check.h"
#include "models/file_fetcher.h"
#include "models/model_folder.h"
#include "models/part_file.h"
#include "models/repository_list.h"

#include <QElapsedTimer>
#include <QNetworkAccessManager>
#include <QObject>
#include <QTimer>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace qwill::app {

enum class DownloadPhase : std::uint8_t { Paused, Listing, Fetching, Checking, Repairing, Failed, Done, Cancelled };

struct DownloadState {
    DownloadPhase phase = DownloadPhase::Paused;
    qint64 bytesDone = 0;
    qint64 bytesTotal = 0; // 0 = not yet known
    qint64 bytesPerSecond = 0;
    qint64 secondsLeft = -1; // −1 = nothing can be said
    int uncheckedFiles = 0; // the mirror named no hash of them
    Trouble trouble; // of Failed

    bool operator==(const DownloadState&) const = default;
};

struct DownloadOptions {
    QString modelsFolder;
    FetchLimits limits;
    int reportMs = 250; // between two states while bytes flow
    std::function<qint64(const QString& folder)> freeBytes; // empty = ask the system
    std::function<QString(const QString& folder)> inspect; // what is wrong with this model, or an empty text
};

class Downloader : public QObject {
    Q_OBJECT

public:
    Downloader(DownloadPlan plan, DownloadOptions options, QObject* parent = nullptr);
    ~Downloader() override;

    const DownloadState& state() const { return m_state; }
    QString folder() const { return m_folder.target(); }

public Q_SLOTS:
    void restore(); // reads how far an earlier process came; no connection
    void start(); // or resume
    void pause();
    void cancel(); // and leaves nothing behind

Q_SIGNALS:
    void changed(const qwill::app::DownloadState& state);
    // Connections, summed up by host and purpose: begun before the first byte leaves, ended when the download rests.
    void connectionBegun(qint64 connection, const QUrl& url, bool isList);
    void connectionEnded(qint64 connection, qint64 bytes, const qwill::app::Trouble& trouble);

private:
    struct Connection {
        qint64 id = 0;
        qint64 bytes = 0;
    };
    struct Sample {
        qint64 atMs = 0;
        qint64 bytes = 0;
    };

    void makeNetwork();
    void openParts();
    void takeList(const QString& revision, const QList<RemoteFile>& files);
    Trouble checkRoom() const;
    void fetch();
    void checkNext();
    void publish();
    void halt(const Trouble& trouble);
    void rest(DownloadPhase phase, const Trouble& trouble = {});
    void fail(Trouble trouble);
    void setPhase(DownloadPhase phase);
    void report();
    void measureSpeed();
    qint64 freeBytes() const;
    void noteOpening(const QUrl& url, bool isList);
    void noteBytes(const QUrl& url, bool isList, qint64 bytes);
    void closeConnections(const Trouble& trouble);

    DownloadPlan m_plan;
    DownloadOptions m_options;
    ModelFolder m_folder;
    DownloadState m_state;
    std::vector<std::unique_ptr<PartFile>> m_parts; // of m_plan.files, in their order
    // Made by the first start.
    std::unique_ptr<QNetworkAccessManager> m_network;
    std::unique_ptr<RepositoryList> m_list;
    std::unique_ptr<FileFetcher> m_fetcher;
    std::unique_ptr<FileCheck> m_check;
    bool m_fetched = false; // all files are whole
    QTimer m_reporter;
    QElapsedTimer m_clock;
    std::deque<Sample> m_samples; // of what the network brought, the last seconds
    qint64 m_received = 0; // bytes of files since the start
    std::map<QString, Connection> m_connections;
};

} // namespace qwill::app

Q_DECLARE_METATYPE(qwill::app::DownloadState)

#pragma once
// FileCheck: makes sure of one whole file: verifies it, and where it is wrong fetches again what is: chunks the disk
// spoilt, which the record of the download names, or else chunk after chunk until the one that came wrong is found.
// One thread.

#include "models/file_fetcher.h"
#include "models/file_verifier.h"

#include <QObject>

#include <vector>

namespace qwill::app {

class FileCheck : public QObject {
    Q_OBJECT

public:
    FileCheck(QNetworkAccessManager& network, const FetchLimits& limits, QObject* parent = nullptr);

    void start(PartFile& part, const QUrl& url, const FileHash& hash);
    void stop();
    bool running() const { return m_part != nullptr; }
    bool repairing() const { return m_fetcher.running(); }

Q_SIGNALS:
    void opening(const QUrl& url);
    void transferred(const QUrl& url, qint64 bytes);
    void repairBegun();
    void finished(); // the file is what it should be, and marked so
    void failed(const qwill::app::Trouble& trouble);

private:
    void verify();
    void read(const FileVerdict& verdict);
    void compareAll();
    void takeChunk(int chunk, bool differs);
    void fetch();
    void fail(TroubleKind kind);
    void fail(const Trouble& trouble);

    FileFetcher m_fetcher;
    FileVerifier m_verifier;
    PartFile* m_part = nullptr;
    QUrl m_url;
    FileHash m_hash;
    bool m_comparing = false; // everything is being fetched a second time
    std::vector<int> m_doubted; // of those, not yet fetched
    int m_differing = 0; // found so far
    int m_verifyAt = 1; // differing chunks; doubles, since each look reads the whole file
    int m_rounds = 0;
};

} // namespace qwill::app

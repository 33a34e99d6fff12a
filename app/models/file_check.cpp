#include "models/file_check.h"

namespace qwill::app {

namespace {

constexpr int kMaxRounds = 40; // verifications of one file; a disk that spoils each time must end, too

} // namespace

FileCheck::FileCheck(QNetworkAccessManager& network, const FetchLimits& limits, QObject* parent)
    : QObject(parent),
      m_fetcher(network, limits)
{
    connect(&m_fetcher, &FileFetcher::opening, this, &FileCheck::opening);
    connect(&m_fetcher, &FileFetcher::transferred, this, &FileCheck::transferred);
    connect(&m_fetcher, &FileFetcher::chunkKept, this, &FileCheck::takeChunk);
    connect(&m_fetcher, &FileFetcher::finished, this, &FileCheck::verify);
    connect(&m_fetcher, &FileFetcher::failed, this, qOverload<const Trouble&>(&FileCheck::fail));
    connect(&m_verifier, &FileVerifier::verified, this, &FileCheck::read);
}

void FileCheck::start(PartFile& part, const QUrl& url, const FileHash& hash)
{
    stop();
    m_part = &part;
    m_url = url;
    m_hash = hash;
    m_comparing = false;
    m_doubted.clear();
    m_differing = m_rounds = 0;
    m_verifyAt = 1;
    verify();
}

void FileCheck::stop()
{
    m_part = nullptr;
    m_fetcher.stop();
    m_verifier.stop();
}

void FileCheck::verify()
{
    if (++m_rounds > kMaxRounds)
        return fail(TroubleKind::HashMismatch);
    m_verifier.verify(*m_part, m_hash);
}

void FileCheck::read(const FileVerdict& verdict)
{
    if (!verdict.readable)
        return fail(TroubleKind::DiskFailed);
    if (verdict.matches) {
        const Trouble trouble = m_part->setVerified();
        if (trouble)
            return fail(trouble);
        stop();
        Q_EMIT finished();
        return;
    }
    if (!verdict.damaged.isEmpty()) {
        for (const int chunk : verdict.damaged)
            m_part->doubt(chunk);
        return fetch();
    }
    if (!m_comparing)
        return compareAll();
    if (m_doubted.empty())
        return fail(TroubleKind::HashMismatch);
    for (const int chunk : m_doubted) // that was not yet all that is wrong
        m_part->doubt(chunk);
    m_doubted.clear();
    fetch();
}

// What is on the disk is what came, so something came wrong: fetched again, it will differ.
void FileCheck::compareAll()
{
    m_comparing = true;
    for (int chunk = 0; chunk < m_part->chunkCount(); ++chunk)
        m_part->doubt(chunk);
    fetch();
}

void FileCheck::takeChunk(int, bool differs)
{
    if (!m_comparing || !differs || ++m_differing < m_verifyAt || m_part->complete())
        return;
    m_verifyAt *= 2;
    m_fetcher.stop();
    for (int chunk = 0; chunk < m_part->chunkCount(); ++chunk)
        if (!m_part->has(chunk)) {
            m_doubted.push_back(chunk);
            m_part->trust(chunk);
        }
    verify();
}

void FileCheck::fetch()
{
    Q_EMIT repairBegun();
    m_fetcher.start({{.part = m_part, .url = m_url, .hasHash = m_hash.kind != HashKind::None}});
}

void FileCheck::fail(TroubleKind kind)
{
    fail(Trouble{.kind = kind, .host = m_url.host(), .file = m_part->name()});
}

void FileCheck::fail(const Trouble& trouble)
{
    stop();
    Q_EMIT failed(trouble);
}

} // namespace qwill::app

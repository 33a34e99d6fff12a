#include "models/repository_list.h"

namespace qwill::app {

RepositoryList::RepositoryList(QNetworkAccessManager& network, const FetchLimits& limits, QObject* parent)
    : QObject(parent),
      m_limits(limits),
      m_fetch(network, limits),
      m_backoff(limits)
{
    m_wait.setSingleShot(true);
    connect(&m_wait, &QTimer::timeout, this, &RepositoryList::send);
    connect(&m_fetch, &HttpFetch::opening, this, &RepositoryList::opening);
    connect(&m_fetch, &HttpFetch::transferred, this, &RepositoryList::transferred);
    connect(&m_fetch, &HttpFetch::answered, this, [this](const FetchAnswer& answer) {
        if (answer.hasMore || answer.contentLength > m_limits.listBytes)
            fail({.kind = TroubleKind::BadListing}); // no model has thousands of files
    });
    connect(&m_fetch, &HttpFetch::received, this, [this](const QByteArray& bytes) {
        m_body += bytes;
        if (m_body.size() > m_limits.listBytes)
            fail({.kind = TroubleKind::BadListing});
    });
    connect(&m_fetch, &HttpFetch::ended, this, &RepositoryList::end);
}

void RepositoryList::ask(const DownloadSource& source, const QString& repository)
{
    stop();
    m_source = source;
    m_repository = repository;
    m_revision.clear();
    m_backoff.reset();
    if (const Trouble trouble = source.problem())
        return fail(trouble);
    if (source.revisionUrl(repository).isEmpty())
        m_revision = source.revision();
    send();
}

void RepositoryList::stop()
{
    m_wait.stop();
    m_fetch.abort();
}

void RepositoryList::send()
{
    m_body.clear();
    m_fetch.getAll(m_revision.isEmpty() ? m_source.revisionUrl(m_repository)
                                        : m_source.listUrl(m_repository, m_revision));
}

void RepositoryList::end(const Trouble& trouble, int retryAfterMs)
{
    if (isPassing(trouble.kind)) {
        const auto wait = m_backoff.next(retryAfterMs);
        if (!wait)
            return fail(trouble);
        m_wait.start(*wait);
        return;
    }
    if (!m_revision.isEmpty())
        return trouble ? fail(trouble) : readList();
    // A mirror that does not name its commits has a newest one all the same.
    if (trouble && trouble.kind != TroubleKind::NotFound)
        return fail(trouble);
    m_revision = trouble ? QString() : m_source.revisionIn(m_body);
    if (m_revision.isEmpty())
        m_revision = m_source.revision();
    send();
}

void RepositoryList::readList()
{
    QList<RemoteFile> files;
    if (const Trouble trouble = m_source.filesIn(m_body, files))
        return fail(trouble);
    Q_EMIT listed(m_revision, files);
}

void RepositoryList::fail(Trouble trouble)
{
    stop();
    if (trouble.host.isEmpty())
        trouble.host = m_source.base().host();
    Q_EMIT failed(trouble);
}

} // namespace qwill::app

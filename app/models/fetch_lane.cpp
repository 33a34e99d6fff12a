#include "models/fetch_lane.h"

#include <algorithm>

namespace qwill::app {

FetchLane::FetchLane(QNetworkAccessManager& network, const FetchLimits& limits, FetchTarget& target, QObject* parent)
    : QObject(parent),
      m_limits(limits),
      m_target(target),
      m_fetch(network, limits),
      m_backoff(limits)
{
    m_wait.setSingleShot(true);
    connect(&m_wait, &QTimer::timeout, this, &FetchLane::send);
    connect(&m_fetch, &HttpFetch::opening, this, &FetchLane::opening);
    connect(&m_fetch, &HttpFetch::transferred, this, &FetchLane::transferred);
    connect(&m_fetch, &HttpFetch::answered, this, &FetchLane::readAnswer);
    connect(&m_fetch, &HttpFetch::received, this, &FetchLane::receive);
    connect(&m_fetch, &HttpFetch::ended, this, &FetchLane::endAttempt);
}

void FetchLane::start(int first, int last)
{
    m_first = first;
    m_last = last;
    m_at = m_target.part->chunkBegin(first);
    m_end = m_target.part->chunkEnd(last - 1);
    m_hash.reset();
    send();
}

void FetchLane::stop()
{
    m_wait.stop();
    m_fetch.abort();
}

void FetchLane::takeWhole()
{
    m_first = 0;
    m_last = m_target.part->chunkCount();
    m_at = 0;
    m_end = m_target.part->size();
    m_hash.reset();
}

qint64 FetchLane::partialBytes() const
{
    const PartFile& part = *m_target.part;
    const int chunk = static_cast<int>(m_at / part.chunkBytes());
    return m_at < m_end && !part.has(chunk) ? m_at - part.chunkBegin(chunk) : 0;
}

void FetchLane::send()
{
    if (m_target.wholeOnly)
        takeWhole();
    m_fetch.getStretch(m_target.url, m_at, m_end, m_target.ignoreEtag ? QByteArray() : m_target.part->etag());
}

void FetchLane::readAnswer(const FetchAnswer& answer)
{
    PartFile& part = *m_target.part;
    if (!m_target.ignoreEtag && !answer.etag.isEmpty()) {
        if (!part.etag().isEmpty() && answer.etag != part.etag()) {
            Q_EMIT changed(answer.etag);
            return;
        }
        part.setEtag(answer.etag);
    }
    const qint64 total = answer.status == 206 ? answer.rangeTotal : answer.contentLength;
    if (total >= 0 && total != part.size())
        return retry({.kind = TroubleKind::WrongLength, .expected = part.size(), .actual = total});
    if (answer.status == 206) {
        if (answer.rangeFrom != m_at)
            retry({.kind = TroubleKind::RangeRefused});
        return;
    }
    if (m_at != 0 || m_end != part.size())
        Q_EMIT rangeIgnored();
}

void FetchLane::receive(const QByteArray& bytes)
{
    QByteArrayView left = bytes;
    while (!left.isEmpty() && m_at < m_end) {
        const PartFile& part = *m_target.part;
        const qint64 until = std::min(m_end, part.chunkEnd(static_cast<int>(m_at / part.chunkBytes())));
        const QByteArrayView piece = left.first(std::min<qint64>(left.size(), until - m_at));
        if (!store(piece))
            return;
        left = left.sliced(piece.size());
    }
    if (m_at < m_end)
        return;
    m_fetch.abort(); // whatever a server sends beyond its end
    Q_EMIT finished();
}

// Within one chunk. False when the lane was stopped.
bool FetchLane::store(QByteArrayView bytes)
{
    PartFile& part = *m_target.part;
    const int chunk = static_cast<int>(m_at / part.chunkBytes());
    if (part.has(chunk)) { // a whole file comes again, this we have
        m_at += bytes.size();
        return true;
    }
    if (const Trouble trouble = part.write(m_at, bytes)) {
        fail(trouble);
        return false;
    }
    m_hash.addData(bytes);
    m_at += bytes.size();
    if (!m_target.wholeOnly)
        m_backoff.reset(); // else only whole chunks outlast the attempt
    if (m_at < part.chunkEnd(chunk))
        return true;
    m_backoff.reset();
    const bool differs = part.keep(chunk, m_hash.result());
    m_hash.reset();
    const bool more = m_fetch.running();
    Q_EMIT chunkKept(chunk, differs);
    return !more || m_fetch.running(); // stopped by whoever heard that
}

void FetchLane::endAttempt(const Trouble& trouble, int retryAfterMs)
{
    Trouble why = trouble;
    if (!why)
        why = {.kind = TroubleKind::Dropped, .host = m_target.url.host()}; // the server believes that was all
    if (isPassing(why.kind))
        retry(why, retryAfterMs);
    else
        fail(why);
}

void FetchLane::retry(Trouble trouble, int retryAfterMs)
{
    m_fetch.abort();
    const auto wait = m_backoff.next(retryAfterMs);
    if (!wait)
        return fail(std::move(trouble));
    m_wait.start(*wait);
}

void FetchLane::fail(Trouble trouble)
{
    stop();
    if (trouble.host.isEmpty())
        trouble.host = m_target.url.host();
    if (trouble.file.isEmpty())
        trouble.file = m_target.part->name();
    if (trouble.kind == TroubleKind::RangeRefused)
        trouble.expected = m_target.part->size();
    Q_EMIT failed(trouble);
}

} // namespace qwill::app

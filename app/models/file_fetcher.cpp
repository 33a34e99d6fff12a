#include "models/file_fetcher.h"

#include <algorithm>

namespace qwill::app {

namespace {

constexpr int kMaxChanges = 2; // of one file while it is fetched

} // namespace

FileFetcher::FileFetcher(QNetworkAccessManager& network, const FetchLimits& limits, QObject* parent)
    : QObject(parent),
      m_network(network),
      m_limits(limits)
{
}

FileFetcher::~FileFetcher()
{
    stop();
}

void FileFetcher::start(std::vector<FetchTarget> targets)
{
    stop();
    for (FetchTarget& target : targets) {
        target.taken.assign(static_cast<std::size_t>(target.part->chunkCount()), 0);
        m_targets.push_back(std::make_unique<FetchTarget>(std::move(target)));
    }
    m_running = true;
    // Whoever starts us hears of the end later, not in between.
    QMetaObject::invokeMethod(this, &FileFetcher::assign, Qt::QueuedConnection);
}

void FileFetcher::stop()
{
    m_running = false;
    while (!m_lanes.empty())
        release(m_lanes.back());
    m_targets.clear();
}

qint64 FileFetcher::partialBytes() const
{
    qint64 bytes = 0;
    for (const FetchLane* lane : m_lanes)
        bytes += lane->partialBytes();
    return bytes;
}

void FileFetcher::assign()
{
    if (!m_running)
        return;
    while (static_cast<int>(m_lanes.size()) < m_limits.connections && assignOne()) { }
    if (!m_lanes.empty())
        return;
    m_running = false;
    Q_EMIT finished();
}

bool FileFetcher::assignOne()
{
    const auto stretch = std::max<qint64>(1, m_limits.stretchBytes / m_limits.chunkBytes);
    for (const auto& target : m_targets) {
        const PartFile& part = *target->part;
        if (target->done || part.complete() || (target->wholeOnly && target->lanes > 0))
            continue;
        const auto wanted = [&](int chunk) {
            return !part.has(chunk) && !target->taken[static_cast<std::size_t>(chunk)];
        };
        int first = 0;
        while (first < part.chunkCount() && !wanted(first))
            ++first;
        int last = first;
        while (last < part.chunkCount() && last - first < stretch && wanted(last))
            ++last;
        if (first == last)
            continue;
        startLane(*target, first, last);
        return true;
    }
    return false;
}

void FileFetcher::startLane(FetchTarget& target, int first, int last)
{
    auto* lane = new FetchLane(m_network, m_limits, target, this);
    m_lanes.push_back(lane);
    ++target.lanes;
    std::fill(target.taken.begin() + first, target.taken.begin() + last, char(1));
    connect(lane, &FetchLane::opening, this, &FileFetcher::opening);
    connect(lane, &FetchLane::transferred, this, &FileFetcher::transferred);
    connect(lane, &FetchLane::chunkKept, this,
            [this, &target](int chunk, bool differs) { keepChunk(target, chunk, differs); });
    connect(lane, &FetchLane::changed, this, [this, &target](const QByteArray& etag) { takeChange(target, etag); });
    connect(lane, &FetchLane::rangeIgnored, this, [this, lane] { takeWhole(lane); });
    connect(lane, &FetchLane::finished, this, [this, lane] {
        release(lane);
        assign();
    });
    connect(lane, &FetchLane::failed, this, &FileFetcher::fail);
    lane->start(first, last);
}

void FileFetcher::release(FetchLane* lane)
{
    lane->disconnect(this);
    lane->stop();
    FetchTarget& target = lane->target();
    std::fill(target.taken.begin() + lane->first(), target.taken.begin() + lane->last(), char(0));
    --target.lanes;
    std::erase(m_lanes, lane);
    lane->deleteLater(); // it may be the one that is speaking
}

void FileFetcher::releaseOthers(const FetchTarget& target, const FetchLane* kept)
{
    const std::vector<FetchLane*> lanes = m_lanes;
    for (FetchLane* lane : lanes)
        if (&lane->target() == &target && lane != kept)
            release(lane);
}

// Start this file again. A server that names it differently each time is believed no more where a hash decides.
void FileFetcher::takeChange(FetchTarget& target, const QByteArray& etag)
{
    const bool tooOften = ++target.changes > kMaxChanges;
    if (tooOften && !target.hasHash)
        return fail({.kind = TroubleKind::Changed, .host = target.url.host(), .file = target.part->name()});
    releaseOthers(target, nullptr);
    if (tooOften) {
        target.ignoreEtag = true;
    } else {
        target.part->forgetAll();
        target.part->setEtag(etag);
    }
    assign();
}

void FileFetcher::takeWhole(FetchLane* lane)
{
    FetchTarget& target = lane->target();
    target.wholeOnly = true;
    releaseOthers(target, lane);
    lane->takeWhole();
    std::fill(target.taken.begin(), target.taken.end(), char(1));
    assign(); // the others have hands free
}

void FileFetcher::keepChunk(FetchTarget& target, int chunk, bool differs)
{
    PartFile* part = target.part;
    target.done = part->complete();
    Q_EMIT chunkKept(chunk, differs); // may stop us
    if (m_running && part->complete())
        Q_EMIT fileWhole(part);
}

void FileFetcher::fail(const Trouble& trouble)
{
    stop();
    Q_EMIT failed(trouble);
}

} // namespace qwill::app

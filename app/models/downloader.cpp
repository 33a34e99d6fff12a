#include "models/downloader.h"

#include <QStorageInfo>

#include <algorithm>
#include <atomic>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

constexpr qint64 kSpareBytes = 64 << 20; // what a disk should have left when all has come
constexpr qint64 kSpeedWindowMs = 5000;

qint64 nextConnection()
{
    static std::atomic<qint64> last = 0; // downloads run side by side, maybe on several threads
    return ++last;
}

} // namespace

Downloader::Downloader(DownloadPlan plan, DownloadOptions options, QObject* parent)
    : QObject(parent),
      m_plan(std::move(plan)),
      m_options(std::move(options)),
      m_folder(m_options.modelsFolder, m_plan.id)
{
    m_reporter.setParent(this); // moves to another thread with us
    m_reporter.setInterval(m_options.reportMs);
    connect(&m_reporter, &QTimer::timeout, this, &Downloader::report);
}

Downloader::~Downloader()
{
    closeConnections({});
}

void Downloader::restore()
{
    if (m_folder.make()) // another process is at it
        return setPhase(DownloadPhase::Paused);
    if (m_folder.isLeftOver()) {
        m_folder.remove();
        return setPhase(DownloadPhase::Done);
    }
    if (const auto plan = readPlan(m_folder.planFile()); plan && plan->id == m_plan.id)
        m_plan = *plan;
    m_folder.takeApart(m_plan);
    openParts();
    if (m_state.phase != DownloadPhase::Failed)
        rest(DownloadPhase::Paused);
}

void Downloader::start()
{
    if (m_state.phase != DownloadPhase::Paused && m_state.phase != DownloadPhase::Failed)
        return;
    m_state.phase = DownloadPhase::Listing;
    m_state.trouble = {};
    m_fetched = false;
    m_received = 0;
    m_samples.clear();
    m_clock.start();
    if (m_folder.exists())
        return fail({.kind = TroubleKind::Exists, .file = m_folder.target()});
    if (const Trouble trouble = m_folder.make())
        return fail(trouble);
    if (const auto plan = readPlan(m_folder.planFile()); plan && plan->id == m_plan.id)
        m_plan = *plan;
    makeNetwork();
    m_reporter.start();
    if (!m_plan.files.isEmpty())
        return fetch();
    setPhase(DownloadPhase::Listing);
    m_list->ask(m_plan.source, m_plan.repository);
}

void Downloader::makeNetwork()
{
    if (m_network)
        return;
    m_network = std::make_unique<QNetworkAccessManager>();
    m_list = std::make_unique<RepositoryList>(*m_network, m_options.limits);
    m_fetcher = std::make_unique<FileFetcher>(*m_network, m_options.limits);
    m_check = std::make_unique<FileCheck>(*m_network, m_options.limits);
    connect(m_list.get(), &RepositoryList::listed, this, &Downloader::takeList);
    connect(m_list.get(), &RepositoryList::failed, this, &Downloader::fail);
    connect(m_fetcher.get(), &FileFetcher::fileWhole, this, &Downloader::checkNext);
    connect(m_fetcher.get(), &FileFetcher::finished, this, [this] {
        m_fetched = true;
        checkNext();
    });
    connect(m_fetcher.get(), &FileFetcher::failed, this, &Downloader::fail);
    connect(m_check.get(), &FileCheck::repairBegun, this, [this] {
        if (m_fetched)
            setPhase(DownloadPhase::Repairing);
    });
    connect(m_check.get(), &FileCheck::finished, this, &Downloader::checkNext);
    connect(m_check.get(), &FileCheck::failed, this, &Downloader::fail);
    const auto listen = [this](auto* source, bool isList) {
        using Source = std::remove_pointer_t<decltype(source)>;
        connect(source, &Source::opening, this, [this, isList](const QUrl& url) { noteOpening(url, isList); });
        connect(source, &Source::transferred, this,
                [this, isList](const QUrl& url, qint64 bytes) { noteBytes(url, isList, bytes); });
    };
    listen(m_list.get(), true);
    listen(m_fetcher.get(), false);
    listen(m_check.get(), false);
}

void Downloader::takeList(const QString& revision, const QList<RemoteFile>& files)
{
    m_plan.revision = revision;
    if (const Trouble trouble = chooseFiles(m_plan, files)) {
        m_plan.files.clear();
        return fail(trouble);
    }
    if (!writePlan(m_plan, m_folder.planFile()))
        return fail({.kind = TroubleKind::DiskFailed, .file = m_folder.planFile()});
    fetch();
}

// Those an earlier process left are gone on with; problems are met again, and told, when they are written to.
void Downloader::openParts()
{
    m_parts.clear();
    for (const RemoteFile& file : m_plan.files) {
        m_parts.push_back(std::make_unique<PartFile>(m_folder.partFile(file.path), file.path, file.size,
                                                     m_options.limits.chunkBytes));
        if (const Trouble trouble = m_parts.back()->open())
            return rest(DownloadPhase::Failed, trouble);
    }
}

Trouble Downloader::checkRoom() const
{
    qint64 needed = kSpareBytes;
    for (const auto& part : m_parts)
        needed += part->size() - part->bytesWhole();
    const qint64 free = freeBytes();
    if (free >= needed || needed == kSpareBytes)
        return {};
    return {.kind = TroubleKind::NoSpace, .expected = needed, .actual = free};
}

qint64 Downloader::freeBytes() const
{
    return m_options.freeBytes ? m_options.freeBytes(m_options.modelsFolder)
                               : QStorageInfo(m_options.modelsFolder).bytesAvailable();
}

void Downloader::fetch()
{
    m_folder.takeApart(m_plan); // a process was killed between the last two steps
    openParts();
    if (m_state.phase == DownloadPhase::Failed)
        return;
    if (const Trouble trouble = checkRoom())
        return fail(trouble);
    m_state.uncheckedFiles = m_plan.uncheckedFiles();
    setPhase(DownloadPhase::Fetching);
    std::vector<FetchTarget> targets;
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        const RemoteFile& file = m_plan.files[static_cast<qsizetype>(i)];
        if (!m_parts[i]->complete())
            targets.push_back({.part = m_parts[i].get(),
                               .url = m_plan.source.fileUrl(m_plan.repository, m_plan.revision, file.path),
                               .hasHash = file.hash.kind != HashKind::None});
    }
    m_fetcher->start(std::move(targets));
    checkNext();
}

// One whole file at a time, while others are still coming.
void Downloader::checkNext()
{
    if (m_check->running() || m_state.phase == DownloadPhase::Paused || m_state.phase == DownloadPhase::Failed)
        return;
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        PartFile& part = *m_parts[i];
        if (!part.complete() || part.verified())
            continue;
        if (m_fetched)
            setPhase(DownloadPhase::Checking);
        const RemoteFile& file = m_plan.files[static_cast<qsizetype>(i)];
        m_check->start(part, m_plan.source.fileUrl(m_plan.repository, m_plan.revision, file.path), file.hash);
        return;
    }
    if (m_fetched)
        publish();
}

void Downloader::publish()
{
    for (const auto& part : m_parts)
        part->close();
    Trouble trouble = m_folder.assemble(m_plan);
    if (!trouble && m_options.inspect)
        if (const QString problem = m_options.inspect(m_folder.assembled()); !problem.isEmpty())
            trouble = {.kind = TroubleKind::NotAModel, .detail = problem};
    if (!trouble)
        trouble = m_folder.publish();
    if (!trouble)
        return rest(DownloadPhase::Done);
    m_folder.takeApart(m_plan);
    fail(trouble);
}

void Downloader::pause()
{
    if (m_state.phase == DownloadPhase::Listing || m_state.phase == DownloadPhase::Fetching
        || m_state.phase == DownloadPhase::Checking || m_state.phase == DownloadPhase::Repairing)
        rest(DownloadPhase::Paused);
}

void Downloader::cancel()
{
    if (m_state.phase == DownloadPhase::Done || m_state.phase == DownloadPhase::Cancelled)
        return;
    halt({});
    m_parts.clear();
    if (!m_folder.make()) // otherwise another process is at it
        m_folder.remove();
    setPhase(DownloadPhase::Cancelled);
}

// Nothing runs afterwards, and nothing is held.
void Downloader::halt(const Trouble& trouble)
{
    if (m_network) {
        m_list->stop();
        m_fetcher->stop();
        m_check->stop();
        m_network->clearConnectionCache();
    }
    for (const auto& part : m_parts)
        part->close();
    m_reporter.stop();
    if (m_plan.files.isEmpty())
        m_folder.forsake();
    m_folder.release();
    closeConnections(trouble);
    m_state.trouble = trouble;
}

void Downloader::rest(DownloadPhase phase, const Trouble& trouble)
{
    halt(trouble);
    setPhase(phase);
}

void Downloader::fail(Trouble trouble)
{
    // What a full disk says is different on each system.
    if (trouble.kind == TroubleKind::DiskFailed && !m_parts.empty() && freeBytes() < (1 << 20))
        if (Trouble space = checkRoom())
            trouble = std::move(space);
    rest(DownloadPhase::Failed, trouble);
}

void Downloader::setPhase(DownloadPhase phase)
{
    m_state.phase = phase;
    report();
}

void Downloader::report()
{
    if (!m_parts.empty()) {
        m_state.bytesDone = m_fetcher ? m_fetcher->partialBytes() : 0;
        for (const auto& part : m_parts)
            m_state.bytesDone += part->bytesWhole();
    }
    m_state.bytesTotal = m_plan.totalBytes();
    measureSpeed();
    Q_EMIT changed(m_state);
}

void Downloader::measureSpeed()
{
    m_state.bytesPerSecond = 0;
    m_state.secondsLeft = -1;
    if (m_state.phase != DownloadPhase::Fetching)
        return;
    const qint64 now = m_clock.elapsed();
    m_samples.push_back({now, m_received});
    while (m_samples.size() > 2 && now - m_samples.front().atMs > kSpeedWindowMs)
        m_samples.pop_front();
    const qint64 ms = now - m_samples.front().atMs;
    if (ms <= 0)
        return;
    m_state.bytesPerSecond = (m_received - m_samples.front().bytes) * 1000 / ms;
    if (m_state.bytesPerSecond > 0)
        m_state.secondsLeft = (m_state.bytesTotal - m_state.bytesDone) / m_state.bytesPerSecond;
}

void Downloader::noteOpening(const QUrl& url, bool isList)
{
    Connection& connection = m_connections[(isList ? u"list "_s : u"file "_s) + url.authority()];
    if (connection.id != 0)
        return;
    connection.id = nextConnection();
    Q_EMIT connectionBegun(connection.id, url.adjusted(QUrl::RemovePath | QUrl::RemoveQuery | QUrl::RemoveUserInfo),
                           isList);
}

void Downloader::noteBytes(const QUrl& url, bool isList, qint64 bytes)
{
    if (!isList)
        m_received += bytes;
    m_connections[(isList ? u"list "_s : u"file "_s) + url.authority()].bytes += bytes;
}

void Downloader::closeConnections(const Trouble& trouble)
{
    for (const auto& [name, connection] : m_connections)
        Q_EMIT connectionEnded(connection.id, connection.bytes, trouble);
    m_connections.clear();
}

} // namespace qwill::app

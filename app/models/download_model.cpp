#include "models/download_model.h"

#include "language_switch.h"
#include "models/catalogue_entry.h"
#include "models/model_files.h"
#include "settings.h"

#include <QLocale>
#include <QNetworkProxyFactory>

#include <algorithm>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

QString bytesText(qint64 bytes)
{
    return QLocale().formattedDataSize(bytes, 1, QLocale::DataSizeSIFormat);
}

bool isRunning(DownloadPhase phase)
{
    return phase == DownloadPhase::Listing || phase == DownloadPhase::Fetching || phase == DownloadPhase::Checking
        || phase == DownloadPhase::Repairing;
}

} // namespace

DownloadModel::DownloadModel(Settings& settings, DownloadOptions options, QObject* parent)
    : QAbstractListModel(parent),
      m_settings(settings),
      m_options(std::move(options))
{
    m_thread.setObjectName(u"downloads"_s);
    qRegisterMetaType<DownloadState>();
    qRegisterMetaType<Trouble>();
    whenLanguageChanges(this, [this] {
        if (count() > 0)
            Q_EMIT dataChanged(index(0), index(count() - 1)); // nearly every role is words
    });
}

// What arrived stays; a later process goes on.
DownloadModel::~DownloadModel()
{
    for (const Row& row : m_rows) {
        row.downloader->disconnect(this);
        row.downloader->deleteLater(); // done by its thread as it ends
    }
    m_thread.quit();
    m_thread.wait();
}

int DownloadModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : count();
}

QVariant DownloadModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    const DownloadState& state = row.state;
    switch (role) {
    case IdRole: return row.id;
    case Qt::DisplayRole:
    case NameRole: return row.name;
    case ProgressRole:
        return state.bytesTotal > 0 ? static_cast<double>(state.bytesDone) / static_cast<double>(state.bytesTotal)
                                    : 0.0;
    case StandingRole: return standingOf(row);
    case ErrorRole: return sentenceOf(state.trouble);
    case NoteRole:
        return state.uncheckedFiles == 0 || state.trouble
            ? QString()
            : tr("The source names no checksum for %n file(s): only the length could be checked.", nullptr,
                 state.uncheckedFiles);
    case RunningRole: return isRunning(state.phase);
    case RestingRole: return state.phase == DownloadPhase::Paused || state.phase == DownloadPhase::Failed;
    case DoneRole: return state.phase == DownloadPhase::Done;
    case PathRole: return row.path;
    default: return {};
    }
}

QHash<int, QByteArray> DownloadModel::roleNames() const
{
    return {{IdRole, "downloadId"}, {NameRole, "name"}, {ProgressRole, "progress"}, {StandingRole, "standing"},
            {ErrorRole, "error"},   {NoteRole, "note"}, {RunningRole, "running"},   {RestingRole, "resting"},
            {DoneRole, "done"},     {PathRole, "path"}};
}

QStringList DownloadModel::ids() const
{
    QStringList ids;
    for (const Row& row : m_rows)
        ids.append(row.id);
    return ids;
}

QString DownloadModel::standingOf(const Row& row) const
{
    const DownloadState& state = row.state;
    const QString amount = tr("%1 of %2").arg(bytesText(state.bytesDone), bytesText(state.bytesTotal));
    switch (state.phase) {
    case DownloadPhase::Listing: return tr("Asking for the list of files…");
    case DownloadPhase::Checking: return tr("Checking what came…");
    case DownloadPhase::Repairing: return tr("Repairing what came wrong…");
    case DownloadPhase::Done: return tr("Ready: complete and checked");
    case DownloadPhase::Cancelled: return tr("Cancelled");
    case DownloadPhase::Paused: return state.bytesTotal > 0 ? tr("Paused at %1").arg(amount) : tr("Paused");
    case DownloadPhase::Failed: return state.bytesTotal > 0 ? tr("Stopped at %1").arg(amount) : tr("Stopped");
    case DownloadPhase::Fetching: break;
    }
    if (state.bytesPerSecond == 0)
        return amount;
    return QStringList{amount, tr("%1/s").arg(bytesText(state.bytesPerSecond)), remainingText(state.secondsLeft)}.join(
        u" · "_s);
}

QString DownloadModel::remainingText(qint64 seconds) const
{
    if (seconds < 60)
        return tr("%n second(s) left", nullptr, static_cast<int>(std::max<qint64>(1, seconds)));
    if (seconds < 2 * 3600)
        return tr("%n minute(s) left", nullptr, static_cast<int>((seconds + 30) / 60));
    return tr("%n hour(s) left", nullptr, static_cast<int>(std::min<qint64>(9999, (seconds + 1800) / 3600)));
}

DownloadSource DownloadModel::source() const
{
    switch (m_settings.downloadSource()) {
    case Settings::DownloadFrom::ModelScope: return DownloadSource(SourceKind::ModelScope);
    case Settings::DownloadFrom::OwnMirror: {
        const QString base = m_settings.downloadBase().trimmed();
        return DownloadSource(SourceKind::HuggingFace, base.isEmpty() ? u"…"_s : base); // never another one silently
    }
    case Settings::DownloadFrom::HuggingFace: break;
    }
    return DownloadSource(SourceKind::HuggingFace);
}

void DownloadModel::restore()
{
    for (const QString& id : ModelFolder::begunIn(m_options.modelsFolder)) {
        const auto plan = readPlan(ModelFolder(m_options.modelsFolder, id).planFile());
        if (plan && plan->id == id && rowOf(id) < 0)
            add(*plan, &Downloader::restore);
    }
}

void DownloadModel::start(const QString& catalogueId)
{
    if (const int row = rowOf(catalogueId); row >= 0) {
        if (m_rows[static_cast<std::size_t>(row)].state.phase == DownloadPhase::Done)
            remove(row); // and once more
        else
            return resume(catalogueId);
    }
    const auto entries = catalogueEntries();
    const auto entry = std::find_if(entries.begin(), entries.end(),
                                    [&](const CatalogueEntry& e) { return QString::fromLatin1(e.id) == catalogueId; });
    if (entry == entries.end())
        return;
    DownloadPlan plan;
    plan.id = catalogueId;
    plan.name = QString::fromLatin1(entry->name);
    plan.repository = QString::fromLatin1(entry->repository);
    plan.format = fileFormatOf(entry->format);
    plan.fileName = QString::fromLatin1(entry->fileName);
    plan.source = source();
    QNetworkProxyFactory::setUseSystemConfiguration(true);
    add(plan, &Downloader::start);
}

void DownloadModel::add(const DownloadPlan& plan, void (Downloader::*first)())
{
    auto* downloader = new Downloader(plan, m_options);
    downloader->moveToThread(&m_thread);
    connect(downloader, &Downloader::changed, this,
            [this, id = plan.id](const DownloadState& state) { take(id, state); });
    connect(downloader, &Downloader::connectionBegun, this, &DownloadModel::connectionBegun);
    connect(downloader, &Downloader::connectionEnded, this, &DownloadModel::connectionEnded);
    if (!m_thread.isRunning())
        m_thread.start(QThread::LowPriority); // answers come first
    beginInsertRows({}, count(), count());
    m_rows.push_back({plan.id, plan.name, downloader, {}, {}});
    m_rows.back().state.bytesTotal = plan.totalBytes();
    endInsertRows();
    Q_EMIT idsChanged();
    tell(plan.id, first);
}

void DownloadModel::tell(const QString& id, void (Downloader::*what)())
{
    if (const int row = rowOf(id); row >= 0)
        QMetaObject::invokeMethod(m_rows[static_cast<std::size_t>(row)].downloader, what, Qt::QueuedConnection);
}

void DownloadModel::pause(const QString& id)
{
    tell(id, &Downloader::pause);
}

void DownloadModel::resume(const QString& id)
{
    const int row = rowOf(id);
    if (row < 0)
        return;
    const DownloadState& state = m_rows[static_cast<std::size_t>(row)].state;
    if (state.phase == DownloadPhase::Failed && state.bytesTotal == 0) { // maybe another source was chosen since
        remove(row);
        return start(id);
    }
    QNetworkProxyFactory::setUseSystemConfiguration(true);
    tell(id, &Downloader::start);
}

void DownloadModel::cancel(const QString& id)
{
    const int row = rowOf(id);
    if (row >= 0 && m_rows[static_cast<std::size_t>(row)].state.phase == DownloadPhase::Done)
        remove(row);
    else
        tell(id, &Downloader::cancel);
}

void DownloadModel::take(const QString& id, const DownloadState& state)
{
    const int at = rowOf(id);
    if (at < 0)
        return;
    Row& row = m_rows[static_cast<std::size_t>(at)];
    if (row.state == state)
        return;
    const bool ends = state.phase == DownloadPhase::Done && row.state.phase != DownloadPhase::Done;
    row.state = state;
    if (state.phase == DownloadPhase::Cancelled)
        return remove(at);
    if (ends)
        row.path = pathOf(id);
    const QString path = row.path;
    Q_EMIT dataChanged(index(at), index(at));
    if (ends)
        Q_EMIT arrived(path);
}

void DownloadModel::remove(int row)
{
    beginRemoveRows({}, row, row);
    Downloader* downloader = m_rows[static_cast<std::size_t>(row)].downloader;
    m_rows.erase(m_rows.begin() + row);
    endRemoveRows();
    downloader->deleteLater();
    Q_EMIT idsChanged();
}

int DownloadModel::rowOf(const QString& id) const
{
    const auto row = std::find_if(m_rows.begin(), m_rows.end(), [&](const Row& r) { return r.id == id; });
    return row == m_rows.end() ? -1 : static_cast<int>(row - m_rows.begin());
}

QString DownloadModel::pathOf(const QString& id) const
{
    return modelsIn(ModelFolder(m_options.modelsFolder, id).target()).value(0);
}

} // namespace qwill::app

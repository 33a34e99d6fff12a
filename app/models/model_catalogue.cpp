#include "models/model_catalogue.h"

#include "language_switch.h"
#include "models/catalogue_entry.h"

#include "engine/model_info.h"

#include <QDir>
#include <QLocale>
#include <QStorageInfo>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

constexpr int kContext = 8192; // tokens: the preset for chats
constexpr quint64 kShare = 85; // percent of the memory: the rest belongs to the system and the window

const CatalogueEntry& entryAt(int row)
{
    return catalogueEntries()[static_cast<std::size_t>(row)];
}

quint64 needOf(int row)
{
    return memoryOf(entryAt(row).shape, entryAt(row).format, kContext).totalBytes;
}

QString bytesText(quint64 bytes)
{
    return QLocale().formattedDataSize(static_cast<qint64>(bytes), 1, QLocale::DataSizeSIFormat);
}

Machine lookAround(const QString& folder)
{
    Machine machine;
    const engine::DeviceChoice choice = engine::listDevices();
    const engine::DeviceInfo& device = choice.devices[static_cast<std::size_t>(choice.chosen)];
    machine.memoryBytes = device.memoryBytes;
    machine.freeBytes = device.freeBytes;
    QDir place(folder); // which may not exist yet
    while (!place.exists() && place.path() != place.rootPath())
        place.setPath(QFileInfo(place.path()).path());
    machine.diskBytes = static_cast<quint64>(std::max<qint64>(0, QStorageInfo(place).bytesAvailable()));
    machine.present = QDir(folder).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    return machine;
}

} // namespace

ModelCatalogue::ModelCatalogue(QString modelsFolder, QObject* parent)
    : QAbstractListModel(parent),
      m_folder(std::move(modelsFolder))
{
    m_worker.setMaxThreadCount(1);
    whenLanguageChanges(this, [this] {
        Q_EMIT dataChanged(index(0), index(rowCount() - 1), {DetailRole, SizeRole, FitRole});
        Q_EMIT machineChanged(); // recommendedText
    });
}

ModelCatalogue::~ModelCatalogue()
{
    m_worker.clear();
    m_worker.waitForDone();
}

int ModelCatalogue::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(catalogueEntries().size());
}

QVariant ModelCatalogue::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const CatalogueEntry& entry = entryAt(index.row());
    switch (role) {
    case IdRole: return QString::fromLatin1(entry.id);
    case Qt::DisplayRole:
    case NameRole: return QString::fromLatin1(entry.name);
    case DetailRole: return detailOf(index.row());
    case SizeRole: return bytesText(static_cast<quint64>(entry.downloadBytes));
    case FitRole: return fitOf(index.row());
    case FitsRole: return fits(index.row());
    case PresentRole: return m_machine.present.contains(QString::fromLatin1(entry.id));
    case RecommendedRole: return index.row() == m_recommended;
    default: return {};
    }
}

QHash<int, QByteArray> ModelCatalogue::roleNames() const
{
    return {{IdRole, "catalogueId"}, {NameRole, "name"}, {DetailRole, "detail"},   {SizeRole, "size"},
            {FitRole, "fit"},        {FitsRole, "fits"}, {PresentRole, "present"}, {RecommendedRole, "recommended"}};
}

QString ModelCatalogue::recommendedId() const
{
    return m_recommended < 0 ? QString() : QString::fromLatin1(entryAt(m_recommended).id);
}

QString ModelCatalogue::recommendedName() const
{
    return m_recommended < 0 ? QString() : QString::fromLatin1(entryAt(m_recommended).name);
}

QString ModelCatalogue::recommendedText() const
{
    if (m_recommended < 0)
        return {};
    return tr("%1 to download. %2")
        .arg(bytesText(static_cast<quint64>(entryAt(m_recommended).downloadBytes)), fitOf(m_recommended));
}

void ModelCatalogue::setMachine(const Machine& machine)
{
    m_machine = machine;
    m_known = true;
    m_recommended = recommendedRow();
    Q_EMIT dataChanged(index(0), index(rowCount() - 1));
    Q_EMIT machineChanged();
}

void ModelCatalogue::refresh()
{
    m_worker.start([this, folder = m_folder] {
        const Machine machine = lookAround(folder);
        // The destructor joins this thread, and takes with it what is posted.
        QMetaObject::invokeMethod(
            this, [this, machine] { setMachine(machine); }, Qt::QueuedConnection);
    });
}

QString ModelCatalogue::detailOf(int row) const
{
    const CatalogueEntry& entry = entryAt(row);
    const QString maker = QString::fromLatin1(entry.repository).section(u'/', 0, 0);
    return QStringList{QString::fromLatin1(entry.parameters), formatText(entry.format), tr("from %1").arg(maker)}.join(
        u" · "_s);
}

bool ModelCatalogue::fits(int row) const
{
    return m_machine.memoryBytes == 0 || needOf(row) <= m_machine.memoryBytes / 100 * kShare;
}

QString ModelCatalogue::fitOf(int row) const
{
    const QString need = bytesText(needOf(row));
    if (!m_known || m_machine.memoryBytes == 0)
        return tr("Needs %1 of memory.").arg(need);
    const QString all = bytesText(m_machine.memoryBytes);
    if (!fits(row))
        return tr("Too large for this machine: needs %1 of %2.").arg(need, all);
    if (needOf(row) > m_machine.freeBytes)
        return tr("Fits once other programs are closed: needs %1, and %2 of %3 are free.")
            .arg(need, bytesText(m_machine.freeBytes), all);
    return tr("Fits this machine: needs %1 of %2.").arg(need, all);
}

bool ModelCatalogue::hasRoom(int row) const
{
    constexpr quint64 spare = 1'000'000'000; // nobody wants the disk full afterwards
    return m_machine.diskBytes >= static_cast<quint64>(entryAt(row).downloadBytes) + spare;
}

// The first that fits the memory and the disk: the entries stand in the order of their quality.
int ModelCatalogue::recommendedRow() const
{
    for (int row = 0; row < rowCount(); ++row)
        if (fits(row) && hasRoom(row))
            return row;
    return -1;
}

} // namespace qwill::app

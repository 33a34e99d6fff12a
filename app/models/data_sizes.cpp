#include "models/data_sizes.h"

#include "language_switch.h"
#include "models/load_costs.h"
#include "places.h"

#include <QCoreApplication>
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>

namespace qwill::app {

using namespace Qt::StringLiterals;

DataSizes::DataSizes(QObject* parent) : QObject(parent)
{
    m_worker.setMaxThreadCount(1);
    whenLanguageChanges(this, [this] { Q_EMIT changed(); });
}

DataSizes::~DataSizes()
{
    m_leaving = true;
    m_worker.clear();
    m_worker.waitForDone();
}

void DataSizes::setDataFolder(const QString& folder)
{
    m_dataFolder = folder;
    refresh();
}

void DataSizes::setModelsFolder(const QString& folder)
{
    m_modelsFolder = folder;
    refresh();
}

// As LoadOptions::packedCacheDir says.
QString DataSizes::cacheFolder()
{
    return Places::ours().cacheFolder;
}

qint64 DataSizes::bytesIn(const QString& folder, const QString& except, const std::atomic<bool>& leaving)
{
    if (folder.isEmpty())
        return 0;
    qint64 bytes = 0;
    const QString left = except.isEmpty() ? QString() : QDir::cleanPath(except) + u'/';
    QDirIterator files(folder, QDir::Files | QDir::Hidden | QDir::NoSymLinks, QDirIterator::Subdirectories);
    while (files.hasNext() && !leaving) {
        const QFileInfo file = files.nextFileInfo();
        if (left.isEmpty() || !file.filePath().startsWith(left))
            bytes += file.size();
    }
    return bytes;
}

namespace {

// "NAME-HASH.packed", and what a process that ended in the middle left of one: "….packed.partPID". Our own is still
// being written.
QFileInfoList preparedFiles(const QString& folder)
{
    if (folder.isEmpty())
        return {};
    const QString ours = u".part%1"_s.arg(QCoreApplication::applicationPid());
    QFileInfoList files =
        QDir(folder).entryInfoList({u"*.packed"_s, u"*.packed.part*"_s}, QDir::Files | QDir::Hidden | QDir::NoSymLinks);
    files.removeIf([&](const QFileInfo& file) { return file.fileName().endsWith(ours); });
    return files;
}

} // namespace

qint64 DataSizes::preparedBytesIn(const QString& folder)
{
    qint64 bytes = 0;
    const QFileInfoList files = preparedFiles(folder);
    for (const QFileInfo& file : files)
        bytes += file.size();
    return bytes;
}

void DataSizes::clearCache()
{
    m_clearing = true;
    Q_EMIT changed();
    m_worker.start([this] {
        const QFileInfoList files = preparedFiles(cacheFolder());
        for (const QFileInfo& file : files)
            QFile::remove(file.filePath()); // one that stays is counted again
        QMetaObject::invokeMethod(
            this,
            [this] {
                m_clearing = false;
                refresh();
            },
            Qt::QueuedConnection);
    });
}

void DataSizes::refresh()
{
    if (m_clearing)
        return; // counts when it is done
    m_worker.clear();
    m_worker.start([this, serial = ++m_serial, data = m_dataFolder, models = m_modelsFolder] {
        const std::array bytes{bytesIn(data, models, m_leaving), bytesIn(models, {}, m_leaving),
                               preparedBytesIn(cacheFolder())};
        // The destructor joins this thread, and takes with it what is posted.
        QMetaObject::invokeMethod(
            this,
            [this, serial, bytes] {
                if (serial != m_serial)
                    return;
                m_bytes = bytes;
                Q_EMIT changed();
            },
            Qt::QueuedConnection);
    });
}

QString DataSizes::text(std::size_t which) const
{
    return m_bytes[which] < 0 ? QString() : sizeText(static_cast<quint64>(m_bytes[which]));
}

} // namespace qwill::app

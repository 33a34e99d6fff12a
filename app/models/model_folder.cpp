#include "models/model_folder.h"

#include "models/file_sync.h"

#include <QCoreApplication>
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

constexpr auto kPrefix = ".download-"_L1;

Trouble diskTrouble(const QString& path)
{
    return {.kind = TroubleKind::DiskFailed,
            .file = path,
            .detail = QCoreApplication::translate("qwill::app::Downloads", "the folder is not writable")};
}

} // namespace

ModelFolder::ModelFolder(const QString& modelsFolder, const QString& id)
    : m_hidden(modelsFolder + u'/' + kPrefix + id),
      m_target(modelsFolder + u'/' + id)
{
}

QStringList ModelFolder::begunIn(const QString& modelsFolder)
{
    QStringList ids;
    const QStringList names = QDir(modelsFolder).entryList({kPrefix + u'*'}, QDir::Dirs | QDir::Hidden, QDir::Name);
    for (const QString& name : names)
        ids.append(name.mid(kPrefix.size()));
    return ids;
}

bool ModelFolder::exists() const
{
    return QFileInfo::exists(m_target);
}

bool ModelFolder::isLeftOver() const
{
    if (!exists() || QFileInfo::exists(assembled()))
        return false;
    QDirIterator parts(m_hidden + u"/parts"_s, {u"*.part"_s}, QDir::Files, QDirIterator::Subdirectories);
    return !parts.hasNext();
}

Trouble ModelFolder::make()
{
    if (!QDir().mkpath(m_hidden + u"/parts"_s))
        return diskTrouble(m_hidden);
    m_lock = std::make_unique<QLockFile>(m_hidden + u"/lock"_s);
    m_lock->setStaleLockTime(0); // only a dead owner makes it stale
    if (m_lock->tryLock(0))
        return {};
    const bool taken = m_lock->error() == QLockFile::LockFailedError;
    m_lock.reset();
    return taken ? Trouble{.kind = TroubleKind::InUse} : diskTrouble(m_hidden);
}

void ModelFolder::release()
{
    m_lock.reset();
}

void ModelFolder::remove()
{
    m_lock.reset();
    QDir(m_hidden).removeRecursively();
}

void ModelFolder::forsake()
{
    if (m_lock)
        remove();
}

Trouble ModelFolder::assemble(const DownloadPlan& plan)
{
    QStringList folders{assembled()};
    for (const RemoteFile& file : plan.files) {
        const QString to = assembled() + u'/' + file.path;
        const QString folder = QFileInfo(to).absolutePath();
        if (!QDir().mkpath(folder))
            return diskTrouble(folder);
        if (!folders.contains(folder))
            folders.append(folder);
        if (!QFileInfo::exists(to) && !QFile::rename(partFile(file.path), to))
            return diskTrouble(to);
    }
    for (const QString& folder : std::as_const(folders))
        if (!syncFolder(folder))
            return diskTrouble(folder);
    return {};
}

void ModelFolder::takeApart(const DownloadPlan& plan)
{
    for (const RemoteFile& file : plan.files) {
        const QString from = assembled() + u'/' + file.path;
        if (!QFileInfo::exists(from))
            continue;
        QFile::remove(partFile(file.path));
        QFile::rename(from, partFile(file.path));
    }
    QDir(assembled()).removeRecursively();
}

Trouble ModelFolder::publish()
{
    if (exists())
        return {.kind = TroubleKind::Exists, .file = m_target};
    if (!QDir().rename(assembled(), m_target))
        return diskTrouble(m_target);
    syncFolder(QFileInfo(m_target).absolutePath());
    remove();
    return {};
}

} // namespace qwill::app

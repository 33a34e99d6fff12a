#include "models/model_deletion.h"

#include "engine/model_info.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

qint64 bytesIn(const QString& path)
{
    const QFileInfo info(path);
    if (info.isSymLink())
        return 0;
    if (!info.isDir())
        return info.size();
    qint64 bytes = 0;
    QDirIterator files(path, QDir::Files | QDir::Hidden | QDir::NoSymLinks, QDirIterator::Subdirectories);
    while (files.hasNext())
        bytes += files.nextFileInfo().size();
    return bytes;
}

// "a-00001-of-00003.gguf" has three parts.
QStringList partsOf(const QString& file)
{
    static const QRegularExpression part(u"^(.*-)\\d{5}(-of-\\d{5}\\.gguf)$"_s,
                                         QRegularExpression::CaseInsensitiveOption);
    const QFileInfo info(file);
    const auto match = part.match(info.fileName());
    if (!match.hasMatch())
        return {file};
    QStringList parts;
    const auto names = info.dir().entryList(QDir::Files, QDir::Name);
    for (const QString& name : names)
        if (const auto other = part.match(name);
            other.hasMatch() && other.captured(1) == match.captured(1) && other.captured(2) == match.captured(2))
            parts.append(info.dir().filePath(name));
    return parts;
}

} // namespace

bool ModelDeletion::isPossible(const QString& model, const QString& modelsFolder)
{
    const QString folder = QFileInfo(modelsFolder).canonicalFilePath();
    const QString real = QFileInfo(model).canonicalFilePath();
    return !folder.isEmpty() && real.startsWith(folder + u'/')
        && QDir::cleanPath(model).startsWith(modelsFolder + u'/');
}

std::optional<ModelDeletion> ModelDeletion::of(const QString& model, const QString& modelsFolder)
{
    if (!isPossible(model, modelsFolder))
        return std::nullopt;
    ModelDeletion deletion;
    deletion.m_modelsFolder = QDir::cleanPath(modelsFolder);
    deletion.m_entries = QFileInfo(model).isDir() ? QStringList{model} : partsOf(model);
    for (const QString& entry : std::as_const(deletion.m_entries))
        deletion.m_bytes += bytesIn(entry);
    for (const std::string& file : engine::preparedFilesOf(model.toStdString())) {
        deletion.m_prepared.append(QString::fromStdString(file));
        deletion.m_preparedBytes += bytesIn(deletion.m_prepared.last());
    }
    deletion.m_bytes += deletion.m_preparedBytes;
    return deletion;
}

QString ModelDeletion::carryOut() const
{
    for (const QString& entry : m_entries) {
        const QFileInfo info(entry);
        const bool gone = info.isDir() && !info.isSymLink() ? QDir(entry).removeRecursively()
                                                            : QFile::remove(entry) || !info.exists();
        if (!gone)
            return entry;
    }
    for (const QString& file : m_prepared)
        QFile::remove(file);
    // Folders that held nothing else.
    QDir above = QFileInfo(m_entries.value(0)).dir();
    while (above.absolutePath().startsWith(m_modelsFolder + u'/') && above.isEmpty()) {
        const QString name = above.dirName();
        if (!above.cdUp() || !above.rmdir(name))
            break;
    }
    return {};
}

} // namespace qwill::app

#include "store/stream_journal.h"

#include <QDir>
#include <QFile>
#include <QSaveFile>
#include <QStringDecoder>

#include <vector>

#ifdef Q_OS_WIN
#include <io.h>
#else
#include <unistd.h>
#endif

namespace qwill::app {

namespace {

// A file of its own to close, whatever becomes of ours.
int sameFile(int file)
{
#ifdef Q_OS_WIN
    return ::_dup(file);
#else
    return ::dup(file);
#endif
}

void writeThroughAndClose(int file)
{
#ifdef Q_OS_WIN
    ::_commit(file);
    ::_close(file);
#else
    ::fdatasync(file);
    ::close(file);
#endif
}

} // namespace

StreamJournal::StreamJournal(QString folder) : m_folder(std::move(folder))
{
    m_syncs.setMaxThreadCount(1);
}

StreamJournal::~StreamJournal() = default;

QString StreamJournal::pathOf(qint64 message) const
{
    return m_folder + u'/' + QString::number(message) + QStringLiteral(".txt");
}

bool StreamJournal::append(qint64 message, const QString& text)
{
    std::shared_ptr<QFile>& file = m_open[message];
    if (!file) {
        QDir().mkpath(m_folder);
        file = std::make_shared<QFile>(pathOf(message));
        if (!file->open(QIODevice::WriteOnly | QIODevice::Append | QIODevice::Unbuffered)) {
            m_open.remove(message);
            return false;
        }
    }
    const QByteArray utf8 = text.toUtf8();
    const qint64 before = file->size();
    if (file->write(utf8) == utf8.size())
        return true;
    file->resize(before); // half a write must not be repeated as a whole one later
    return false;
}

void StreamJournal::sync()
{
    if (m_syncs.activeThreadCount() > 0)
        return; // the next call finds what this one would
    std::vector<int> files;
    for (const auto& file : std::as_const(m_open))
        files.push_back(sameFile(file->handle()));
    m_syncs.start([files] {
        for (const int file : files)
            writeThroughAndClose(file);
    });
}

void StreamJournal::remove(qint64 message)
{
    m_open.remove(message);
#ifdef Q_OS_WIN
    m_syncs.waitForDone(); // a file that is open cannot go
#endif
    QFile::remove(pathOf(message));
}

QList<std::pair<qint64, QString>> StreamJournal::leftovers() const
{
    QList<std::pair<qint64, QString>> found;
    const auto entries = QDir(m_folder).entryInfoList({QStringLiteral("*.txt")}, QDir::Files, QDir::Name);
    for (const QFileInfo& entry : entries) {
        bool isNumber = false;
        const qint64 message = entry.completeBaseName().toLongLong(&isNumber);
        QFile file(entry.filePath());
        if (!isNumber || !file.open(QIODevice::ReadOnly))
            continue;
        const QByteArray bytes = file.readAll();
        QStringDecoder whole(QStringDecoder::Utf8); // keeps an incomplete last code point to itself
        found.append({message, whole(bytes)});
    }
    return found;
}

QString StreamJournal::draftPathOf(qint64 conversation) const
{
    return m_folder + u'/' + QString::number(conversation) + QStringLiteral(".draft");
}

// Written beside it and renamed: a kill leaves the one or the other.
bool StreamJournal::keepDraft(qint64 conversation, const QString& text)
{
    QDir().mkpath(m_folder);
    QSaveFile file(draftPathOf(conversation));
    if (!file.open(QIODevice::WriteOnly))
        return false;
    const QByteArray utf8 = text.toUtf8();
    return file.write(utf8) == utf8.size() && file.commit();
}

void StreamJournal::removeDraft(qint64 conversation)
{
    QFile::remove(draftPathOf(conversation));
}

QList<std::pair<qint64, QString>> StreamJournal::leftDrafts() const
{
    QList<std::pair<qint64, QString>> found;
    QDir folder(m_folder);
    const auto halves = folder.entryList({QStringLiteral("*.draft.*")}, QDir::Files); // QSaveFile's
    for (const QString& half : halves)
        folder.remove(half);
    const auto entries = folder.entryInfoList({QStringLiteral("*.draft")}, QDir::Files, QDir::Name);
    for (const QFileInfo& entry : entries) {
        bool isNumber = false;
        const qint64 conversation = entry.completeBaseName().toLongLong(&isNumber);
        QFile file(entry.filePath());
        if (isNumber && file.open(QIODevice::ReadOnly))
            found.append({conversation, QString::fromUtf8(file.readAll())});
    }
    return found;
}

} // namespace qwill::app

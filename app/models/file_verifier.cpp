#include "models/file_verifier.h"

#include <vector>

namespace qwill::app {

namespace {

struct Stretch {
    qint64 begin = 0, end = 0; // bytes
    QByteArray hash; // SHA-256 of what came
};

FileVerdict judge(const QString& path, const FileHash& hash, const std::vector<Stretch>& chunks,
                  const std::atomic<bool>& stop)
{
    FileVerdict verdict;
    if (hash.kind != HashKind::None) {
        const QByteArray found = hashOfFile(path, hash.kind, stop);
        verdict.readable = !found.isEmpty();
        verdict.matches = found == hash.hex;
        if (verdict.matches || !verdict.readable)
            return verdict;
    }
    verdict.readable = true;
    for (std::size_t chunk = 0; chunk < chunks.size() && !stop; ++chunk) {
        const Stretch& s = chunks[chunk];
        const auto found = hashOfStretch(path, s.begin, s.end - s.begin);
        if (!found)
            verdict.readable = false;
        else if (*found != s.hash)
            verdict.damaged.append(static_cast<int>(chunk));
    }
    if (hash.kind == HashKind::None)
        verdict.matches = verdict.readable && verdict.damaged.isEmpty();
    return verdict;
}

} // namespace

FileVerifier::FileVerifier(QObject* parent) : QObject(parent)
{
    m_worker.setMaxThreadCount(1);
}

FileVerifier::~FileVerifier()
{
    stop();
}

void FileVerifier::verify(const PartFile& part, const FileHash& hash)
{
    stop();
    m_stop = false;
    std::vector<Stretch> chunks;
    chunks.reserve(static_cast<std::size_t>(part.chunkCount()));
    for (int chunk = 0; chunk < part.chunkCount(); ++chunk)
        chunks.push_back({part.chunkBegin(chunk), part.chunkEnd(chunk), part.chunkHash(chunk)});
    m_worker.start([this, serial = m_serial, path = part.path(), hash, chunks = std::move(chunks)] {
        const FileVerdict verdict = judge(path, hash, chunks, m_stop);
        // The destructor joins this thread, and takes with it what is posted.
        QMetaObject::invokeMethod(
            this,
            [this, serial, verdict] {
                if (serial == m_serial)
                    Q_EMIT verified(verdict);
            },
            Qt::QueuedConnection);
    });
}

void FileVerifier::stop()
{
    ++m_serial;
    m_stop = true;
    m_worker.clear();
    m_worker.waitForDone();
}

} // namespace qwill::app

#include "models/part_file.h"

#include "models/file_sync.h"

#include <QDir>
#include <QFileInfo>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

constexpr qsizetype kHashBytes = 32; // SHA-256
constexpr qint64 kMaxLine = 4096; // an ETag is shorter; a record that is noise must end, too

QByteArray headOf(qint64 size, qint64 chunkBytes)
{
    return "qwill-part 1 " + QByteArray::number(size) + ' ' + QByteArray::number(chunkBytes);
}

} // namespace

PartFile::PartFile(QString path, QString name, qint64 size, qint64 chunkBytes)
    : m_path(std::move(path)),
      m_name(std::move(name)),
      m_size(size),
      m_chunkBytes(chunkBytes),
      m_chunks(static_cast<std::size_t>((size + chunkBytes - 1) / chunkBytes)),
      m_file(m_path),
      m_record(m_path + u".record"_s)
{
}

Trouble PartFile::open()
{
    const auto failed = [this](const QString& detail) {
        return Trouble{.kind = TroubleKind::DiskFailed, .file = m_name, .detail = detail};
    };
    if (!QDir().mkpath(QFileInfo(m_path).absolutePath()))
        return failed(QFileInfo(m_path).absolutePath());
    if (!m_file.open(QIODevice::ReadWrite | QIODevice::Unbuffered))
        return failed(m_file.errorString());
    if (!readRecord() && !beginRecord())
        return failed(m_record.errorString());
    return {};
}

void PartFile::close()
{
    m_file.close();
    m_record.close();
}

// False when there is none that fits this file.
bool PartFile::readRecord()
{
    if (!m_record.open(QIODevice::ReadWrite))
        return false;
    QByteArray line = m_record.readLine(kMaxLine);
    if (line.trimmed() != headOf(m_size, m_chunkBytes)) {
        m_record.close();
        return false;
    }
    qint64 read = line.size();
    while (!(line = m_record.readLine(kMaxLine)).isEmpty()) {
        if (!line.endsWith('\n') || !readLine(line.chopped(1)))
            break; // cut off by a kill: what comes after is written over
        read += line.size();
    }
    m_record.resize(read);
    m_record.seek(read);
    // A record may have reached the disk before its bytes did.
    const qint64 present = m_file.size();
    for (int chunk = 0; chunk < chunkCount(); ++chunk)
        if (has(chunk) && chunkEnd(chunk) > present)
            setWhole(chunk, false);
    return true;
}

bool PartFile::readLine(const QByteArray& line)
{
    if (line.startsWith("etag ")) {
        m_etag = QByteArray::fromBase64(line.mid(5));
        return true;
    }
    const qsizetype space = line.indexOf(' ');
    bool isNumber = false;
    const int chunk = line.first(std::max<qsizetype>(0, space)).toInt(&isNumber);
    if (!isNumber || chunk < 0 || chunk >= chunkCount())
        return false;
    const QByteArray hash = QByteArray::fromHex(line.mid(space + 1));
    if (hash.isEmpty()) { // "12 -"
        setWhole(chunk, false);
        return true;
    }
    if (hash.size() != kHashBytes)
        return false;
    m_chunks[static_cast<std::size_t>(chunk)].hash = hash;
    setWhole(chunk, true);
    return true;
}

bool PartFile::beginRecord()
{
    m_record.close();
    for (int chunk = 0; chunk < chunkCount(); ++chunk)
        setWhole(chunk, false);
    m_etag.clear();
    m_verified = false;
    const QByteArray head = headOf(m_size, m_chunkBytes) + '\n';
    return m_record.open(QIODevice::ReadWrite | QIODevice::Truncate) && m_record.write(head) == head.size()
        && m_record.flush();
}

// A record that cannot be written costs only a second fetch after a restart.
void PartFile::record(const QByteArray& line)
{
    m_record.write(line + '\n');
    m_record.flush();
}

void PartFile::setWhole(int chunk, bool whole)
{
    Chunk& c = m_chunks[static_cast<std::size_t>(chunk)];
    if (c.whole == whole)
        return;
    c.whole = whole;
    const qint64 bytes = chunkEnd(chunk) - chunkBegin(chunk);
    m_bytesWhole += whole ? bytes : -bytes;
    if (!whole)
        m_verified = false;
}

void PartFile::setEtag(const QByteArray& etag)
{
    if (etag == m_etag)
        return;
    m_etag = etag;
    record("etag " + etag.toBase64());
}

Trouble PartFile::setVerified()
{
    if (!syncFile(m_file))
        return {.kind = TroubleKind::DiskFailed, .file = m_name, .detail = m_file.errorString()};
    m_verified = true;
    return {};
}

Trouble PartFile::write(qint64 offset, QByteArrayView bytes)
{
    if (m_file.seek(offset) && m_file.write(bytes.data(), bytes.size()) == bytes.size())
        return {};
    return {.kind = TroubleKind::DiskFailed, .file = m_name, .detail = m_file.errorString()};
}

bool PartFile::keep(int chunk, const QByteArray& hash)
{
    Chunk& c = m_chunks[static_cast<std::size_t>(chunk)];
    const bool differs = !c.hash.isEmpty() && c.hash != hash;
    c.hash = hash;
    setWhole(chunk, true);
    record(QByteArray::number(chunk) + ' ' + hash.toHex());
    return differs;
}

void PartFile::doubt(int chunk)
{
    if (!has(chunk))
        return;
    setWhole(chunk, false);
    record(QByteArray::number(chunk) + " -");
}

void PartFile::trust(int chunk)
{
    Chunk& c = m_chunks[static_cast<std::size_t>(chunk)];
    if (c.whole || c.hash.isEmpty())
        return;
    setWhole(chunk, true);
    record(QByteArray::number(chunk) + ' ' + c.hash.toHex());
}

void PartFile::forgetAll()
{
    for (Chunk& chunk : m_chunks)
        chunk.hash.clear();
    beginRecord();
}

} // namespace qwill::app

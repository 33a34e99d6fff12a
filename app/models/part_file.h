#pragma once
// PartFile: a file that is still arriving, in pieces of any order: its bytes under a temporary name, and beside it a
// record of the chunks that are whole, with their hashes, so that a later process goes on where a killed one stopped.
// One thread.

#include "models/download_trouble.h"

#include <QByteArray>
#include <QFile>
#include <QString>

#include <algorithm>
#include <vector>

namespace qwill::app {

class PartFile {
public:
    // `name` is for sentences. The last chunk may be shorter than `chunkBytes`.
    PartFile(QString path, QString name, qint64 size, qint64 chunkBytes);

    Trouble open(); // makes the file, or goes on with the one that is there
    void close();

    const QString& path() const { return m_path; }
    const QString& name() const { return m_name; }
    qint64 size() const { return m_size; }
    qint64 chunkBytes() const { return m_chunkBytes; }
    int chunkCount() const { return static_cast<int>(m_chunks.size()); }
    qint64 chunkBegin(int chunk) const { return chunk * m_chunkBytes; }
    qint64 chunkEnd(int chunk) const { return std::min(m_size, (chunk + 1) * m_chunkBytes); }
    bool has(int chunk) const { return m_chunks[static_cast<std::size_t>(chunk)].whole; }
    QByteArray chunkHash(int chunk) const { return m_chunks[static_cast<std::size_t>(chunk)].hash; }
    qint64 bytesWhole() const { return m_bytesWhole; } // in whole chunks
    bool complete() const { return m_bytesWhole == m_size; }

    const QByteArray& etag() const { return m_etag; }
    void setEtag(const QByteArray& etag);
    bool verified() const { return m_verified; } // by this process
    Trouble setVerified(); // once the bytes are safe on the disk

    Trouble write(qint64 offset, QByteArrayView bytes);
    // The chunk is whole, with this SHA-256. True when it was whole before (see doubt) with another one.
    bool keep(int chunk, const QByteArray& hash);
    void doubt(int chunk); // to be fetched again; its hash stays for comparison
    void trust(int chunk); // undoes doubt
    void forgetAll(); // the file on the server is another one now

private:
    struct Chunk {
        QByteArray hash; // SHA-256; of a doubted chunk the old one
        bool whole = false;
    };

    bool readRecord();
    bool readLine(const QByteArray& line);
    bool beginRecord();
    void record(const QByteArray& line);
    void setWhole(int chunk, bool whole);

    QString m_path;
    QString m_name;
    qint64 m_size;
    qint64 m_chunkBytes;
    qint64 m_bytesWhole = 0;
    bool m_verified = false;
    QByteArray m_etag;
    std::vector<Chunk> m_chunks;
    QFile m_file;
    QFile m_record; // "<path>.record": lines that only grow in number
};

} // namespace qwill::app

#pragma once
// FileHash: what a mirror says a file's contents hash to, and the check of a file against it. Reads the disk; any
// thread, so a worker's.

#include <QByteArray>
#include <QString>

#include <atomic>
#include <cstdint>
#include <optional>

namespace qwill::app {

enum class HashKind : std::uint8_t {
    None, // the mirror named none: only the length can be checked
    Sha256,
    GitBlob, // SHA-1 of "blob <length>\0" and the contents, as git names small files
};

struct FileHash {
    HashKind kind = HashKind::None;
    QByteArray hex; // lower case

    bool operator==(const FileHash&) const = default;
};

// The hash of these digits where they are right for the kind, otherwise one of kind None.
FileHash fileHash(HashKind kind, const QString& hex);

// Empty when the file cannot be read or `stop` became true. `kind` is not None.
QByteArray hashOfFile(const QString& path, HashKind kind, const std::atomic<bool>& stop);

// SHA-256 of one stretch of a file; nothing when it cannot be read.
std::optional<QByteArray> hashOfStretch(const QString& path, qint64 offset, qint64 length);

} // namespace qwill::app

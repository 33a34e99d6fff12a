#include "models/file_hash.h"

#include <QCryptographicHash>
#include <QFile>
#include <QRegularExpression>

#include <algorithm>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

constexpr qint64 kReadBytes = 1 << 20; // large enough for the disk, small enough to stop soon

} // namespace

FileHash fileHash(HashKind kind, const QString& hex)
{
    static const QRegularExpression digits(u"\\A[0-9a-f]+\\z"_s);
    const qsizetype length = kind == HashKind::Sha256 ? 64 : 40;
    const QString lower = hex.toLower();
    if (kind == HashKind::None || lower.size() != length || !digits.match(lower).hasMatch())
        return {};
    return {kind, lower.toLatin1()};
}

QByteArray hashOfFile(const QString& path, HashKind kind, const std::atomic<bool>& stop)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        return {};
    QCryptographicHash hash(kind == HashKind::Sha256 ? QCryptographicHash::Sha256 : QCryptographicHash::Sha1);
    if (kind == HashKind::GitBlob)
        hash.addData("blob " + QByteArray::number(file.size()) + QByteArray(1, char(0)));
    QByteArray buffer(kReadBytes, Qt::Uninitialized);
    for (;;) {
        const qint64 count = file.read(buffer.data(), buffer.size());
        if (count < 0 || stop)
            return {};
        if (count == 0)
            return hash.result().toHex();
        hash.addData(QByteArrayView(buffer).first(count));
    }
}

std::optional<QByteArray> hashOfStretch(const QString& path, qint64 offset, qint64 length)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered) || !file.seek(offset))
        return std::nullopt;
    QCryptographicHash hash(QCryptographicHash::Sha256);
    QByteArray buffer(std::min(length, kReadBytes), Qt::Uninitialized);
    for (qint64 left = length; left > 0;) {
        const qint64 count = file.read(buffer.data(), std::min<qint64>(left, buffer.size()));
        if (count <= 0)
            return std::nullopt;
        hash.addData(QByteArrayView(buffer).first(count));
        left -= count;
    }
    return hash.result();
}

} // namespace qwill::app

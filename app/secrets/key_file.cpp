#include "secrets/key_file.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRandomGenerator>
#include <QSaveFile>

namespace qwill::app {

namespace {

constexpr qint64 kMostBytes = 4096;
constexpr int kLetters = 32; // of 62: 190 bits

} // namespace

KeyFile::Read KeyFile::read(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {{}, tr("The key file “%1” cannot be read: %2").arg(path, file.errorString())};
    const QByteArray line = file.read(kMostBytes).split('\n').constFirst().trimmed();
    if (line.isEmpty())
        return {{}, tr("The key file “%1” is empty: its first line is the key.").arg(path)};
    for (const char c : line)
        if (c <= ' ' || c > '~')
            return {{}, tr("The key in “%1” may hold printable ASCII letters only.").arg(path)};
    return {line, {}};
}

QString KeyFile::write(const QString& path, const QByteArray& key)
{
    QDir().mkpath(QFileInfo(path).absolutePath());
    QSaveFile file(path);
    const bool open = file.open(QIODevice::WriteOnly);
    // Before the first byte is in it.
    const bool kept = open && file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    if (kept && file.write(key + '\n') == key.size() + 1 && file.commit())
        return {};
    return tr("The key could not be kept in “%1”: %2").arg(path, file.errorString());
}

QByteArray KeyFile::make()
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    QByteArray key = "qw-";
    for (int i = 0; i < kLetters; ++i)
        key += letters[QRandomGenerator::system()->bounded(62)];
    return key;
}

} // namespace qwill::app

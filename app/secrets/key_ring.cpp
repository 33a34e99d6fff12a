#include "secrets/key_ring.h"

#include "secrets/key_file.h"
#include "secrets/system_keys.h"

#include <QFile>

#include <utility>

namespace qwill::app {

KeyRing::KeyRing(QString folder, Place place, QObject* parent)
    : QObject(parent),
      m_folder(std::move(folder)),
      m_place(place)
{
}

QString KeyRing::fileOf(const QString& name) const
{
    return m_folder + u'/' + name;
}

void KeyRing::read(const QString& name, const std::function<void(const QByteArray&)>& done)
{
    const QString file = fileOf(name);
    if (QFile::exists(file) || m_place == Place::FilesOnly) {
        QMetaObject::invokeMethod(
            this, [file, done] { done(KeyFile::read(file).key); }, Qt::QueuedConnection);
        return;
    }
    system_keys::read(*this, name, done);
}

void KeyRing::write(const QString& name, const QByteArray& key, const std::function<void(const QString&)>& done)
{
    const auto toFile = [file = fileOf(name), key, done] { done(KeyFile::write(file, key)); };
    if (m_place == Place::FilesOnly) {
        QMetaObject::invokeMethod(this, toFile, Qt::QueuedConnection);
        return;
    }
    system_keys::write(*this, name, key, [file = fileOf(name), toFile, done](bool kept) {
        if (!kept)
            return toFile();
        QFile::remove(file); // an earlier one
        done({});
    });
}

void KeyRing::remove(const QString& name)
{
    QFile::remove(fileOf(name));
    if (m_place == Place::SystemFirst)
        system_keys::remove(*this, name);
}

} // namespace qwill::app

#pragma once
// KeyRing: where keys to other machines are kept: the system's keyring, or, where there is none, a file that only its
// owner may read. GUI thread; answers come later, from the event loop.

#include <QByteArray>
#include <QCoreApplication>
#include <QObject>
#include <QString>

#include <functional>

namespace qwill::app {

class KeyRing : public QObject {
    Q_OBJECT

public:
    enum class Place { SystemFirst, FilesOnly };
    // Files are called `folder`/NAME; the folder is made with the first of them.
    KeyRing(QString folder, Place place, QObject* parent = nullptr);

    // `done` gets the key, or nothing where there is none. Names are letters and digits.
    void read(const QString& name, const std::function<void(const QByteArray& key)>& done);
    // `done` gets a sentence when the key could not be kept.
    void write(const QString& name, const QByteArray& key, const std::function<void(const QString& problem)>& done);
    void remove(const QString& name);

private:
    QString fileOf(const QString& name) const;

    QString m_folder;
    Place m_place;
};

} // namespace qwill::app

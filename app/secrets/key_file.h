#pragma once
// KeyFile: a secret in a file that only its owner may read: the key of the API, and of remote models where the machine
// has no keyring. Any thread.

#include <QByteArray>
#include <QCoreApplication>
#include <QString>

namespace qwill::app {

class KeyFile {
    Q_DECLARE_TR_FUNCTIONS(qwill::app::KeyFile)

public:
    struct Read {
        QByteArray key;
        QString problem; // a sentence when there is no key
    };
    // The first line, without spaces around it.
    static Read read(const QString& path);
    // Writes it readable by the owner alone (0600), and whole or not at all; a sentence when that failed.
    static QString write(const QString& path, const QByteArray& key);
    static QByteArray make(); // a new one: "qw-" and 32 letters and digits, from the system's own randomness
};

} // namespace qwill::app

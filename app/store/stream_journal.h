#pragma once
// StreamJournal: the text of replies that are being written, appended to one small file each until the whole reply goes
// into the database. Appending costs the bytes of the text and no more, where a row would be written again and again.
// What is in the files survives the process; store thread only.

#include <QHash>
#include <QList>
#include <QString>

#include <memory>
#include <utility>

class QFile;

namespace qwill::app {

class StreamJournal {
public:
    explicit StreamJournal(QString folder); // made at the first append
    ~StreamJournal();

    // False when the text could not be written; nothing of it counts as written then.
    bool append(qint64 message, const QString& text);
    void sync(); // to the disk itself, for a power cut
    void remove(qint64 message); // its text is in the database now
    // What an earlier process left: message and text, only whole code points.
    QList<std::pair<qint64, QString>> leftovers() const;

private:
    QString pathOf(qint64 message) const;

    QString m_folder;
    QHash<qint64, std::shared_ptr<QFile>> m_open;
};

} // namespace qwill::app

#pragma once
// StreamJournal: the text of replies that are being written, appended to one small file each until the whole reply goes
// into the database; and drafts while they are typed, a small file each until the person pauses. That costs the bytes
// of the text and no more, where each change of a row costs whole pages. What is in the files survives the process;
// store thread only.

#include <QHash>
#include <QList>
#include <QString>
#include <QThreadPool>

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
    // To the disk itself, for a power cut. Returns at once: a busy disk takes its time, and the next append must not
    // wait for it, since a kill costs what is not appended.
    void sync();
    void remove(qint64 message); // its text is in the database now
    // What an earlier process left: message and text, only whole code points.
    QList<std::pair<qint64, QString>> leftovers() const;

    // The draft as it is now, in place of what was there; false when it could not be written.
    bool keepDraft(qint64 conversation, const QString& text);
    void removeDraft(qint64 conversation);
    QList<std::pair<qint64, QString>> leftDrafts() const; // removes those that were only half written

private:
    QString draftPathOf(qint64 conversation) const;
    QString pathOf(qint64 message) const;

    QString m_folder;
    QHash<qint64, std::shared_ptr<QFile>> m_open;
    QThreadPool m_syncs; // waited for at the end
};

} // namespace qwill::app

#pragma once
// ChatImporter: brings the chats of files into the store. The files are read on a thread of its own; what they hold is
// handed to the store in portions, each on disk before the next, so that a large file fills no memory and the window
// stays quick. GUI thread.

#include "chat/whole_chat.h"

#include <QHash>
#include <QObject>
#include <QThread>
#include <QUrl>
#include <QtQmlIntegration>

namespace qwill::app {

class ConversationStore;

class ChatImporter : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The application owns the importer")
    Q_PROPERTY(bool busy READ isBusy NOTIFY progressed)
    Q_PROPERTY(double fraction READ fraction NOTIFY progressed) // 0…1; 0 while the files are read

public:
    explicit ChatImporter(ConversationStore& store, QObject* parent = nullptr); // the store outlives it
    ~ChatImporter() override; // waits for the file being read

    bool isBusy() const { return m_busy; }
    double fraction() const;

    // Reads what chat_import.h reads. Ends in finished(); while another import runs, at once.
    Q_INVOKABLE void import(const QList<QUrl>& files);

Q_SIGNALS:
    void progressed();
    // What became of it, for the person, and the first chat that came in; 0 = none did.
    void finished(const QString& sentence, qint64 first);

private:
    struct Found {
        QList<WholeChat> chats;
        int skipped = 0;
        QStringList problems; // a sentence for each file that could not be read
    };
    static Found read(const QStringList& paths);
    void take(const Found& found);
    void storeSome();
    void endChat();
    void finish();

    ConversationStore& m_store;
    QThread m_thread;
    QObject* m_worker; // lives on m_thread
    bool m_busy = false;
    Found m_found;
    qsizetype m_chat = 0; // the one being stored
    qsizetype m_message = 0; // the next of it
    qsizetype m_stored = 0; // messages of all chats
    qsizetype m_total = 0;
    QHash<MessageId, MessageId> m_ids; // in the file → in the store, of this chat
    Conversation m_current; // as it is in the store
    ConversationId m_first = 0;
    int m_flush = 0; // the portion that is on its way to the disk
};

} // namespace qwill::app

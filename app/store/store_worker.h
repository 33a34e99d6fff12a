#pragma once
// StoreWorker: owns the database connection and does ConversationStore's jobs, one after the other. Lives in the
// store's thread; only its constructor runs elsewhere. A write that fails stays at the head of the line and is tried
// again, so a full disk loses nothing that memory holds.

#include "chat/message.h"
#include "store/conversation_store.h"
#include "store/stream_journal.h"

#include <QHash>
#include <QObject>
#include <QSqlDatabase>

#include <deque>
#include <functional>

class QTimer;

namespace qwill::app {

class StoreWorker : public QObject {
    Q_OBJECT

public:
    explicit StoreWorker(QString filePath);
    ~StoreWorker() override;

    void open();
    // A write returns an empty text, or what went wrong. It may run more than once.
    using Write = std::function<QString(QSqlDatabase&)>;
    void write(Write job);
    void appendToMessage(MessageId message, const QString& delta);
    void finishMessage(MessageId message); // its text is in a row now
    void setDraft(ConversationId conversation, const QString& text); // kept at once, in its row when typing pauses
    void list();
    void load(ConversationId conversation);
    void loadDraft(ConversationId conversation);
    void search(const QString& text, int serial, int limit);
    void flush(int serial);

Q_SIGNALS:
    void stateChanged(qwill::app::StoreState state, const QString& text);
    void conversationsListed(const QList<qwill::app::Conversation>& conversations);
    void conversationFound(const qwill::app::Conversation& conversation);
    void conversationEndLoaded(qwill::app::ConversationId conversation, const QList<qwill::app::Message>& branchEnd);
    void conversationLoaded(qwill::app::ConversationId conversation, const QList<qwill::app::Message>& messages);
    void draftLoaded(qwill::app::ConversationId conversation, const QString& text,
                     const QList<qwill::app::Attachment>& attachments);
    void searchFinished(int serial, const QList<qwill::app::SearchHit>& hits);
    void flushed(int serial);
    void writeFailed(const QString& sentence);

private:
    QString openFile();
    void useMemory();
    void copyReadable(const QString& path);
    void setAsideCorruptFile();
    void recoverStreams();
    void runWrites();
    void settle();
    void recoverDrafts();
    void writeStreams();
    void writeDrafts();
    void setState(StoreState state, const QString& text);

    QString m_filePath;
    QString m_connection;
    QSqlDatabase m_database;
    StreamJournal m_journal;
    StoreState m_state = StoreState::Opening;
    std::deque<Write> m_writes;
    bool m_writesPosted = false; // runWrites() comes behind the jobs that are queued now
    QHash<MessageId, QString> m_streams; // text not yet in the journal
    QList<MessageId> m_finishing; // whole replies among m_writes
    QHash<ConversationId, QString> m_drafts; // newer than their rows
    QList<ConversationId> m_draftRows; // among m_writes, still in the journal
    QTimer* m_draftTimer = nullptr;
    QTimer* m_streamTimer = nullptr;
    QTimer* m_retryTimer = nullptr;
    QList<int> m_flushes; // serials waiting for the writes before them
};

} // namespace qwill::app

#pragma once
// ConversationStore: conversations, messages, drafts and their full-text index in one SQLite file, WAL mode. A facade
// for the GUI thread: each call queues a job on the store's own thread (StoreWorker, which owns the connection) and the
// answer arrives as a signal on the GUI thread, in the order of the calls. Ids are given by the facade at once, so that
// nothing waits for the disk.

#include "chat/message.h"

#include <QObject>
#include <QString>

#include <memory>

namespace qwill::app {

struct SearchHit {
    ConversationId conversation = 0;
    MessageId message = 0; // 0 = the title matched
    QString title;
    QString snippet; // around the match; the match itself between U+E000 and U+E001
    QDateTime created;
};

// What became of opening the file. All but Ready leave the person's file untouched.
enum class StoreState {
    Opening,
    Ready,
    ReadOnly, // the folder or file cannot be written: chats are shown, new text is kept in memory and the person is
              // told
    Newer, // written by a newer Qwill
    Corrupt, // set aside under another name, what could be read was salvaged
    DiskFull, // writing failed; retried, nothing in memory is dropped
};

class ConversationStore : public QObject {
    Q_OBJECT

public:
    // Opens in the background; stateChanged reports. The file and its folder are made when absent.
    explicit ConversationStore(QString filePath, QObject* parent = nullptr);
    ~ConversationStore() override; // writes what is queued, then joins the thread

    StoreState state() const { return m_state; }
    QString stateText() const { return m_stateText; } // a sentence for the person where the state is not Ready

    // Ids, valid at once.
    ConversationId createConversation(const Conversation& conversation);
    MessageId addMessage(ConversationId conversation, const Message& message);

    void updateConversation(const Conversation& conversation); // all but its messages
    void updateMessage(const Message& message); // content, status, figures …; ends its streaming
    // Streaming: coalesced, on disk within 250 ms of the call; writes only the new text.
    void appendToMessage(MessageId message, const QString& delta);
    void moveToTrash(ConversationId conversation);
    void restore(ConversationId conversation);
    void purge(ConversationId conversation); // for good
    void purgeTrashOlderThan(int days);
    void setDraft(ConversationId conversation, const QString& text); // 0 = the new chat's draft
    void setDraftAttachments(ConversationId conversation, const QList<Attachment>& attachments);

    // Answers by the signals below.
    void listConversations();
    void loadConversation(ConversationId conversation); // whole tree, oldest first
    void loadDraft(ConversationId conversation);
    // Finds substrings in any script (trigram index; shorter queries scan). `serial` comes back with the hits.
    void search(const QString& text, int serial, int limit = 200);
    // Everything queued before this call is on disk when `flushed(serial)` arrives.
    void flush(int serial);

Q_SIGNALS:
    void stateChanged();
    // At once, in the call that made or changed it: whoever shows the conversation follows whoever changed it.
    void conversationWritten(const qwill::app::Conversation& conversation);
    void conversationPurged(qwill::app::ConversationId conversation); // write no more to it
    void conversationsListed(const QList<qwill::app::Conversation>& conversations); // newest first, the trash included
    // Before conversationLoaded, unless there is no such conversation.
    void conversationFound(const qwill::app::Conversation& conversation);
    // Of a long one, between the two: the end of the branch that is shown, so that it is on the screen at once.
    void conversationEndLoaded(qwill::app::ConversationId conversation, const QList<qwill::app::Message>& branchEnd);
    void conversationLoaded(qwill::app::ConversationId conversation, const QList<qwill::app::Message>& messages);
    void draftLoaded(qwill::app::ConversationId conversation, const QString& text,
                     const QList<qwill::app::Attachment>& attachments);
    void searchFinished(int serial, const QList<qwill::app::SearchHit>& hits);
    void flushed(int serial);
    void writeFailed(const QString& sentence); // the text stays in memory and is tried again

private:
    class Thread;
    std::unique_ptr<Thread> m_thread;
    StoreState m_state = StoreState::Opening;
    QString m_stateText;
};

} // namespace qwill::app

#pragma once
// DraftKeeper: what a person has written and not sent, with its attachments; both go to the store within a second and
// come from there when the chat is opened again. GUI thread.

#include "chat/message.h"

#include <QObject>
#include <QTimer>

namespace qwill::app {

class ChatRecord;
class ConversationStore;

class DraftKeeper : public QObject {
    Q_OBJECT

public:
    // Both outlive it. Asks the store for the draft unless the chat is temporary.
    DraftKeeper(ConversationStore& store, const ChatRecord& record, QObject* parent = nullptr);
    ~DraftKeeper() override; // stores what waits

    const QString& text() const { return m_text; }
    const QList<Attachment>& attachments() const { return m_attachments; }
    void setText(const QString& text);
    void setAttachments(const QList<Attachment>& attachments);

    void take(); // it is sent: text and attachments go; the caller calls storeNow() when the message is stored

    // A message that waits to be sent. It is stored in front of the draft, since it is not in the chat yet.
    struct Queued {
        QString text;
        QList<Attachment> attachments;
        bool isEmpty() const { return text.isEmpty() && attachments.isEmpty(); }
    };
    const Queued& queued() const { return m_queued; }
    void queue(); // the draft becomes the queued message, behind one that is there
    void unqueue(); // back in front of the draft
    Queued takeQueued();
    // Leaves this as the draft of another conversation, which nobody shows yet.
    void giveTo(ConversationId conversation, const Queued& draft);
    // The new chat has become `record`'s conversation: what is stored is stored there from now on.
    void storeNow();

Q_SIGNALS:
    void changed();
    void queueChanged();

private:
    void storeSoon();

    ConversationStore& m_store;
    const ChatRecord& m_record;
    QString m_text;
    QList<Attachment> m_attachments;
    Queued m_queued;
    QString m_stored; // what the store has, of m_storedUnder
    QList<Attachment> m_storedAttachments;
    ConversationId m_storedUnder = 0;
    bool m_touched = false; // what the store may still bring comes too late
    QTimer m_timer;
};

} // namespace qwill::app

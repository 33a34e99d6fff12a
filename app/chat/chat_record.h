#pragma once
// ChatRecord: one conversation as memory and store both have it: its row, its tree of messages, where the context
// starts. Each change goes to the store in the call that makes it; a temporary chat's never do. GUI thread.

#include "chat/chat_prompt.h"
#include "chat/message.h"
#include "chat/message_tree.h"
#include "chat/transcript_model.h"

#include <QObject>

namespace qwill::app {

class ConversationStore;

// Among a conversation's settings: the id, as text, of the first message that is sent.
inline const QString kContextStart = QStringLiteral("contextStart");

class ChatRecord : public QObject {
    Q_OBJECT

public:
    enum class Keeping { Stored, Temporary };
    // `id` 0 = a new one, made in the store at its first message; else it is loaded, and loaded() follows.
    ChatRecord(ConversationStore& store, ConversationId id, Keeping keeping, QObject* parent = nullptr);

    bool isLoading() const { return m_loading; }
    bool isTemporary() const { return m_keeping == Keeping::Temporary; }
    bool isInStore() const { return !isTemporary() && m_conversation.id != 0; }
    const Conversation& conversation() const { return m_conversation; }
    const MessageTree& tree() const { return m_tree; }

    // Of the row; stored at once where there is one.
    void setTitle(const QString& title, bool automatic);
    void setSystemPrompt(const QString& text);
    void setSettings(const QJsonObject& settings);
    void setModel(const QString& path);

    // The message's id and time are given here; its parent is in the tree, or 0. The shown branch ends at it.
    MessageId add(Message message);
    void put(const Message& message); // another state of a message that is there
    void append(MessageId message, const QString& delta);
    bool step(MessageId message, int step); // to another variant
    bool show(MessageId message); // on whatever branch it stands; false when it is shown already, or unknown
    void touch(); // something was said: the conversation is the newest

    // Messages before it are not sent; 0 = all are that no summary stands for.
    MessageId contextStart() const;
    void setContextStart(MessageId first);

    QList<TranscriptEntry> entries() const; // the shown branch
    TranscriptEntry entry(MessageId message) const;
    // What the model sees of the way to `last`, that included; 0 = nothing but the system prompt and a summary.
    // NextMessage: more follows, so that a summary may stand for all of it.
    enum class PromptFor { Reply, NextMessage };
    ChatPrompt promptTo(MessageId last, PromptFor what = PromptFor::Reply) const;
    // A new stored conversation with copies of the messages up to this one; 0 for a temporary one.
    ConversationId fork(MessageId last);
    // A new stored conversation that begins with this summary; 0 for a temporary one.
    ConversationId beginAnew(const Message& summary, const QString& title);

Q_SIGNALS:
    void endLoaded(const QList<qwill::app::TranscriptEntry>& entries); // of a long chat, to be shown before loaded()
    void loaded();
    void conversationChanged();

private:
    void save();
    // Where on a path the model's view begins.
    struct View {
        qsizetype start = 0; // of the path's messages
        const Message* summary = nullptr; // in place of those before
    };
    View viewOf(const QList<MessageId>& path, PromptFor what) const;
    TranscriptEntry entryAt(MessageId message, bool beforeContext) const;
    void follow(const Conversation& conversation);

    ConversationStore& m_store;
    Keeping m_keeping;
    Conversation m_conversation;
    MessageTree m_tree;
    bool m_loading = false;
    bool m_changedWhileLoading = false;
    bool m_saving = false; // what the store tells is our own
    MessageId m_lastTemporaryId = 0; // negative
};

} // namespace qwill::app

#pragma once
// OpenChats: the chat sessions that are alive: the one that is shown, those whose reply is still being written, and a
// few last seen, so that going back and forth costs nothing. GUI thread.

#include "chat/chat_session.h"

#include <QObject>
#include <QtQmlIntegration>

#include <memory>
#include <vector>

namespace qwill::app {

class OpenChats : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The application owns the open chats")
    Q_PROPERTY(qwill::app::ChatSession* current READ current NOTIFY currentChanged) // never null

public:
    // All three outlive this. Begins with a new chat.
    OpenChats(ConversationStore& store, EngineHost& host, Settings& settings, QObject* parent = nullptr);
    ~OpenChats() override;

    ChatSession* current() const { return m_current; }
    bool anyBusy() const; // a reply is awaited somewhere
    QList<ConversationId> busy() const; // where; a chat that is not stored yet has no id and is left out

    // The new chat that is shown already is kept: it holds the draft.
    Q_INVOKABLE void startNew();
    Q_INVOKABLE void startTemporary();
    Q_INVOKABLE void open(qint64 conversation);
    // Shows the conversation, then revealed(message) once its transcript holds it.
    Q_INVOKABLE void openAt(qint64 conversation, qint64 message);
    // The conversation was moved to the trash or purged: its reply is stopped, and a new chat takes its place if shown.
    void close(ConversationId conversation);

Q_SIGNALS:
    void currentChanged();
    void busyChanged();
    void revealed(qint64 message);
    void sessionMade(qwill::app::ChatSession* session);

private:
    ChatSession* find(ConversationId conversation) const;
    ChatSession* make(ConversationId conversation, bool temporary);
    void show(ChatSession* session);
    void forgetOld();
    void revealWhenThere(qint64 message);

    ConversationStore& m_store;
    EngineHost& m_host;
    Settings& m_settings;
    std::vector<std::unique_ptr<ChatSession>> m_sessions; // last shown at the end
    ChatSession* m_current = nullptr;
    QMetaObject::Connection m_waitsForRow;
};

} // namespace qwill::app

#include "chat/open_chats.h"

#include "store/conversation_store.h"

#include <QPointer>

#include <algorithm>

namespace qwill::app {

namespace {

constexpr std::size_t kKept = 4; // idle sessions besides the one shown

} // namespace

OpenChats::OpenChats(ConversationStore& store, EngineHost& host, Settings& settings, QObject* parent)
    : QObject(parent),
      m_store(store),
      m_host(host),
      m_settings(settings)
{
    show(make(0, false));
    connect(&m_store, &ConversationStore::conversationPurged, this, &OpenChats::close);
    connect(&m_store, &ConversationStore::conversationWritten, this, [this](const Conversation& conversation) {
        if (conversation.deletedAt)
            close(conversation.id);
    });
}

OpenChats::~OpenChats() = default;

bool OpenChats::anyBusy() const
{
    return std::any_of(m_sessions.begin(), m_sessions.end(),
                       [](const auto& session) { return session->activity() != ChatSession::Activity::Idle; });
}

QList<ConversationId> OpenChats::busy() const
{
    QList<ConversationId> ids;
    for (const auto& session : m_sessions)
        if (session->activity() != ChatSession::Activity::Idle && session->conversationId() > 0)
            ids.append(session->conversationId());
    return ids;
}

void OpenChats::startNew()
{
    ChatSession* fresh = nullptr;
    for (const auto& session : m_sessions)
        if (session->conversationId() == 0 && !session->isTemporary())
            fresh = session.get();
    show(fresh ? fresh : make(0, false));
}

void OpenChats::startTemporary()
{
    show(make(0, true));
}

void OpenChats::open(qint64 conversation)
{
    if (conversation == 0) {
        startNew();
        return;
    }
    ChatSession* session = find(conversation);
    show(session ? session : make(conversation, false));
}

void OpenChats::openAt(qint64 conversation, qint64 message)
{
    open(conversation);
    revealWhenThere(message);
}

void OpenChats::close(ConversationId conversation)
{
    ChatSession* session = find(conversation);
    if (!session)
        return;
    session->stop();
    if (session == m_current)
        startNew();
    const auto at =
        std::find_if(m_sessions.begin(), m_sessions.end(), [&](const auto& one) { return one.get() == session; });
    // Its own signal may be on the stack.
    at->release()->deleteLater();
    m_sessions.erase(at);
    Q_EMIT busyChanged();
}

ChatSession* OpenChats::find(ConversationId conversation) const
{
    for (const auto& session : m_sessions)
        if (conversation != 0 && session->conversationId() == conversation)
            return session.get();
    return nullptr;
}

ChatSession* OpenChats::make(ConversationId conversation, bool temporary)
{
    m_sessions.push_back(std::make_unique<ChatSession>(m_store, m_host, m_settings, conversation, temporary));
    ChatSession* session = m_sessions.back().get();
    connect(session, &ChatSession::activityChanged, this, &OpenChats::busyChanged);
    connect(session, &ChatSession::conversationChanged, this, &OpenChats::busyChanged);
    connect(session, &ChatSession::activityChanged, this, &OpenChats::forgetOld, Qt::QueuedConnection);
    Q_EMIT sessionMade(session);
    return session;
}

void OpenChats::show(ChatSession* session)
{
    const auto at =
        std::find_if(m_sessions.begin(), m_sessions.end(), [&](const auto& one) { return one.get() == session; });
    std::rotate(at, at + 1, m_sessions.end());
    QObject::disconnect(m_waitsForRow);
    if (session == m_current)
        return;
    m_current = session;
    Q_EMIT currentChanged();
    forgetOld();
}

// Oldest first; never one that is shown, busy, or holds words that exist nowhere else.
void OpenChats::forgetOld()
{
    std::size_t idle = 0;
    for (auto at = m_sessions.end(); at != m_sessions.begin();) {
        --at;
        ChatSession& session = **at;
        if (&session == m_current || session.activity() != ChatSession::Activity::Idle)
            continue;
        const bool temporary = session.isTemporary(); // left for another chat, it is over
        if (!temporary && (session.conversationId() == 0 || ++idle <= kKept))
            continue;
        at->release()->deleteLater();
        at = m_sessions.erase(at);
    }
}

void OpenChats::revealWhenThere(qint64 message)
{
    TranscriptModel* transcript = m_current->transcript();
    m_current->showMessage(message); // nothing while the chat is being loaded
    if (transcript->rowOfMessage(message) >= 0) {
        Q_EMIT revealed(message);
        return;
    }
    // Queued: the handler may show another branch, and the transcript is in the middle of a change here.
    m_waitsForRow = connect(
        transcript, &QAbstractItemModel::rowsInserted, this,
        [this, session = QPointer(m_current), message] {
            if (!session || session != m_current)
                return;
            session->showMessage(message);
            if (session->transcript()->rowOfMessage(message) < 0)
                return;
            QObject::disconnect(m_waitsForRow);
            Q_EMIT revealed(message);
        },
        Qt::QueuedConnection);
}

} // namespace qwill::app

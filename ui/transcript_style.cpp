#include "transcript_style.h"

namespace qwill::ui {

TranscriptStyle::TranscriptStyle(QObject* parent) : QObject(parent)
{
    connect(this, &TranscriptStyle::styleChanged, this, &TranscriptStyle::applySoon);
}

void TranscriptStyle::setChats(app::OpenChats* chats)
{
    if (m_chats == chats)
        return;
    if (m_chats)
        m_chats->disconnect(this);
    m_chats = chats;
    m_sessions.clear();
    if (m_chats) {
        connect(m_chats, &app::OpenChats::sessionMade, this, &TranscriptStyle::add);
        add(m_chats->current());
    }
    Q_EMIT chatsChanged();
}

app::BlockStyle TranscriptStyle::style() const
{
    return {m_link.name(), m_codeBackground.name(), m_codeFont, m_border.name(), m_secondary.name()};
}

void TranscriptStyle::add(app::ChatSession* session)
{
    m_sessions.removeIf([](const QPointer<app::ChatSession>& one) { return one.isNull(); });
    m_sessions.append(session);
    if (m_link.isValid())
        session->transcript()->setStyle(style());
    else
        applySoon();
}

void TranscriptStyle::applySoon()
{
    if (std::exchange(m_waits, true))
        return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_waits = false;
            for (const QPointer<app::ChatSession>& session : std::as_const(m_sessions))
                if (session)
                    session->transcript()->setStyle(style());
        },
        Qt::QueuedConnection);
}

} // namespace qwill::ui

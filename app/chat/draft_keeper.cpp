#include "chat/draft_keeper.h"

#include "chat/chat_record.h"
#include "store/conversation_store.h"

#include <utility>

namespace qwill::app {

namespace {

constexpr int kStoreAfterMs = 400; // of the first key that is not stored; the store needs the rest of the second

QString joined(const QString& first, const QString& second)
{
    return first.isEmpty() || second.isEmpty() ? first + second : first + QStringLiteral("\n\n") + second;
}

} // namespace

DraftKeeper::DraftKeeper(ConversationStore& store, const ChatRecord& record, QObject* parent)
    : QObject(parent),
      m_store(store),
      m_record(record),
      m_storedUnder(record.conversation().id)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(kStoreAfterMs);
    connect(&m_timer, &QTimer::timeout, this, &DraftKeeper::storeNow);
    if (record.isTemporary())
        return;
    connect(&store, &ConversationStore::draftLoaded, this,
            [this](ConversationId conversation, const QString& text, const QList<Attachment>& attachments) {
                if (m_touched || conversation != m_storedUnder || m_record.conversation().id != conversation)
                    return;
                m_touched = true;
                m_text = m_stored = text;
                m_attachments = m_storedAttachments = attachments;
                Q_EMIT changed();
            });
    store.loadDraft(m_storedUnder);
}

DraftKeeper::~DraftKeeper()
{
    storeNow();
}

void DraftKeeper::storeSoon()
{
    m_touched = true;
    if (!m_timer.isActive())
        m_timer.start();
}

void DraftKeeper::storeNow()
{
    m_timer.stop();
    if (m_record.isTemporary() || !m_touched)
        return;
    const ConversationId under = m_record.conversation().id;
    if (under != m_storedUnder) {
        m_store.setDraft(m_storedUnder, {});
        if (!m_storedAttachments.isEmpty())
            m_store.setDraftAttachments(m_storedUnder, {});
        m_stored.clear();
        m_storedAttachments.clear();
        m_storedUnder = under;
    }
    const QString text = joined(m_queued.text, m_text);
    if (text != m_stored)
        m_store.setDraft(under, text);
    m_stored = text;
    const QList<Attachment> attachments = m_queued.attachments + m_attachments;
    if (attachments != m_storedAttachments)
        m_store.setDraftAttachments(under, attachments);
    m_storedAttachments = attachments;
}

void DraftKeeper::setText(const QString& text)
{
    if (text == m_text)
        return;
    m_text = text;
    storeSoon();
    Q_EMIT changed();
}

void DraftKeeper::setAttachments(const QList<Attachment>& attachments)
{
    m_attachments = attachments;
    storeSoon();
    Q_EMIT changed();
}

void DraftKeeper::take()
{
    m_touched = true;
    m_text.clear();
    m_attachments.clear();
    Q_EMIT changed();
}

void DraftKeeper::queue()
{
    m_queued.text = joined(m_queued.text, m_text.trimmed());
    m_queued.attachments += std::exchange(m_attachments, {});
    m_text.clear();
    storeSoon();
    Q_EMIT changed();
    Q_EMIT queueChanged();
}

void DraftKeeper::unqueue()
{
    if (m_queued.isEmpty())
        return;
    const Queued queued = std::exchange(m_queued, {});
    m_text = joined(queued.text, m_text);
    m_attachments = queued.attachments + m_attachments;
    storeSoon();
    Q_EMIT queueChanged();
    Q_EMIT changed();
}

DraftKeeper::Queued DraftKeeper::takeQueued()
{
    Queued queued = std::exchange(m_queued, {});
    storeSoon();
    Q_EMIT queueChanged();
    return queued;
}

void DraftKeeper::giveTo(ConversationId conversation, const Queued& draft)
{
    m_store.setDraft(conversation, draft.text);
    if (!draft.attachments.isEmpty())
        m_store.setDraftAttachments(conversation, draft.attachments);
}

} // namespace qwill::app

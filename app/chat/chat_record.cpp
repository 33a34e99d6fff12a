#include "chat/chat_record.h"

#include "store/conversation_store.h"

#include <QDateTime>

#include <algorithm>

namespace qwill::app {

namespace {

// In Conversation::settings, as text: JSON's numbers cannot hold an id.

} // namespace

ChatRecord::ChatRecord(ConversationStore& store, ConversationId id, Keeping keeping, QObject* parent)
    : QObject(parent),
      m_store(store),
      m_keeping(keeping)
{
    m_conversation.id = id;
    m_conversation.created = m_conversation.updated = QDateTime::currentDateTimeUtc();
    if (isTemporary())
        return;
    connect(&store, &ConversationStore::conversationWritten, this, &ChatRecord::follow);
    connect(&store, &ConversationStore::conversationPurged, this, [this](ConversationId purged) {
        if (purged == m_conversation.id) {
            m_keeping = Keeping::Temporary; // what is on the screen stays there
            Q_EMIT conversationChanged();
        }
    });
    if (id == 0)
        return;
    m_loading = true;
    connect(&store, &ConversationStore::conversationFound, this, [this](const Conversation& found) {
        if (m_loading && !m_changedWhileLoading && found.id == m_conversation.id)
            m_conversation = found;
    });
    connect(&store, &ConversationStore::conversationEndLoaded, this,
            [this](ConversationId loadedId, const QList<Message>& branchEnd) {
                if (!m_loading || loadedId != m_conversation.id)
                    return;
                QList<TranscriptEntry> entries;
                for (const Message& message : branchEnd)
                    entries.append({message, 0, 1, false}); // the rest is known when all is loaded
                Q_EMIT conversationChanged();
                Q_EMIT endLoaded(entries);
            });
    connect(&store, &ConversationStore::conversationLoaded, this,
            [this](ConversationId loadedId, const QList<Message>& messages) {
                if (!m_loading || loadedId != m_conversation.id)
                    return;
                m_loading = false;
                m_tree.setMessages(messages, m_conversation.currentLeaf);
                Q_EMIT conversationChanged();
                Q_EMIT loaded();
            });
    store.loadConversation(id);
}

// Renamed, pinned, filed elsewhere.
void ChatRecord::follow(const Conversation& conversation)
{
    if (m_saving || conversation.id != m_conversation.id || conversation.id == 0)
        return;
    if (m_loading) { // what is being read may be older: a rename would be lost, and written back
        m_changedWhileLoading = true;
        m_conversation = conversation;
        return;
    }
    const MessageId leaf = m_conversation.currentLeaf;
    m_conversation = conversation;
    m_conversation.currentLeaf = leaf;
    Q_EMIT conversationChanged();
}

void ChatRecord::save()
{
    m_conversation.currentLeaf = m_tree.leaf();
    if (isInStore()) {
        m_saving = true;
        m_store.updateConversation(m_conversation);
        m_saving = false;
    }
    Q_EMIT conversationChanged();
}

void ChatRecord::setTitle(const QString& title, bool automatic)
{
    m_conversation.title = title;
    m_conversation.titleIsAutomatic = automatic;
    save();
}

void ChatRecord::setSystemPrompt(const QString& text)
{
    m_conversation.systemPrompt = text;
    save();
}

void ChatRecord::setSettings(const QJsonObject& settings)
{
    m_conversation.settings = settings;
    save();
}

void ChatRecord::setModel(const QString& path)
{
    m_conversation.model = path;
    save();
}

void ChatRecord::touch()
{
    m_conversation.updated = QDateTime::currentDateTimeUtc();
    save();
}

MessageId ChatRecord::add(Message message)
{
    message.created = QDateTime::currentDateTimeUtc();
    if (isTemporary()) {
        message.id = --m_lastTemporaryId;
    } else {
        if (m_conversation.id == 0) {
            m_saving = true;
            m_conversation.id = m_store.createConversation(m_conversation);
            m_saving = false;
        }
        message.id = m_store.addMessage(m_conversation.id, message);
    }
    m_tree.add(message);
    touch();
    return message.id;
}

void ChatRecord::put(const Message& message)
{
    Message* known = m_tree.find(message.id);
    if (!known)
        return;
    *known = message;
    if (isInStore())
        m_store.updateMessage(message);
}

void ChatRecord::append(MessageId message, const QString& delta)
{
    Message* known = m_tree.find(message);
    if (!known)
        return;
    known->content += delta;
    if (isInStore())
        m_store.appendToMessage(message, delta);
}

bool ChatRecord::step(MessageId message, int step)
{
    if (!m_tree.step(message, step))
        return false;
    save();
    return true;
}

bool ChatRecord::show(MessageId message)
{
    if (!m_tree.find(message) || m_tree.isShown(message))
        return false;
    m_tree.show(message);
    save();
    return true;
}

MessageId ChatRecord::contextStart() const
{
    return m_conversation.settings[kContextStart].toString().toLongLong();
}

void ChatRecord::setContextStart(MessageId first)
{
    if (first)
        m_conversation.settings[kContextStart] = QString::number(first);
    else
        m_conversation.settings.remove(kContextStart);
    save();
}

// The newest of the summaries on the way counts; what came before it is in it.
ChatRecord::View ChatRecord::viewOf(const QList<MessageId>& path, PromptFor what) const
{
    View view;
    view.summary = m_tree.summaryAfter(0);
    for (qsizetype i = path.size() - (what == PromptFor::Reply ? 1 : 0); i > 0; --i) {
        if (const Message* summary = m_tree.summaryAfter(path[i - 1])) {
            view = {i, summary};
            break;
        }
    }
    if (const MessageId start = contextStart())
        view.start = std::max(view.start, path.indexOf(start));
    return view;
}

QList<TranscriptEntry> ChatRecord::entries() const
{
    const QList<MessageId> branch = m_tree.branch();
    const View view = viewOf(branch, PromptFor::NextMessage);
    QList<TranscriptEntry> entries;
    entries.reserve(branch.size());
    const auto putSummaryAfter = [&](MessageId id) {
        if (const Message* summary = m_tree.summaryAfter(id))
            entries.append(entryAt(summary->id, summary != view.summary));
    };
    putSummaryAfter(0);
    for (qsizetype i = 0; i < branch.size(); ++i) {
        entries.append(entryAt(branch[i], i < view.start));
        putSummaryAfter(branch[i]);
    }
    return entries;
}

TranscriptEntry ChatRecord::entry(MessageId message) const
{
    const QList<MessageId> branch = m_tree.branch();
    const View view = viewOf(branch, PromptFor::NextMessage);
    const Message* found = m_tree.find(message);
    const qsizetype at = branch.indexOf(message);
    return entryAt(message, found && isSummary(*found) ? found != view.summary : at >= 0 && at < view.start);
}

TranscriptEntry ChatRecord::entryAt(MessageId message, bool beforeContext) const
{
    TranscriptEntry entry;
    entry.beforeContext = beforeContext;
    if (const Message* found = m_tree.find(message))
        entry.message = *found;
    const QList<MessageId> siblings = m_tree.siblings(message);
    entry.variant = static_cast<int>(std::max<qsizetype>(0, siblings.indexOf(message)));
    entry.variantCount = static_cast<int>(std::max<qsizetype>(1, siblings.size()));
    return entry;
}

ChatPrompt ChatRecord::promptTo(MessageId last, PromptFor what) const
{
    const QList<MessageId> path = m_tree.pathTo(last);
    const View view = viewOf(path, what);
    QList<const Message*> messages;
    for (qsizetype i = view.start; i < path.size(); ++i)
        messages.append(m_tree.find(path[i]));
    ChatPrompt prompt = chatPrompt(
        withSummary(m_conversation.systemPrompt, view.summary ? view.summary->content : QString()), messages);
    prompt.summary = view.summary;
    return prompt;
}

ConversationId ChatRecord::fork(MessageId last)
{
    const QList<MessageId> path = m_tree.pathTo(last);
    if (!isInStore() || path.isEmpty())
        return 0;
    Conversation copy = m_conversation;
    copy.created = copy.updated = QDateTime::currentDateTimeUtc();
    copy.deletedAt.reset();
    copy.pinned = false;
    copy.currentLeaf = 0;
    copy.settings.remove(kContextStart);
    copy.id = m_store.createConversation(copy);
    const auto copySummaryAfter = [&](MessageId id) {
        if (const Message* found = m_tree.summaryAfter(id)) {
            Message summary = *found;
            summary.parent = copy.currentLeaf;
            m_store.addMessage(copy.id, summary);
        }
    };
    copySummaryAfter(0);
    for (const MessageId id : path) {
        Message message = *m_tree.find(id);
        message.parent = copy.currentLeaf;
        if (message.status == MessageStatus::Streaming)
            message.status = MessageStatus::Stopped;
        copy.currentLeaf = m_store.addMessage(copy.id, message);
        if (id == contextStart())
            copy.settings[kContextStart] = QString::number(copy.currentLeaf);
        if (id != last)
            copySummaryAfter(id);
    }
    m_store.updateConversation(copy);
    return copy.id;
}

ConversationId ChatRecord::beginAnew(const Message& summary, const QString& title)
{
    if (!isInStore())
        return 0;
    Conversation next = m_conversation;
    next.title = title;
    next.titleIsAutomatic = true;
    next.created = next.updated = QDateTime::currentDateTimeUtc();
    next.deletedAt.reset();
    next.pinned = false;
    next.currentLeaf = 0;
    next.settings.remove(kContextStart);
    next.id = m_store.createConversation(next);
    Message first = summary;
    first.parent = 0;
    first.created = next.created;
    m_store.addMessage(next.id, first);
    return next.id;
}

} // namespace qwill::app

#include "chat/chat_importer.h"

#include "chat/chat_import.h"
#include "chat/chat_record.h"
#include "store/conversation_store.h"

#include <QFileInfo>

namespace qwill::app {

namespace {

constexpr qsizetype kPortion = 500; // messages between two flushes

// A foreign file may name none: the sidebar sorts by them.
void giveTimes(Conversation& conversation)
{
    if (!conversation.created.isValid())
        conversation.created = conversation.updated.isValid() ? conversation.updated : QDateTime::currentDateTimeUtc();
    if (!conversation.updated.isValid())
        conversation.updated = conversation.created;
}

} // namespace

ChatImporter::ChatImporter(ConversationStore& store, QObject* parent)
    : QObject(parent),
      m_store(store),
      m_worker(new QObject)
{
    m_worker->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    m_thread.setObjectName(QStringLiteral("import"));
    connect(&store, &ConversationStore::flushed, this, [this](int serial) {
        if (m_busy && serial == m_flush)
            storeSome();
    });
}

ChatImporter::~ChatImporter()
{
    if (m_thread.isRunning()) // behind what is still to be done there
        QMetaObject::invokeMethod(m_worker, [this] { m_thread.quit(); });
    else
        delete m_worker;
    m_thread.wait();
}

double ChatImporter::fraction() const
{
    return m_total == 0 ? 0.0 : static_cast<double>(m_stored) / static_cast<double>(m_total);
}

void ChatImporter::import(const QList<QUrl>& files)
{
    if (m_busy) {
        Q_EMIT finished(tr("Another import is running. Try again when it has ended."), 0);
        return;
    }
    QStringList paths;
    for (const QUrl& file : files)
        paths.append(file.toLocalFile());
    m_busy = true;
    m_stored = m_total = 0;
    Q_EMIT progressed();
    if (!m_thread.isRunning())
        m_thread.start();
    QMetaObject::invokeMethod(
        m_worker, [this, paths] { QMetaObject::invokeMethod(this, [this, found = read(paths)] { take(found); }); });
}

// On the worker: it touches nothing of this object.
ChatImporter::Found ChatImporter::read(const QStringList& paths)
{
    Found found;
    for (const QString& path : paths) {
        auto file = importChatFile(path);
        if (!file) {
            const QString problem = QString::fromStdString(file.error().message);
            found.problems.append(paths.size() == 1 ? problem
                                                    : QFileInfo(path).fileName() + QStringLiteral(": ") + problem);
            continue;
        }
        found.chats.append(std::move(file->chats));
        found.skipped += file->skipped;
    }
    return found;
}

void ChatImporter::take(const Found& found)
{
    m_found = found;
    for (const WholeChat& chat : std::as_const(m_found.chats))
        m_total += chat.messages.size();
    m_chat = m_message = 0;
    m_first = 0;
    storeSome();
}

void ChatImporter::storeSome()
{
    for (qsizetype portion = 0; portion < kPortion && m_chat < m_found.chats.size(); ++portion) {
        const WholeChat& chat = m_found.chats[m_chat];
        if (m_message == 0) {
            m_current = chat.conversation;
            m_current.deletedAt.reset(); // who brings it in wants to see it
            m_current.currentLeaf = 0;
            giveTimes(m_current);
            m_current.id = m_store.createConversation(m_current);
            m_first = m_first ? m_first : m_current.id;
            m_ids.clear();
        }
        if (m_message < chat.messages.size()) {
            Message message = chat.messages[m_message++];
            const MessageId id = message.id;
            message.parent = m_ids.value(message.parent, 0);
            if (!message.created.isValid())
                message.created = m_current.created;
            if (message.status == MessageStatus::Streaming)
                message.status = MessageStatus::Stopped; // nobody writes it here
            m_ids.insert(id, m_store.addMessage(m_current.id, message));
            ++m_stored;
        }
        if (m_message == chat.messages.size())
            endChat();
    }
    Q_EMIT progressed();
    if (m_chat >= m_found.chats.size())
        finish();
    else
        m_store.flush(++m_flush);
}

void ChatImporter::endChat()
{
    m_current.currentLeaf = m_ids.value(m_found.chats[m_chat].conversation.currentLeaf, 0);
    const MessageId start = m_ids.value(m_current.settings.take(kContextStart).toString().toLongLong(), 0);
    if (start)
        m_current.settings.insert(kContextStart, QString::number(start));
    m_store.updateConversation(m_current);
    ++m_chat;
    m_message = 0;
}

void ChatImporter::finish()
{
    const int count = static_cast<int>(m_found.chats.size());
    QStringList sentences = m_found.problems;
    if (m_found.skipped > 0)
        sentences.prepend(tr("%n chat(s) skipped: nothing in them can be shown.", "", m_found.skipped));
    if (count > 0)
        sentences.prepend(tr("%n chat(s) imported.", "", count));
    if (sentences.isEmpty())
        sentences.append(tr("There are no chats in this file."));
    m_busy = false;
    m_found = {};
    m_ids.clear();
    Q_EMIT progressed();
    Q_EMIT finished(sentences.join(u' '), m_first);
}

} // namespace qwill::app

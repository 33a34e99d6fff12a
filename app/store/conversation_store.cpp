#include "store/conversation_store.h"

#include "store/message_rows.h"
#include "store/store_worker.h"

#include <QDateTime>
#include <QMetaObject>
#include <QSqlError>
#include <QSqlQuery>
#include <QThread>

#include <algorithm>

namespace qwill::app {

namespace {

// Ids grow with time, so that newer is larger across sessions too: milliseconds, and 12 bits for those made in one.
qint64 nextId()
{
    static qint64 last = 0; // GUI thread only
    last = std::max(last + 1, QDateTime::currentMSecsSinceEpoch() << 12);
    return last;
}

QString changeRow(QSqlDatabase& database, const QString& statement, const QVariantList& values)
{
    QSqlQuery query(database);
    query.prepare(statement);
    for (const QVariant& value : values)
        query.addBindValue(value);
    return query.exec() ? QString() : query.lastError().text();
}

} // namespace

class ConversationStore::Thread {
public:
    explicit Thread(const QString& filePath) : worker(new StoreWorker(filePath))
    {
        worker->moveToThread(&thread);
        QObject::connect(&thread, &QThread::finished, worker, &QObject::deleteLater);
        thread.setObjectName(QStringLiteral("store"));
        thread.start();
    }

    ~Thread()
    {
        post([this](StoreWorker&) { thread.quit(); }); // behind the jobs that are queued: quit() itself waits for none
        thread.wait();
    }

    template <typename Job>
    void post(Job job)
    {
        QMetaObject::invokeMethod(worker, [worker = worker, job = std::move(job)] { job(*worker); });
    }

    void write(StoreWorker::Write job)
    {
        post([job = std::move(job)](StoreWorker& w) { w.write(job); });
    }

    QThread thread;
    StoreWorker* worker;
};

ConversationStore::ConversationStore(QString filePath, QObject* parent)
    : QObject(parent),
      m_thread(std::make_unique<Thread>(filePath))
{
    qRegisterMetaType<Conversation>();
    qRegisterMetaType<QList<Conversation>>();
    qRegisterMetaType<QList<Message>>();
    qRegisterMetaType<QList<Attachment>>();
    qRegisterMetaType<QList<SearchHit>>();
    StoreWorker* worker = m_thread->worker;
    connect(worker, &StoreWorker::stateChanged, this, [this](StoreState state, const QString& text) {
        m_state = state;
        m_stateText = text;
        Q_EMIT stateChanged();
    });
    connect(worker, &StoreWorker::conversationsListed, this, &ConversationStore::conversationsListed);
    connect(worker, &StoreWorker::conversationFound, this, &ConversationStore::conversationFound);
    connect(worker, &StoreWorker::conversationEndLoaded, this, &ConversationStore::conversationEndLoaded);
    connect(worker, &StoreWorker::conversationLoaded, this, &ConversationStore::conversationLoaded);
    connect(worker, &StoreWorker::draftLoaded, this, &ConversationStore::draftLoaded);
    connect(worker, &StoreWorker::searchFinished, this, &ConversationStore::searchFinished);
    connect(worker, &StoreWorker::flushed, this, &ConversationStore::flushed);
    connect(worker, &StoreWorker::writeFailed, this, &ConversationStore::writeFailed);
    m_thread->post([](StoreWorker& w) { w.open(); });
}

ConversationStore::~ConversationStore() = default;

ConversationId ConversationStore::createConversation(const Conversation& conversation)
{
    Conversation c = conversation;
    c.id = nextId();
    m_thread->write([c](QSqlDatabase& database) { return insertConversation(database, c); });
    Q_EMIT conversationWritten(c);
    return c.id;
}

MessageId ConversationStore::addMessage(ConversationId conversation, const Message& message)
{
    Message m = message;
    m.id = nextId();
    m_thread->write([conversation, m](QSqlDatabase& database) { return insertMessage(database, conversation, m); });
    return m.id;
}

void ConversationStore::updateConversation(const Conversation& conversation)
{
    m_thread->write([conversation](QSqlDatabase& database) { return updateConversationRow(database, conversation); });
    Q_EMIT conversationWritten(conversation);
}

void ConversationStore::updateMessage(const Message& message)
{
    m_thread->write([message](QSqlDatabase& database) { return updateMessageRow(database, message); });
    // Its journal goes when the row is committed, not before.
    if (message.status != MessageStatus::Streaming)
        m_thread->post([id = message.id](StoreWorker& w) { w.finishMessage(id); });
}

void ConversationStore::appendToMessage(MessageId message, const QString& delta)
{
    m_thread->post([message, delta](StoreWorker& w) { w.appendToMessage(message, delta); });
}

void ConversationStore::moveToTrash(ConversationId conversation)
{
    m_thread->write([conversation, now = QDateTime::currentMSecsSinceEpoch()](QSqlDatabase& database) {
        return changeRow(database, QStringLiteral("UPDATE conversation SET deleted_at = ? WHERE id = ?"),
                         {now, conversation});
    });
}

void ConversationStore::restore(ConversationId conversation)
{
    m_thread->write([conversation](QSqlDatabase& database) {
        return changeRow(database, QStringLiteral("UPDATE conversation SET deleted_at = NULL WHERE id = ?"),
                         {conversation});
    });
}

void ConversationStore::purge(ConversationId conversation)
{
    setDraft(conversation, {});
    m_thread->write([conversation](QSqlDatabase& database) {
        const QString error = putDraftAttachments(database, conversation, {});
        return error.isEmpty()
            ? changeRow(database, QStringLiteral("DELETE FROM conversation WHERE id = ?"), {conversation})
            : error;
    });
    Q_EMIT conversationPurged(conversation);
}

void ConversationStore::purgeTrashOlderThan(int days)
{
    const qint64 before = QDateTime::currentDateTimeUtc().addDays(-days).toMSecsSinceEpoch();
    m_thread->write([before](QSqlDatabase& database) {
        QString error;
        for (const char* table : {"draft", "draft_attachments"}) {
            if (error.isEmpty())
                error = changeRow(database,
                                  QStringLiteral("DELETE FROM %1 WHERE conversation_id IN"
                                                 " (SELECT id FROM conversation WHERE deleted_at < ?)")
                                      .arg(QLatin1StringView(table)),
                                  {before});
        }
        return error.isEmpty()
            ? changeRow(database, QStringLiteral("DELETE FROM conversation WHERE deleted_at < ?"), {before})
            : error;
    });
}

void ConversationStore::setDraft(ConversationId conversation, const QString& text)
{
    m_thread->post([conversation, text](StoreWorker& w) { w.setDraft(conversation, text); });
}

void ConversationStore::setDraftAttachments(ConversationId conversation, const QList<Attachment>& attachments)
{
    m_thread->write([conversation, attachments](QSqlDatabase& database) {
        return putDraftAttachments(database, conversation, attachments);
    });
}

void ConversationStore::listConversations()
{
    m_thread->post([](StoreWorker& w) { w.list(); });
}

void ConversationStore::loadConversation(ConversationId conversation)
{
    m_thread->post([conversation](StoreWorker& w) { w.load(conversation); });
}

void ConversationStore::loadDraft(ConversationId conversation)
{
    m_thread->post([conversation](StoreWorker& w) { w.loadDraft(conversation); });
}

void ConversationStore::search(const QString& text, int serial, int limit)
{
    m_thread->post([text, serial, limit](StoreWorker& w) { w.search(text, serial, limit); });
}

void ConversationStore::flush(int serial)
{
    m_thread->post([serial](StoreWorker& w) { w.flush(serial); });
}

} // namespace qwill::app

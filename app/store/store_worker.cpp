#include "store/store_worker.h"

#include "store/message_rows.h"
#include "store/migrations.h"
#include "store/search_snippet.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSqlError>
#include <QSqlQuery>
#include <QTimer>
#include <QUrl>
#include <QVariant>

#include <utility>

namespace qwill::app {

namespace {

constexpr int kStreamIntervalMs = 100; // a kill may cost 250 ms at most; the rest is for a busy machine and its disk
constexpr int kRetryIntervalMs = 2000;
constexpr int kDraftPauseMs = 5000; // without a key
constexpr int kFirstPage = 40; // messages: a few screens
constexpr int kMinTrigram = 3; // characters; shorter queries cannot use the index

QString execute(QSqlDatabase& database, const QString& statement)
{
    QSqlQuery query(database);
    return query.exec(statement) ? QString() : query.lastError().text();
}

} // namespace

StoreWorker::StoreWorker(QString filePath)
    : m_filePath(std::move(filePath)),
      m_connection(QStringLiteral("store-%1").arg(reinterpret_cast<quintptr>(this))),
      m_journal(m_filePath + QStringLiteral(".streams"))
{
}

StoreWorker::~StoreWorker()
{
    writeStreams();
    writeDrafts();
    runWrites();
    m_database.close();
    m_database = {};
    QSqlDatabase::removeDatabase(m_connection);
}

void StoreWorker::setState(StoreState state, const QString& text)
{
    m_state = state;
    Q_EMIT stateChanged(state, text);
}

void StoreWorker::open()
{
    m_streamTimer = new QTimer(this);
    m_streamTimer->setInterval(kStreamIntervalMs);
    m_streamTimer->setSingleShot(true);
    connect(m_streamTimer, &QTimer::timeout, this, &StoreWorker::writeStreams);
    m_draftTimer = new QTimer(this);
    m_draftTimer->setInterval(kDraftPauseMs);
    m_draftTimer->setSingleShot(true);
    connect(m_draftTimer, &QTimer::timeout, this, &StoreWorker::writeDrafts);
    m_retryTimer = new QTimer(this);
    m_retryTimer->setInterval(kRetryIntervalMs);
    m_retryTimer->setSingleShot(true);
    connect(m_retryTimer, &QTimer::timeout, this, &StoreWorker::runWrites);

    const QFileInfo file(m_filePath);
    QDir().mkpath(file.absolutePath());
    const bool existed = file.exists();
    m_database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), m_connection);
    m_database.setDatabaseName(m_filePath);
    QString error = openFile();
    if (error.isEmpty()) {
        recoverStreams();
        recoverDrafts();
        setState(StoreState::Ready, {});
        return;
    }
    const int version = m_database.isOpen() ? schemaVersion(m_database) : -1;
    if (version > currentSchemaVersion()) {
        useMemory();
        setState(StoreState::Newer,
                 tr("These chats were written by a newer Qwill and are left as they are. Update Qwill "
                    "to see them; new chats last until it closes."));
    } else if (!QFileInfo(file.absolutePath()).isWritable() || (existed && !file.isWritable())) {
        useMemory();
        if (existed)
            copyReadable(m_filePath);
        setState(StoreState::ReadOnly,
                 tr("The folder %1 cannot be written: new chats last until Qwill closes.")
                     .arg(QDir::toNativeSeparators(file.absolutePath())));
    } else {
        setAsideCorruptFile();
    }
}

// WAL: readers never wait; FULL: what is committed survives a power cut.
QString StoreWorker::openFile()
{
    if (!m_database.open())
        return m_database.lastError().text();
    if (schemaVersion(m_database) > currentSchemaVersion())
        return QStringLiteral("newer");
    for (const char* pragma : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON"}) {
        const QString error = execute(m_database, QString::fromLatin1(pragma));
        if (!error.isEmpty())
            return error;
    }
    QSqlQuery check(m_database);
    if (!check.exec(QStringLiteral("PRAGMA quick_check(1)")) || !check.next()
        || check.value(0).toString() != QStringLiteral("ok"))
        return QStringLiteral("corrupt");
    check.finish();
    const QString error = migrate(m_database);
    if (!error.isEmpty())
        return error;
    // A folder that became read-only lets the file open; find out now, not at the first message.
    return execute(m_database, QStringLiteral("UPDATE conversation SET pinned = pinned WHERE id = -1"));
}

// What `path` still gives is copied into the open database: a file that cannot be written, or one that is damaged.
void StoreWorker::copyReadable(const QString& path)
{
    const QString name = m_connection + QStringLiteral("-old");
    {
        QSqlDatabase old = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
        // immutable: neither a lock nor a WAL file may be made beside it
        old.setConnectOptions(QStringLiteral("QSQLITE_OPEN_READONLY;QSQLITE_OPEN_URI"));
        old.setDatabaseName(QUrl::fromLocalFile(path).toString(QUrl::FullyEncoded) + QStringLiteral("?immutable=1"));
        if (old.open()) {
            m_database.transaction();
            for (RowOrder order : {RowOrder::ById, RowOrder::ByIdDescending}) {
                const QList<Conversation> conversations = selectConversations(old, order);
                for (const Conversation& conversation : conversations) {
                    insertConversation(m_database, conversation);
                    const QList<Message> messages = selectMessages(old, conversation.id);
                    for (const Message& message : messages)
                        insertMessage(m_database, conversation.id, message);
                }
            }
            const QList<DraftRow> drafts = selectDrafts(old);
            for (const DraftRow& draft : drafts) {
                putDraftText(m_database, draft.conversation, draft.text);
                putDraftAttachments(m_database, draft.conversation, draft.attachments);
            }
            m_database.commit();
        }
    }
    QSqlDatabase::removeDatabase(name);
}

void StoreWorker::useMemory()
{
    m_database.close();
    m_database.setDatabaseName(QStringLiteral(":memory:"));
    m_database.open();
    execute(m_database, QStringLiteral("PRAGMA foreign_keys = ON"));
    migrate(m_database);
}

void StoreWorker::setAsideCorruptFile()
{
    m_database.close();
    const QString aside = m_filePath + QStringLiteral(".damaged-")
        + QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd-hhmmss-zzz"));
    QFile::rename(m_filePath, aside);
    for (const char* suffix : {"-wal", "-shm"})
        QFile::rename(m_filePath + QLatin1StringView(suffix), aside + QLatin1StringView(suffix));
    if (!openFile().isEmpty()) {
        useMemory();
        setState(StoreState::ReadOnly, tr("The chats could not be opened: new ones last until Qwill closes."));
        return;
    }
    copyReadable(aside);
    recoverStreams();
    recoverDrafts();
    setState(StoreState::Corrupt,
             tr("The file of your chats was damaged. What could be read is here; the old file is kept as %1.")
                 .arg(QDir::toNativeSeparators(aside)));
}

// Replies that an earlier process did not finish: their text goes into their rows, and they count as stopped.
void StoreWorker::recoverStreams()
{
    const auto leftovers = m_journal.leftovers();
    for (const auto& [message, text] : leftovers) {
        QSqlQuery query(m_database);
        query.prepare(
            QStringLiteral("UPDATE message SET content = content || ?, status = ? WHERE id = ? AND status = ?"));
        query.addBindValue(text);
        query.addBindValue(static_cast<int>(MessageStatus::Stopped));
        query.addBindValue(message);
        query.addBindValue(static_cast<int>(MessageStatus::Streaming));
        if (query.exec())
            m_journal.remove(message);
    }
    QSqlQuery query(m_database);
    query.prepare(QStringLiteral("UPDATE message SET status = ? WHERE status = ?"));
    query.addBindValue(static_cast<int>(MessageStatus::Stopped));
    query.addBindValue(static_cast<int>(MessageStatus::Streaming));
    query.exec();
}

void StoreWorker::recoverDrafts()
{
    const auto drafts = m_journal.leftDrafts();
    for (const auto& [conversation, text] : drafts) {
        if (putDraftText(m_database, conversation, text).isEmpty())
            m_journal.removeDraft(conversation);
    }
}

void StoreWorker::write(Write job)
{
    m_writes.push_back(std::move(job));
    if (!std::exchange(m_writesPosted, true))
        QMetaObject::invokeMethod(this, &StoreWorker::runWrites, Qt::QueuedConnection);
}

// One transaction for all that waits: an import of a thousand messages costs a few syncs, a message and its chat one.
void StoreWorker::runWrites()
{
    m_writesPosted = false;
    if (m_writes.empty())
        return;
    QString error;
    if (!m_database.transaction())
        error = m_database.lastError().text();
    for (auto job = m_writes.begin(); error.isEmpty() && job != m_writes.end(); ++job)
        error = (*job)(m_database);
    if (error.isEmpty() && !m_database.commit())
        error = m_database.lastError().text();
    if (error.isEmpty()) {
        m_writes.clear();
        for (MessageId message : std::exchange(m_finishing, {}))
            m_journal.remove(message);
        for (ConversationId conversation : std::exchange(m_draftRows, {})) {
            if (!m_drafts.contains(conversation)) // typed on meanwhile
                m_journal.removeDraft(conversation);
        }
        if (m_state == StoreState::DiskFull)
            setState(StoreState::Ready, {});
        for (int serial : std::exchange(m_flushes, {}))
            Q_EMIT flushed(serial);
        return;
    }
    m_database.rollback();
    if (m_state == StoreState::Ready)
        setState(StoreState::DiskFull,
                 tr("Your chats could not be written (%1). Nothing is lost while Qwill is open; free some space and "
                    "they will be saved.")
                     .arg(error));
    Q_EMIT writeFailed(error);
    m_retryTimer->start();
}

void StoreWorker::appendToMessage(MessageId message, const QString& delta)
{
    m_streams[message] += delta;
    if (!m_streamTimer->isActive())
        m_streamTimer->start();
}

void StoreWorker::writeStreams()
{
    if (m_streams.isEmpty())
        return;
    for (auto stream = m_streams.begin(); stream != m_streams.end();) {
        if (m_journal.append(stream.key(), stream.value()))
            stream = m_streams.erase(stream);
        else
            ++stream;
    }
    m_journal.sync();
    if (!m_streams.isEmpty() && m_streamTimer)
        m_streamTimer->start(); // the disk is full, perhaps not for ever
}

void StoreWorker::finishMessage(MessageId message)
{
    m_streams.remove(message);
    if (m_writes.empty())
        m_journal.remove(message);
    else
        m_finishing.append(message); // the row is not on disk yet; the journal is all there is
}

// A draft that is sent or thrown away goes with what is written beside it: the message it has become.
void StoreWorker::setDraft(ConversationId conversation, const QString& text)
{
    m_drafts[conversation] = text;
    if (text.isEmpty() || !m_journal.keepDraft(conversation, text))
        writeDrafts();
    else
        m_draftTimer->start();
}

void StoreWorker::writeDrafts()
{
    const auto drafts = std::exchange(m_drafts, {});
    for (auto draft = drafts.begin(); draft != drafts.end(); ++draft) {
        m_draftRows.append(draft.key());
        write([conversation = draft.key(), text = draft.value()](QSqlDatabase& database) {
            return putDraftText(database, conversation, text);
        });
    }
}

// What was written before it is asked for.
void StoreWorker::settle()
{
    writeDrafts();
    if (m_writesPosted)
        runWrites();
}

void StoreWorker::list()
{
    settle();
    Q_EMIT conversationsListed(selectConversations(m_database));
}

void StoreWorker::load(ConversationId conversation)
{
    settle();
    if (const auto found = selectConversation(m_database, conversation)) {
        Q_EMIT conversationFound(*found);
        const QList<Message> end = selectBranchEnd(m_database, found->currentLeaf, kFirstPage);
        if (end.size() == kFirstPage)
            Q_EMIT conversationEndLoaded(conversation, end);
    }
    Q_EMIT conversationLoaded(conversation, selectMessages(m_database, conversation));
}

void StoreWorker::loadDraft(ConversationId conversation)
{
    settle();
    const DraftRow draft = selectDraft(m_database, conversation);
    Q_EMIT draftLoaded(conversation, draft.text, draft.attachments);
}

void StoreWorker::search(const QString& text, int serial, int limit)
{
    settle();
    QList<SearchHit> hits;
    // LIKE's own wildcards would only find too much; the snippet decides. Titles first: there are few.
    const QString pattern = u'%' + text + u'%';
    const auto collect = [&](const QString& statement) {
        QSqlQuery query(m_database);
        query.setForwardOnly(true);
        query.prepare(statement);
        query.addBindValue(pattern);
        query.exec();
        while (hits.size() < limit && query.next()) {
            SearchHit hit;
            hit.conversation = query.value(0).toLongLong();
            hit.message = query.value(1).toLongLong();
            hit.title = query.value(2).toString();
            hit.snippet = searchSnippet(query.value(3).toString(), text);
            hit.created = QDateTime::fromMSecsSinceEpoch(query.value(4).toLongLong());
            if (!hit.snippet.isEmpty())
                hits.append(std::move(hit));
        }
    };
    if (!text.trimmed().isEmpty()) {
        collect(QStringLiteral("SELECT id, 0, title, title, updated FROM conversation"
                               " WHERE title LIKE ? AND deleted_at IS NULL ORDER BY updated DESC"));
        const QString source = text.size() < kMinTrigram
            ? QStringLiteral("SELECT id FROM message WHERE content LIKE ?")
            : QStringLiteral("SELECT rowid FROM message_text WHERE content LIKE ?");
        collect(QStringLiteral("SELECT c.id, m.id, c.title, m.content, m.created FROM message m"
                               " JOIN conversation c ON c.id = m.conversation_id WHERE m.id IN (")
                + source + QStringLiteral(") AND c.deleted_at IS NULL ORDER BY m.id DESC"));
    }
    Q_EMIT searchFinished(serial, hits);
}

void StoreWorker::flush(int serial)
{
    settle();
    writeStreams();
    if (m_writes.empty())
        Q_EMIT flushed(serial);
    else
        m_flushes.append(serial);
}

} // namespace qwill::app

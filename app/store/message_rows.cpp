#include "store/message_rows.h"

#include "store/migrations.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QSqlError>
#include <QSqlQuery>
#include <QTimeZone>
#include <QVariant>

namespace qwill::app {

namespace {

QString toJson(const QJsonObject& object)
{
    return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

QJsonObject fromJson(const QVariant& text)
{
    return QJsonDocument::fromJson(text.toString().toUtf8()).object();
}

QString attachmentsToJson(const QList<Attachment>& attachments)
{
    QJsonArray array;
    for (const Attachment& attachment : attachments)
        array.append(QJsonObject{{QStringLiteral("name"), attachment.name},
                                 {QStringLiteral("mediaType"), attachment.mediaType},
                                 {QStringLiteral("text"), attachment.text}});
    return QString::fromUtf8(QJsonDocument(array).toJson(QJsonDocument::Compact));
}

QList<Attachment> attachmentsFromJson(const QVariant& text)
{
    QList<Attachment> attachments;
    const QJsonArray array = QJsonDocument::fromJson(text.toString().toUtf8()).array();
    for (const auto& value : array) {
        const QJsonObject object = value.toObject();
        attachments.append({object[QStringLiteral("name")].toString(), object[QStringLiteral("mediaType")].toString(),
                            object[QStringLiteral("text")].toString()});
    }
    return attachments;
}

QDateTime fromMs(const QVariant& ms)
{
    return QDateTime::fromMSecsSinceEpoch(ms.toLongLong(), QTimeZone::UTC);
}

// NOT NULL columns: a null QString is an empty one to us.
QString text(const QString& maybeNull)
{
    return maybeNull.isNull() ? QStringLiteral("") : maybeNull;
}

QString run(QSqlQuery& query)
{
    return query.exec() ? QString() : query.lastError().text();
}

void bindConversation(QSqlQuery& query, const Conversation& c)
{
    query.bindValue(QStringLiteral(":id"), c.id);
    query.bindValue(QStringLiteral(":title"), text(c.title));
    query.bindValue(QStringLiteral(":folder"), text(c.folder));
    query.bindValue(QStringLiteral(":model"), text(c.model));
    query.bindValue(QStringLiteral(":system_prompt"), text(c.systemPrompt));
    query.bindValue(QStringLiteral(":settings"), toJson(c.settings));
    query.bindValue(QStringLiteral(":created"), c.created.toMSecsSinceEpoch());
    query.bindValue(QStringLiteral(":updated"), c.updated.toMSecsSinceEpoch());
    query.bindValue(QStringLiteral(":deleted_at"),
                    c.deletedAt ? QVariant(c.deletedAt->toMSecsSinceEpoch()) : QVariant());
    query.bindValue(QStringLiteral(":pinned"), c.pinned);
    query.bindValue(QStringLiteral(":title_is_automatic"), c.titleIsAutomatic);
    query.bindValue(QStringLiteral(":current_leaf"), c.currentLeaf);
}

void bindMessage(QSqlQuery& query, const Message& m)
{
    query.bindValue(QStringLiteral(":id"), m.id);
    query.bindValue(QStringLiteral(":parent_id"), m.parent);
    query.bindValue(QStringLiteral(":role"), static_cast<int>(m.role));
    query.bindValue(QStringLiteral(":status"), static_cast<int>(m.status));
    query.bindValue(QStringLiteral(":content"), text(m.content));
    query.bindValue(QStringLiteral(":error"), text(m.error));
    query.bindValue(QStringLiteral(":attachments"), attachmentsToJson(m.attachments));
    query.bindValue(QStringLiteral(":model"), text(m.model));
    query.bindValue(QStringLiteral(":seed"), m.seed ? QVariant(QString::number(*m.seed)) : QVariant());
    query.bindValue(QStringLiteral(":sampling"), toJson(m.sampling));
    query.bindValue(QStringLiteral(":prompt_tokens"), m.figures.promptTokens);
    query.bindValue(QStringLiteral(":cached_tokens"), m.figures.cachedTokens);
    query.bindValue(QStringLiteral(":completion_tokens"), m.figures.completionTokens);
    query.bindValue(QStringLiteral(":first_token_ms"), m.figures.firstTokenMs);
    query.bindValue(QStringLiteral(":decode_ms"), m.figures.decodeMs);
    query.bindValue(QStringLiteral(":total_ms"), m.figures.totalMs);
    query.bindValue(QStringLiteral(":drafted_tokens"), m.figures.draftedTokens);
    query.bindValue(QStringLiteral(":accepted_tokens"), m.figures.acceptedTokens);
    query.bindValue(QStringLiteral(":created"), m.created.toMSecsSinceEpoch());
}

const QString kSelectConversation =
    QStringLiteral("SELECT id, title, folder, model, system_prompt, settings, created, updated, deleted_at, pinned,"
                   " title_is_automatic, current_leaf FROM conversation");

Conversation readConversation(const QSqlQuery& query)
{
    Conversation c;
    c.id = query.value(0).toLongLong();
    c.title = query.value(1).toString();
    c.folder = query.value(2).toString();
    c.model = query.value(3).toString();
    c.systemPrompt = query.value(4).toString();
    c.settings = fromJson(query.value(5));
    c.created = fromMs(query.value(6));
    c.updated = fromMs(query.value(7));
    if (!query.value(8).isNull())
        c.deletedAt = fromMs(query.value(8));
    c.pinned = query.value(9).toBool();
    c.titleIsAutomatic = query.value(10).toBool();
    c.currentLeaf = query.value(11).toLongLong();
    return c;
}

// A file that cannot be brought up to date (damaged, or not ours to write) is read as it is.
QString messageColumns(QSqlDatabase& database)
{
    constexpr int kGuessesSince = 3;
    const QString columns =
        QStringLiteral("id, parent_id, role, status, content, error, attachments, model, seed, sampling, prompt_tokens,"
                       " cached_tokens, completion_tokens, first_token_ms, decode_ms, total_ms, created, ");
    return columns
        + (schemaVersion(database) < kGuessesSince ? QStringLiteral("0, 0")
                                                   : QStringLiteral("drafted_tokens, accepted_tokens"));
}

Message readMessage(const QSqlQuery& query)
{
    Message m;
    m.id = query.value(0).toLongLong();
    m.parent = query.value(1).toLongLong();
    m.role = static_cast<MessageRole>(query.value(2).toInt());
    m.status = static_cast<MessageStatus>(query.value(3).toInt());
    m.content = query.value(4).toString();
    m.error = query.value(5).toString();
    m.attachments = attachmentsFromJson(query.value(6));
    m.model = query.value(7).toString();
    if (!query.value(8).isNull())
        m.seed = query.value(8).toString().toULongLong();
    m.sampling = fromJson(query.value(9));
    m.figures = {query.value(10).toInt(),    query.value(11).toInt(),    query.value(12).toInt(),
                 query.value(13).toDouble(), query.value(14).toDouble(), query.value(15).toDouble(),
                 query.value(17).toInt(),    query.value(18).toInt()};
    m.created = fromMs(query.value(16));
    return m;
}

} // namespace

QString insertConversation(QSqlDatabase& database, const Conversation& conversation)
{
    QSqlQuery query(database);
    query.prepare(QStringLiteral(
        "INSERT OR IGNORE INTO conversation (id, title, folder, model, system_prompt, settings, created, updated,"
        " deleted_at, pinned, title_is_automatic, current_leaf) VALUES (:id, :title, :folder, :model, :system_prompt,"
        " :settings, :created, :updated, :deleted_at, :pinned, :title_is_automatic, :current_leaf)"));
    bindConversation(query, conversation);
    return run(query);
}

QString updateConversationRow(QSqlDatabase& database, const Conversation& conversation)
{
    QSqlQuery query(database);
    query.prepare(QStringLiteral(
        "UPDATE conversation SET title = :title, folder = :folder, model = :model, system_prompt = :system_prompt,"
        " settings = :settings, created = :created, updated = :updated, deleted_at = :deleted_at, pinned = :pinned,"
        " title_is_automatic = :title_is_automatic, current_leaf = :current_leaf WHERE id = :id"));
    bindConversation(query, conversation);
    return run(query);
}

QString insertMessage(QSqlDatabase& database, ConversationId conversation, const Message& message)
{
    QSqlQuery query(database);
    query.prepare(QStringLiteral(
        "INSERT OR IGNORE INTO message (id, conversation_id, parent_id, role, status, content, error, attachments,"
        " model, seed, sampling, prompt_tokens, cached_tokens, completion_tokens, first_token_ms, decode_ms, total_ms,"
        " drafted_tokens, accepted_tokens, created) VALUES (:id, :conversation_id, :parent_id, :role, :status, "
        ":content, :error, :attachments, :model,"
        " :seed, :sampling, :prompt_tokens, :cached_tokens, :completion_tokens, :first_token_ms, :decode_ms,"
        " :total_ms, :drafted_tokens, :accepted_tokens, :created)"));
    bindMessage(query, message);
    query.bindValue(QStringLiteral(":conversation_id"), conversation);
    return run(query);
}

QString updateMessageRow(QSqlDatabase& database, const Message& message)
{
    QSqlQuery query(database);
    query.prepare(QStringLiteral(
        "UPDATE message SET parent_id = :parent_id, role = :role, status = :status, content = :content,"
        " error = :error, attachments = :attachments, model = :model, seed = :seed, sampling = :sampling,"
        " prompt_tokens = :prompt_tokens, cached_tokens = :cached_tokens, completion_tokens = :completion_tokens,"
        " first_token_ms = :first_token_ms, decode_ms = :decode_ms, total_ms = :total_ms,"
        " drafted_tokens = :drafted_tokens, accepted_tokens = :accepted_tokens, created = :created"
        " WHERE id = :id"));
    bindMessage(query, message);
    return run(query);
}

QString putDraftText(QSqlDatabase& database, ConversationId conversation, const QString& text)
{
    QSqlQuery query(database);
    query.prepare(text.isEmpty()
                      ? QStringLiteral("DELETE FROM draft WHERE conversation_id = ?")
                      : QStringLiteral("INSERT OR REPLACE INTO draft (conversation_id, text) VALUES (?, ?)"));
    query.addBindValue(conversation);
    if (!text.isEmpty())
        query.addBindValue(text);
    return run(query);
}

QString putDraftAttachments(QSqlDatabase& database, ConversationId conversation, const QList<Attachment>& attachments)
{
    QSqlQuery query(database);
    query.prepare(
        attachments.isEmpty()
            ? QStringLiteral("DELETE FROM draft_attachments WHERE conversation_id = ?")
            : QStringLiteral("INSERT OR REPLACE INTO draft_attachments (conversation_id, attachments) VALUES (?, ?)"));
    query.addBindValue(conversation);
    if (!attachments.isEmpty())
        query.addBindValue(attachmentsToJson(attachments));
    return run(query);
}

DraftRow selectDraft(QSqlDatabase& database, ConversationId conversation)
{
    DraftRow draft;
    draft.conversation = conversation;
    QSqlQuery query(database);
    query.prepare(QStringLiteral("SELECT text FROM draft WHERE conversation_id = ?"));
    query.addBindValue(conversation);
    if (query.exec() && query.next())
        draft.text = query.value(0).toString();
    query.prepare(QStringLiteral("SELECT attachments FROM draft_attachments WHERE conversation_id = ?"));
    query.addBindValue(conversation);
    if (query.exec() && query.next())
        draft.attachments = attachmentsFromJson(query.value(0));
    return draft;
}

QList<DraftRow> selectDrafts(QSqlDatabase& database)
{
    // The second fails on a file of the first version, which has no such table; the first still gives its drafts.
    QList<ConversationId> conversations;
    for (const char* table : {"draft", "draft_attachments"}) {
        QSqlQuery query(database);
        query.exec(QStringLiteral("SELECT conversation_id FROM ") + QLatin1StringView(table));
        while (query.next()) {
            const ConversationId found = query.value(0).toLongLong();
            if (!conversations.contains(found))
                conversations.append(found);
        }
    }
    QList<DraftRow> drafts;
    for (const ConversationId conversation : std::as_const(conversations))
        drafts.append(selectDraft(database, conversation));
    return drafts;
}

QList<Conversation> selectConversations(QSqlDatabase& database, RowOrder order)
{
    const QString by = order == RowOrder::NewestFirst ? QStringLiteral("updated DESC, id DESC")
        : order == RowOrder::ById                     ? QStringLiteral("id")
                                                      : QStringLiteral("id DESC");
    QList<Conversation> conversations;
    QSqlQuery query(database);
    query.setForwardOnly(true);
    query.exec(kSelectConversation + QStringLiteral(" ORDER BY ") + by);
    while (query.next())
        conversations.append(readConversation(query));
    return conversations;
}

std::optional<Conversation> selectConversation(QSqlDatabase& database, ConversationId conversation)
{
    QSqlQuery query(database);
    query.prepare(kSelectConversation + QStringLiteral(" WHERE id = ?"));
    query.addBindValue(conversation);
    if (!query.exec() || !query.next())
        return std::nullopt;
    return readConversation(query);
}

QList<Message> selectMessages(QSqlDatabase& database, ConversationId conversation)
{
    QList<Message> messages;
    QSqlQuery query(database);
    query.setForwardOnly(true);
    query.prepare(QStringLiteral("SELECT ") + messageColumns(database)
                  + QStringLiteral(" FROM message WHERE conversation_id = ? ORDER BY id"));
    query.addBindValue(conversation);
    query.exec();
    while (query.next())
        messages.append(readMessage(query));
    return messages;
}

QList<Message> selectBranchEnd(QSqlDatabase& database, MessageId leaf, int count)
{
    QList<Message> messages;
    QSqlQuery query(database);
    query.setForwardOnly(true);
    query.prepare(QStringLiteral("WITH RECURSIVE branch(at, before, place) AS ("
                                 " SELECT id, parent_id, 1 FROM message WHERE id = ?"
                                 " UNION ALL"
                                 " SELECT m.id, m.parent_id, place + 1 FROM branch JOIN message m ON m.id = before"
                                 " WHERE place < ?)"
                                 " SELECT ")
                  + messageColumns(database)
                  + QStringLiteral(" FROM branch JOIN message ON id = at ORDER BY place DESC"));
    query.addBindValue(leaf);
    query.addBindValue(count);
    query.exec();
    while (query.next())
        messages.append(readMessage(query));
    return messages;
}

} // namespace qwill::app

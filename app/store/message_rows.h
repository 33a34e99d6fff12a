#pragma once
// Conversations and messages to and from rows of the database. Store thread only.

#include "chat/message.h"

#include <QList>
#include <QSqlDatabase>
#include <QString>

namespace qwill::app {

// Each returns an empty text, or what went wrong.
QString insertConversation(QSqlDatabase& database, const Conversation& conversation);
QString updateConversationRow(QSqlDatabase& database, const Conversation& conversation);
QString insertMessage(QSqlDatabase& database, ConversationId conversation, const Message& message);
QString updateMessageRow(QSqlDatabase& database, const Message& message);

// What was written and not sent; conversation 0 = the new chat's. An empty text or list leaves no row.
struct DraftRow {
    ConversationId conversation = 0;
    QString text;
    QList<Attachment> attachments;
};
QString putDraftText(QSqlDatabase& database, ConversationId conversation, const QString& text);
QString putDraftAttachments(QSqlDatabase& database, ConversationId conversation, const QList<Attachment>& attachments);
DraftRow selectDraft(QSqlDatabase& database, ConversationId conversation);
QList<DraftRow> selectDrafts(QSqlDatabase& database);

enum class RowOrder { NewestFirst, ById, ByIdDescending };
// What can be read: a damaged file ends the list early, from either side at another place.
QList<Conversation> selectConversations(QSqlDatabase& database, RowOrder order = RowOrder::NewestFirst);
std::optional<Conversation> selectConversation(QSqlDatabase& database, ConversationId conversation);
QList<Message> selectMessages(QSqlDatabase& database, ConversationId conversation); // oldest first
// The last `count` messages of the branch that ends at `leaf`, first message first; fewer where it begins.
QList<Message> selectBranchEnd(QSqlDatabase& database, MessageId leaf, int count);

} // namespace qwill::app

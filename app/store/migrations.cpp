#include "store/migrations.h"

#include <QSqlError>
#include <QSqlQuery>
#include <QStringList>

namespace qwill::app {

namespace {

// Times are milliseconds since 1970, UTC. JSON columns are text. The trigram index finds substrings in any script;
// detail=none keeps it at about the size of the text, because LIKE checks the candidates against the text itself.
const QList<QStringList>& steps()
{
    static const QList<QStringList> all{
        {
            QStringLiteral("CREATE TABLE conversation ("
                           " id INTEGER PRIMARY KEY, title TEXT NOT NULL, folder TEXT NOT NULL, model TEXT NOT NULL,"
                           " system_prompt TEXT NOT NULL, settings TEXT NOT NULL, created INTEGER NOT NULL,"
                           " updated INTEGER NOT NULL, deleted_at INTEGER, pinned INTEGER NOT NULL,"
                           " title_is_automatic INTEGER NOT NULL, current_leaf INTEGER NOT NULL)"),
            QStringLiteral(
                "CREATE TABLE message ("
                " id INTEGER PRIMARY KEY,"
                " conversation_id INTEGER NOT NULL REFERENCES conversation(id) ON DELETE CASCADE,"
                " parent_id INTEGER NOT NULL, role INTEGER NOT NULL, status INTEGER NOT NULL,"
                " content TEXT NOT NULL, error TEXT NOT NULL, attachments TEXT NOT NULL, model TEXT NOT NULL,"
                " seed TEXT, sampling TEXT NOT NULL, prompt_tokens INTEGER NOT NULL,"
                " cached_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL,"
                " first_token_ms REAL NOT NULL, decode_ms REAL NOT NULL, total_ms REAL NOT NULL,"
                " created INTEGER NOT NULL)"),
            QStringLiteral("CREATE INDEX message_by_conversation ON message(conversation_id, id)"),
            QStringLiteral("CREATE TABLE draft (conversation_id INTEGER PRIMARY KEY, text TEXT NOT NULL)"),
            QStringLiteral(
                "CREATE VIRTUAL TABLE message_text USING fts5(content, content='message', content_rowid='id',"
                " tokenize='trigram', detail=none)"),
            QStringLiteral("CREATE TRIGGER message_added AFTER INSERT ON message WHEN new.content <> '' BEGIN"
                           " INSERT INTO message_text(rowid, content) VALUES (new.id, new.content); END"),
            QStringLiteral("CREATE TRIGGER message_removed AFTER DELETE ON message WHEN old.content <> '' BEGIN"
                           " INSERT INTO message_text(message_text, rowid, content)"
                           " VALUES ('delete', old.id, old.content); END"),
            QStringLiteral("CREATE TRIGGER message_unindexed AFTER UPDATE OF content ON message"
                           " WHEN old.content <> new.content AND old.content <> '' BEGIN"
                           " INSERT INTO message_text(message_text, rowid, content)"
                           " VALUES ('delete', old.id, old.content); END"),
            QStringLiteral("CREATE TRIGGER message_reindexed AFTER UPDATE OF content ON message"
                           " WHEN old.content <> new.content AND new.content <> '' BEGIN"
                           " INSERT INTO message_text(rowid, content) VALUES (new.id, new.content); END"),
        },
        // By itself: a draft is written again and again while it is typed, what is attached to it once.
        {QStringLiteral(
            "CREATE TABLE draft_attachments (conversation_id INTEGER PRIMARY KEY, attachments TEXT NOT NULL)")},
        // Of a reply that repeated given text: tokens guessed ahead, and those of them that were right.
        {QStringLiteral("ALTER TABLE message ADD COLUMN drafted_tokens INTEGER NOT NULL DEFAULT 0"),
         QStringLiteral("ALTER TABLE message ADD COLUMN accepted_tokens INTEGER NOT NULL DEFAULT 0")},
    };
    return all;
}

} // namespace

int currentSchemaVersion()
{
    return static_cast<int>(steps().size());
}

int schemaVersion(QSqlDatabase& database)
{
    QSqlQuery query(database);
    return query.exec(QStringLiteral("PRAGMA user_version")) && query.next() ? query.value(0).toInt() : -1;
}

QString migrate(QSqlDatabase& database)
{
    for (int version = schemaVersion(database); version < currentSchemaVersion(); ++version) {
        if (version < 0)
            return database.lastError().text();
        QStringList statements = steps()[version];
        statements.append(QStringLiteral("PRAGMA user_version = %1").arg(version + 1));
        if (!database.transaction())
            return database.lastError().text();
        for (const QString& statement : std::as_const(statements)) {
            QSqlQuery query(database);
            if (!query.exec(statement)) {
                const QString error = query.lastError().text();
                query.clear();
                database.rollback();
                return error;
            }
        }
        if (!database.commit())
            return database.lastError().text();
    }
    return {};
}

} // namespace qwill::app

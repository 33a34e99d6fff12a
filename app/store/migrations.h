#pragma once
// The shape of the conversation database, step by step: PRAGMA user_version counts the steps that were taken. Store
// thread only.

#include <QSqlDatabase>
#include <QString>

namespace qwill::app {

// What this build writes. A file with a higher version belongs to a newer Qwill and is not touched.
int currentSchemaVersion();

// -1 when the file cannot be read as a database.
int schemaVersion(QSqlDatabase& database);

// Takes the missing steps, each in a transaction. Returns what went wrong, or an empty text.
QString migrate(QSqlDatabase& database);

} // namespace qwill::app

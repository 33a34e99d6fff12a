#pragma once
// Qwill's own file of chats: JSON, complete and versioned; reading gives back exactly what was written (ids, branches,
// variants, settings, figures). Pure; any thread.
//
//   {"format": "qwill-chats", "version": 1, "exported": "…", "chats": [{…, "messages": [{…}]}]}
//
// Times are ISO 8601 in UTC to the millisecond, seeds are decimal text (JSON numbers end at 2^53), words name roles and
// states. What is empty or zero is left out.

#include "chat/whole_chat.h"
#include "engine/result.h"

#include <QByteArray>
#include <QJsonObject>

namespace qwill::app {

inline constexpr int kChatJsonVersion = 1;

QByteArray chatsToJson(const QList<WholeChat>& chats, const QDateTime& exported);

// Whether the object says that it is such a file, of any version.
bool isChatJson(const QJsonObject& file);
// Fails with one sentence where the file was written by a newer Qwill or contradicts itself (a message twice, a parent
// that is missing or comes later).
engine::Result<QList<WholeChat>> chatsFromJson(const QJsonObject& file);

} // namespace qwill::app

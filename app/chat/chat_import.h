#pragma once
// Reads chats out of files: Qwill's own JSON, ChatGPT's conversations.json, Open WebUI's export. Which one it is shows
// in the file. The files are untrusted: whatever they hold, the answer is chats or one sentence. Any thread; a large
// file takes seconds, so not the GUI thread.

#include "chat/whole_chat.h"
#include "engine/result.h"

#include <QByteArray>
#include <QJsonObject>
#include <QString>

namespace qwill::app {

enum class ChatFileKind { Qwill, ChatGpt, OpenWebUi };

struct ImportedChats {
    ChatFileKind kind = ChatFileKind::Qwill;
    QList<WholeChat> chats; // ids are the file's own: the store gives new ones
    int skipped = 0; // conversations in the file that hold no message we can show
};

// What a file may hold at most. JSON deeper than 1024 levels is refused too (Qt's parser).
inline constexpr qint64 kMaxImportBytes = qint64(512) << 20;
inline constexpr qsizetype kMaxImportedMessages = 1'000'000; // of one chat

engine::Result<ImportedChats> importChats(const QByteArray& file);
engine::Result<ImportedChats> importChatFile(const QString& path);

// One conversation of each foreign format. Empty when it holds nothing to show.
std::optional<WholeChat> chatFromChatGpt(const QJsonObject& conversation);
std::optional<WholeChat> chatFromOpenWebUi(const QJsonObject& entry);

} // namespace qwill::app

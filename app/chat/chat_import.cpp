#include "chat/chat_import.h"

#include "chat/chat_json.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

struct ChatImport {
    Q_DECLARE_TR_FUNCTIONS(ChatImport)
};

engine::Error failure(engine::ErrorCode code, const QString& sentence)
{
    return {code, sentence.toStdString()};
}

engine::Error tooLarge(qint64 bytes)
{
    constexpr qint64 kMiB = 1 << 20;
    return failure(engine::ErrorCode::Unsupported,
                   ChatImport::tr("This file is too large to import: %1 MiB, where %2 are the most.")
                       .arg(bytes / kMiB)
                       .arg(kMaxImportBytes / kMiB));
}

engine::Error unknownKind()
{
    return failure(engine::ErrorCode::Unsupported,
                   ChatImport::tr("This is no file of chats Qwill knows: it reads its own JSON, ChatGPT’s "
                                  "conversations.json, and Open WebUI’s export."));
}

std::optional<ChatFileKind> kindOf(const QJsonObject& object)
{
    if (object["mapping"_L1].isObject())
        return ChatFileKind::ChatGpt;
    if (object["chat"_L1].isObject() || object["history"_L1].isObject())
        return ChatFileKind::OpenWebUi;
    return std::nullopt;
}

engine::Result<ImportedChats> importForeign(const QJsonArray& conversations)
{
    ImportedChats imported;
    bool known = false;
    for (const auto& value : conversations) {
        const QJsonObject object = value.toObject();
        const std::optional<ChatFileKind> kind = kindOf(object);
        std::optional<WholeChat> chat;
        if (kind) {
            imported.kind = known ? imported.kind : *kind;
            known = true;
            chat = *kind == ChatFileKind::ChatGpt ? chatFromChatGpt(object) : chatFromOpenWebUi(object);
        }
        if (chat)
            imported.chats.append(std::move(*chat));
        else
            ++imported.skipped;
    }
    if (!known)
        return unknownKind();
    if (imported.chats.isEmpty())
        return failure(engine::ErrorCode::Corrupt,
                       ChatImport::tr("This file holds %n conversation(s), but no message that can be shown.", nullptr,
                                      imported.skipped));
    return imported;
}

engine::Result<ImportedChats> importOwn(const QJsonObject& file)
{
    auto chats = chatsFromJson(file);
    if (!chats)
        return chats.error();
    return ImportedChats{ChatFileKind::Qwill, std::move(*chats), 0};
}

} // namespace

engine::Result<ImportedChats> importChats(const QByteArray& file)
{
    if (file.size() > kMaxImportBytes)
        return tooLarge(file.size());
    if (file.startsWith("PK\x03\x04"))
        return failure(engine::ErrorCode::Unsupported,
                       ChatImport::tr("This is a ZIP archive: unpack it and import the conversations.json in it."));
    QByteArrayView text = file;
    if (text.startsWith("\xef\xbb\xbf"))
        text = text.sliced(3);
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(QByteArray::fromRawData(text.data(), text.size()), &error);
    if (error.error == QJsonParseError::DeepNesting)
        return failure(engine::ErrorCode::Corrupt,
                       ChatImport::tr("This JSON file is nested too deeply to be a file of chats."));
    if (error.error != QJsonParseError::NoError)
        return failure(engine::ErrorCode::Corrupt,
                       ChatImport::tr("This file is not valid JSON (at byte %1: %2); is it complete?")
                           .arg(QString::number(error.offset), error.errorString()));
    if (document.isArray())
        return importForeign(document.array());
    const QJsonObject object = document.object();
    if (isChatJson(object))
        return importOwn(object);
    return kindOf(object) ? importForeign({object}) : engine::Result<ImportedChats>(unknownKind());
}

engine::Result<ImportedChats> importChatFile(const QString& path)
{
    QFile file(path);
    // A pipe or device would block or never end.
    if (!QFileInfo(path).isFile())
        return failure(engine::ErrorCode::NotFound, ChatImport::tr("There is no file %1.").arg(path));
    if (file.size() > kMaxImportBytes)
        return tooLarge(file.size());
    if (!file.open(QIODevice::ReadOnly))
        return failure(engine::ErrorCode::Io, ChatImport::tr("%1 cannot be read: %2").arg(path, file.errorString()));
    const QByteArray bytes = file.read(kMaxImportBytes + 1); // it may have grown
    if (file.error() != QFileDevice::NoError)
        return failure(engine::ErrorCode::Io, ChatImport::tr("%1 cannot be read: %2").arg(path, file.errorString()));
    return importChats(bytes);
}

} // namespace qwill::app

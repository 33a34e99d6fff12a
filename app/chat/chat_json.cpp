#include "chat/chat_json.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSet>
#include <QTimeZone>

#include <array>
#include <cmath>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

constexpr auto kFormat = "qwill-chats"_L1;
// By the enumerations' values. A word once written keeps its meaning.
constexpr std::array kRoles{"system"_L1, "user"_L1, "assistant"_L1, "tool"_L1};
constexpr std::array kStates{"complete"_L1, "streaming"_L1, "stopped"_L1, "cut"_L1, "failed"_L1};

struct ChatJson {
    Q_DECLARE_TR_FUNCTIONS(ChatJson)
};

engine::Error damaged(const QString& sentence)
{
    return {engine::ErrorCode::Corrupt, sentence.toStdString()};
}

// Ids are whole numbers; above 2^53 a double would round, so those are text.
QJsonValue idToJson(qint64 id)
{
    return std::abs(id) < (qint64(1) << 53) ? QJsonValue(id) : QJsonValue(QString::number(id));
}

std::optional<qint64> idFromJson(const QJsonValue& value)
{
    if (value.isUndefined())
        return 0;
    bool ok = false;
    qint64 id = 0;
    if (value.isString()) {
        id = value.toString().toLongLong(&ok);
    } else if (value.isDouble()) {
        const double number = value.toDouble();
        ok = std::abs(number) < 9.0e15 && number == std::floor(number);
        id = ok ? static_cast<qint64>(number) : 0;
    }
    return ok ? std::optional(id) : std::nullopt;
}

void put(QJsonObject& object, QLatin1StringView key, const QString& text)
{
    if (!text.isEmpty())
        object.insert(key, text);
}

void put(QJsonObject& object, QLatin1StringView key, double number)
{
    if (number != 0)
        object.insert(key, number);
}

void put(QJsonObject& object, QLatin1StringView key, const QJsonObject& value)
{
    if (!value.isEmpty())
        object.insert(key, value);
}

void put(QJsonObject& object, QLatin1StringView key, const QDateTime& time)
{
    if (time.isValid())
        object.insert(key, time.toUTC().toString(Qt::ISODateWithMs));
}

// As a sentence can hold it.
QString shownTitle(const Conversation& conversation)
{
    return conversation.title.simplified().left(80);
}

QDateTime timeFromJson(const QJsonValue& value)
{
    const QDateTime time = QDateTime::fromString(value.toString(), Qt::ISODateWithMs);
    return time.isValid() ? QDateTime::fromMSecsSinceEpoch(time.toMSecsSinceEpoch(), QTimeZone::UTC) : QDateTime();
}

QJsonObject figuresToJson(const ReplyFigures& figures)
{
    QJsonObject object;
    put(object, "promptTokens"_L1, figures.promptTokens);
    put(object, "cachedTokens"_L1, figures.cachedTokens);
    put(object, "completionTokens"_L1, figures.completionTokens);
    put(object, "firstTokenMs"_L1, figures.firstTokenMs);
    put(object, "decodeMs"_L1, figures.decodeMs);
    put(object, "totalMs"_L1, figures.totalMs);
    put(object, "draftedTokens"_L1, figures.draftedTokens);
    put(object, "acceptedTokens"_L1, figures.acceptedTokens);
    return object;
}

ReplyFigures figuresFromJson(const QJsonObject& object)
{
    return {object["promptTokens"_L1].toInt(),     object["cachedTokens"_L1].toInt(),
            object["completionTokens"_L1].toInt(), object["firstTokenMs"_L1].toDouble(),
            object["decodeMs"_L1].toDouble(),      object["totalMs"_L1].toDouble(),
            object["draftedTokens"_L1].toInt(),    object["acceptedTokens"_L1].toInt()};
}

QJsonObject messageToJson(const Message& message)
{
    QJsonObject object;
    object.insert("id"_L1, idToJson(message.id));
    if (message.parent)
        object.insert("parent"_L1, idToJson(message.parent));
    object.insert("role"_L1, kRoles[static_cast<std::size_t>(message.role)]);
    if (message.status != MessageStatus::Complete)
        object.insert("status"_L1, kStates[static_cast<std::size_t>(message.status)]);
    object.insert("content"_L1, message.content);
    put(object, "error"_L1, message.error);
    QJsonArray attachments;
    for (const Attachment& attachment : message.attachments)
        attachments.append(QJsonObject{
            {u"name"_s, attachment.name}, {u"mediaType"_s, attachment.mediaType}, {u"text"_s, attachment.text}});
    if (!attachments.isEmpty())
        object.insert("attachments"_L1, attachments);
    put(object, "model"_L1, message.model);
    if (message.seed)
        object.insert("seed"_L1, QString::number(*message.seed));
    put(object, "sampling"_L1, message.sampling);
    put(object, "figures"_L1, figuresToJson(message.figures));
    put(object, "created"_L1, message.created);
    return object;
}

template <std::size_t N>
std::optional<std::size_t> wordIndex(const std::array<QLatin1StringView, N>& words, const QString& word)
{
    for (std::size_t i = 0; i < N; ++i)
        if (words[i] == word)
            return i;
    return std::nullopt;
}

// Fails without a sentence: the caller knows where in the file it is.
std::optional<Message> messageFromJson(const QJsonObject& object)
{
    Message message;
    const auto id = idFromJson(object["id"_L1]);
    const auto parent = idFromJson(object["parent"_L1]);
    const auto role = wordIndex(kRoles, object["role"_L1].toString());
    const auto status = wordIndex(kStates, object["status"_L1].toString(kStates[0]));
    if (!id || *id == 0 || !parent || !role || !status || !object["content"_L1].isString())
        return std::nullopt;
    message.id = *id;
    message.parent = *parent;
    message.role = static_cast<MessageRole>(*role);
    message.status = static_cast<MessageStatus>(*status);
    message.content = object["content"_L1].toString();
    message.error = object["error"_L1].toString();
    const QJsonArray attachments = object["attachments"_L1].toArray();
    for (const auto& value : attachments) {
        const QJsonObject attachment = value.toObject();
        message.attachments.append({attachment["name"_L1].toString(), attachment["mediaType"_L1].toString(),
                                    attachment["text"_L1].toString()});
    }
    message.model = object["model"_L1].toString();
    if (object.contains("seed"_L1)) {
        bool ok = false;
        message.seed = object["seed"_L1].toString().toULongLong(&ok);
        if (!ok)
            return std::nullopt;
    }
    message.sampling = object["sampling"_L1].toObject();
    message.figures = figuresFromJson(object["figures"_L1].toObject());
    message.created = timeFromJson(object["created"_L1]);
    return message;
}

QJsonObject chatToJson(const WholeChat& chat)
{
    const Conversation& conversation = chat.conversation;
    QJsonObject object;
    object.insert("id"_L1, idToJson(conversation.id));
    object.insert("title"_L1, conversation.title);
    if (!conversation.titleIsAutomatic)
        object.insert("titleIsAutomatic"_L1, false);
    put(object, "folder"_L1, conversation.folder);
    put(object, "model"_L1, conversation.model);
    put(object, "systemPrompt"_L1, conversation.systemPrompt);
    put(object, "settings"_L1, conversation.settings);
    put(object, "created"_L1, conversation.created);
    put(object, "updated"_L1, conversation.updated);
    put(object, "deletedAt"_L1, conversation.deletedAt.value_or(QDateTime()));
    if (conversation.pinned)
        object.insert("pinned"_L1, true);
    if (conversation.currentLeaf)
        object.insert("currentLeaf"_L1, idToJson(conversation.currentLeaf));
    QJsonArray messages;
    for (const Message& message : chat.messages)
        messages.append(messageToJson(message));
    object.insert("messages"_L1, messages);
    return object;
}

engine::Result<WholeChat> chatFromJson(const QJsonObject& object)
{
    WholeChat chat;
    Conversation& conversation = chat.conversation;
    conversation.title = object["title"_L1].toString();
    conversation.titleIsAutomatic = object["titleIsAutomatic"_L1].toBool(true);
    conversation.folder = object["folder"_L1].toString();
    conversation.model = object["model"_L1].toString();
    conversation.systemPrompt = object["systemPrompt"_L1].toString();
    conversation.settings = object["settings"_L1].toObject();
    conversation.created = timeFromJson(object["created"_L1]);
    conversation.updated = timeFromJson(object["updated"_L1]);
    if (const QDateTime deleted = timeFromJson(object["deletedAt"_L1]); deleted.isValid())
        conversation.deletedAt = deleted;
    conversation.pinned = object["pinned"_L1].toBool();
    const auto id = idFromJson(object["id"_L1]);
    const auto leaf = idFromJson(object["currentLeaf"_L1]);
    if (!id || !leaf || !object["messages"_L1].isArray())
        return damaged(ChatJson::tr("The chat “%1” in this file is damaged: it has no messages or no proper number.")
                           .arg(shownTitle(conversation)));
    conversation.id = *id;
    conversation.currentLeaf = *leaf;
    const QJsonArray messages = object["messages"_L1].toArray();
    QSet<MessageId> known{0};
    for (const auto& value : messages) {
        std::optional<Message> message = messageFromJson(value.toObject());
        if (!message || known.contains(message->id) || !known.contains(message->parent))
            return damaged(ChatJson::tr("Message %1 of the chat “%2” in this file is damaged; nothing was imported.")
                               .arg(chat.messages.size() + 1)
                               .arg(shownTitle(conversation)));
        known.insert(message->id);
        chat.messages.append(std::move(*message));
    }
    if (!known.contains(conversation.currentLeaf))
        return damaged(
            ChatJson::tr("The chat “%1” in this file ends in a message that is not there; nothing was imported.")
                .arg(shownTitle(conversation)));
    return chat;
}

} // namespace

QByteArray chatsToJson(const QList<WholeChat>& chats, const QDateTime& exported)
{
    QJsonArray array;
    for (const WholeChat& chat : chats)
        array.append(chatToJson(chat));
    QJsonObject file{{u"format"_s, kFormat}, {u"version"_s, kChatJsonVersion}, {u"chats"_s, array}};
    put(file, "exported"_L1, exported);
    return QJsonDocument(file).toJson(QJsonDocument::Indented);
}

bool isChatJson(const QJsonObject& file)
{
    return file["format"_L1].toString() == kFormat;
}

engine::Result<QList<WholeChat>> chatsFromJson(const QJsonObject& file)
{
    const int version = file["version"_L1].toInt();
    if (version > kChatJsonVersion)
        return engine::Error{
            engine::ErrorCode::Unsupported,
            ChatJson::tr("This file was written by a newer Qwill (its version is %1, this one reads up to %2).")
                .arg(version)
                .arg(kChatJsonVersion)
                .toStdString()};
    if (version < 1 || !file["chats"_L1].isArray())
        return damaged(ChatJson::tr("This file of Qwill chats is damaged: it has no version or no list of chats."));
    QList<WholeChat> chats;
    const QJsonArray array = file["chats"_L1].toArray();
    for (const auto& value : array) {
        auto chat = chatFromJson(value.toObject());
        if (!chat)
            return chat.error();
        chats.append(std::move(*chat));
    }
    return chats;
}

} // namespace qwill::app

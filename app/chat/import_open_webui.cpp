#include "chat/chat_import.h"
#include "chat/foreign_tree.h"

#include <QJsonArray>

#include <array>
#include <utility>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

// Their names of sampling parameters and ours.
constexpr std::array<std::pair<QLatin1StringView, QLatin1StringView>, 8> kNumbers{{
    {"temperature"_L1, "temperature"_L1},
    {"top_k"_L1, "topK"_L1},
    {"top_p"_L1, "topP"_L1},
    {"min_p"_L1, "minP"_L1},
    {"repeat_penalty"_L1, "repetitionPenalty"_L1},
    {"presence_penalty"_L1, "presencePenalty"_L1},
    {"frequency_penalty"_L1, "frequencyPenalty"_L1},
    {"max_tokens"_L1, "maxTokens"_L1},
}};

QJsonObject settingsOf(const QJsonObject& params)
{
    QJsonObject settings;
    for (const auto& [theirs, ours] : kNumbers)
        if (params[theirs].isDouble())
            settings.insert(ours, params[theirs]);
    if (const QJsonValue seed = params["seed"_L1]; seed.isDouble() && seed.toDouble() >= 0 && seed.toDouble() < 9e15)
        settings.insert("seed"_L1, QString::number(seed.toInteger()));
    QJsonArray stop;
    const QJsonArray strings = params["stop"_L1].toArray();
    for (const auto& text : strings)
        if (text.isString())
            stop.append(text);
    if (!stop.isEmpty())
        settings.insert("stop"_L1, stop);
    return settings;
}

std::optional<MessageRole> roleOf(const QString& role)
{
    if (role == "user"_L1)
        return MessageRole::User;
    if (role == "assistant"_L1)
        return MessageRole::Assistant;
    if (role == "system"_L1)
        return MessageRole::System;
    if (role == "tool"_L1)
        return MessageRole::Tool;
    return std::nullopt;
}

// Content is text, or a list of typed parts as in the OpenAI API.
QString contentText(const QJsonValue& content)
{
    if (content.isString())
        return content.toString();
    QStringList texts;
    const QJsonArray parts = content.toArray();
    for (const auto& part : parts)
        if (const QString text = part.toObject()["text"_L1].toString(); !text.isEmpty())
            texts.append(text);
    return texts.join("\n\n"_L1);
}

// Documents whose text is in the export; pictures and web addresses are not.
QList<Attachment> attachmentsOf(const QJsonArray& files)
{
    QList<Attachment> attachments;
    for (const auto& value : files) {
        const QJsonObject object = value.toObject();
        const QJsonObject file = object["file"_L1].toObject();
        const QString text = file["data"_L1].toObject()["content"_L1].toString();
        if (text.isEmpty())
            continue;
        const QString type = file["meta"_L1].toObject()["content_type"_L1].toString();
        attachments.append({object["name"_L1].toString(), type.isEmpty() ? u"text/plain"_s : type, text});
    }
    return attachments;
}

QString errorText(const QJsonValue& error)
{
    const QJsonValue content = error.toObject()["content"_L1];
    return content.isString() ? content.toString() : error.toString();
}

ForeignNode nodeOf(const QString& key, const QJsonObject& source)
{
    ForeignNode node;
    node.key = key;
    node.parent = source["parentId"_L1].toString();
    const QJsonArray children = source["childrenIds"_L1].toArray();
    for (const auto& child : children)
        node.children.append(child.toString());
    const auto role = roleOf(source["role"_L1].toString());
    Message& message = node.message;
    message.content = contentText(source["content"_L1]);
    message.attachments = attachmentsOf(source["files"_L1].toArray());
    message.error = errorText(source["error"_L1]);
    message.created = foreignTime(source["timestamp"_L1]);
    node.shown =
        role && !(message.content.trimmed().isEmpty() && message.attachments.isEmpty() && message.error.isEmpty());
    message.role = role.value_or(MessageRole::User);
    if (message.role == MessageRole::Assistant) {
        const QString name = source["modelName"_L1].toString();
        message.model = name.isEmpty() ? source["model"_L1].toString() : name;
    }
    if (!message.error.isEmpty())
        message.status = MessageStatus::Failed;
    else if (message.role == MessageRole::Assistant && source.contains("done"_L1) && !source["done"_L1].toBool())
        message.status = MessageStatus::Stopped;
    return node;
}

} // namespace

std::optional<WholeChat> chatFromOpenWebUi(const QJsonObject& entry)
{
    // An export wraps the chat in what the server knows about it; a single chat may come bare.
    const QJsonObject source = entry["chat"_L1].isObject() ? entry["chat"_L1].toObject() : entry;
    const QJsonObject history = source["history"_L1].toObject();
    const QJsonObject messages = history["messages"_L1].toObject();
    if (messages.size() > kMaxImportedMessages)
        return std::nullopt;
    WholeChat chat;
    Conversation& conversation = chat.conversation;
    const QJsonObject params = source["params"_L1].toObject();
    conversation.systemPrompt = params["system"_L1].toString(source["system"_L1].toString());
    conversation.settings = settingsOf(params);
    std::vector<ForeignNode> nodes;
    for (auto it = messages.begin(); it != messages.end(); ++it) {
        nodes.push_back(nodeOf(it.key(), it.value().toObject()));
        ForeignNode& node = nodes.back();
        if (node.shown && node.message.role == MessageRole::System) {
            node.shown = false;
            if (conversation.systemPrompt.isEmpty())
                conversation.systemPrompt = node.message.content;
        }
    }
    const ForeignTree tree = treeOf(std::move(nodes), history["currentId"_L1].toString());
    if (tree.messages.isEmpty())
        return std::nullopt;
    chat.messages = tree.messages;
    conversation.currentLeaf = tree.leaf;
    const QString title = entry["title"_L1].toString(source["title"_L1].toString());
    conversation.title = title.simplified();
    conversation.titleIsAutomatic = conversation.title.isEmpty();
    conversation.pinned = entry["pinned"_L1].toBool();
    conversation.created =
        foreignTime(entry.contains("created_at"_L1) ? entry["created_at"_L1] : source["timestamp"_L1]);
    conversation.updated = foreignTime(entry["updated_at"_L1]);
    fillMissingTimes(chat);
    return chat;
}

} // namespace qwill::app

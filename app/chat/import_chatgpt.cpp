#include "chat/chat_export.h"
#include "chat/chat_import.h"
#include "chat/foreign_tree.h"

#include <QCoreApplication>
#include <QJsonArray>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

struct ChatImport {
    Q_DECLARE_TR_FUNCTIONS(ChatImport)
};

// Citations and widgets stand in the text between two characters of the private use area.
QString withoutMarks(const QString& text)
{
    constexpr QChar kOpen(0xe200);
    constexpr QChar kClose(0xe201);
    if (!text.contains(kOpen))
        return text;
    QString out;
    qsizetype at = 0;
    for (qsizetype open; (open = text.indexOf(kOpen, at)) >= 0;) {
        const qsizetype close = text.indexOf(kClose, open);
        out += QStringView(text).sliced(at, open - at);
        if (close < 0) { // not closed: only the character goes
            at = open + 1;
            break;
        }
        at = close + 1;
    }
    out += QStringView(text).sliced(at);
    return out;
}

QString partText(const QJsonValue& part)
{
    if (part.isString())
        return withoutMarks(part.toString());
    const QJsonObject object = part.toObject();
    const QString type = object["content_type"_L1].toString();
    if (type == "audio_transcription"_L1 || object["text"_L1].isString())
        return withoutMarks(object["text"_L1].toString());
    if (type == "image_asset_pointer"_L1)
        return u'*' + ChatImport::tr("(a picture, not part of the export)") + u'*';
    return {};
}

// Markdown of a message's content; empty for what only the service itself read (profile, thoughts, recaps).
QString contentText(const QJsonObject& content)
{
    const QString type = content["content_type"_L1].toString();
    if (type == "text"_L1 || type == "multimodal_text"_L1 || type.isEmpty()) {
        QStringList texts;
        const QJsonArray parts = content["parts"_L1].toArray();
        for (const auto& part : parts)
            if (const QString text = partText(part); !text.isEmpty())
                texts.append(text);
        return texts.join("\n\n"_L1);
    }
    const QString text = content["text"_L1].toString();
    if (type == "code"_L1) {
        const QString language = content["language"_L1].toString();
        return text.isEmpty() ? QString()
                              : fenced(text, language == "unknown"_L1 ? QString() : language.section(u' ', 0, 0));
    }
    if (type == "execution_output"_L1)
        return text.isEmpty() ? QString() : fenced(text, QString());
    if (type == "tether_quote"_L1 || type == "system_error"_L1)
        return withoutMarks(text);
    return {};
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

bool isHidden(const QJsonObject& message)
{
    const QJsonObject metadata = message["metadata"_L1].toObject();
    return metadata["is_visually_hidden_from_conversation"_L1].toBool()
        || message["content"_L1].toObject()["content_type"_L1].toString() == "user_editable_context"_L1;
}

MessageStatus statusOf(const QJsonObject& message)
{
    const QString reason = message["metadata"_L1].toObject()["finish_details"_L1].toObject()["type"_L1].toString();
    if (reason == "max_tokens"_L1)
        return MessageStatus::Cut;
    return reason == "interrupted"_L1 || message["status"_L1].toString() == "in_progress"_L1 ? MessageStatus::Stopped
                                                                                             : MessageStatus::Complete;
}

ForeignNode nodeOf(const QString& key, const QJsonObject& object)
{
    ForeignNode node;
    node.key = key;
    node.parent = object["parent"_L1].toString();
    const QJsonArray children = object["children"_L1].toArray();
    for (const auto& child : children)
        node.children.append(child.toString());
    const QJsonObject source = object["message"_L1].toObject();
    const auto role = roleOf(source["author"_L1].toObject()["role"_L1].toString());
    Message& message = node.message;
    message.content = contentText(source["content"_L1].toObject());
    message.created = foreignTime(source["create_time"_L1]);
    node.shown = role && !isHidden(source) && !message.content.trimmed().isEmpty();
    if (!node.shown)
        return node;
    message.role = *role;
    message.status = statusOf(source);
    if (message.role == MessageRole::Assistant)
        message.model = source["metadata"_L1].toObject()["model_slug"_L1].toString();
    return node;
}

} // namespace

std::optional<WholeChat> chatFromChatGpt(const QJsonObject& source)
{
    const QJsonObject mapping = source["mapping"_L1].toObject();
    if (mapping.size() > kMaxImportedMessages)
        return std::nullopt;
    WholeChat chat;
    Conversation& conversation = chat.conversation;
    std::vector<ForeignNode> nodes;
    for (auto it = mapping.begin(); it != mapping.end(); ++it) {
        nodes.push_back(nodeOf(it.key(), it.value().toObject()));
        ForeignNode& node = nodes.back();
        // What stands above the chat here is a property of the chat there.
        if (node.shown && node.message.role == MessageRole::System) {
            node.shown = false;
            if (conversation.systemPrompt.isEmpty())
                conversation.systemPrompt = node.message.content;
        }
    }
    const ForeignTree tree = treeOf(std::move(nodes), source["current_node"_L1].toString());
    if (tree.messages.isEmpty())
        return std::nullopt;
    chat.messages = tree.messages;
    conversation.currentLeaf = tree.leaf;
    conversation.title = source["title"_L1].toString().simplified();
    conversation.titleIsAutomatic = conversation.title.isEmpty();
    conversation.created = foreignTime(source["create_time"_L1]);
    conversation.updated = foreignTime(source["update_time"_L1]);
    fillMissingTimes(chat);
    return chat;
}

} // namespace qwill::app

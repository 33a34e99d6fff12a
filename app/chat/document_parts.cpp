#include "chat/document_parts.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSet>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

struct ChatExport {
    Q_DECLARE_TR_FUNCTIONS(ChatExport)
};

QString valueText(const QJsonValue& value)
{
    if (value.isString())
        return oneLine(value.toString());
    if (value.isDouble())
        return QString::number(value.toDouble(), 'g', 6);
    if (value.isBool())
        return value.toBool() ? u"true"_s : u"false"_s;
    const QJsonDocument document = value.isArray() ? QJsonDocument(value.toArray()) : QJsonDocument(value.toObject());
    return QString::fromUtf8(document.toJson(QJsonDocument::Compact));
}

QString settingName(const QString& key)
{
    if (key == "temperature"_L1)
        return ChatExport::tr("temperature");
    if (key == "repetitionPenalty"_L1)
        return ChatExport::tr("repetition penalty");
    if (key == "presencePenalty"_L1)
        return ChatExport::tr("presence penalty");
    if (key == "frequencyPenalty"_L1)
        return ChatExport::tr("frequency penalty");
    if (key == "seed"_L1)
        return ChatExport::tr("seed");
    if (key == "stop"_L1)
        return ChatExport::tr("stop strings");
    if (key == "maxTokens"_L1)
        return ChatExport::tr("longest reply");
    return key == "topK"_L1 ? u"top-k"_s : key == "topP"_L1 ? u"top-p"_s : key == "minP"_L1 ? u"min-p"_s : key;
}

// What the last reply was drawn with says more than what the chat overrides.
QString settingsText(const Conversation& conversation, const QList<Message>& messages)
{
    QJsonObject settings = conversation.settings;
    std::optional<quint64> seed;
    for (const Message& message : messages) {
        if (message.sampling.isEmpty())
            continue;
        settings = message.sampling;
        seed = message.seed;
    }
    settings.remove(kElsewhereMark); // a line of its own
    if (seed)
        settings.insert("seed"_L1, QString::number(*seed));
    QStringList texts;
    for (auto it = settings.begin(); it != settings.end(); ++it)
        texts.append(settingName(it.key()) + u' ' + valueText(it.value()));
    return texts.join(", "_L1);
}

QString elsewhereText(const QList<Message>& messages)
{
    QStringList hosts;
    for (const Message& message : messages)
        if (const QString host = oneLine(elsewhereOf(message)); !host.isEmpty() && !hosts.contains(host))
            hosts.append(host);
    return hosts.join(", "_L1);
}

QString modelsText(const Conversation& conversation, const QList<Message>& messages)
{
    QStringList models;
    for (const Message& message : messages)
        if (!message.model.isEmpty() && !models.contains(oneLine(message.model)))
            models.append(oneLine(message.model));
    if (models.isEmpty() && !conversation.model.isEmpty())
        models.append(oneLine(conversation.model));
    return models.join(", "_L1);
}

} // namespace

QList<DocumentPart> partsOf(const WholeChat& chat)
{
    QList<MessageId> leaves = leavesOf(chat.messages);
    MessageId shown = chat.conversation.currentLeaf;
    if (branchTo(chat.messages, shown).isEmpty() && !leaves.isEmpty())
        shown = leaves.last();
    QList<DocumentPart> parts;
    parts.append({QString(), branchTo(chat.messages, shown)});
    QSet<MessageId> told;
    for (const Message& message : parts.first().messages)
        told.insert(message.id);
    for (const MessageId leaf : leaves) {
        QList<Message> rest = branchTo(chat.messages, leaf);
        rest.removeIf([&](const Message& message) { return told.contains(message.id); });
        if (rest.isEmpty())
            continue;
        for (const Message& message : rest)
            told.insert(message.id);
        parts.append({ChatExport::tr("Another branch (%1)").arg(parts.size()), rest});
    }
    return parts;
}

QString documentTitle(const Conversation& conversation)
{
    const QString title = oneLine(conversation.title);
    return title.isEmpty() ? ChatExport::tr("Untitled chat") : title;
}

QList<std::pair<QString, QString>> documentFacts(const Conversation& conversation, const QList<Message>& messages)
{
    const QDateTime date =
        conversation.created.isValid() || messages.isEmpty() ? conversation.created : messages.first().created;
    const QString settings = settingsText(conversation, messages);
    const QString models = modelsText(conversation, messages);
    QList<std::pair<QString, QString>> facts;
    if (date.isValid())
        facts.append({ChatExport::tr("Date"), timeText(date)});
    if (!models.isEmpty())
        facts.append({ChatExport::tr("Model"), models});
    if (const QString hosts = elsewhereText(messages); !hosts.isEmpty())
        facts.append({ChatExport::tr("Not on this machine"), hosts});
    if (!settings.isEmpty())
        facts.append({ChatExport::tr("Settings"), settings});
    return facts;
}

QString speakerOf(const Message& message)
{
    switch (message.role) {
    case MessageRole::System: return ChatExport::tr("System prompt");
    case MessageRole::User: return ChatExport::tr("You");
    case MessageRole::Tool: return ChatExport::tr("Tool");
    case MessageRole::Assistant: break;
    }
    // "name · format · device": the name is enough above each reply.
    const QString name = oneLine(message.model.section(u'·', 0, 0));
    const QString speaker = name.isEmpty() ? ChatExport::tr("Reply") : name;
    return elsewhereOf(message).isEmpty() ? speaker : ChatExport::tr("%1 (not on this machine)").arg(speaker);
}

QString statusNote(const Message& message)
{
    switch (message.status) {
    case MessageStatus::Complete: break;
    case MessageStatus::Streaming:
    case MessageStatus::Stopped: return ChatExport::tr("Stopped before its end.");
    case MessageStatus::Cut: return ChatExport::tr("Cut off: the longest reply or the context was reached.");
    case MessageStatus::Failed:
        return message.error.isEmpty() ? ChatExport::tr("Failed.")
                                       : ChatExport::tr("Failed: %1").arg(oneLine(message.error));
    }
    return {};
}

QString timeText(const QDateTime& time)
{
    return time.isValid() ? time.toUTC().toString(u"yyyy-MM-dd HH:mm 'UTC'"_s) : QString();
}

QString oneLine(const QString& text)
{
    return text.simplified();
}

} // namespace qwill::app

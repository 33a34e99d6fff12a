#include "chat/chat_prompt.h"

#include "chat/summary_prompt.h"

#include <algorithm>

namespace qwill::app {

namespace {

QString fenceFor(const QString& text)
{
    qsizetype longest = 0, run = 0;
    for (const QChar c : text) {
        run = c == u'`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return QString(std::max<qsizetype>(3, longest + 1), u'`');
}

engine::Role engineRole(MessageRole role)
{
    switch (role) {
    case MessageRole::System: return engine::Role::System;
    case MessageRole::User: return engine::Role::User;
    case MessageRole::Assistant: return engine::Role::Assistant;
    case MessageRole::Tool: return engine::Role::Tool;
    }
    return engine::Role::User;
}

} // namespace

QString attachmentsText(const QList<Attachment>& attachments)
{
    QString text;
    for (const Attachment& attachment : attachments) {
        const QString fence = fenceFor(attachment.text);
        QString name = attachment.name;
        name.replace(u'\n', u' ');
        text += name + QStringLiteral(":\n") + fence + u'\n' + attachment.text;
        if (!attachment.text.endsWith(u'\n'))
            text += u'\n';
        text += fence + QStringLiteral("\n\n");
    }
    return text;
}

QString promptText(const Message& message)
{
    return attachmentsText(message.attachments) + message.content;
}

QString withSummary(const QString& systemPrompt, const QString& summary)
{
    if (summary.isEmpty())
        return systemPrompt;
    const QString heading = isMostlyChinese(summary) ? QStringLiteral("此前对话的摘要：")
                                                     : QStringLiteral("Summary of the conversation so far:");
    const QString text = heading + QStringLiteral("\n\n") + summary;
    return systemPrompt.trimmed().isEmpty() ? text : systemPrompt + QStringLiteral("\n\n") + text;
}

ChatPrompt chatPrompt(const QString& systemPrompt, const QList<const Message*>& messages)
{
    ChatPrompt prompt;
    const auto put = [&prompt](engine::Role role, const QString& text, MessageId id) {
        prompt.messages.push_back({role, text.toStdString(), {}});
        prompt.first.push_back(id);
    };
    if (!systemPrompt.trimmed().isEmpty())
        put(engine::Role::System, systemPrompt, 0);
    for (const Message* message : messages) {
        const QString text = promptText(*message);
        if (text.isEmpty())
            continue;
        const engine::Role role = engineRole(message->role);
        if (!prompt.messages.empty() && prompt.messages.back().role == role)
            prompt.messages.back().content += kBetweenTurns + text.toStdString();
        else
            put(role, text, message->id);
    }
    return prompt;
}

} // namespace qwill::app

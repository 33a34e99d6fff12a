// The replies of /v1/chat/completions.

#include "server/reply_shape.h"

#include <QJsonArray>

namespace qwill::app {

using namespace Qt::StringLiterals;

namespace {

QJsonArray bytesJson(const std::string& bytes)
{
    QJsonArray array;
    for (const char byte : bytes)
        array.append(static_cast<unsigned char>(byte));
    return array;
}

QJsonObject tokenJson(const std::string& bytes, float logprob)
{
    return {{u"token"_s, QString::fromStdString(bytes)},
            {u"logprob"_s, static_cast<double>(logprob)},
            {u"bytes"_s, bytesJson(bytes)}};
}

QJsonValue logprobsJson(const std::vector<ReplyToken>& tokens)
{
    QJsonArray content;
    for (const ReplyToken& token : tokens) {
        QJsonObject entry = tokenJson(token.bytes, token.logprob);
        QJsonArray top;
        for (const ReplyToken::Candidate& candidate : token.alternatives)
            top.append(tokenJson(candidate.bytes, candidate.logprob));
        entry.insert(u"top_logprobs"_s, top);
        content.append(entry);
    }
    return QJsonObject{{u"content"_s, content}, {u"refusal"_s, QJsonValue()}};
}

QString callId(const ReplyHead& head, const ReplyChoice& choice, int callIndex)
{
    return u"call_%1%2%3"_s.arg(head.id.right(20)).arg(choice.index).arg(callIndex);
}

QJsonObject callJson(const ReplyHead& head, const ReplyChoice& choice, int callIndex)
{
    const engine::ToolCall& call = choice.toolCalls[static_cast<std::size_t>(callIndex)];
    return {{u"id"_s,
             call.id.empty() ? callId(head, choice, callIndex) : u"call_%1"_s.arg(QString::fromStdString(call.id))},
            {u"type"_s, u"function"_s},
            {u"function"_s,
             QJsonObject{{u"name"_s, QString::fromStdString(call.name)},
                         {u"arguments"_s, QString::fromStdString(call.arguments)}}}};
}

class ChatShape : public ReplyShape {
public:
    using ReplyShape::ReplyShape;

    QByteArray begin() override
    {
        QByteArray events;
        for (int index = 0; index < head().choices; ++index)
            events +=
                chunk(index, {{u"role"_s, u"assistant"_s}, {u"content"_s, QString()}}, QJsonValue(), QJsonValue());
        return events;
    }
    QByteArray text(const ReplyChoice& choice, const QString& text, const std::vector<ReplyToken>& tokens) override
    {
        return chunk(choice.index, {{u"content"_s, text}}, head().logprobs ? logprobsJson(tokens) : QJsonValue(),
                     QJsonValue());
    }
    QByteArray toolCall(const ReplyChoice& choice, int callIndex) override
    {
        QJsonObject call = callJson(head(), choice, callIndex);
        call.insert(u"index"_s, callIndex);
        return chunk(choice.index, {{u"tool_calls"_s, QJsonArray{call}}}, QJsonValue(), QJsonValue());
    }
    QByteArray end(const ReplyChoice& choice) override
    {
        return chunk(choice.index, {}, QJsonValue(), choice.finishReason);
    }
    QByteArray close(const std::vector<ReplyChoice>&, const engine::Usage& usage) override
    {
        QByteArray events;
        if (head().streamUsage) {
            QJsonObject object = envelope(u"chat.completion.chunk"_s, {});
            object.insert(u"usage"_s, usageJson(usage));
            events = serverEvent(object);
        }
        return events + "data: [DONE]\n\n";
    }
    QJsonObject whole(const std::vector<ReplyChoice>& choices, const engine::Usage& usage) override
    {
        QJsonArray array;
        for (const ReplyChoice& choice : choices)
            array.append(choiceJson(choice));
        QJsonObject object = envelope(u"chat.completion"_s, array);
        object.insert(u"usage"_s, usageJson(usage));
        return object;
    }

private:
    QJsonObject envelope(const QString& kind, const QJsonArray& choices) const
    {
        return {{u"id"_s, head().id},       {u"object"_s, kind},     {u"created"_s, head().created},
                {u"model"_s, head().model}, {u"choices"_s, choices}, {u"system_fingerprint"_s, u"qwill"_s}};
    }
    QByteArray chunk(int index, const QJsonObject& delta, const QJsonValue& logprobs, const QJsonValue& finish) const
    {
        const QJsonObject choice{
            {u"index"_s, index}, {u"delta"_s, delta}, {u"logprobs"_s, logprobs}, {u"finish_reason"_s, finish}};
        QJsonObject object = envelope(u"chat.completion.chunk"_s, {choice});
        if (head().streamUsage)
            object.insert(u"usage"_s, QJsonValue());
        return serverEvent(object);
    }
    QJsonObject choiceJson(const ReplyChoice& choice) const
    {
        const bool onlyCalls = choice.text.isEmpty() && !choice.toolCalls.empty();
        QJsonObject message{{u"role"_s, u"assistant"_s},
                            {u"content"_s, onlyCalls ? QJsonValue() : QJsonValue(choice.text)},
                            {u"refusal"_s, QJsonValue()}};
        QJsonArray calls;
        for (std::size_t i = 0; i < choice.toolCalls.size(); ++i)
            calls.append(callJson(head(), choice, static_cast<int>(i)));
        if (!calls.isEmpty())
            message.insert(u"tool_calls"_s, calls);
        return {{u"index"_s, choice.index},
                {u"message"_s, message},
                {u"logprobs"_s, head().logprobs ? logprobsJson(choice.tokens) : QJsonValue()},
                {u"finish_reason"_s, choice.finishReason}};
    }
};

} // namespace

std::unique_ptr<ReplyShape> chatShape(ReplyHead head)
{
    return std::make_unique<ChatShape>(std::move(head));
}

} // namespace qwill::app

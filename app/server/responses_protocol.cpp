#include "server/responses_protocol.h"

#include "server/json_fields.h"

#include <QJsonArray>

namespace qwill::app {

using namespace Qt::StringLiterals;

namespace {

// {type: "function", name, parameters} → {type: "function", function: {name, parameters}}
QJsonArray chatTools(const QJsonArray& tools)
{
    QJsonArray result;
    for (const QJsonValue& value : tools) {
        QJsonObject function = value.toObject();
        const QJsonValue type = function.take(u"type"_s);
        result.append(QJsonObject{{u"type"_s, type}, {u"function"_s, function}});
    }
    return result;
}

QJsonValue chatToolChoice(const QJsonValue& choice)
{
    if (!choice.isObject())
        return choice;
    return QJsonObject{{u"type"_s, u"function"_s},
                       {u"function"_s, QJsonObject{{u"name"_s, choice.toObject().value(u"name"_s)}}}};
}

QJsonObject chatFormat(const QJsonObject& format)
{
    if (format.value(u"type"_s) != u"json_schema"_s)
        return format;
    QJsonObject schema = format;
    schema.remove(u"type"_s);
    return {{u"type"_s, u"json_schema"_s}, {u"json_schema"_s, schema}};
}

QJsonObject chatCall(const QJsonObject& item)
{
    return {
        {u"id"_s, item.value(u"call_id"_s)},
        {u"type"_s, u"function"_s},
        {u"function"_s, QJsonObject{{u"name"_s, item.value(u"name"_s)}, {u"arguments"_s, item.value(u"arguments"_s)}}}};
}

// Calls that follow one another, or follow a message of the assistant, belong to one turn.
void addCall(QJsonArray& messages, const QJsonObject& item)
{
    QJsonObject turn{{u"role"_s, u"assistant"_s}, {u"content"_s, QString()}};
    if (!messages.isEmpty() && messages.last()[u"role"].toString() == u"assistant") {
        turn = messages.last().toObject();
        messages.removeLast();
    }
    QJsonArray calls = turn.value(u"tool_calls"_s).toArray();
    calls.append(chatCall(item));
    turn.insert(u"tool_calls"_s, calls);
    messages.append(turn);
}

std::optional<ApiError> addItem(QJsonArray& messages, const QJsonValue& value, const QString& path)
{
    const QJsonObject item = value.toObject();
    const QString type = item.value(u"type"_s).toString(u"message"_s);
    if (type == u"message"_s) {
        messages.append(QJsonObject{{u"role"_s, item.value(u"role"_s)}, {u"content"_s, item.value(u"content"_s)}});
    } else if (type == u"function_call"_s) {
        addCall(messages, item);
    } else if (type == u"function_call_output"_s) {
        messages.append(QJsonObject{{u"role"_s, u"tool"_s},
                                    {u"tool_call_id"_s, item.value(u"call_id"_s)},
                                    {u"content"_s, item.value(u"output"_s)}});
    } else if (type != u"reasoning"_s) {
        return unsupportedField(path + u".type"_s, u"'%1' is of type '%2', which is not supported."_s.arg(path, type));
    }
    return {};
}

std::optional<ApiError> messagesOf(const QJsonObject& body, QJsonArray& messages)
{
    const QJsonValue instructions = body.value(u"instructions"_s), input = body.value(u"input"_s);
    if (instructions.isString())
        messages.append(QJsonObject{{u"role"_s, u"system"_s}, {u"content"_s, instructions}});
    if (input.isString()) {
        messages.append(QJsonObject{{u"role"_s, u"user"_s}, {u"content"_s, input}});
        return {};
    }
    const QJsonArray items = input.toArray();
    if (items.isEmpty())
        return invalidField(u"input"_s, u"Missing required parameter: 'input'."_s, u"missing_required_parameter"_s);
    for (qsizetype i = 0; i < items.size(); ++i)
        if (std::optional<ApiError> wrong = addItem(messages, items[i], u"input[%1]"_s.arg(i)))
            return wrong;
    return {};
}

} // namespace

ApiResult<ChatRequest> readResponsesRequest(const QJsonObject& body, const engine::SamplingParams& defaults)
{
    for (const QString& field : {u"previous_response_id"_s, u"conversation"_s, u"prompt"_s})
        if (!body.value(field).isNull() && !body.value(field).isUndefined())
            return unsupportedField(field, u"'%1' is not supported: this server keeps no responses."_s.arg(field));
    if (body.value(u"background"_s).toBool())
        return unsupportedField(u"background"_s, u"'background' is not supported."_s);
    QJsonArray messages;
    if (const std::optional<ApiError> wrong = messagesOf(body, messages))
        return *wrong;
    QJsonObject chat = body;
    for (const QString& field : {u"input"_s, u"instructions"_s, u"text"_s, u"n"_s, u"logprobs"_s, u"top_logprobs"_s,
                                 u"stream_options"_s, u"max_tokens"_s, u"max_completion_tokens"_s})
        chat.remove(field);
    chat.insert(u"messages"_s, messages);
    chat.insert(u"tools"_s, chatTools(body.value(u"tools"_s).toArray()));
    chat.insert(u"tool_choice"_s, chatToolChoice(body.value(u"tool_choice"_s)));
    chat.insert(u"max_tokens"_s, body.value(u"max_output_tokens"_s));
    chat.insert(u"response_format"_s, chatFormat(body.value(u"text"_s).toObject().value(u"format"_s).toObject()));
    return readChatRequest(chat, defaults);
}

} // namespace qwill::app

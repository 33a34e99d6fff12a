#include "server/openai_messages.h"

#include "server/json_fields.h"

#include <optional>

namespace qwill::app {

using namespace Qt::StringLiterals;

namespace {

std::optional<engine::Role> roleNamed(const QString& name)
{
    if (name == u"system"_s || name == u"developer"_s)
        return engine::Role::System;
    if (name == u"user"_s)
        return engine::Role::User;
    if (name == u"assistant"_s)
        return engine::Role::Assistant;
    if (name == u"tool"_s || name == u"function"_s)
        return engine::Role::Tool;
    return {};
}

// Ids of calls go out as "call_…" and come back so; the model knows them without.
std::string modelsId(const QString& id)
{
    return (id.startsWith(u"call_") ? id.sliced(5) : id).toStdString();
}

ApiResult<std::vector<engine::ToolCall>> readToolCalls(const QJsonArray& calls, const QString& path)
{
    std::vector<engine::ToolCall> result;
    for (qsizetype i = 0; i < calls.size(); ++i) {
        const QString here = u"%1[%2].function"_s.arg(path).arg(i);
        JsonFields function(calls[i].toObject().value(u"function"_s).toObject(), here);
        const QString name = function.text(u"name"), arguments = function.text(u"arguments", u"{}"_s);
        if (name.isEmpty())
            function.fail(u"name", u"'%1.name' is missing: a tool call names the function it calls."_s.arg(here));
        if (function.error())
            return *function.error();
        engine::ToolCall call;
        call.name = name.toStdString();
        call.arguments = arguments.toStdString();
        call.id = modelsId(calls[i].toObject().value(u"id"_s).toString());
        result.push_back(std::move(call));
    }
    return result;
}

ApiResult<engine::ChatMessage> readMessage(const QJsonValue& value, const QString& path)
{
    if (!value.isObject())
        return invalidField(path, u"Invalid type for '%1': expected an object."_s.arg(path), u"invalid_type"_s);
    JsonFields fields(value.toObject(), path);
    const QString roleName = fields.text(u"role");
    const std::optional<engine::Role> role = roleNamed(roleName);
    if (!role)
        fields.fail(invalidField(
            path + u".role"_s,
            u"Invalid value: '%1'. Supported values are: 'system', 'developer', 'user', 'assistant' and 'tool'."_s.arg(
                roleName),
            u"invalid_value"_s));
    const QJsonArray calls = fields.array(u"tool_calls");
    if (fields.error())
        return *fields.error();
    engine::ChatMessage message;
    message.role = *role;
    const bool mayBeEmpty = *role == engine::Role::Assistant && !calls.isEmpty();
    if (!fields.has(u"content") && !mayBeEmpty)
        return invalidField(path + u".content"_s,
                            u"Invalid value for '%1.content': expected a string, got null."_s.arg(path));
    if (fields.has(u"content")) {
        ApiResult<std::string> content = readContent(fields.value(u"content"), path + u".content"_s);
        if (!content)
            return content.error();
        message.content = std::move(*content);
    }
    ApiResult<std::vector<engine::ToolCall>> toolCalls = readToolCalls(calls, path + u".tool_calls"_s);
    if (!toolCalls)
        return toolCalls.error();
    message.toolCalls = std::move(*toolCalls);
    message.toolCallId = modelsId(fields.text(u"tool_call_id"));
    message.reasoning = fields.text(u"reasoning_content").toStdString();
    if (*role == engine::Role::Tool)
        message.name = fields.text(u"name").toStdString();
    if (fields.error())
        return *fields.error();
    return message;
}

} // namespace

ApiResult<std::string> readContent(const QJsonValue& content, const QString& path)
{
    if (content.isString())
        return content.toString().toStdString();
    if (!content.isArray())
        return invalidField(path, u"Invalid type for '%1': expected a string or an array of parts."_s.arg(path),
                            u"invalid_type"_s);
    const QJsonArray parts = content.toArray();
    std::string text;
    for (qsizetype i = 0; i < parts.size(); ++i) {
        const QJsonObject part = parts[i].toObject();
        const QString type = part.value(u"type"_s).toString();
        const QString key = type == u"refusal"_s ? type : u"text"_s;
        const bool isText = type == u"text"_s || type == u"input_text"_s || type == u"output_text"_s || key == type;
        const QString here = u"%1[%2]"_s.arg(path).arg(i);
        if (!isText)
            return unsupportedField(here + u".type"_s,
                                    u"This model reads text only; '%1' is of type '%2'."_s.arg(here, type));
        if (!part.value(key).isString())
            return invalidField(here + u'.' + key, u"'%1.%2' must be a string."_s.arg(here, key), u"invalid_type"_s);
        text += part.value(key).toString().toStdString();
    }
    return text;
}

ApiResult<std::vector<engine::ChatMessage>> readMessages(const QJsonArray& messages, const QString& path)
{
    if (messages.isEmpty())
        return invalidField(path, u"Invalid '%1': empty array. Expected an array with minimum length 1."_s.arg(path),
                            u"empty_array"_s);
    std::vector<engine::ChatMessage> result;
    result.reserve(static_cast<std::size_t>(messages.size()));
    for (qsizetype i = 0; i < messages.size(); ++i) {
        ApiResult<engine::ChatMessage> message = readMessage(messages[i], u"%1[%2]"_s.arg(path).arg(i));
        if (!message)
            return message.error();
        result.push_back(std::move(*message));
    }
    return result;
}

} // namespace qwill::app

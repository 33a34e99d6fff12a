#include "server/tool_calling.h"

#include "engine/engine.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace qwill::app {

using namespace Qt::StringLiterals;

namespace {

QJsonObject functionOf(const engine::ToolSpec& tool)
{
    return QJsonDocument::fromJson(QByteArray::fromStdString(tool.json)).object().value(u"function"_s).toObject();
}

QJsonObject callSchema(const QJsonObject& function)
{
    const QJsonValue parameters = function.value(u"parameters"_s);
    return {{u"type"_s, u"object"_s},
            {u"properties"_s,
             QJsonObject{{u"name"_s, QJsonObject{{u"const"_s, function.value(u"name"_s)}}},
                         {u"arguments"_s, parameters.isObject() ? parameters : QJsonObject{{u"type"_s, u"object"_s}}}}},
            {u"required"_s, QJsonArray{u"name"_s, u"arguments"_s}},
            {u"additionalProperties"_s, false}};
}

// A $ref of a tool's parameters is meant from their root, which lies deeper in a schema of calls.
bool refersWithin(const QJsonValue& value)
{
    if (value.isArray()) {
        for (const QJsonValue& each : value.toArray())
            if (refersWithin(each))
                return true;
        return false;
    }
    const QJsonObject object = value.toObject();
    for (auto it = object.begin(); it != object.end(); ++it)
        if (it.key() == u"$ref" || refersWithin(*it))
            return true;
    return false;
}

std::optional<ApiError> holdToACall(ChatRequest& request)
{
    QJsonArray calls;
    for (const engine::ToolSpec& tool : request.tools) {
        const QJsonObject function = functionOf(tool);
        const bool wanted = request.toolChoice.kind == ToolChoice::Kind::Required
            || function.value(u"name"_s).toString() == request.toolChoice.name;
        if (wanted && refersWithin(function.value(u"parameters"_s)))
            return unsupportedField(u"tools"_s,
                                    u"A tool whose parameters use '$ref' cannot be demanded by 'tool_choice'."_s);
        if (wanted)
            calls.append(callSchema(function));
    }
    if (calls.isEmpty())
        return invalidField(u"tool_choice"_s, u"'tool_choice' demands a tool that is not among 'tools'."_s);
    const QJsonObject schema = calls.size() == 1 ? calls[0].toObject() : QJsonObject{{u"anyOf"_s, calls}};
    request.writing.format = {engine::ResponseFormat::Kind::JsonSchema,
                              QJsonDocument(schema).toJson(QJsonDocument::Compact).toStdString()};
    request.writing.onlyCall = true;
    return {};
}

} // namespace

std::optional<ApiError> settleTools(ChatRequest& request)
{
    using Kind = ToolChoice::Kind;
    if (request.toolChoice.kind == Kind::None)
        request.tools.clear();
    if (request.tools.empty() && (request.toolChoice.kind == Kind::Required || request.toolChoice.kind == Kind::Named))
        return invalidField(u"tool_choice"_s, u"'tool_choice' is only allowed when 'tools' are given."_s);
    if (!request.tools.empty() && request.writing.format.kind != engine::ResponseFormat::Kind::Text)
        return unsupportedField(
            u"response_format"_s,
            u"Tools and a JSON response format cannot be combined: set 'tool_choice' to 'none', or leave "
            u"the format out."_s);
    std::optional<ApiError> wrong;
    if (request.toolChoice.kind == Kind::Auto)
        request.writing.findCalls = !request.tools.empty();
    else if (request.toolChoice.kind != Kind::None)
        wrong = holdToACall(request);
    if (wrong)
        return wrong;
    if (const engine::Result<void> served = engine::checkResponseFormat(request.writing.format); !served)
        return invalidField(request.writing.onlyCall ? u"tools"_s : u"response_format"_s,
                            QString::fromStdString(served.error().message));
    return {};
}

std::optional<engine::ToolCall> callIn(const QString& reply)
{
    const QJsonObject object = QJsonDocument::fromJson(reply.toUtf8()).object();
    if (!object.value(u"name"_s).isString() || !object.value(u"arguments"_s).isObject())
        return {};
    engine::ToolCall call;
    call.name = object.value(u"name"_s).toString().toStdString();
    call.arguments =
        QJsonDocument(object.value(u"arguments"_s).toObject()).toJson(QJsonDocument::Compact).toStdString();
    return call;
}

} // namespace qwill::app

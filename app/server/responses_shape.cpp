// The replies of /v1/responses.

#include "server/reply_shape.h"

#include <QJsonArray>

#include <initializer_list>
#include <utility>

namespace qwill::app {

using namespace Qt::StringLiterals;

namespace {

QJsonObject textPart(const QString& text)
{
    return {{u"type"_s, u"output_text"_s}, {u"text"_s, text}, {u"annotations"_s, QJsonArray()}};
}

class ResponsesShape : public ReplyShape {
public:
    ResponsesShape(ReplyHead head, QJsonObject asked) : ReplyShape(std::move(head)), m_asked(std::move(asked)) { }

    QByteArray begin() override
    {
        const QJsonObject response = responseJson(u"in_progress"_s, {}, nullptr);
        return events(
            {{"response.created", {{u"response"_s, response}}}, {"response.in_progress", {{u"response"_s, response}}}});
    }
    QByteArray text(const ReplyChoice&, const QString& text, const std::vector<ReplyToken>&) override
    {
        const Event delta{"response.output_text.delta", inText({{u"delta"_s, text}, {u"logprobs"_s, QJsonArray()}})};
        if (std::exchange(m_textOpen, true))
            return events({delta});
        return events(
            {{"response.output_item.added", {{u"output_index"_s, 0}, {u"item"_s, messageJson(u"in_progress"_s, {})}}},
             {"response.content_part.added", inText({{u"part"_s, textPart({})}})},
             delta});
    }
    QByteArray toolCall(const ReplyChoice& choice, int callIndex) override
    {
        const int index = callIndex + (m_textOpen ? 1 : 0);
        const QJsonObject whole = callJson(choice, callIndex, u"completed"_s);
        QJsonObject begun = callJson(choice, callIndex, u"in_progress"_s);
        begun.insert(u"arguments"_s, QString());
        const QJsonValue arguments = whole.value(u"arguments"_s), item = whole.value(u"id"_s);
        const QJsonObject place{{u"output_index"_s, index}, {u"item_id"_s, item}};
        QJsonObject delta = place, done = place;
        delta.insert(u"delta"_s, arguments);
        done.insert(u"name"_s, whole.value(u"name"_s));
        done.insert(u"arguments"_s, arguments);
        return events({{"response.output_item.added", {{u"output_index"_s, index}, {u"item"_s, begun}}},
                       {"response.function_call_arguments.delta", delta},
                       {"response.function_call_arguments.done", done},
                       {"response.output_item.done", {{u"output_index"_s, index}, {u"item"_s, whole}}}});
    }
    QByteArray end(const ReplyChoice& choice) override
    {
        if (!m_textOpen)
            return {};
        return events({{"response.output_text.done", inText({{u"text"_s, choice.text}, {u"logprobs"_s, QJsonArray()}})},
                       {"response.content_part.done", inText({{u"part"_s, textPart(choice.text)}})},
                       {"response.output_item.done",
                        {{u"output_index"_s, 0}, {u"item"_s, messageJson(u"completed"_s, choice.text)}}}});
    }
    QByteArray close(const std::vector<ReplyChoice>& choices, const engine::Usage& usage) override
    {
        const QJsonObject response = whole(choices, usage);
        const bool done = response.value(u"status"_s).toString() == u"completed";
        return events({{done ? "response.completed" : "response.incomplete", {{u"response"_s, response}}}});
    }
    QJsonObject whole(const std::vector<ReplyChoice>& choices, const engine::Usage& usage) override
    {
        const ReplyChoice& choice = choices.front();
        QJsonArray output;
        if (!choice.text.isEmpty() || choice.toolCalls.empty())
            output.append(messageJson(u"completed"_s, choice.text));
        for (std::size_t i = 0; i < choice.toolCalls.size(); ++i)
            output.append(callJson(choice, static_cast<int>(i), u"completed"_s));
        return responseJson(choice.finishReason == u"length" ? u"incomplete"_s : u"completed"_s, output, &usage);
    }

private:
    struct Event {
        const char* name;
        QJsonObject data;
    };
    QByteArray events(std::initializer_list<Event> list)
    {
        QByteArray bytes;
        for (Event event : list) {
            event.data.insert(u"type"_s, QString::fromLatin1(event.name));
            event.data.insert(u"sequence_number"_s, m_number++);
            bytes += serverEvent(event.data, event.name);
        }
        return bytes;
    }
    QString partId(const QString& prefix) const { return prefix + head().id.section(u'_', 1); }
    QJsonObject inText(QJsonObject data) const
    {
        data.insert(u"item_id"_s, partId(u"msg_"_s));
        data.insert(u"output_index"_s, 0);
        data.insert(u"content_index"_s, 0);
        return data;
    }
    QJsonObject messageJson(const QString& status, const QString& text) const
    {
        const bool begun = status == u"in_progress";
        return {{u"id"_s, partId(u"msg_"_s)},
                {u"type"_s, u"message"_s},
                {u"role"_s, u"assistant"_s},
                {u"status"_s, status},
                {u"content"_s, begun ? QJsonArray() : QJsonArray{textPart(text)}}};
    }
    QJsonObject callJson(const ReplyChoice& choice, int index, const QString& status) const
    {
        const engine::ToolCall& call = choice.toolCalls[static_cast<std::size_t>(index)];
        return {
            {u"id"_s, partId(u"fc_%1_"_s.arg(index))},
            {u"type"_s, u"function_call"_s},
            {u"status"_s, status},
            {u"call_id"_s,
             call.id.empty() ? partId(u"call_%1_"_s.arg(index)) : u"call_%1"_s.arg(QString::fromStdString(call.id))},
            {u"name"_s, QString::fromStdString(call.name)},
            {u"arguments"_s, QString::fromStdString(call.arguments)}};
    }
    QJsonObject responseJson(const QString& status, const QJsonArray& output, const engine::Usage* usage) const
    {
        QJsonObject response{{u"id"_s, head().id},
                             {u"object"_s, u"response"_s},
                             {u"created_at"_s, head().created},
                             {u"status"_s, status},
                             {u"error"_s, QJsonValue()},
                             {u"incomplete_details"_s, QJsonValue()},
                             {u"model"_s, head().model},
                             {u"output"_s, output},
                             {u"previous_response_id"_s, QJsonValue()},
                             {u"store"_s, false},
                             {u"truncation"_s, u"disabled"_s},
                             {u"usage"_s, QJsonValue()}};
        if (status == u"incomplete")
            response.insert(u"incomplete_details"_s, QJsonObject{{u"reason"_s, u"max_output_tokens"_s}});
        if (usage)
            response.insert(u"usage"_s, usageOf(*usage));
        const auto echo = [&](const QString& field, const QJsonValue& otherwise) {
            const QJsonValue asked = m_asked.value(field);
            response.insert(field, asked.isUndefined() || asked.isNull() ? otherwise : asked);
        };
        echo(u"instructions"_s, QJsonValue());
        echo(u"max_output_tokens"_s, QJsonValue());
        echo(u"temperature"_s, QJsonValue());
        echo(u"top_p"_s, QJsonValue());
        echo(u"metadata"_s, QJsonObject());
        echo(u"tools"_s, QJsonArray());
        echo(u"tool_choice"_s, u"auto"_s);
        echo(u"parallel_tool_calls"_s, true);
        echo(u"text"_s, QJsonObject{{u"format"_s, QJsonObject{{u"type"_s, u"text"_s}}}});
        return response;
    }
    static QJsonObject usageOf(const engine::Usage& usage)
    {
        return {{u"input_tokens"_s, usage.promptTokens},
                {u"input_tokens_details"_s, QJsonObject{{u"cached_tokens"_s, usage.cachedTokens}}},
                {u"output_tokens"_s, usage.completionTokens},
                {u"output_tokens_details"_s, QJsonObject{{u"reasoning_tokens"_s, 0}}},
                {u"total_tokens"_s, usage.promptTokens + usage.completionTokens}};
    }

    QJsonObject m_asked;
    int m_number = 0;
    bool m_textOpen = false;
};

} // namespace

std::unique_ptr<ReplyShape> responsesShape(ReplyHead head, QJsonObject asked)
{
    return std::make_unique<ResponsesShape>(std::move(head), std::move(asked));
}

} // namespace qwill::app

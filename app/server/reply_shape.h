#pragma once
// ReplyShape: how one endpoint says on the wire what a model wrote: as a stream of server-sent events, or as one JSON
// object. Knows nothing of sockets and engines. One thread.

#include "engine/types.h"

#include <QByteArray>
#include <QJsonObject>
#include <QString>

#include <memory>
#include <string>
#include <vector>

namespace qwill::app {

struct ReplyToken {
    struct Candidate {
        std::string bytes;
        float logprob = 0;
    };
    std::string bytes; // may be an incomplete code point
    float logprob = 0;
    std::vector<Candidate> alternatives;
};

// One of the answers of a reply; complete only at its end.
struct ReplyChoice {
    int index = 0;
    QString text;
    std::vector<ReplyToken> tokens; // only where logprobs are asked for
    std::vector<engine::ToolCall> toolCalls;
    QString finishReason; // "stop", "length", "tool_calls"
};

struct ReplyHead {
    QString id; // "chatcmpl-…"
    qint64 created = 0; // seconds since 1970
    QString model;
    bool logprobs = false;
    bool streamUsage = false;
    int choices = 1;
};

class ReplyShape {
public:
    explicit ReplyShape(ReplyHead head) : m_head(std::move(head)) { }
    virtual ~ReplyShape() = default;
    ReplyShape(const ReplyShape&) = delete;
    ReplyShape& operator=(const ReplyShape&) = delete;

    const ReplyHead& head() const { return m_head; }

    // Of a stream, in this order: begin, then for each choice text … and end, then close. Whole events, ready to send.
    virtual QByteArray begin() = 0;
    virtual QByteArray text(const ReplyChoice& choice, const QString& text, const std::vector<ReplyToken>& tokens) = 0;
    virtual QByteArray toolCall(const ReplyChoice& choice, int callIndex) = 0; // complete, the choice holds it
    virtual QByteArray end(const ReplyChoice& choice) = 0;
    virtual QByteArray close(const std::vector<ReplyChoice>& choices, const engine::Usage& usage) = 0;
    // Not streamed: all of it.
    virtual QJsonObject whole(const std::vector<ReplyChoice>& choices, const engine::Usage& usage) = 0;

private:
    ReplyHead m_head;
};

// A server-sent event; `name` may be empty.
QByteArray serverEvent(const QJsonObject& data, const QByteArray& name = {});

QJsonObject usageJson(const engine::Usage& usage);

std::unique_ptr<ReplyShape> chatShape(ReplyHead head);
// `echoes`: what stands before the reply of each choice, or nothing.
std::unique_ptr<ReplyShape> completionShape(ReplyHead head, std::vector<QString> echoes);
// `asked`: the body of the request, of which the response repeats some.
std::unique_ptr<ReplyShape> responsesShape(ReplyHead head, QJsonObject asked);

} // namespace qwill::app

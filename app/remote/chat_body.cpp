#include "remote/chat_body.h"

#include <QJsonArray>

#include <cmath>

namespace qwill::app {

using namespace Qt::StringLiterals;

namespace {

// As the person set it: 0.7f is 0.699999988 in a double.
double asTyped(float value)
{
    return std::round(static_cast<double>(value) * 1e6) / 1e6;
}

QString roleName(engine::Role role)
{
    switch (role) {
    case engine::Role::System: return u"system"_s;
    case engine::Role::User: return u"user"_s;
    case engine::Role::Assistant: return u"assistant"_s;
    case engine::Role::Tool: break;
    }
    return u"tool"_s;
}

void addSampling(QJsonObject& body, const engine::SamplingParams& sampling)
{
    const engine::SamplingParams own = serversOwnSampling();
    const auto add = [&](const QString& key, float wanted, float otherwise) {
        if (wanted != otherwise)
            body.insert(key, asTyped(wanted));
    };
    add(u"temperature"_s, sampling.temperature, own.temperature);
    add(u"top_p"_s, sampling.topP, own.topP);
    add(u"min_p"_s, sampling.minP, own.minP);
    add(u"repetition_penalty"_s, sampling.repetitionPenalty, own.repetitionPenalty);
    add(u"presence_penalty"_s, sampling.presencePenalty, own.presencePenalty);
    add(u"frequency_penalty"_s, sampling.frequencyPenalty, own.frequencyPenalty);
    if (sampling.topK != own.topK)
        body.insert(u"top_k"_s, sampling.topK);
    if (sampling.seed)
        body.insert(u"seed"_s, static_cast<qint64>(*sampling.seed & 0x7fffffffffffffff)); // others know no unsigned one
}

} // namespace

engine::SamplingParams serversOwnSampling()
{
    engine::SamplingParams own;
    own.temperature = 1;
    own.topK = 0;
    own.topP = 1;
    return own;
}

QJsonObject chatBody(const QString& model, std::span<const engine::ChatMessage> messages,
                     const engine::SamplingParams& sampling, const engine::StopCondition& stop)
{
    QJsonArray turns;
    for (const engine::ChatMessage& message : messages)
        turns.append(
            QJsonObject{{u"role"_s, roleName(message.role)}, {u"content"_s, QString::fromStdString(message.content)}});
    QJsonObject body{{u"model"_s, model},
                     {u"messages"_s, turns},
                     {u"stream"_s, true},
                     {u"stream_options"_s, QJsonObject{{u"include_usage"_s, true}}}};
    addSampling(body, sampling);
    if (stop.maxTokens >= 0)
        body.insert(u"max_tokens"_s, stop.maxTokens);
    if (!stop.strings.empty()) {
        QJsonArray strings;
        for (const std::string& text : stop.strings)
            strings.append(QString::fromStdString(text));
        body.insert(u"stop"_s, strings);
    }
    if (!messages.empty() && messages.back().role == engine::Role::Assistant) {
        body.insert(u"continue_final_message"_s, true);
        body.insert(u"add_generation_prompt"_s, false);
    }
    return body;
}

} // namespace qwill::app

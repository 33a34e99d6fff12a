// The replies of /v1/completions.

#include "server/reply_shape.h"

#include <QJsonArray>

#include <utility>

namespace qwill::app {

using namespace Qt::StringLiterals;

namespace {

// `offset`: characters of the choice's text before these tokens.
QJsonObject logprobsJson(const std::vector<ReplyToken>& tokens, qsizetype offset)
{
    QJsonArray texts, logprobs, tops, offsets;
    for (const ReplyToken& token : tokens) {
        const QString text = QString::fromStdString(token.bytes);
        texts.append(text);
        logprobs.append(static_cast<double>(token.logprob));
        offsets.append(offset);
        offset += text.size();
        QJsonObject top;
        for (const ReplyToken::Candidate& candidate : token.alternatives)
            top.insert(QString::fromStdString(candidate.bytes), static_cast<double>(candidate.logprob));
        tops.append(top);
    }
    return {
        {u"tokens"_s, texts}, {u"token_logprobs"_s, logprobs}, {u"top_logprobs"_s, tops}, {u"text_offset"_s, offsets}};
}

class CompletionShape : public ReplyShape {
public:
    CompletionShape(ReplyHead head, std::vector<QString> echoes)
        : ReplyShape(std::move(head)),
          m_echoes(std::move(echoes))
    {
    }

    QByteArray begin() override
    {
        QByteArray events;
        for (std::size_t i = 0; i < m_echoes.size(); ++i)
            if (!m_echoes[i].isEmpty())
                events += chunk(static_cast<int>(i), m_echoes[i], QJsonValue(), QJsonValue());
        return events;
    }
    QByteArray text(const ReplyChoice& choice, const QString& text, const std::vector<ReplyToken>& tokens) override
    {
        const qsizetype before = echoOf(choice).size() + choice.text.size() - text.size();
        return chunk(choice.index, text, head().logprobs ? QJsonValue(logprobsJson(tokens, before)) : QJsonValue(),
                     QJsonValue());
    }
    QByteArray toolCall(const ReplyChoice&, int) override { return {}; } // this endpoint has none
    QByteArray end(const ReplyChoice& choice) override
    {
        return chunk(choice.index, QString(), QJsonValue(), choice.finishReason);
    }
    QByteArray close(const std::vector<ReplyChoice>&, const engine::Usage& usage) override
    {
        QByteArray events;
        if (head().streamUsage) {
            QJsonObject object = envelope({});
            object.insert(u"usage"_s, usageJson(usage));
            events = serverEvent(object);
        }
        return events + "data: [DONE]\n\n";
    }
    QJsonObject whole(const std::vector<ReplyChoice>& choices, const engine::Usage& usage) override
    {
        QJsonArray array;
        for (const ReplyChoice& choice : choices) {
            const QString echo = echoOf(choice);
            const QJsonValue logprobs =
                head().logprobs ? QJsonValue(logprobsJson(choice.tokens, echo.size())) : QJsonValue();
            array.append(QJsonObject{{u"index"_s, choice.index},
                                     {u"text"_s, echo + choice.text},
                                     {u"logprobs"_s, logprobs},
                                     {u"finish_reason"_s, choice.finishReason}});
        }
        QJsonObject object = envelope(array);
        object.insert(u"usage"_s, usageJson(usage));
        return object;
    }

private:
    QString echoOf(const ReplyChoice& choice) const
    {
        const auto at = static_cast<std::size_t>(choice.index);
        return at < m_echoes.size() ? m_echoes[at] : QString();
    }
    QJsonObject envelope(const QJsonArray& choices) const
    {
        return {{u"id"_s, head().id},
                {u"object"_s, u"text_completion"_s},
                {u"created"_s, head().created},
                {u"model"_s, head().model},
                {u"choices"_s, choices}};
    }
    QByteArray chunk(int index, const QString& text, const QJsonValue& logprobs, const QJsonValue& finish) const
    {
        const QJsonObject choice{
            {u"index"_s, index}, {u"text"_s, text}, {u"logprobs"_s, logprobs}, {u"finish_reason"_s, finish}};
        return serverEvent(envelope({choice}));
    }

    std::vector<QString> m_echoes;
};

} // namespace

std::unique_ptr<ReplyShape> completionShape(ReplyHead head, std::vector<QString> echoes)
{
    return std::make_unique<CompletionShape>(std::move(head), std::move(echoes));
}

} // namespace qwill::app

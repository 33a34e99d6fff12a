#include "server/writing_run.h"

#include "server/tool_calling.h"

#include <iterator>
#include <utility>

namespace qwill::app {

using namespace Qt::StringLiterals;

WritingRun::WritingRun(HttpReply reply, LiveRequest live, quint64 modelSerial, std::unique_ptr<ReplyShape> shape,
                       WritingSpec spec, std::vector<std::vector<engine::Token>> prompts, TokenBytes bytes)
    : ApiRun(std::move(reply), std::move(live), static_cast<int>(prompts.size()) * spec.variants, modelSerial),
      m_shape(std::move(shape)),
      m_spec(std::move(spec)),
      m_prompts(std::move(prompts)),
      m_bytes(std::move(bytes)),
      m_writings(m_prompts.size() * static_cast<std::size_t>(m_spec.variants))
{
    for (std::size_t i = 0; i < m_writings.size(); ++i)
        m_writings[i].choice.index = static_cast<int>(i);
    for (const std::vector<engine::Token>& prompt : m_prompts)
        about.promptTokens += static_cast<int>(prompt.size());
}

bool WritingRun::mayBegin(int part) const
{
    const int first = part - part % m_spec.variants;
    return part == first || m_writings[static_cast<std::size_t>(first)].read;
}

engine::GenerationRequest WritingRun::request(int part)
{
    engine::GenerationRequest request;
    request.prompt = m_prompts[static_cast<std::size_t>(part / m_spec.variants)];
    request.sampling = m_spec.sampling;
    const auto variant = static_cast<std::uint64_t>(part % m_spec.variants);
    if (request.sampling.seed)
        *request.sampling.seed += variant; // or all would say the same
    request.stop = m_spec.stop;
    request.responseFormat = m_spec.format;
    request.parseToolCalls = m_spec.findCalls;
    request.wantTokens = m_spec.logprobs;
    request.topLogprobs = m_spec.topLogprobs;
    return request;
}

void WritingRun::began()
{
    if (!m_spec.stream)
        return;
    reply().beginEvents();
    if (const QByteArray events = m_shape->begin(); !events.isEmpty())
        send(events);
}

void WritingRun::heard(int part, const engine::Event& event)
{
    Writing& writing = m_writings[static_cast<std::size_t>(part)];
    if (const auto* text = std::get_if<engine::TextDelta>(&event)) {
        writing.read = true;
        addText(writing, text->text);
    } else if (const auto* called = std::get_if<engine::ToolCalled>(&event)) {
        addCall(writing, called->call);
    } else if (const auto* token = std::get_if<engine::TokenInfo>(&event)) {
        addToken(writing, *token);
    } else if (const auto* progress = std::get_if<engine::Progress>(&event)) {
        writing.read = writing.read || progress->tokensDone >= progress->tokensTotal;
    }
}

void WritingRun::addToken(Writing& writing, const engine::TokenInfo& info) const
{
    ReplyToken token{info.bytes, info.logprob, {}};
    for (const engine::TokenInfo::Candidate& candidate : info.alternatives)
        token.alternatives.push_back({m_bytes(candidate.token), candidate.logprob});
    writing.unsent.push_back(std::move(token));
}

void WritingRun::addText(Writing& writing, const std::string& bytes)
{
    const QString text = QString::fromStdString(bytes);
    writing.choice.text += text;
    ++about.replyTokens;
    if (m_spec.stream && !m_spec.onlyCall)
        send(m_shape->text(writing.choice, text, writing.unsent));
    else if (!m_spec.stream)
        writing.choice.tokens.insert(writing.choice.tokens.end(), std::make_move_iterator(writing.unsent.begin()),
                                     std::make_move_iterator(writing.unsent.end()));
    writing.unsent.clear();
}

void WritingRun::addCall(Writing& writing, engine::ToolCall call)
{
    writing.unsent.clear();
    std::vector<engine::ToolCall>& calls = writing.choice.toolCalls;
    if (m_spec.oneCall && !calls.empty())
        return;
    calls.push_back(std::move(call));
    if (m_spec.stream)
        send(m_shape->toolCall(writing.choice, static_cast<int>(calls.size()) - 1));
}

void WritingRun::partEnded(int part, const engine::Finished& finished)
{
    Writing& writing = m_writings[static_cast<std::size_t>(part)];
    writing.read = true;
    // Tokens that brought no text are the end mark, or a stop string's: not part of the reply.
    writing.unsent.clear();
    if (m_spec.onlyCall) {
        if (std::optional<engine::ToolCall> call = callIn(writing.choice.text)) {
            writing.choice.text.clear();
            writing.choice.tokens.clear();
            addCall(writing, std::move(*call));
        }
    }
    const bool stopped = finished.reason == engine::FinishReason::Stop;
    writing.choice.finishReason = !stopped ? u"length"_s
        : writing.choice.toolCalls.empty() ? u"stop"_s
                                           : u"tool_calls"_s;
    if (part % m_spec.variants == 0) { // a prompt counts once, however many variants it gets
        sum().promptTokens += finished.usage.promptTokens;
        sum().cachedTokens += finished.usage.cachedTokens;
    }
    if (m_spec.stream)
        send(m_shape->end(writing.choice));
}

void WritingRun::allEnded()
{
    std::vector<ReplyChoice> choices;
    for (Writing& writing : m_writings)
        choices.push_back(std::move(writing.choice));
    if (m_spec.stream)
        reply().endEvents(m_shape->close(choices, usage()));
    else
        reply().send(m_shape->whole(choices, usage()));
}

} // namespace qwill::app

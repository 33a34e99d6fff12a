#include "request_stream.h"

#include "engine/engine.h"

#include <algorithm>
#include <random>
#include <utility>

namespace qwill::engine {

namespace {

// Longer than any token of the vocabularies we serve (Qwen3's longest is 128 spaces), so that text never grows twice.
constexpr std::size_t kTextReserve = 256;

// Nine letters and digits, which every template takes, and that no other call of the conversation has.
std::string newCallId()
{
    constexpr std::string_view kLetters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    std::random_device device;
    std::string id(9, '0');
    for (char& c : id)
        c = kLetters[device() % kLetters.size()];
    return id;
}

} // namespace

RequestStream::RequestStream(RequestId id, EventSink sink, const Tokenizer* tokenizer, const GenerationRequest& request,
                             ToolCallFormat calls)
    : m_id(id),
      m_sink(std::move(sink)),
      m_tokenizer(tokenizer),
      m_decoder(request.stop.strings),
      m_wantTokens(request.wantTokens),
      m_text(std::get<TextDelta>(m_textEvent)),
      m_token(std::get<TokenInfo>(m_tokenEvent))
{
    m_text.text.reserve(kTextReserve);
    if (request.parseToolCalls && tokenizer && calls != ToolCallFormat::None) {
        m_calls.emplace(calls);
        for (const std::string_view marker : toolCallMarkers(calls))
            if (const auto token = tokenizer->findSpecial(marker))
                m_callMarkers.push_back(*token);
    }
    if (m_wantTokens) {
        m_token.bytes.reserve(kTextReserve);
        m_token.alternatives.reserve(static_cast<std::size_t>(std::clamp(request.topLogprobs, 0, kMaxTopLogprobs)));
    }
}

void RequestStream::prefillAdvanced(const Sequence& sequence)
{
    m_sink(m_id, Progress{sequence.computed(), sequence.promptSize()});
}

SequenceObserver::Verdict RequestStream::tokenCommitted(const Sequence&, const Sampled& sampled, TokenKind kind)
{
    if (m_wantTokens)
        sendToken(sampled);
    if (!m_tokenizer || kind == TokenKind::EndOfReply
        || (m_tokenizer->isSpecial(sampled.token) && !isCallMarker(sampled.token)))
        return Verdict::Continue;
    const bool stopped = m_decoder.push(m_tokenizer->tokenBytes(sampled.token), m_text.text);
    sendText();
    return stopped ? Verdict::Stop : Verdict::Continue;
}

void RequestStream::embedded(std::span<const float> mean)
{
    m_sink(m_id, Embedding{{mean.begin(), mean.end()}});
}

void RequestStream::finished(const Sequence& sequence, FinishReason reason)
{
    if (m_decoder.flush(m_text.text) && reason != FinishReason::Cancelled)
        reason = FinishReason::Stop;
    sendText();
    finishCalls();
    m_sink(m_id, Finished{reason, sequence.usage(), sequence.timings(), sequence.seed()});
}

void RequestStream::failed(const Error& error)
{
    m_decoder.flush(m_text.text);
    sendText();
    finishCalls();
    m_sink(m_id, Failed{error});
}

void RequestStream::sendToken(const Sampled& sampled)
{
    m_token.token = sampled.token;
    m_token.logprob = sampled.logprob;
    m_token.bytes.clear();
    if (m_tokenizer)
        m_token.bytes.append(m_tokenizer->tokenBytes(sampled.token));
    m_token.alternatives.clear();
    for (int i = 0; i < sampled.candidateCount; ++i)
        m_token.alternatives.push_back({sampled.candidates[i].token, sampled.candidates[i].logprob});
    m_sink(m_id, m_tokenEvent);
}

void RequestStream::sendText()
{
    if (m_text.text.empty())
        return;
    if (!m_calls) {
        m_sink(m_id, m_textEvent);
        m_text.text.clear();
        return;
    }
    m_calls->push(m_text.text, m_parts);
    m_text.text.clear();
    sendParts();
}

void RequestStream::finishCalls()
{
    if (!m_calls)
        return;
    m_calls->finish(m_parts);
    sendParts();
}

void RequestStream::sendParts()
{
    for (ToolCallParser::Part& part : m_parts) {
        if (auto* text = std::get_if<std::string>(&part)) {
            m_sink(m_id, TextDelta{std::move(*text)});
            continue;
        }
        ToolCall& call = std::get<ToolCall>(part);
        if (call.id.empty())
            call.id = newCallId();
        m_sink(m_id, ToolCalled{std::move(call)});
    }
    m_parts.clear();
}

bool RequestStream::isCallMarker(Token token) const
{
    return std::find(m_callMarkers.begin(), m_callMarkers.end(), token) != m_callMarkers.end();
}

} // namespace qwill::engine

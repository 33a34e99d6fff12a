#include "request_stream.h"

#include "engine/engine.h"

#include <algorithm>
#include <utility>

namespace qwill::engine {

namespace {

// Longer than any token of the vocabularies we serve (Qwen3's longest is 128 spaces), so that text never grows twice.
constexpr std::size_t kTextReserve = 256;

} // namespace

RequestStream::RequestStream(RequestId id, EventSink sink, const Tokenizer* tokenizer, const GenerationRequest& request)
    : m_id(id),
      m_sink(std::move(sink)),
      m_tokenizer(tokenizer),
      m_decoder(request.stop.strings),
      m_wantTokens(request.wantTokens),
      m_text(std::get<TextDelta>(m_textEvent)),
      m_token(std::get<TokenInfo>(m_tokenEvent))
{
    m_text.text.reserve(kTextReserve);
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
    if (!m_tokenizer || kind == TokenKind::EndOfReply || m_tokenizer->isSpecial(sampled.token))
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
    m_sink(m_id, Finished{reason, sequence.usage(), sequence.timings(), sequence.seed()});
}

void RequestStream::failed(const Error& error)
{
    m_decoder.flush(m_text.text);
    sendText();
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
    m_sink(m_id, m_textEvent);
    m_text.text.clear();
}

} // namespace qwill::engine

#pragma once
// RequestStream: turns what the scheduler says about one sequence into the request's events: decoded text, stop
// strings, figures. Made by the submitting thread, then used by the engine thread only.

#include "engine/events.h"
#include "sched/sequence.h"
#include "text/stream_decoder.h"
#include "text/tokenizer.h"
#include "text/tool_call_parser.h"

#include <optional>
#include <vector>

namespace qwill::engine {

struct GenerationRequest;

class RequestStream : public SequenceObserver {
public:
    // The tokenizer (null: no text) outlives it. calls: how the model writes calls of tools; looked for only when the
    // request asks for them.
    RequestStream(RequestId id, EventSink sink, const Tokenizer* tokenizer, const GenerationRequest& request,
                  ToolCallFormat calls = ToolCallFormat::None);

    void prefillAdvanced(const Sequence& sequence) override;
    Verdict tokenCommitted(const Sequence& sequence, const Sampled& sampled, TokenKind kind) override;
    void embedded(std::span<const float> mean) override;
    void finished(const Sequence& sequence, FinishReason reason) override;
    void failed(const Error& error) override;

private:
    void sendToken(const Sampled& sampled);
    void sendText(); // what m_text holds, if anything
    void finishCalls();
    void sendParts(); // what of m_text is text and what calls
    bool isCallMarker(Token token) const;

    RequestId m_id;
    const EventSink m_sink;
    const Tokenizer* m_tokenizer;
    StreamDecoder m_decoder;
    std::optional<ToolCallParser> m_calls;
    std::vector<Token> m_callMarkers; // tokens that stand around calls, which are shown to the parser
    std::vector<ToolCallParser::Part> m_parts;
    bool m_wantTokens;
    // One event of each kind, kept so that a token's text and candidates reuse their memory.
    Event m_textEvent{TextDelta{}};
    Event m_tokenEvent{TokenInfo{}};
    TextDelta& m_text;
    TokenInfo& m_token;
};

} // namespace qwill::engine

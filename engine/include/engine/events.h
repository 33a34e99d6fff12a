#pragma once
// What the engine says about a request, in order: TokenInfo/TextDelta/ToolCalled …, then exactly one Finished or
// Failed. Delivered on the engine thread to the sink given at load; the sink must not block.

#include "engine/result.h"
#include "engine/types.h"

#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace qwill::engine {

// Whole code points only; a stop string is never part of it.
struct TextDelta {
    std::string text;
};

// One committed token; sent only when the request asks for it (GenerationRequest::wantTokens).
struct TokenInfo {
    struct Candidate {
        Token token = 0;
        float logprob = 0;
    };
    Token token = 0;
    std::string bytes; // may be an incomplete code point
    float logprob = 0; // natural log, of the unmodified distribution at temperature 1
    std::vector<Candidate> alternatives; // GenerationRequest::topLogprobs of them, best first
};

// The model called a tool; sent only when the request asks for it (GenerationRequest::parseToolCalls). The call's id is
// the model's own or nine letters and digits made up here. Its text, and white space beside it, are in no TextDelta.
struct ToolCalled {
    ToolCall call;
};

// Prefill progress; at most one per chunk.
struct Progress {
    int tokensDone = 0;
    int tokensTotal = 0;
};

struct Finished {
    FinishReason reason = FinishReason::Stop;
    Usage usage;
    Timings timings;
    std::uint64_t seed = 0; // the seed that was used
};

struct Failed {
    Error error;
};

// What a text means, as the model sees it: the mean over its tokens of the last hidden state, after the final norm.
struct Embedding {
    std::vector<float> values; // [hiddenSize], not normalised
};

using Event = std::variant<TextDelta, TokenInfo, Progress, Finished, Failed, Embedding, ToolCalled>;
using EventSink = std::function<void(RequestId, const Event&)>;

} // namespace qwill::engine

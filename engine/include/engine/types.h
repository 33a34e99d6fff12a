#pragma once
// The plain values every layer shares: tokens, chat messages, sampling parameters, figures. Values only; any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace qwill::engine {

using Token = std::int32_t;

// AsText: the text is data and cannot inject <|im_start|>.
enum class SpecialTokens { Recognise, AsText };

// Names one generation. Unique for the life of the process; 0 is never issued.
enum class RequestId : std::uint64_t { None = 0 };

enum class Role { System, User, Assistant, Tool };

struct ToolCall {
    std::string name;
    std::string arguments; // a JSON object, as text
    std::string id{}; // which call a Role::Tool message answers; empty = in order. Mistral demands 9 letters or digits
};

struct ChatMessage {
    Role role = Role::User;
    std::string content; // UTF-8
    std::vector<ToolCall> toolCalls; // assistant only
    std::string toolCallId{}; // tool only: the ToolCall::id it answers
    std::string name{}; // tool only: the function that answered, for templates that write it
    std::string reasoning{}; // assistant only: what it thought before the content, without the model's think tags
};

// A function the model may call; `json` is the whole OpenAI-style object {"type":"function","function":{…}}.
struct ToolSpec {
    std::string json;
};

// Temperature is applied before truncation, as Hugging Face and vLLM do. Order: grammar (ResponseFormat) → logit bias →
// penalties → temperature → top-k → top-p → min-p → draw.
struct SamplingParams {
    float temperature = 0.7f; // 0 = greedy
    int topK = 20; // 0 = off
    float topP = 0.8f; // 1 = off
    float minP = 0.0f; // 0 = off
    float repetitionPenalty = 1.0f; // 1 = off; over prompt and reply, as Hugging Face
    float presencePenalty = 0.0f; // 0 = off; over the reply, as OpenAI
    float frequencyPenalty = 0.0f; // 0 = off; over the reply, as OpenAI
    std::optional<std::uint64_t> seed; // none = drawn from the system, reported in Finished
    std::vector<std::pair<Token, float>> logitBias; // added to the logit; −100 or less bans
};

// What a reply must be, whatever the model would rather say: a grammar lets only tokens through that can still become
// it. The reply ends when it is complete; cut off by maxTokens or the context it is the beginning of such a document.
struct ResponseFormat {
    enum class Kind { Text, JsonObject, JsonSchema };
    Kind kind = Kind::Text;
    std::string schema{}; // JsonSchema: see checkResponseFormat in engine.h
};

struct StopCondition {
    int maxTokens = -1; // −1 = until the context is full
    std::vector<std::string> strings; // matched in the decoded text, never emitted
    bool ignoreEos = false; // benchmarks
};

struct Usage {
    int promptTokens = 0;
    int cachedTokens = 0; // of promptTokens, how many came from the prefix cache
    int completionTokens = 0;
    int draftedTokens = 0; // guessed from the text's own repetitions and verified together with a token
    int acceptedTokens = 0; // of draftedTokens, how many were right: tokens that cost no step of their own
};

struct Timings {
    double queuedMs = 0; // submit → first prefill chunk
    double firstTokenMs = 0; // submit → first token
    double prefillMs = 0; // first prefill chunk → first token
    double decodeMs = 0; // first token → last token
    double totalMs = 0; // submit → Finished
};

enum class FinishReason { Stop, Length, Cancelled, ContextFull };

} // namespace qwill::engine

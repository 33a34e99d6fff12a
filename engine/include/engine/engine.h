#pragma once
// The door to inference: one Engine is one loaded model on one device. Every method may be called from any thread;
// events arrive on the engine's own thread (see events.h). Destroying an Engine cancels what runs and joins the thread.

#include "engine/events.h"
#include "engine/model_info.h"
#include "engine/result.h"
#include "engine/types.h"

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace qwill::engine {

struct LoadOptions {
    std::string path; // Hugging Face directory or .gguf
    WeightFormat weights = WeightFormat::Auto;
    KvFormat kv = KvFormat::Auto;
    DeviceKind device = DeviceKind::Auto;
    int contextLength = 8192; // tokens of KV cache, all sequences together; rounded up to whole pages
    // That compute replies, and that read prompts. 0 chooses: performance cores, and all; given alone, the first is
    // both.
    int threads = 0, prefillThreads = 0;
    int prefillChunk = 0; // tokens a step may prefill; 0 = the runner's choice
    bool usePackedCache = true; // quantised weights are kept on disk and mapped at the second start
    std::string
        packedCacheDir; // empty = $QWILL_CACHE_DIR, else $XDG_CACHE_HOME/qwill (Windows: %LOCALAPPDATA%\Qwill\cache)
};

struct LoadProgress {
    enum class Phase { Opening, Reading, Quantising, Packing, Uploading, Ready }; // Uploading: to the graphics card
    Phase phase = Phase::Opening;
    std::uint64_t bytesDone = 0;
    std::uint64_t bytesTotal = 0;
};
using LoadProgressFn = std::function<void(const LoadProgress&)>; // called on the loading thread

struct GenerationRequest {
    std::vector<Token> prompt; // not empty, shorter than the context
    SamplingParams sampling;
    StopCondition stop;
    ResponseFormat responseFormat{}; // one that checkResponseFormat refuses ends in Failed
    bool wantTokens = false; // TokenInfo events
    // ToolCalled events instead of the text of calls, in the form that the model's chat template shows: <tool_call> of
    // Qwen and Hermes, Llama 3's JSON, Mistral's [TOOL_CALLS]. What only looks like a call is text. Text that may
    // become a call waits until that is certain.
    bool parseToolCalls = false;
    // Guess repeated text and verify it several tokens at once, where that pays. Changes no token, only the speed.
    bool speculate = true;
    // Benchmarks: the reply is these tokens, whatever the model would say; all is computed as if it had said them.
    std::vector<Token> replay{};
    // Gives way to all that is not: comes after it in the queue, and is the first to go when memory is short, its text
    // kept.
    bool background = false;
    int topLogprobs = 0; // alternatives in TokenInfo, 0…20
    // No reply: the prompt is read, one Embedding event tells its meaning, then Finished.
    bool embed = false;
    // Where this request's events go instead of to the Engine's sink; it may be called until Finished or Failed.
    EventSink sink{};
};

struct EngineStats {
    int runningSequences = 0;
    int waitingSequences = 0;
    int kvBlocksTotal = 0;
    int kvBlocksUsed = 0; // held by running sequences
    int kvBlocksCached = 0; // free, but still holding a reusable prefix
    std::uint64_t steps = 0;
};

// Whether replies can be held to that format. Served of JSON schema: type (one or a list), properties, required,
// additionalProperties, items, prefixItems, minItems, maxItems, enum, const, anyOf, oneOf where no two branches can fit
// the same document, allOf of one, $ref within the schema (recursive too), minLength, maxLength, pattern, format (date,
// time, date-time, duration, uuid, email, hostname, ipv4, ipv6, uri), minimum, maximum, exclusiveMinimum,
// exclusiveMaximum. Unsupported, naming the keyword, for any other but annotations; Invalid for a schema that nothing
// fits. Any thread; milliseconds.
Result<void> checkResponseFormat(const ResponseFormat& format);

class Engine {
public:
    // Blocks while loading; call it from a loader thread. `sink` outlives the Engine.
    static Result<std::unique_ptr<Engine>> load(LoadOptions options, EventSink sink, LoadProgressFn progress = {},
                                                std::stop_token stop = {});
    virtual ~Engine() = default;

    virtual const ModelInfo& model() const = 0;
    virtual const DeviceChoice& device() const = 0;
    virtual const MemoryPlan& memory() const = 0; // as allocated
    virtual int contextLength() const = 0; // tokens one sequence may reach
    virtual EngineStats stats() const = 0;

    // Invalid requests (empty prompt, longer than the context, token out of range) end at once in a Failed event.
    virtual RequestId submit(GenerationRequest request) = 0;
    // Takes effect at the next step; the single end signal is Finished{Cancelled}. Unknown ids are ignored.
    virtual void cancel(RequestId id) = 0;

    // Recognise: the text is a whole prompt in the model's own markup, and begins with bos where the model expects one.
    // AsText: the text is a piece of data, and nothing is added.
    virtual Result<std::vector<Token>> tokenize(std::string_view text,
                                                SpecialTokens special = SpecialTokens::AsText) const = 0;
    // Lossless on bytes: the concatenation of each token's bytes (which may not be valid UTF-8).
    virtual Result<std::string> detokenize(std::span<const Token> tokens) const = 0;
    // The model's chat template, tokenised; user content cannot inject special tokens. Ends with the opening of the
    // assistant's turn when `forReply`; if the last message is the assistant's and `forReply`, that turn is left open
    // (continue a cut reply). variables: more of them for the template, a JSON object such as
    // {"enable_thinking": false}; empty = none. Unsupported when the template has no place for tools.
    virtual Result<std::vector<Token>> renderChat(std::span<const ChatMessage> messages,
                                                  std::span<const ToolSpec> tools = {}, bool forReply = true,
                                                  std::string_view variables = {}) const = 0;

    // Logits of every position of `tokens`, row by row in order: `row` is [vocabSize], valid during the call. Blocks;
    // runs between requests on the engine thread. For perplexity, parity tests and the token inspector.
    using LogitsFn = std::function<void(int position, std::span<const float> row)>;
    virtual Result<void> evaluate(std::vector<Token> tokens, const LogitsFn& onRow) = 0;

protected:
    Engine() = default;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
};

} // namespace qwill::engine

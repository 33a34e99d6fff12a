#pragma once
// EngineCore: the Engine behind the door: an inbox, one thread, and a loop that steps the scheduler while there is work
// and sleeps while there is none. Public methods: any thread; everything else: the engine thread.

#include "engine/engine.h"
#include "runner.h"
#include "sched/scheduler.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>
#include <vector>

namespace qwill::engine {

// A loaded model, taken apart.
struct EngineParts {
    std::unique_ptr<ModelRunner> runner;
    std::unique_ptr<Tokenizer> tokenizer; // null: the model works on ids only
    Error noTokenizer{ErrorCode::NotFound, "This model has no tokenizer."}; // said when one is needed and null
    std::optional<ChatTemplate> chatTemplate;
    Error noChatTemplate{ErrorCode::Unsupported, "This model has no chat template."};
    SchedulerOptions scheduling;
    ModelInfo info;
    DeviceChoice device;
    MemoryPlan memory;
};

class EngineCore final : public Engine {
public:
    EngineCore(EngineParts parts, EventSink sink);
    ~EngineCore() override;

    const ModelInfo& model() const override { return m_parts.info; }
    const DeviceChoice& device() const override { return m_parts.device; }
    const MemoryPlan& memory() const override { return m_parts.memory; }
    int contextLength() const override { return m_scheduler.contextLength(); }
    EngineStats stats() const override;

    RequestId submit(GenerationRequest request) override;
    void cancel(RequestId id) override;

    Result<std::vector<Token>> tokenize(std::string_view text, SpecialTokens special) const override;
    Result<std::string> detokenize(std::span<const Token> tokens) const override;
    Result<std::vector<Token>> renderChat(std::span<const ChatMessage> messages, std::span<const ToolSpec> tools,
                                          bool forReply, std::string_view variables) const override;
    Result<void> evaluate(std::vector<Token> tokens, const LogitsFn& onRow) override;

private:
    // Lies on the stack of the thread that waits in evaluate().
    struct EvaluateJob {
        std::span<const Token> tokens;
        const LogitsFn& onRow;
        std::optional<Result<void>> result; // guarded by m_mutex
    };
    using Message = std::variant<SequenceRequest, RequestId, EvaluateJob*>; // submit, cancel, evaluate

    Result<std::shared_ptr<GrammarMatcher>> grammarFor(const ResponseFormat& format);
    void post(Message message);
    void run();
    bool waitForWork();
    void handleMessages();
    void runJob(EvaluateJob& job);
    void finishJob(Result<void> result); // of m_job
    void deviceFailed(const DeviceError& error);
    void shutDown();
    void publishStats();

    EngineParts m_parts;
    const EventSink m_sink;

    std::once_flag m_vocabularyOnce; // the first request with a grammar pays for it, on its own thread
    std::shared_ptr<GrammarVocabulary> m_vocabulary;

    mutable std::mutex m_mutex; // guards the four below
    std::condition_variable m_wake; // inbox or quit
    std::condition_variable m_jobDone;
    std::vector<Message> m_inbox;
    bool m_quit = false;
    EngineStats m_stats;

    Scheduler m_scheduler;
    std::vector<Message> m_messages; // taken from the inbox
    std::size_t m_handled = 0; // of m_messages
    EvaluateJob* m_job = nullptr; // running
    std::jthread m_thread; // last: started when all else is there
};

} // namespace qwill::engine

#include "engine_core.h"

#include "base/check.h"
#include "request_stream.h"

#include <atomic>
#include <random>
#include <utility>

namespace qwill::engine {

namespace {

RequestId nextRequestId()
{
    static std::atomic<std::uint64_t> last{0};
    return static_cast<RequestId>(++last);
}

std::uint64_t systemSeed()
{
    std::random_device device;
    return (static_cast<std::uint64_t>(device()) << 32) | device();
}

} // namespace

EngineCore::EngineCore(EngineParts parts, EventSink sink)
    : m_parts(std::move(parts)),
      m_sink(std::move(sink)),
      m_scheduler(*m_parts.runner, m_parts.scheduling)
{
    m_inbox.reserve(64);
    m_messages.reserve(64);
    publishStats();
    m_thread = std::jthread([this] { run(); });
}

EngineCore::~EngineCore()
{
    {
        const std::lock_guard lock(m_mutex);
        m_quit = true;
    }
    m_wake.notify_one();
    m_thread.join();
}

EngineStats EngineCore::stats() const
{
    const std::lock_guard lock(m_mutex);
    return m_stats;
}

RequestId EngineCore::submit(GenerationRequest request)
{
    const RequestId id = nextRequestId();
    SequenceRequest sequence;
    sequence.id = id;
    sequence.observer = std::make_unique<RequestStream>(
        id, request.sink ? request.sink : m_sink, m_parts.tokenizer.get(), request,
        m_parts.chatTemplate ? m_parts.chatTemplate->toolCallFormat() : ToolCallFormat::None);
    if (request.responseFormat.kind != ResponseFormat::Kind::Text) {
        auto grammar = grammarFor(request.responseFormat);
        if (grammar)
            sequence.grammar = *std::move(grammar);
        else
            sequence.refused = grammar.error();
    }
    sequence.prompt = std::move(request.prompt);
    sequence.seed = request.sampling.seed ? *request.sampling.seed : systemSeed();
    sequence.sampling = std::move(request.sampling);
    sequence.maxTokens = request.stop.maxTokens;
    sequence.ignoreEos = request.stop.ignoreEos;
    sequence.speculate = request.speculate;
    sequence.embed = request.embed;
    sequence.background = request.background;
    sequence.replay = std::move(request.replay);
    sequence.topLogprobs = request.wantTokens ? request.topLogprobs : -1;
    post(std::move(sequence));
    return id;
}

Result<std::shared_ptr<GrammarMatcher>> EngineCore::grammarFor(const ResponseFormat& format)
{
    const Tokenizer* tokenizer = m_parts.tokenizer.get();
    if (!tokenizer)
        return m_parts.noTokenizer;
    auto grammar = compileGrammar(format);
    if (!grammar)
        return grammar.error();
    std::call_once(m_vocabularyOnce, [&] {
        std::vector<std::string_view> texts;
        for (Token token = 0; token < tokenizer->size(); ++token)
            texts.push_back(tokenizer->isSpecial(token) ? std::string_view() : tokenizer->tokenBytes(token));
        m_vocabulary = std::make_shared<GrammarVocabulary>(texts, m_parts.scheduling.eosTokens);
    });
    return std::make_shared<GrammarMatcher>(*std::move(grammar), m_vocabulary);
}

void EngineCore::cancel(RequestId id)
{
    post(id);
}

Result<std::vector<Token>> EngineCore::tokenize(std::string_view text, SpecialTokens special) const
{
    if (!m_parts.tokenizer)
        return m_parts.noTokenizer;
    std::vector<Token> tokens = m_parts.tokenizer->encode(text, special);
    const Token bos = m_parts.tokenizer->bosToken();
    const bool wholePrompt = special == SpecialTokens::Recognise && m_parts.tokenizer->addsBos() && bos >= 0;
    if (wholePrompt && (tokens.empty() || tokens.front() != bos))
        tokens.insert(tokens.begin(), bos);
    return tokens;
}

Result<std::string> EngineCore::detokenize(std::span<const Token> tokens) const
{
    if (!m_parts.tokenizer)
        return m_parts.noTokenizer;
    return m_parts.tokenizer->decode(tokens);
}

Result<std::vector<Token>> EngineCore::renderChat(std::span<const ChatMessage> messages,
                                                  std::span<const ToolSpec> tools, bool forReply,
                                                  std::string_view variables) const
{
    if (!m_parts.tokenizer)
        return m_parts.noTokenizer;
    if (!m_parts.chatTemplate)
        return m_parts.noChatTemplate;
    return m_parts.chatTemplate->renderTokens(messages, tools, {forReply, variables}, *m_parts.tokenizer);
}

Result<void> EngineCore::evaluate(std::vector<Token> tokens, const LogitsFn& onRow)
{
    QWILL_CHECK(std::this_thread::get_id() != m_thread.get_id()); // it would wait for itself
    EvaluateJob job{tokens, onRow, std::nullopt};
    post(&job);
    std::unique_lock lock(m_mutex);
    m_jobDone.wait(lock, [&] { return job.result.has_value(); });
    return std::move(*job.result);
}

void EngineCore::post(Message message)
{
    {
        const std::lock_guard lock(m_mutex);
        m_inbox.push_back(std::move(message));
    }
    m_wake.notify_one();
}

void EngineCore::run()
{
    while (waitForWork()) {
        try {
            handleMessages();
            if (!m_scheduler.idle())
                m_scheduler.step();
        } catch (const DeviceError& error) {
            deviceFailed(error);
        }
        publishStats();
    }
    shutDown();
}

// Sleeps while there is nothing to do; false when the Engine is being destroyed.
bool EngineCore::waitForWork()
{
    std::unique_lock lock(m_mutex);
    m_wake.wait(lock, [this] { return m_quit || !m_inbox.empty() || !m_messages.empty() || !m_scheduler.idle(); });
    if (m_messages.empty())
        m_messages.swap(m_inbox);
    return !m_quit;
}

// A DeviceError may leave the rest of m_messages for the next round.
void EngineCore::handleMessages()
{
    while (m_handled < m_messages.size()) {
        Message& message = m_messages[m_handled++];
        if (auto* request = std::get_if<SequenceRequest>(&message))
            m_scheduler.submit(std::move(*request));
        else if (const auto* cancelled = std::get_if<RequestId>(&message))
            m_scheduler.cancel(*cancelled);
        else
            runJob(*std::get<EvaluateJob*>(message));
    }
    m_messages.clear();
    m_handled = 0;
}

void EngineCore::runJob(EvaluateJob& job)
{
    m_job = &job;
    finishJob(m_scheduler.evaluate(job.tokens, job.onRow));
}

void EngineCore::finishJob(Result<void> result)
{
    EvaluateJob& job = *std::exchange(m_job, nullptr);
    const std::lock_guard lock(m_mutex); // held while notifying: the job lies on the waiter's stack
    job.result = std::move(result);
    m_jobDone.notify_all();
}

void EngineCore::deviceFailed(const DeviceError& failure)
{
    const bool full = failure.kind == DeviceError::Kind::OutOfMemory;
    const Error error = full
        ? Error{ErrorCode::OutOfMemory,
                "The graphics card's memory ran out: close what else uses it, then continue the reply, or load the "
                "model with a shorter context."}
        : Error{ErrorCode::Device,
                std::string("The device failed while computing (") + failure.what()
                    + "): try again, or load the model on the CPU."};
    m_scheduler.failRunning(error);
    if (m_job)
        finishJob(error);
}

void EngineCore::shutDown()
{
    std::vector<Message> late;
    {
        const std::lock_guard lock(m_mutex);
        late.swap(m_inbox);
    }
    for (std::vector<Message>* messages : {&m_messages, &late}) {
        for (std::size_t i = messages == &m_messages ? m_handled : 0; i < messages->size(); ++i) {
            Message& message = (*messages)[i];
            if (auto* request = std::get_if<SequenceRequest>(&message)) {
                m_scheduler.submit(std::move(*request)); // to end like every other: in one event
            } else if (auto* const* job = std::get_if<EvaluateJob*>(&message)) {
                m_job = *job;
                finishJob(Error{ErrorCode::Cancelled, "The model was unloaded."});
            }
        }
    }
    m_scheduler.cancelAll();
}

void EngineCore::publishStats()
{
    const BlockPool& pool = m_scheduler.pool();
    const EngineStats stats{
        m_scheduler.runningCount(), m_scheduler.waitingCount(), pool.total(), pool.used(), pool.cached(),
        m_scheduler.stepCount()};
    const std::lock_guard lock(m_mutex);
    m_stats = stats;
}

} // namespace qwill::engine

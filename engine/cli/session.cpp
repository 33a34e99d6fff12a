#include "cli/session.h"

#include "cli/terminal.h"
#include "model/json_text.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace qwill::engine::cli {

namespace {

// How often Ctrl+C is looked at while no token arrives: imperceptible, and no load.
constexpr auto kInterruptPoll = std::chrono::milliseconds(50);

std::string_view phaseLabel(LoadProgress::Phase phase)
{
    switch (phase) {
    case LoadProgress::Phase::Opening: return "Opening   ";
    case LoadProgress::Phase::Reading: return "Reading   ";
    case LoadProgress::Phase::Quantising: return "Quantising";
    case LoadProgress::Phase::Packing: return "Packing   ";
    case LoadProgress::Phase::Uploading: return "Uploading ";
    case LoadProgress::Phase::Ready: break;
    }
    return "Ready     ";
}

bool isSeparator(char c)
{
    return c == ',' || c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '[' || c == ']';
}

} // namespace

struct Session::Queue {
    std::mutex mutex;
    std::condition_variable arrived;
    std::deque<std::pair<RequestId, Event>> events;

    void push(RequestId id, const Event& event)
    {
        {
            const std::lock_guard lock(mutex);
            events.emplace_back(id, event);
        }
        arrived.notify_one();
    }
};

Session::Session() : m_queue(std::make_unique<Queue>()) { }
Session::~Session() = default;

Result<std::unique_ptr<Session>> Session::open(const ModelOptions& options, int defaultContext)
{
    std::unique_ptr<Session> session(new Session);
    LoadOptions load;
    load.path = options.path;
    load.weights = options.weights;
    load.kv = options.kv;
    load.device = options.device;
    load.contextLength = options.contextLength > 0 ? options.contextLength : defaultContext;
    load.threads = options.threads;
    load.prefillThreads = options.prefillThreads;
    load.usePackedCache = options.packedCache;
    const auto start = std::chrono::steady_clock::now();
    auto engine = Engine::load(
        std::move(load), [queue = session->m_queue.get()](RequestId id, const Event& event) { queue->push(id, event); },
        [](const LoadProgress& progress) {
            showProgress(phaseLabel(progress.phase), progress.bytesDone, progress.bytesTotal);
        });
    clearProgressLine();
    if (!engine)
        return engine.error();
    session->m_engine = std::move(*engine);
    session->m_loadMs = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    return session;
}

Result<Reply> Session::generate(GenerationRequest request, const std::function<void(const std::string&)>& onText,
                                const std::function<bool()>& shouldStop)
{
    request.wantTokens = true;
    const RequestId id = m_engine->submit(std::move(request));
    Reply reply;
    bool cancelled = false;
    for (;;) {
        std::unique_lock lock(m_queue->mutex);
        m_queue->arrived.wait_for(lock, kInterruptPoll, [this] { return !m_queue->events.empty(); });
        std::deque<std::pair<RequestId, Event>> events;
        events.swap(m_queue->events);
        lock.unlock();
        for (auto& [from, event] : events) {
            if (from != id)
                continue;
            if (const auto* delta = std::get_if<TextDelta>(&event)) {
                reply.text += delta->text;
                if (onText)
                    onText(delta->text);
            } else if (const auto* token = std::get_if<TokenInfo>(&event)) {
                reply.tokens.push_back(token->token);
            } else if (auto* finished = std::get_if<Finished>(&event)) {
                reply.finished = *finished;
                return reply;
            } else if (auto* failed = std::get_if<Failed>(&event)) {
                return std::move(failed->error);
            }
        }
        if (!cancelled && shouldStop && shouldStop()) {
            m_engine->cancel(id);
            cancelled = true;
        }
    }
}

Result<std::vector<Reply>> Session::generateTogether(std::vector<GenerationRequest> requests)
{
    std::vector<Reply> replies(requests.size());
    std::vector<RequestId> ids;
    for (GenerationRequest& request : requests)
        ids.push_back(m_engine->submit(std::move(request)));
    std::optional<Error> failure;
    for (std::size_t ended = 0; ended < ids.size();) {
        std::unique_lock lock(m_queue->mutex);
        m_queue->arrived.wait(lock, [this] { return !m_queue->events.empty(); });
        std::deque<std::pair<RequestId, Event>> events;
        events.swap(m_queue->events);
        lock.unlock();
        for (auto& [from, event] : events) {
            const auto at = std::find(ids.begin(), ids.end(), from);
            if (at == ids.end())
                continue;
            Reply& reply = replies[static_cast<std::size_t>(at - ids.begin())];
            if (const auto* delta = std::get_if<TextDelta>(&event))
                reply.text += delta->text;
            else if (const auto* token = std::get_if<TokenInfo>(&event))
                reply.tokens.push_back(token->token);
            else if (const auto* finished = std::get_if<Finished>(&event))
                reply.finished = *finished;
            else if (auto* failed = std::get_if<Failed>(&event))
                failure = std::move(failed->error);
            ended += std::holds_alternative<Finished>(event) || std::holds_alternative<Failed>(event) ? 1 : 0;
        }
    }
    if (failure)
        return std::move(*failure);
    return replies;
}

Result<SamplingParams> samplingFor(const ModelInfo& model, const SamplingOptions& options)
{
    SamplingParams params = model.recommendedSampling;
    params.temperature = options.temperature.value_or(params.temperature);
    params.topK = options.topK.value_or(params.topK);
    params.topP = options.topP.value_or(params.topP);
    params.minP = options.minP.value_or(params.minP);
    params.repetitionPenalty = options.repetitionPenalty.value_or(params.repetitionPenalty);
    params.presencePenalty = options.presencePenalty.value_or(params.presencePenalty);
    params.frequencyPenalty = options.frequencyPenalty.value_or(params.frequencyPenalty);
    params.seed = options.seed;
    if (options.greedy)
        params.temperature = 0;
    for (const std::string& bias : options.logitBias) {
        Token token = 0;
        float value = 0;
        const char* end = bias.data() + bias.size();
        const auto id = std::from_chars(bias.data(), end, token);
        if (id.ec != std::errc() || id.ptr == end || *id.ptr != '='
            || std::from_chars(id.ptr + 1, end, value).ec != std::errc() || token < 0 || token >= model.vocabSize)
            return Error{ErrorCode::Invalid,
                         "--logit-bias needs ID=VALUE with an id below " + std::to_string(model.vocabSize) + ", not \""
                             + bias + "\"."};
        params.logitBias.emplace_back(token, value);
    }
    return params;
}

StopCondition stopFor(const SamplingOptions& options)
{
    StopCondition stop;
    stop.maxTokens = options.maxTokens;
    stop.strings = options.stop;
    stop.ignoreEos = options.ignoreEos;
    return stop;
}

Result<ResponseFormat> formatFor(const SamplingOptions& options)
{
    ResponseFormat format;
    if (options.jsonObject)
        format.kind = ResponseFormat::Kind::JsonObject;
    if (options.jsonSchemaFile.empty())
        return format;
    auto schema = readTextFile(options.jsonSchemaFile);
    if (!schema)
        return schema.error();
    format = {ResponseFormat::Kind::JsonSchema, *std::move(schema)};
    if (Result<void> served = checkResponseFormat(format); !served)
        return served.error();
    return format;
}

Result<std::vector<Token>> parseIds(const std::string& text)
{
    std::string source = text;
    if (!text.empty() && text.front() == '@') {
        auto file = readTextFile(text.substr(1));
        if (!file)
            return file.error();
        source = std::move(*file);
    }
    std::vector<Token> ids;
    const char* at = source.data();
    const char* const end = at + source.size();
    while (at != end) {
        if (isSeparator(*at)) {
            ++at;
            continue;
        }
        Token id = 0;
        const auto parsed = std::from_chars(at, end, id);
        if (parsed.ec != std::errc() || id < 0)
            return Error{ErrorCode::Invalid,
                         "Token ids are whole numbers from 0 separated by commas or spaces, not \""
                             + std::string(at, std::find_if(at, std::min(end, at + 16), isSeparator)) + "\"."};
        ids.push_back(id);
        at = parsed.ptr;
    }
    return ids;
}

} // namespace qwill::engine::cli

#pragma once
// An engine that writes what a script says, as fast as it says, and fails when it says: for what a real model does only
// by chance. One token is one byte of the prompt; a reply's token is up to four. Tests only; its script is read on the
// engine's thread and changed on the test's, under its mutex.

#include "engine_host.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include <QTest>

namespace qwill::app {

struct FakeScript {
    std::mutex mutex;
    std::function<std::string(const std::string& prompt)> reply = [](const std::string&) { return "A reply."; };
    double tokensPerSecond = 0; // 0 = at once
    int holdAfter = -1; // tokens; then it waits until it is cancelled, or this changes
    int failAfter = -1; // tokens; 0 = before the first
    std::uint64_t parameterCount = 1'000'000; // too few to name chats
    int maxContext = 65536;
    std::uint64_t kvBytesPerToken = 1024;
    bool loads = true;
    std::vector<std::string> prompts; // of all requests, as text
    std::vector<int> longest; // their maxTokens
    std::vector<std::string> schemas; // of their response formats; empty = free text
    std::vector<engine::ToolCall> calls; // told behind the reply to whoever asks for calls
    int loadCount = 0;
    int drafted = 0, accepted = 0; // what each reply says of its guesses
};

class FakeEngine final : public engine::Engine {
public:
    FakeEngine(std::shared_ptr<FakeScript> script, const engine::LoadOptions& options, engine::EventSink sink)
        : m_script(std::move(script)),
          m_sink(std::move(sink))
    {
        m_model.path = options.path;
        m_model.name = "Fake";
        m_model.parameterCount = m_script->parameterCount;
        m_model.maxContext = m_script->maxContext;
        m_model.hasChatTemplate = true;
        m_device.devices.resize(1);
        m_memory.contextLength = options.contextLength;
        m_memory.kvBytes = m_script->kvBytesPerToken * static_cast<std::uint64_t>(options.contextLength);
        m_thread = std::jthread([this](const std::stop_token& stop) { work(stop); });
    }
    ~FakeEngine() override
    {
        m_thread.request_stop();
        m_wake.notify_all();
        m_thread.join();
    }

    const engine::ModelInfo& model() const override { return m_model; }
    const engine::DeviceChoice& device() const override { return m_device; }
    const engine::MemoryPlan& memory() const override { return m_memory; }
    int contextLength() const override { return m_memory.contextLength; }
    engine::EngineStats stats() const override { return {}; }

    engine::RequestId submit(engine::GenerationRequest request) override
    {
        static std::atomic<std::uint64_t> last{1'000'000};
        const auto id = static_cast<engine::RequestId>(++last);
        const std::lock_guard lock(m_mutex);
        m_queue.push_back({id, std::move(request)});
        m_wake.notify_all();
        return id;
    }
    void cancel(engine::RequestId id) override
    {
        const std::lock_guard lock(m_mutex);
        m_cancelled.insert(id);
        m_wake.notify_all();
    }

    engine::Result<std::vector<engine::Token>> tokenize(std::string_view text, engine::SpecialTokens) const override
    {
        return std::vector<engine::Token>(text.begin(), text.end());
    }
    engine::Result<std::string> detokenize(std::span<const engine::Token> tokens) const override
    {
        return std::string(tokens.begin(), tokens.end());
    }
    engine::Result<std::vector<engine::Token>> renderChat(std::span<const engine::ChatMessage> messages,
                                                          std::span<const engine::ToolSpec>, bool,
                                                          std::string_view) const override
    {
        std::string text;
        for (const engine::ChatMessage& message : messages) {
            static const char* const roles[] = {"[system]", "[user]", "[assistant]", "[tool]"};
            text += roles[static_cast<int>(message.role)] + message.content + "\n";
        }
        if (messages.empty() || messages.back().role != engine::Role::Assistant)
            text += "[assistant]";
        return std::vector<engine::Token>(text.begin(), text.end());
    }
    engine::Result<void> evaluate(std::vector<engine::Token>, const LogitsFn&) override { return {}; }

private:
    struct Job {
        engine::RequestId id = engine::RequestId::None;
        engine::GenerationRequest request;
    };

    void work(const std::stop_token& stop)
    {
        while (true) {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [&] { return stop.stop_requested() || !m_queue.empty(); });
            if (m_queue.empty())
                return;
            const Job job = std::move(m_queue.front());
            m_queue.pop_front();
            lock.unlock();
            run(job, stop);
        }
    }

    // True when the request was cancelled meanwhile.
    bool pause(const Job& job, const std::stop_token& stop, std::chrono::microseconds time)
    {
        std::unique_lock lock(m_mutex);
        m_wake.wait_for(lock, time, [&] { return stop.stop_requested() || m_cancelled.contains(job.id); });
        return stop.stop_requested() || m_cancelled.contains(job.id);
    }

    void run(const Job& job, const std::stop_token& stop)
    {
        using namespace std::chrono;
        const engine::EventSink& sink = job.request.sink ? job.request.sink : m_sink;
        const std::string prompt(job.request.prompt.begin(), job.request.prompt.end());
        std::string reply;
        double rate = 0;
        std::vector<engine::ToolCall> calls;
        {
            const std::lock_guard lock(m_script->mutex);
            m_script->prompts.push_back(prompt);
            m_script->longest.push_back(job.request.stop.maxTokens);
            m_script->schemas.push_back(job.request.responseFormat.schema);
            if (job.request.parseToolCalls)
                calls = m_script->calls;
            reply = m_script->reply(prompt);
            rate = m_script->tokensPerSecond;
        }
        engine::Finished finished;
        finished.usage.promptTokens = static_cast<int>(prompt.size());
        finished.seed = job.request.sampling.seed.value_or(7);
        const int longest = job.request.stop.maxTokens;
        int tokens = 0;
        const auto begin = steady_clock::now();
        for (std::size_t at = 0; at < reply.size(); at += 4, ++tokens) {
            if (longest >= 0 && tokens >= longest) {
                finished.reason = engine::FinishReason::Length;
                break;
            }
            bool fails = false;
            const auto holds = [&] {
                const std::lock_guard lock(m_script->mutex);
                fails = m_script->failAfter >= 0 && tokens >= m_script->failAfter;
                return m_script->holdAfter >= 0 && tokens >= m_script->holdAfter;
            };
            bool cancelled = pause(job, stop, microseconds(0));
            while (!cancelled && holds())
                cancelled = pause(job, stop, milliseconds(1));
            if (!cancelled && rate > 0) {
                const auto due = begin + microseconds(static_cast<long>(1e6 * tokens / rate));
                cancelled = pause(job, stop, duration_cast<microseconds>(due - steady_clock::now()));
            }
            if (fails) {
                sink(job.id, engine::Failed{{engine::ErrorCode::Device, "The device failed."}});
                return;
            }
            if (cancelled) {
                finished.reason = engine::FinishReason::Cancelled;
                break;
            }
            sink(job.id, engine::TextDelta{reply.substr(at, 4)});
        }
        for (const engine::ToolCall& call : calls)
            sink(job.id, engine::ToolCalled{call});
        finished.usage.completionTokens = tokens;
        finished.usage.draftedTokens = m_script->drafted;
        finished.usage.acceptedTokens = m_script->accepted;
        finished.timings.totalMs = duration<double, std::milli>(steady_clock::now() - begin).count();
        sink(job.id, finished);
    }

    std::shared_ptr<FakeScript> m_script;
    engine::EventSink m_sink;
    engine::ModelInfo m_model;
    engine::DeviceChoice m_device;
    engine::MemoryPlan m_memory;
    std::mutex m_mutex; // guards what follows
    std::condition_variable m_wake;
    std::deque<Job> m_queue;
    std::set<engine::RequestId> m_cancelled;
    std::jthread m_thread;
};

// Makes a host load fake engines that follow the script it gives back.
inline std::shared_ptr<FakeScript> fakeEngines(EngineHost& host)
{
    auto script = std::make_shared<FakeScript>();
    host.setLoader([script](const engine::LoadOptions& options, const engine::EventSink& sink,
                            const engine::LoadProgressFn&,
                            const std::stop_token&) -> engine::Result<std::unique_ptr<engine::Engine>> {
        const std::lock_guard lock(script->mutex);
        ++script->loadCount;
        if (!script->loads)
            return engine::Error{engine::ErrorCode::NotFound, "The model file is gone."};
        return std::unique_ptr<engine::Engine>(std::make_unique<FakeEngine>(script, options, sink));
    });
    return script;
}

inline void loadFake(EngineHost& host, int contextLength = 2048)
{
    LoadSettings settings;
    settings.path = QStringLiteral("/models/fake");
    settings.contextLength = contextLength;
    host.load(settings);
    QVERIFY2(QTest::qWaitFor([&] { return host.state() != EngineHost::State::Loading; }, 20000), "loading hangs");
}

} // namespace qwill::app

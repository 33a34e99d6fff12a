#pragma once
// Collects an Engine's events and lets a test wait for them. Its sink may be called from the engine's thread while the
// test's own threads wait. Tests only.

#include "engine/engine.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace qwill::engine {

struct RequestLog {
    std::string text;
    std::vector<Token> tokens;
    std::vector<TokenInfo> infos;
    std::vector<Progress> progress;
    std::vector<ToolCall> calls;
    std::vector<Finished> finished;
    std::vector<Failed> failed;
    bool afterEnd = false; // something came after the end
    int ends() const { return static_cast<int>(finished.size() + failed.size()); }
};

class EventLog {
public:
    EventSink sink()
    {
        return [this](RequestId id, const Event& event) { record(id, event); };
    }
    // Blocks until the request has ended.
    RequestLog wait(RequestId id)
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return m_logs[id].ends() > 0; });
        return m_logs[id];
    }
    // Blocks until the request has said at least that many tokens (wantTokens).
    void waitForTokens(RequestId id, std::size_t count)
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return m_logs[id].tokens.size() >= count || m_logs[id].ends() > 0; });
    }
    RequestLog get(RequestId id)
    {
        const std::lock_guard lock(m_mutex);
        return m_logs[id];
    }
    std::map<RequestId, RequestLog> all()
    {
        const std::lock_guard lock(m_mutex);
        return m_logs;
    }

private:
    void record(RequestId id, const Event& event)
    {
        const std::lock_guard lock(m_mutex);
        RequestLog& log = m_logs[id];
        log.afterEnd = log.afterEnd || log.ends() > 0;
        if (const auto* text = std::get_if<TextDelta>(&event))
            log.text += text->text;
        else if (const auto* token = std::get_if<TokenInfo>(&event)) {
            log.tokens.push_back(token->token);
            log.infos.push_back(*token);
        } else if (const auto* progress = std::get_if<Progress>(&event))
            log.progress.push_back(*progress);
        else if (const auto* called = std::get_if<ToolCalled>(&event))
            log.calls.push_back(called->call);
        else if (const auto* finished = std::get_if<Finished>(&event))
            log.finished.push_back(*finished);
        else
            log.failed.push_back(std::get<Failed>(event));
        m_changed.notify_all();
    }

    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::map<RequestId, RequestLog> m_logs;
};

} // namespace qwill::engine

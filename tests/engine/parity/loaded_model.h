#pragma once
// LoadedModel: an Engine as a test sees it: load, ask, wait for the answers. One thread.

#include "engine/engine.h"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace qwill::test {

struct Reply {
    std::vector<engine::Token> tokens;
    std::vector<float> leads; // log-probability of the best minus that of the second, at each token
    int cachedTokens = 0; // of the prompt
    engine::FinishReason reason = engine::FinishReason::Stop;
    std::optional<engine::Error> error;
};

class LoadedModel {
public:
    explicit LoadedModel(engine::LoadOptions options); // fails the test if the model does not load

    // Row-major [tokens, vocab].
    std::vector<float> logits(std::vector<engine::Token> ids);
    // The best token each time, never stopping early; all prompts are submitted before the first answer is awaited.
    std::vector<Reply> greedy(const std::vector<std::vector<engine::Token>>& prompts, int tokens);

    engine::Engine& engine() { return *m_engine; }
    int vocab() const { return m_engine->model().vocabSize; }

private:
    void take(engine::RequestId id, const engine::Event& event);

    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::map<engine::RequestId, Reply> m_replies; // events may come before submit() has returned the id
    std::map<engine::RequestId, bool> m_ended;
    std::unique_ptr<engine::Engine> m_engine; // last: its thread uses the members above
};

} // namespace qwill::test

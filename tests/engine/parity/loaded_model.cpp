#include "loaded_model.h"

#include <algorithm>
#include <cstdlib>
#include <doctest/doctest.h>

namespace qwill::test {

using namespace qwill::engine;

LoadedModel::LoadedModel(LoadOptions options)
{
    options.usePackedCache = false;
    if (!std::getenv("QWILL_CUDA_DRIVER")) // tests/engine/cuda brings a card of its own
        options.device = DeviceKind::Cpu;
    auto engine = Engine::load(std::move(options), [this](RequestId id, const Event& event) { take(id, event); });
    REQUIRE_MESSAGE(engine, engine.error().message);
    m_engine = std::move(engine).value();
}

std::vector<float> LoadedModel::logits(std::vector<Token> ids)
{
    const auto vocab = static_cast<std::size_t>(this->vocab());
    std::vector<float> rows(ids.size() * vocab);
    int next = 0;
    const auto done = m_engine->evaluate(std::move(ids), [&](int position, std::span<const float> row) {
        CHECK(position == next++);
        REQUIRE(row.size() == vocab);
        std::copy(row.begin(), row.end(), rows.begin() + static_cast<std::ptrdiff_t>(position * vocab));
    });
    REQUIRE_MESSAGE(done, done.error().message);
    CHECK(static_cast<std::size_t>(next) * vocab == rows.size());
    return rows;
}

std::vector<Reply> LoadedModel::greedy(const std::vector<std::vector<Token>>& prompts, int tokens)
{
    std::vector<RequestId> ids;
    for (const auto& prompt : prompts) {
        GenerationRequest request{.prompt = prompt, .sampling = {}, .stop = {}};
        request.sampling.temperature = 0;
        request.stop.maxTokens = tokens;
        request.stop.ignoreEos = true;
        request.wantTokens = true;
        request.topLogprobs = 2;
        ids.push_back(m_engine->submit(std::move(request)));
    }
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock,
                   [&] { return std::all_of(ids.begin(), ids.end(), [&](RequestId id) { return m_ended[id]; }); });
    std::vector<Reply> replies;
    for (const RequestId id : ids)
        replies.push_back(std::move(m_replies[id]));
    return replies;
}

void LoadedModel::take(RequestId id, const Event& event)
{
    const std::lock_guard lock(m_mutex);
    Reply& reply = m_replies[id];
    if (const auto* token = std::get_if<TokenInfo>(&event)) {
        reply.tokens.push_back(token->token);
        if (token->alternatives.size() == 2)
            reply.leads.push_back(token->alternatives[0].logprob - token->alternatives[1].logprob);
    } else if (const auto* finished = std::get_if<Finished>(&event)) {
        reply.reason = finished->reason;
        reply.cachedTokens = finished->usage.cachedTokens;
        m_ended[id] = true;
    } else if (const auto* failed = std::get_if<Failed>(&event)) {
        reply.error = failed->error;
        m_ended[id] = true;
    }
    if (m_ended[id])
        m_changed.notify_all();
}

} // namespace qwill::test

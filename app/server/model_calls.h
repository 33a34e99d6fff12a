#pragma once
// ModelCalls: the endpoints that need the model. Each takes a call, reads its body, and either answers at once or puts
// a run into the queue. HTTP thread.

#include "engine_gate.h"
#include "server/api_run.h"
#include "server/http_reply.h"
#include "server/openai_protocol.h"
#include "server/reply_shape.h"

#include <QJsonObject>
#include <QString>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace qwill::app {

class RunQueue;

struct ApiCall {
    HttpReply reply;
    LiveRequest about;
    QJsonObject body;
};

class ModelCalls {
public:
    // What is answered at once, without a run.
    using Answered = std::function<void(const LiveRequest&, int status)>;

    // The queue and the gate outlive it.
    ModelCalls(RunQueue& queue, const EngineGate& gate, Answered answered)
        : m_queue(queue),
          m_gate(gate),
          m_answered(std::move(answered))
    {
    }

    // `model` is Ready in all of them.
    void chat(ApiCall call, const EngineGate::View& model);
    void respond(ApiCall call, const EngineGate::View& model);
    void complete(ApiCall call, const EngineGate::View& model);
    void embed(ApiCall call, const EngineGate::View& model);
    void tokenize(ApiCall call, const EngineGate::View& model);
    void detokenize(ApiCall call, const EngineGate::View& model);

    static QString nameOf(const engine::Engine& engine);
    static QJsonObject modelJson(const EngineGate::View& model);

private:
    using Tokens = std::vector<engine::Token>;

    template <typename Said>
    void answer(ApiCall& call, const Said& said);
    bool refuseWhenFull(ApiCall& call);
    enum class Wire { Chat, Responses };
    void converse(ApiCall call, const EngineGate::View& model, ApiResult<ChatRequest> request, Wire wire);
    void write(ApiCall call, const EngineGate::View& model, WritingSpec spec, std::vector<Tokens> prompts,
               std::unique_ptr<ReplyShape> shape);

    RunQueue& m_queue;
    const EngineGate& m_gate;
    Answered m_answered;
};

} // namespace qwill::app

#include "chat/reply_run.h"

#include "engine_text.h"

#include "chat/prompt_worker.h"
#include "engine_host.h"

#include <QPointer>

#include <utility>

namespace qwill::app {

ReplyRun::ReplyRun(EngineHost& host, PromptWorker& worker, std::vector<engine::ChatMessage> prompt,
                   std::function<Draw(const engine::ModelInfo&)> draw, QObject* parent)
    : QObject(parent),
      m_host(host),
      m_worker(worker),
      m_prompt(std::move(prompt)),
      m_makeDraw(std::move(draw))
{
    connect(&host, &EngineHost::stateChanged, this, &ReplyRun::proceed);
    connect(&host, &EngineHost::replyText, this, [this](engine::RequestId id, const QString& text) {
        if (id != m_request || m_stage == Stage::Ended || m_cancelled)
            return;
        setStage(Stage::Writing);
        Q_EMIT wrote(text);
    });
    connect(&host, &EngineHost::replyProgress, this, [this](engine::RequestId id, int read, int total) {
        if (id != m_request || m_stage != Stage::Reading)
            return;
        m_tokensRead = read;
        m_tokensTotal = total;
        Q_EMIT progressed();
    });
    connect(&host, &EngineHost::replyFinished, this, [this](engine::RequestId id, const engine::Finished& finished) {
        if (id != m_request || m_stage == Stage::Ended)
            return;
        m_stage = Stage::Ended;
        Q_EMIT ended(finished);
    });
    connect(&host, &EngineHost::replyFailed, this, [this](engine::RequestId id, const QString& sentence) {
        if (id != m_request || m_stage == Stage::Ended)
            return;
        m_stage = Stage::Ended;
        Q_EMIT failed(sentence);
    });
}

void ReplyRun::setStage(Stage stage)
{
    if (std::exchange(m_stage, stage) != stage)
        Q_EMIT progressed();
}

void ReplyRun::start()
{
    // A model that was let go while nobody asked comes back by itself; one that could not be loaded (its disk was not
    // there) is tried again.
    const bool away = m_host.state() == EngineHost::State::Empty || m_host.state() == EngineHost::State::Failed;
    if (away && !m_host.settings().path.isEmpty())
        m_host.load(m_host.settings());
    proceed();
}

void ReplyRun::proceed()
{
    if (m_stage != Stage::Waiting || m_cancelled)
        return;
    if (m_host.state() == EngineHost::State::Failed)
        Q_EMIT modelFailed(m_host.errorText());
    if (m_host.state() != EngineHost::State::Ready)
        return;
    setStage(Stage::Rendering);
    auto engine = m_host.sharedEngine();
    const std::weak_ptr<const engine::Engine> asked = engine;
    m_worker.run([engine = std::move(engine), prompt = m_prompt] { return engine->renderChat(prompt); },
                 [run = QPointer(this), asked](Rendered rendered) {
                     if (run && !run->m_cancelled)
                         run->submit(asked.lock(), std::move(rendered));
                 });
}

void ReplyRun::submit(const std::shared_ptr<const engine::Engine>& engine, Rendered prompt)
{
    // Another model has come, whose tokens are others; or the model was let go meanwhile, and is asked for again.
    if (!engine || engine != m_host.sharedEngine()) {
        m_stage = Stage::Waiting;
        Q_EMIT progressed();
        start();
        return;
    }
    if (!prompt) {
        m_stage = Stage::Ended;
        Q_EMIT failed(engineText(prompt.error().message));
        return;
    }
    m_tokensTotal = static_cast<int>(prompt->size());
    if (m_tokensTotal >= engine->contextLength()) {
        m_stage = Stage::Ended;
        Q_EMIT tooLong(m_tokensTotal, engine->contextLength());
        return;
    }
    m_draw = m_makeDraw(engine->model());
    Q_EMIT submitting();
    engine::GenerationRequest request;
    request.prompt = std::move(prompt.value());
    request.sampling = m_draw.sampling;
    request.stop = m_draw.stop;
    m_request = m_host.submit(std::move(request));
    setStage(Stage::Reading);
}

void ReplyRun::cancel()
{
    m_cancelled = true;
    if (m_request != engine::RequestId::None)
        m_host.cancel(m_request);
}

} // namespace qwill::app

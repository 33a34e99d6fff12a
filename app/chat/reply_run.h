#pragma once
// ReplyRun: one reply in the making, from waiting for a model to its end: renders the prompt on the worker's thread,
// submits it, and hands on what comes. GUI thread.

#include "engine/engine.h"

#include <QObject>
#include <QString>

#include <functional>
#include <vector>

namespace qwill::app {

class EngineHost;
class PromptWorker;

class ReplyRun : public QObject {
    Q_OBJECT

public:
    enum class Stage { Waiting, Rendering, Reading, Writing, Ended };
    struct Draw { // how tokens are chosen and when the reply ends
        engine::SamplingParams sampling;
        engine::StopCondition stop;
    };
    // Both outlive the run. `draw` is asked when the model is known.
    ReplyRun(EngineHost& host, PromptWorker& worker, std::vector<engine::ChatMessage> prompt,
             std::function<Draw(const engine::ModelInfo&)> draw, QObject* parent = nullptr);

    void start();
    // Before the request is submitted: nothing more comes. After: only ended(), when the engine has let go.
    void cancel();

    Stage stage() const { return m_stage; }
    int tokensRead() const { return m_tokensRead; }
    int tokensTotal() const { return m_tokensTotal; }
    const engine::SamplingParams& sampling() const { return m_draw.sampling; }

Q_SIGNALS:
    void progressed(); // stage or tokens read
    void modelFailed(const QString& sentence); // still waiting: another model may come
    void submitting(); // the prompt is ready; whatever keeps the reply is made now
    void tooLong(int tokens, int limit); // ended, nothing was submitted
    void wrote(const QString& text);
    void ended(const qwill::engine::Finished& finished);
    void failed(const QString& sentence);

private:
    using Rendered = engine::Result<std::vector<engine::Token>>;

    void proceed();
    void submit(const std::shared_ptr<const engine::Engine>& engine, Rendered prompt);
    void setStage(Stage stage);

    EngineHost& m_host;
    PromptWorker& m_worker;
    std::vector<engine::ChatMessage> m_prompt;
    std::function<Draw(const engine::ModelInfo&)> m_makeDraw;
    Draw m_draw;
    Stage m_stage = Stage::Waiting;
    engine::RequestId m_request = engine::RequestId::None;
    bool m_cancelled = false;
    int m_tokensRead = 0;
    int m_tokensTotal = 0;
};

} // namespace qwill::app

#include "chat/summary_run.h"

#include "chat/prompt_worker.h"
#include "chat/summary_prompt.h"
#include "engine_host.h"

#include <QPointer>

#include <algorithm>
#include <utility>

namespace qwill::app {

SummaryRun::SummaryRun(EngineHost& host, PromptWorker& worker, ChatMessages turns, QString previous,
                       std::function<ReplyRun::Draw(const engine::ModelInfo&)> draw, QObject* parent)
    : QObject(parent),
      m_host(host),
      m_worker(worker),
      m_turns(std::move(turns)),
      m_summary(std::move(previous)),
      m_draw(std::move(draw))
{
}

SummaryRun::~SummaryRun()
{
    cancel();
}

void SummaryRun::start()
{
    auto engine = m_host.sharedEngine();
    if (!engine) {
        fail(tr("No model is loaded."));
        return;
    }
    auto job = [engine = std::move(engine), turns = std::move(m_turns), previous = m_summary] {
        // Room for the frame of the request, a summary of what was before, and the one to be written.
        const int limit = engine->contextLength(), longest = longestSummary(limit);
        const auto frame = engine->renderChat(summaryPrompt(previous, {}));
        const int framed = frame ? static_cast<int>(frame->size()) : 0;
        return summaryParts(*engine, turns, std::max(1, limit - framed - 2 * longest - 8));
    };
    m_worker.run(std::move(job), [run = QPointer(this)](std::vector<std::string> parts) {
        if (!run || run->m_ended)
            return;
        run->m_parts = std::move(parts);
        run->next();
    });
}

void SummaryRun::next()
{
    if (m_part == partCount()) {
        fail(tr("There is nothing to summarise."));
        return;
    }
    const auto at = static_cast<std::size_t>(m_part++);
    m_written.clear();
    m_request =
        new ReplyRun(m_host, m_worker, summaryPrompt(m_summary, QString::fromStdString(m_parts[at])), m_draw, this);
    connect(m_request, &ReplyRun::progressed, this, &SummaryRun::progressed);
    connect(m_request, &ReplyRun::wrote, this, [this](const QString& text) { m_written += text; });
    connect(m_request, &ReplyRun::ended, this, &SummaryRun::endPart);
    connect(m_request, &ReplyRun::failed, this, &SummaryRun::fail);
    connect(m_request, &ReplyRun::modelFailed, this, &SummaryRun::fail);
    connect(m_request, &ReplyRun::tooLong, this,
            [this] { fail(tr("The context is too small to summarise this chat.")); });
    Q_EMIT progressed();
    m_request->start();
}

void SummaryRun::endPart(const engine::Finished& finished)
{
    m_request->deleteLater();
    m_request = nullptr;
    if (finished.reason == engine::FinishReason::Cancelled) { // the model was let go
        fail(tr("The summary was not finished."));
        return;
    }
    const QString summary = cleanSummary(m_written);
    if (summary.isEmpty()) {
        fail(tr("The model wrote no summary."));
        return;
    }
    m_summary = summary;
    if (m_part < partCount()) {
        next();
        return;
    }
    m_ended = true;
    Q_EMIT this->finished(m_summary, finished);
}

void SummaryRun::fail(const QString& sentence)
{
    if (!std::exchange(m_ended, true))
        Q_EMIT failed(sentence);
}

void SummaryRun::cancel()
{
    m_ended = true;
    if (m_request) {
        m_request->disconnect(this);
        m_request->cancel();
    }
}

} // namespace qwill::app

#include "server/api_run.h"

#include <algorithm>
#include <utility>

namespace qwill::app {

using namespace Qt::StringLiterals;

ApiRun::ApiRun(HttpReply reply, LiveRequest live, int parts, quint64 modelSerial)
    : about(std::move(live)),
      m_reply(std::move(reply)),
      m_parts(static_cast<std::size_t>(parts), Part::Waiting),
      m_modelSerial(modelSerial)
{
    m_clock.start();
}

int ApiRun::nextPart() const
{
    const bool any = !isAnswered() && m_begun < static_cast<int>(m_parts.size());
    return any && mayBegin(m_begun) ? m_begun : -1;
}

engine::GenerationRequest ApiRun::begin(int part)
{
    if (m_begun++ == 0) {
        about.waiting = false;
        began();
    }
    m_parts[static_cast<std::size_t>(part)] = Part::Running;
    ++m_running;
    return request(part);
}

void ApiRun::take(int part, const engine::Event& event)
{
    const auto* finished = std::get_if<engine::Finished>(&event);
    const auto* failed = std::get_if<engine::Failed>(&event);
    if (!finished && !failed) {
        if (!isAnswered())
            heard(part, event);
        return;
    }
    m_parts[static_cast<std::size_t>(part)] = Part::Ended;
    --m_running;
    if (finished) {
        if (m_usage.completionTokens == 0)
            m_timings = finished->timings;
        m_usage.completionTokens += finished->usage.completionTokens;
    }
    if (isAnswered())
        return;
    if (failed) {
        const bool fault = failed->error.code == engine::ErrorCode::Invalid;
        const QString sentence = QString::fromStdString(failed->error.message);
        fail(fault ? invalidField({}, sentence) : serverError(sentence));
    } else if (finished->reason == engine::FinishReason::Cancelled) {
        fail(unavailable(u"The model was unloaded while it was answering; try again."_s, 5));
    } else {
        partEnded(part, *finished);
        if (std::all_of(m_parts.begin(), m_parts.end(), [](Part p) { return p == Part::Ended; }) && !isAnswered())
            allEnded();
    }
}

bool ApiRun::isOver() const
{
    return isAnswered() && m_running == 0;
}

void ApiRun::fail(const ApiError& error)
{
    if (!isAnswered())
        m_reply.send(error);
}

void ApiRun::abandon()
{
    m_reply.drop();
}

bool ApiRun::send(const QByteArray& events)
{
    m_quiet = false;
    return m_reply.events(events);
}

void ApiRun::keepAlive()
{
    if (std::exchange(m_quiet, true) && m_reply.isStreaming() && !isAnswered())
        m_reply.events(": still working\n\n");
}

} // namespace qwill::app

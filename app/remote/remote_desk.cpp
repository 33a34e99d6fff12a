#include "remote/remote_desk.h"

#include <utility>

namespace qwill::app {

RemoteDesk::RemoteDesk(engine::EventSink sink, Ended ended, const RemoteLimits& limits)
    : m_sink(std::move(sink)),
      m_ended(std::move(ended)),
      m_limits(limits),
      m_network(this)
{
}

RemoteDesk::~RemoteDesk()
{
    while (!m_replies.empty())
        m_replies.begin()->second->cancel(); // takes itself off
}

void RemoteDesk::begin(engine::RequestId id, const engine::EventSink& sink, const RemoteQuestion& question)
{
    auto* reply = new RemoteReply(m_network, question, m_limits, this);
    m_replies.emplace(id, reply);
    connect(reply, &RemoteReply::said, this,
            [this, id, sink](const engine::Event& event) { take(id, sink ? sink : m_sink, event); });
    reply->start();
}

void RemoteDesk::take(engine::RequestId id, const engine::EventSink& sink, const engine::Event& event)
{
    const auto* failed = std::get_if<engine::Failed>(&event);
    if (failed || std::holds_alternative<engine::Finished>(event)) {
        RemoteReply* reply = m_replies.extract(id).mapped();
        m_ended(static_cast<quint64>(id), reply->bytes(),
                failed ? QString::fromStdString(failed->error.message) : QString());
        reply->deleteLater();
    }
    sink(id, event);
}

void RemoteDesk::cancel(engine::RequestId id)
{
    if (const auto found = m_replies.find(id); found != m_replies.end())
        found->second->cancel();
}

} // namespace qwill::app

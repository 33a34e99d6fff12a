#include "event_mailbox.h"

#include <utility>

namespace qwill::app {

namespace {
constexpr int kFrameMs = 16; // one frame at 60 Hz
}

EventMailbox::EventMailbox(QObject* parent) : QObject(parent)
{
    m_frame.setSingleShot(true);
    m_frame.setTimerType(Qt::PreciseTimer);
    connect(&m_frame, &QTimer::timeout, this, &EventMailbox::drain);
}

void EventMailbox::put(engine::RequestId id, const engine::Event& event)
{
    const std::lock_guard lock(m_mutex);
    const auto* delta = std::get_if<engine::TextDelta>(&event);
    if (delta && !m_waiting.empty() && m_waiting.back().id == id) {
        if (auto* last = std::get_if<engine::TextDelta>(&m_waiting.back().event)) {
            last->text += delta->text;
            return;
        }
    }
    m_waiting.push_back({id, event});
    if (!std::exchange(m_posted, true))
        QMetaObject::invokeMethod(this, &EventMailbox::wake, Qt::QueuedConnection);
}

// The first event after a pause is shown at once; in a stream each drain waits for the next frame.
void EventMailbox::wake()
{
    const qint64 since = m_sinceDrain.isValid() ? m_sinceDrain.elapsed() : kFrameMs;
    if (since >= kFrameMs)
        drain();
    else
        m_frame.start(static_cast<int>(kFrameMs - since));
}

void EventMailbox::drain()
{
    std::vector<Letter> letters;
    {
        const std::lock_guard lock(m_mutex);
        letters.swap(m_waiting);
        m_posted = false;
    }
    m_sinceDrain.start();
    if (!letters.empty())
        Q_EMIT arrived(letters);
}

} // namespace qwill::app

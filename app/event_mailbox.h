#pragma once
// EventMailbox: where the engine thread leaves its events for the GUI thread. Text of one request is joined, and one
// queued call at most is pending, so a fast model costs the window one wake-up a frame. put() from any thread; the rest
// on the GUI thread.

#include "engine/events.h"

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QTimer>

#include <mutex>
#include <vector>

namespace qwill::app {

class EventMailbox : public QObject {
    Q_OBJECT

public:
    explicit EventMailbox(QObject* parent = nullptr);

    // Never blocks beyond a short lock. Text deltas of a request that wait already are joined with it.
    void put(engine::RequestId id, const engine::Event& event);

    struct Letter {
        engine::RequestId id = engine::RequestId::None;
        engine::Event event;
    };

Q_SIGNALS:
    void arrived(const std::vector<qwill::app::EventMailbox::Letter>& letters); // in order; at most once a frame

private:
    void wake();
    void drain();

    std::mutex m_mutex; // guards m_waiting and m_posted
    std::vector<Letter> m_waiting;
    bool m_posted = false;
    QTimer m_frame; // delays a drain that would come sooner than a frame after the last
    QElapsedTimer m_sinceDrain;
};

} // namespace qwill::app

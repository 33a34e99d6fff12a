#pragma once
// RunQueue: lets requests to the engine, so many at a time, and brings its events to them. The
// window's own requests do not pass here: they always find a place. HTTP thread.

#include "engine_gate.h"
#include "event_mailbox.h"
#include "server/api_run.h"

#include <QList>
#include <QObject>
#include <QTimer>

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace qwill::app {

struct QueueLimits {
    int parallel = 12; // replies at the engine
    int waiting = 64; // requests that wait for a place; beyond it 429
    int requestMs = 60 * 60 * 1000; // from arrival to the end of the answer
    int keepAliveMs = 15'000;
};

class RunQueue : public QObject {
    Q_OBJECT

public:
    // The gate outlives it.
    RunQueue(EngineGate& gate, QueueLimits limits, QObject* parent = nullptr);
    ~RunQueue() override;

    bool isFull() const { return waitingRuns() >= m_limits.waiting && runningParts() >= m_limits.parallel; }
    void add(std::unique_ptr<ApiRun> run);
    void failAll(const ApiError& error); // what waits and what runs
    void modelChanged(); // called when the gate says so

    bool isIdle() const { return m_runs.empty(); }
    int runningParts() const { return static_cast<int>(m_active.size()); }
    int waitingRuns() const;
    QList<LiveRequest> live() const;

Q_SIGNALS:
    void ended(qwill::app::ApiRun* run); // answered, and out of the engine; it goes away after the call
    void idle();

private:
    // Where the engine thread leaves events; outlives the queue as long as an engine may call.
    struct Slot {
        std::mutex mutex;
        EventMailbox* mailbox = nullptr; // guarded by mutex; null when the queue is gone
    };

    void pump();
    ApiRun* nextRun() const;
    void begin(ApiRun& run, int part, engine::Engine& engine);
    void deliver(const std::vector<EventMailbox::Letter>& letters);
    void cancelPartsOf(const ApiRun& run);
    void sweep(); // runs that are over go
    void tick();

    EngineGate& m_gate;
    const QueueLimits m_limits;
    EventMailbox m_mailbox;
    std::shared_ptr<Slot> m_slot;
    std::list<std::unique_ptr<ApiRun>> m_runs; // in the order they came
    std::map<engine::RequestId, std::pair<ApiRun*, int>> m_active;
    QTimer m_tick;
    bool m_held = false;
};

} // namespace qwill::app

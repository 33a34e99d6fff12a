#include "server/run_queue.h"

#include <algorithm>

namespace qwill::app {

using namespace Qt::StringLiterals;

namespace {

constexpr int kTickMs = 1000;

} // namespace

RunQueue::RunQueue(EngineGate& gate, QueueLimits limits, QObject* parent)
    : QObject(parent),
      m_gate(gate),
      m_limits(limits),
      m_slot(std::make_shared<Slot>())
{
    m_slot->mailbox = &m_mailbox;
    connect(&m_mailbox, &EventMailbox::arrived, this, &RunQueue::deliver);
    m_tick.setInterval(std::min(kTickMs, m_limits.keepAliveMs));
    connect(&m_tick, &QTimer::timeout, this, &RunQueue::tick);
}

RunQueue::~RunQueue()
{
    for (const std::unique_ptr<ApiRun>& run : m_runs)
        cancelPartsOf(*run);
    const std::lock_guard lock(m_slot->mutex);
    m_slot->mailbox = nullptr;
    if (m_held)
        m_gate.release();
}

int RunQueue::waitingRuns() const
{
    return static_cast<int>(std::count_if(m_runs.begin(), m_runs.end(),
                                          [](const std::unique_ptr<ApiRun>& run) { return !run->hasBegun(); }));
}

QList<LiveRequest> RunQueue::live() const
{
    QList<LiveRequest> all;
    for (const std::unique_ptr<ApiRun>& run : m_runs)
        if (!run->isAnswered())
            all.append(run->about);
    return all;
}

void RunQueue::add(std::unique_ptr<ApiRun> run)
{
    ApiRun* added = run.get();
    if (GuardedSocket* socket = run->reply().socket())
        connect(socket, &QAbstractSocket::disconnected, &added->lifetime, [this, added] {
            if (!added->isAnswered())
                added->abandon();
            cancelPartsOf(*added);
            QMetaObject::invokeMethod(this, &RunQueue::sweep, Qt::QueuedConnection);
        });
    if (added->reply().isGone())
        added->abandon();
    m_runs.push_back(std::move(run));
    if (!m_held) {
        m_held = true;
        m_gate.hold();
        m_tick.start();
    }
    pump();
}

// Who has the fewest places is next, of these who came first: a request for many variants of many prompts leaves room
// for others. What cannot use a place yet (its variants wait for their prompt to be read) does not hold it.
ApiRun* RunQueue::nextRun() const
{
    ApiRun* next = nullptr;
    for (const std::unique_ptr<ApiRun>& run : m_runs)
        if (run->nextPart() >= 0 && (!next || run->runningParts() < next->runningParts()))
            next = run.get();
    return next;
}

void RunQueue::pump()
{
    const EngineGate::View view = m_gate.view();
    if (!view.engine)
        return;
    for (const std::unique_ptr<ApiRun>& run : m_runs) {
        if (run->isAnswered() || run->modelSerial() == view.serial)
            continue;
        run->fail(unavailable(u"The model was changed while the request waited; try again."_s, 5));
        cancelPartsOf(*run);
    }
    while (runningParts() < m_limits.parallel) {
        ApiRun* run = nextRun();
        if (!run)
            break;
        begin(*run, run->nextPart(), *view.engine);
    }
    sweep();
}

void RunQueue::begin(ApiRun& run, int part, engine::Engine& engine)
{
    engine::GenerationRequest request = run.begin(part);
    request.background = true; // the person at the window comes first
    request.sink = [slot = m_slot](engine::RequestId id, const engine::Event& event) {
        const std::lock_guard lock(slot->mutex);
        if (slot->mailbox)
            slot->mailbox->put(id, event);
    };
    m_active[engine.submit(std::move(request))] = {&run, part};
    if (run.isAnswered()) // the client had gone
        cancelPartsOf(run);
}

void RunQueue::deliver(const std::vector<EventMailbox::Letter>& letters)
{
    for (const auto& [id, event] : letters) {
        const auto it = m_active.find(id);
        if (it == m_active.end())
            continue;
        const auto [run, part] = it->second;
        if (std::holds_alternative<engine::Finished>(event) || std::holds_alternative<engine::Failed>(event))
            m_active.erase(it);
        const bool was = run->isAnswered();
        run->take(part, event);
        if (!was && run->isAnswered())
            cancelPartsOf(*run); // the client went away, or another part failed
    }
    pump();
    sweep();
}

void RunQueue::cancelPartsOf(const ApiRun& run)
{
    const EngineGate::View view = m_gate.view();
    for (const auto& [id, owner] : m_active)
        if (owner.first == &run && view.engine)
            view.engine->cancel(id);
}

void RunQueue::failAll(const ApiError& error)
{
    for (const std::unique_ptr<ApiRun>& run : m_runs) {
        run->fail(error);
        cancelPartsOf(*run);
    }
    sweep();
}

// An engine that is let go ends its requests itself; what waited for it cannot go on with another.
void RunQueue::modelChanged()
{
    const EngineGate::View view = m_gate.view();
    if (view.engine) {
        pump();
        return;
    }
    for (const std::unique_ptr<ApiRun>& run : m_runs)
        if (run->runningParts() == 0)
            run->fail(unavailable(u"The model was unloaded; try again."_s, 5));
    sweep();
}

void RunQueue::sweep()
{
    for (auto it = m_runs.begin(); it != m_runs.end();) {
        if (!(*it)->isOver()) {
            ++it;
            continue;
        }
        Q_EMIT ended(it->get());
        it = m_runs.erase(it);
    }
    if (!m_runs.empty() || !m_held)
        return;
    m_held = false;
    m_tick.stop();
    m_gate.release();
    Q_EMIT idle();
}

void RunQueue::tick()
{
    for (const std::unique_ptr<ApiRun>& run : m_runs) {
        if (run->isAnswered())
            continue;
        if (run->elapsedMs() > m_limits.requestMs) {
            run->fail({504,
                       u"The reply took longer than %1 seconds."_s.arg(m_limits.requestMs / 1000),
                       u"timeout_error"_s,
                       {},
                       u"timeout"_s});
            cancelPartsOf(*run);
        } else if (run->elapsedMs() / m_limits.keepAliveMs
                   != (run->elapsedMs() - m_tick.interval()) / m_limits.keepAliveMs) {
            run->keepAlive();
            if (run->isAnswered())
                cancelPartsOf(*run);
        }
    }
    sweep();
}

} // namespace qwill::app

#include "engine_gate.h"

#include <QDateTime>
#include <QMetaObject>

namespace qwill::app {

EngineGate::View EngineGate::view() const
{
    const std::lock_guard lock(m_mutex);
    View view{m_state, m_engine.lock(), m_serial, m_loadedAt};
    if (view.state == State::Ready && !view.engine)
        view.state = State::Empty; // just let go
    return view;
}

void EngineGate::hold()
{
    {
        const std::lock_guard lock(m_mutex);
        if (++m_holds > 1)
            return;
    }
    QMetaObject::invokeMethod(this, &EngineGate::heldChanged, Qt::QueuedConnection);
}

void EngineGate::release()
{
    {
        const std::lock_guard lock(m_mutex);
        if (--m_holds > 0)
            return;
    }
    QMetaObject::invokeMethod(this, &EngineGate::heldChanged, Qt::QueuedConnection);
}

bool EngineGate::isHeld() const
{
    const std::lock_guard lock(m_mutex);
    return m_holds > 0;
}

void EngineGate::want()
{
    QMetaObject::invokeMethod(this, &EngineGate::wanted, Qt::QueuedConnection);
}

void EngineGate::set(State state, const std::shared_ptr<engine::Engine>& engine)
{
    {
        const std::lock_guard lock(m_mutex);
        m_state = state;
        m_engine = engine;
        if (state == State::Ready) {
            ++m_serial;
            m_loadedAt = QDateTime::currentSecsSinceEpoch();
        }
    }
    Q_EMIT changed();
}

} // namespace qwill::app

#include "idle_unloader.h"

#include "engine_host.h"
#include "settings.h"

namespace qwill::app {

IdleUnloader::IdleUnloader(EngineHost& host, const Settings& settings, std::chrono::milliseconds minute,
                           QObject* parent)
    : QObject(parent),
      m_host(host),
      m_settings(settings),
      m_minute(minute)
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::VeryCoarseTimer);
    connect(&m_timer, &QTimer::timeout, &host, &EngineHost::unload);
    connect(&host, &EngineHost::stateChanged, this, &IdleUnloader::wait);
    connect(&host, &EngineHost::busyChanged, this, &IdleUnloader::wait);
    connect(&settings, &Settings::changed, this, &IdleUnloader::wait);
    wait();
}

// From the beginning: something was just asked, answered, loaded or set.
void IdleUnloader::wait()
{
    const int minutes = m_settings.unloadAfterMinutes();
    if (minutes > 0 && m_host.state() == EngineHost::State::Ready && !m_host.isBusy())
        m_timer.start(m_minute * minutes);
    else
        m_timer.stop();
}

} // namespace qwill::app

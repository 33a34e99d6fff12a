#pragma once
// IdleUnloader: gives the model's memory back when nobody has asked it anything for as long as the person set
// (Settings::unloadAfterMinutes). Whoever sends next loads it again. GUI thread.

#include <QObject>
#include <QTimer>

#include <chrono>

namespace qwill::app {

class EngineHost;
class Settings;

class IdleUnloader : public QObject {
    Q_OBJECT

public:
    // Both outlive it. `minute`: how long one is; tests take a shorter one.
    IdleUnloader(EngineHost& host, const Settings& settings, std::chrono::milliseconds minute = std::chrono::minutes(1),
                 QObject* parent = nullptr);

private:
    void wait();

    EngineHost& m_host;
    const Settings& m_settings;
    std::chrono::milliseconds m_minute;
    QTimer m_timer;
};

} // namespace qwill::app

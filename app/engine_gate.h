#pragma once
// EngineGate: how another thread than the GUI's comes to the application's one Engine: it asks what is loaded, holds it
// busy while it works, and hears of changes. It never keeps a model in memory: what it hands out is to be let go at the
// end of the call. Methods: any thread; signals are emitted on the GUI thread; set() is the EngineHost's.

#include "engine/engine.h"

#include <QObject>

#include <memory>
#include <mutex>

namespace qwill::app {

class EngineGate : public QObject {
    Q_OBJECT

public:
    enum class State { Empty, Loading, Ready, Failed };

    struct View {
        State state = State::Empty;
        std::shared_ptr<engine::Engine> engine; // null unless Ready
        quint64 serial = 0; // of the load; another one is another model
        qint64 loadedAt = 0; // seconds since 1970
    };
    View view() const;

    // While held, the model counts as busy, and is not unloaded as idle. Each hold() is followed by a release().
    void hold();
    void release();
    bool isHeld() const;

    // Somebody needs a model while none is loaded: emits wanted() on the GUI thread.
    void want();

    void set(State state, const std::shared_ptr<engine::Engine>& engine);

Q_SIGNALS:
    void changed();
    void heldChanged(); // from none to some, or back
    void wanted();

private:
    mutable std::mutex m_mutex; // guards what follows
    State m_state = State::Empty;
    std::weak_ptr<engine::Engine> m_engine;
    quint64 m_serial = 0;
    qint64 m_loadedAt = 0;
    int m_holds = 0;
};

} // namespace qwill::app

#pragma once
// EngineHost: the application's one Engine. Loads and lets it go on a loader thread, submits and cancels, and turns its
// events into signals on the GUI thread, coalesced to one drain per frame. GUI thread only.

#include "engine_gate.h"
#include "event_mailbox.h"
#include "remote_path.h"

#include "engine/engine.h"

#include <QObject>
#include <QString>
#include <QThreadPool>

#include <functional>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

class QDataStream;

namespace qwill::engine {

// Qt would make these for every enum in a signal, and cannot for one of this size.
QDataStream& operator<<(QDataStream&, RequestId) = delete;
QDataStream& operator>>(QDataStream&, RequestId&) = delete;

} // namespace qwill::engine

namespace qwill::app {

struct LoadSettings {
    QString path;
    engine::WeightFormat weights = engine::WeightFormat::Auto;
    engine::KvFormat kv = engine::KvFormat::Auto;
    engine::DeviceKind device = engine::DeviceKind::Auto;
    int contextLength = 8192;
    int threads = 0;

    bool operator==(const LoadSettings&) const = default;
};

class EngineHost : public QObject {
    Q_OBJECT
    Q_PROPERTY(State state READ state NOTIFY stateChanged)
    Q_PROPERTY(double loadFraction READ loadFraction NOTIFY loadProgressed)
    Q_PROPERTY(QString modelName READ modelName NOTIFY stateChanged)
    Q_PROPERTY(bool remote READ isRemote NOTIFY stateChanged) // what it has or loads is not on this machine
    Q_PROPERTY(QString remoteHost READ remoteHost NOTIFY stateChanged)
    Q_PROPERTY(QString deviceText READ deviceText NOTIFY textsChanged)
    Q_PROPERTY(QString deviceReason READ deviceReason NOTIFY textsChanged)
    Q_PROPERTY(QString errorText READ errorText NOTIFY textsChanged)

public:
    enum class State { Empty, Loading, Ready, Failed };
    Q_ENUM(State)

    explicit EngineHost(QObject* parent = nullptr);
    ~EngineHost() override;

    // What load() calls on the loader thread: Engine::load, unless another kind of engine takes its place.
    using Loader = std::function<engine::Result<std::unique_ptr<engine::Engine>>(
        const engine::LoadOptions&, const engine::EventSink&, const engine::LoadProgressFn&, const std::stop_token&)>;
    void setLoader(Loader loader) { m_load = std::move(loader); }

    State state() const { return m_state; }
    double loadFraction() const { return m_loadFraction; }
    QString modelName() const;
    bool isRemote() const { return isRemotePath(m_settings.path); }
    QString remoteHost() const; // "ai.example.org:8000"; empty unless it is remote, and Ready
    QString deviceText() const; // "CPU · avx512vnni · W4", "not on this machine · host"; empty unless Ready
    QString deviceReason() const;
    QString errorText() const;
    const LoadSettings& settings() const { return m_settings; }

    // Return at once; a model that is loaded or loading is let go first, so that two never lie in memory together.
    void load(const LoadSettings& settings);
    Q_INVOKABLE void cancelLoad();
    Q_INVOKABLE void unload();

    // Only in state Ready; null otherwise. Its const methods are thread-safe; valid until the state changes.
    engine::Engine* engine() const { return m_engine.get(); }
    // For another thread, which keeps the model in memory as long as it holds this, and lets go before the host does.
    std::shared_ptr<const engine::Engine> sharedEngine() const { return m_engine; }

    // Only in state Ready. The reply arrives by replyText …, then exactly one replyFinished or replyFailed.
    engine::RequestId submit(engine::GenerationRequest request);
    void cancel(engine::RequestId id);
    bool isBusy() const { return !m_running.empty() || m_gate.isHeld(); } // a request has not ended yet

    // The way in for other threads; valid as long as the host. A model on another machine never goes through it.
    EngineGate& gate() { return m_gate; }

Q_SIGNALS:
    void stateChanged();
    void textsChanged(); // with the state, and with the language
    void busyChanged();
    void loadProgressed();
    void replyText(qwill::engine::RequestId id, const QString& text);
    void replyProgress(qwill::engine::RequestId id, int tokensRead, int tokensTotal); // while the prompt is read
    void replyFinished(qwill::engine::RequestId id, const qwill::engine::Finished& finished);
    void replyFailed(qwill::engine::RequestId id, const QString& sentence);

private:
    using LoadResult = engine::Result<std::unique_ptr<engine::Engine>>;

    void setState(State state);
    void setEnded(engine::RequestId id);
    void deliver(const std::vector<EventMailbox::Letter>& letters);
    void runLoad(const engine::LoadOptions& options, int serial, const std::stop_token& stop);
    void finishLoad(int serial, const std::shared_ptr<LoadResult>& result);
    void letGo();

    Loader m_load;
    State m_state = State::Empty;
    LoadSettings m_settings;
    double m_loadFraction = 0;
    std::string m_error; // the engine's own words
    QString m_remoteName; // of the last model elsewhere
    EventMailbox m_mailbox; // outlives the engine, which puts its events there
    EngineGate m_gate;
    std::shared_ptr<engine::Engine> m_engine;
    std::set<engine::RequestId> m_running;
    int m_loadSerial = 0; // of the newest load; what an older one brings is dropped
    std::stop_source m_loadStop;
    QThreadPool m_loader; // one thread, so letting go and loading happen in the order they were asked for
};

} // namespace qwill::app

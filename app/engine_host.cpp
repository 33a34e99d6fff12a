#include "engine_host.h"

#include "engine_text.h"
#include "language_switch.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QStringList>

#include <algorithm>
#include <utility>

namespace qwill::app {

namespace {

constexpr double kProgressStep = 0.005; // finer steps cannot be seen

QString fromStd(const std::string& text)
{
    return QString::fromStdString(text);
}

QString weightsText(engine::WeightFormat weights)
{
    switch (weights) {
    case engine::WeightFormat::F32: return QStringLiteral("F32");
    case engine::WeightFormat::Bf16: return QStringLiteral("BF16");
    case engine::WeightFormat::W8: return QStringLiteral("W8");
    case engine::WeightFormat::W4: return QStringLiteral("W4");
    case engine::WeightFormat::Auto: break;
    }
    return {};
}

} // namespace

EngineHost::EngineHost(QObject* parent)
    : QObject(parent),
      m_load([](const engine::LoadOptions& options, const engine::EventSink& sink,
                const engine::LoadProgressFn& progress,
                const std::stop_token& stop) { return engine::Engine::load(options, sink, progress, stop); })
{
    m_loader.setMaxThreadCount(1);
    connect(&m_mailbox, &EventMailbox::arrived, this, &EngineHost::deliver);
    connect(&m_gate, &EngineGate::heldChanged, this, &EngineHost::busyChanged);
    whenLanguageChanges(this, [this] { Q_EMIT textsChanged(); });
}

EngineHost::~EngineHost()
{
    m_loadStop.request_stop();
    m_loader.waitForDone();
    // A model that was loaded and not yet delivered goes now, while its mailbox is there.
    QCoreApplication::removePostedEvents(this);
    m_engine.reset();
}

void EngineHost::setState(State state)
{
    m_state = state;
    if (isRemote())
        m_gate.set(EngineGate::State::Failed, nullptr); // other programs ask that machine themselves
    else
        m_gate.set(static_cast<EngineGate::State>(state), m_engine);
    Q_EMIT stateChanged();
    Q_EMIT textsChanged();
}

static_assert(static_cast<int>(EngineGate::State::Failed) == static_cast<int>(EngineHost::State::Failed));

QString EngineHost::modelName() const
{
    if (m_engine)
        return fromStd(m_engine->model().name);
    if (isRemote())
        return m_remoteName;
    return m_settings.path.isEmpty() ? QString() : QFileInfo(m_settings.path).fileName();
}

QString EngineHost::deviceText() const
{
    if (!m_engine)
        return {};
    if (isRemote())
        return tr("not on this machine") + QStringLiteral(" · ") + remoteHost();
    const engine::DeviceChoice& choice = m_engine->device();
    QStringList parts;
    if (choice.chosen >= 0 && static_cast<std::size_t>(choice.chosen) < choice.devices.size()) {
        const engine::DeviceInfo& device = choice.devices[static_cast<std::size_t>(choice.chosen)];
        parts.append(device.kind == engine::DeviceKind::Cuda ? QStringLiteral("CUDA") : QStringLiteral("CPU"));
        parts.append(fromStd(device.kernels));
    }
    parts.append(weightsText(m_engine->memory().weights));
    parts.removeAll(QString());
    return parts.join(QStringLiteral(" · "));
}

QString EngineHost::remoteHost() const
{
    return isRemote() && m_engine ? fromStd(m_engine->device().devices.front().name) : QString();
}

QString EngineHost::errorText() const
{
    return engineText(m_error);
}

QString EngineHost::deviceReason() const
{
    if (isRemote() && m_engine)
        return tr("What you send here goes to %1, with the messages before it.").arg(remoteHost());
    return m_engine ? engineText(m_engine->device().reason) : QString();
}

// Destroying an Engine joins its thread, which may take a step, and gives back gigabytes: never on the GUI thread.
void EngineHost::letGo()
{
    m_loadStop.request_stop();
    ++m_loadSerial;
    if (m_engine)
        m_loader.start([engine = std::move(m_engine)]() mutable { engine.reset(); });
    m_engine.reset();
}

void EngineHost::load(const LoadSettings& settings)
{
    letGo();
    m_settings = settings;
    m_loadFraction = 0;
    m_error.clear();
    m_loadStop = std::stop_source();
    setState(State::Loading);

    engine::LoadOptions options;
    options.path = settings.path.toStdString();
    options.weights = settings.weights;
    options.kv = settings.kv;
    options.device = settings.device;
    options.contextLength = settings.contextLength;
    options.threads = settings.threads;
    m_loader.start(
        [this, options, serial = m_loadSerial, stop = m_loadStop.get_token()] { runLoad(options, serial, stop); });
}

// Loader thread. The destructor waits for it, and takes back what it posted.
void EngineHost::runLoad(const engine::LoadOptions& options, int serial, const std::stop_token& stop)
{
    if (stop.stop_requested())
        return;
    const auto sink = [this](engine::RequestId id, const engine::Event& event) { m_mailbox.put(id, event); };
    const auto progress = [this, serial, told = -1.0](const engine::LoadProgress& p) mutable {
        const double fraction =
            p.bytesTotal > 0 ? static_cast<double>(p.bytesDone) / static_cast<double>(p.bytesTotal) : 0;
        if (fraction < told + kProgressStep)
            return;
        told = fraction;
        QMetaObject::invokeMethod(this, [this, serial, fraction] {
            if (serial == m_loadSerial && m_state == State::Loading) {
                m_loadFraction = fraction;
                Q_EMIT loadProgressed();
            }
        });
    };
    // More context than the model reads would only take memory.
    engine::LoadOptions fitted = options;
    if (!isRemotePath(fromStd(options.path)))
        if (const auto details = engine::inspectModel(options.path); details && details->info.maxContext > 0)
            fitted.contextLength = std::min(options.contextLength, details->info.maxContext);
    const auto result = std::make_shared<LoadResult>(m_load(fitted, sink, progress, stop));
    QMetaObject::invokeMethod(this, [this, serial, result] { finishLoad(serial, result); });
}

void EngineHost::finishLoad(int serial, const std::shared_ptr<LoadResult>& result)
{
    if (serial != m_loadSerial) { // another model was asked for meanwhile
        if (result->ok())
            m_loader.start(
                [engine = std::shared_ptr<engine::Engine>(std::move(result->value()))]() mutable { engine.reset(); });
        return;
    }
    if (!result->ok()) {
        m_error = result->error().message;
        setState(State::Failed);
        return;
    }
    m_engine = std::move(result->value());
    if (isRemote())
        m_remoteName = modelName();
    m_loadFraction = 1;
    Q_EMIT loadProgressed();
    setState(State::Ready);
}

void EngineHost::cancelLoad()
{
    if (m_state == State::Loading)
        unload();
}

void EngineHost::unload()
{
    letGo();
    setState(State::Empty);
}

engine::RequestId EngineHost::submit(engine::GenerationRequest request)
{
    if (!m_engine)
        return engine::RequestId::None;
    const engine::RequestId id = m_engine->submit(std::move(request));
    m_running.insert(id);
    if (m_running.size() == 1)
        Q_EMIT busyChanged();
    return id;
}

void EngineHost::setEnded(engine::RequestId id)
{
    if (m_running.erase(id) > 0 && m_running.empty())
        Q_EMIT busyChanged();
}

void EngineHost::cancel(engine::RequestId id)
{
    if (m_engine)
        m_engine->cancel(id);
}

void EngineHost::deliver(const std::vector<EventMailbox::Letter>& letters)
{
    for (const auto& [id, event] : letters) {
        if (const auto* text = std::get_if<engine::TextDelta>(&event))
            Q_EMIT replyText(id, fromStd(text->text));
        else if (const auto* progress = std::get_if<engine::Progress>(&event))
            Q_EMIT replyProgress(id, progress->tokensDone, progress->tokensTotal);
        else if (const auto* finished = std::get_if<engine::Finished>(&event))
            Q_EMIT replyFinished(id, *finished);
        else if (const auto* failed = std::get_if<engine::Failed>(&event))
            Q_EMIT replyFailed(id, engineText(failed->error.message));
        if (std::holds_alternative<engine::Finished>(event) || std::holds_alternative<engine::Failed>(event))
            setEnded(id);
    }
}

} // namespace qwill::app

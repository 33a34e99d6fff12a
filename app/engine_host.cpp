#include "engine_host.h"

#include <QFileInfo>

#include <utility>

namespace qwill::app {

namespace {

QString fromStd(const std::string& text)
{
    return QString::fromStdString(text);
}

} // namespace

EngineHost::EngineHost(QObject* parent) : QObject(parent)
{
    connect(&m_mailbox, &EventMailbox::arrived, this, &EngineHost::deliver);
}

EngineHost::~EngineHost()
{
    m_loadStop.request_stop();
    m_threads.clear(); // joins
}

void EngineHost::setState(State state)
{
    m_state = state;
    Q_EMIT stateChanged();
}

QString EngineHost::modelName() const
{
    if (m_engine)
        return fromStd(m_engine->model().name);
    return m_settings.path.isEmpty() ? QString() : QFileInfo(m_settings.path).fileName();
}

QString EngineHost::deviceText() const
{
    if (!m_engine)
        return {};
    const engine::DeviceChoice& choice = m_engine->device();
    const engine::DeviceInfo& device = choice.devices[static_cast<std::size_t>(choice.chosen)];
    const QString kind = device.kind == engine::DeviceKind::Cuda ? QStringLiteral("CUDA") : QStringLiteral("CPU");
    return kind + QStringLiteral(" · ") + fromStd(m_engine->model().format);
}

QString EngineHost::deviceReason() const
{
    return m_engine ? fromStd(m_engine->device().reason) : QString();
}

// A loaded Engine joins its thread when it goes, which may take a step: never on the GUI thread.
void EngineHost::letGo()
{
    m_loadStop.request_stop();
    ++m_loadSerial;
    if (m_engine)
        m_threads.emplace_back([engine = std::move(m_engine)]() mutable { engine.reset(); });
}

void EngineHost::load(const LoadSettings& settings)
{
    letGo();
    m_settings = settings;
    m_loadFraction = 0;
    m_errorText.clear();
    m_loadStop = std::stop_source();
    setState(State::Loading);

    engine::LoadOptions options;
    options.path = settings.path.toStdString();
    options.weights = settings.weights;
    options.kv = settings.kv;
    options.device = settings.device;
    options.contextLength = settings.contextLength;
    options.threads = settings.threads;
    m_threads.emplace_back([this, options, serial = m_loadSerial, stop = m_loadStop.get_token()] {
        const auto sink = [this](engine::RequestId id, const engine::Event& event) { m_mailbox.put(id, event); };
        const auto progress = [this, serial](const engine::LoadProgress& p) {
            const double fraction =
                p.bytesTotal > 0 ? static_cast<double>(p.bytesDone) / static_cast<double>(p.bytesTotal) : 0;
            QMetaObject::invokeMethod(this, [this, serial, fraction] {
                if (serial == m_loadSerial) {
                    m_loadFraction = fraction;
                    Q_EMIT loadProgressed();
                }
            });
        };
        auto result = std::make_shared<engine::Result<std::unique_ptr<engine::Engine>>>(
            engine::Engine::load(options, sink, progress, stop));
        QMetaObject::invokeMethod(this, [this, serial, result] { finishLoad(serial, result); });
    });
}

void EngineHost::finishLoad(int serial, std::shared_ptr<engine::Result<std::unique_ptr<engine::Engine>>> result)
{
    if (serial != m_loadSerial) { // another model was asked for meanwhile
        if (result->ok())
            m_threads.emplace_back([engine = std::move(result->value())]() mutable { engine.reset(); });
        return;
    }
    if (!result->ok()) {
        m_errorText = fromStd(result->error().message);
        setState(State::Failed);
        return;
    }
    m_engine = std::move(result->value());
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
    return m_engine ? m_engine->submit(std::move(request)) : engine::RequestId::None;
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
            Q_EMIT replyFailed(id, fromStd(failed->error.message));
    }
}

} // namespace qwill::app

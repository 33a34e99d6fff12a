#pragma once
// RemoteEngine: a model on another machine, as the application knows an Engine: it counts roughly, and what is
// submitted is asked of that machine. Opens no connection before the first request. Any thread, as Engine; its own
// thread speaks with the network, and calls the sink.

#include "engine/engine.h"
#include "remote/remote_endpoint.h"
#include "remote/remote_reply.h"
#include "remote/rough_tokenizer.h"

#include <QByteArray>
#include <QThread>

#include <functional>
#include <memory>

namespace qwill::app {

class RemoteDesk;

// Told of each connection; both outlive the engine.
struct RemoteWatch {
    std::function<void(quint64 connection, const QUrl& url)> opening; // within submit()
    std::function<void(quint64 connection, qint64 bytes, const QString& failure)> ended; // on the network's thread
};

class RemoteEngine final : public engine::Engine {
public:
    RemoteEngine(const RemoteEndpoint& endpoint, QByteArray key, engine::EventSink sink, RemoteWatch watch,
                 const RemoteLimits& limits = {});
    ~RemoteEngine() override;

    const engine::ModelInfo& model() const override { return m_model; }
    const engine::DeviceChoice& device() const override { return m_device; }
    const engine::MemoryPlan& memory() const override { return m_memory; }
    int contextLength() const override { return m_endpoint.contextLength; }
    engine::EngineStats stats() const override { return {}; }

    // The prompt is what renderChat() made; its text goes out as messages.
    engine::RequestId submit(engine::GenerationRequest request) override;
    void cancel(engine::RequestId id) override;

    engine::Result<std::vector<engine::Token>> tokenize(std::string_view text,
                                                        engine::SpecialTokens special) const override;
    engine::Result<std::string> detokenize(std::span<const engine::Token> tokens) const override;
    engine::Result<std::vector<engine::Token>> renderChat(std::span<const engine::ChatMessage> messages,
                                                          std::span<const engine::ToolSpec> tools, bool forReply,
                                                          std::string_view variables) const override;
    engine::Result<void> evaluate(std::vector<engine::Token> tokens, const LogitsFn& onRow) override; // Unsupported

private:
    RemoteEndpoint m_endpoint;
    QByteArray m_key;
    RemoteWatch m_watch;
    engine::ModelInfo m_model;
    engine::DeviceChoice m_device;
    engine::MemoryPlan m_memory;
    RoughTokenizer m_tokenizer;
    QThread m_thread;
    RemoteDesk* m_desk; // lives on m_thread, and goes with it
};

} // namespace qwill::app

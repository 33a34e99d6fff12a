#include "remote/remote_engine.h"

#include "remote/chat_body.h"
#include "remote/remote_desk.h"

#include <QJsonDocument>

#include <atomic>
#include <utility>

namespace qwill::app {

namespace {

// An engine's own ids never come this far.
engine::RequestId nextId()
{
    static std::atomic<std::uint64_t> last{std::uint64_t(1) << 62};
    return static_cast<engine::RequestId>(++last);
}

engine::Error unsupported(const char* sentence)
{
    return {engine::ErrorCode::Unsupported, sentence};
}

} // namespace

RemoteEngine::RemoteEngine(const RemoteEndpoint& endpoint, QByteArray key, engine::EventSink sink, RemoteWatch watch,
                           const RemoteLimits& limits)
    : m_endpoint(endpoint),
      m_key(std::move(key)),
      m_watch(std::move(watch)),
      m_desk(new RemoteDesk(std::move(sink), m_watch.ended, limits))
{
    m_model.path = endpoint.path().toStdString();
    m_model.name = endpoint.model.toStdString();
    m_model.maxContext = endpoint.contextLength;
    m_model.hasChatTemplate = true;
    m_model.recommendedSampling = serversOwnSampling();
    m_device.devices.resize(1);
    m_device.devices.front().name = endpoint.host().toStdString();
    m_memory.weights = engine::WeightFormat::Auto;
    m_memory.kv = engine::KvFormat::Auto;
    m_memory.contextLength = endpoint.contextLength;
    m_thread.setObjectName(QStringLiteral("remote"));
    m_desk->moveToThread(&m_thread);
    m_thread.start();
}

// Behind all that was posted before; what is under way ends in Finished{Cancelled}.
RemoteEngine::~RemoteEngine()
{
    QMetaObject::invokeMethod(m_desk, [desk = m_desk, thread = &m_thread] {
        desk->deleteLater(); // by the thread, before it ends
        thread->quit();
    });
    m_thread.wait();
}

engine::RequestId RemoteEngine::submit(engine::GenerationRequest request)
{
    const engine::RequestId id = nextId();
    const std::vector<engine::ChatMessage> messages = m_tokenizer.decodeChat(request.prompt);
    RemoteQuestion question;
    question.url = m_endpoint.url(QStringLiteral("chat/completions"));
    question.host = m_endpoint.host();
    question.key = m_key;
    question.body = QJsonDocument(chatBody(m_endpoint.model, messages, request.sampling, request.stop))
                        .toJson(QJsonDocument::Compact);
    question.promptTokens = static_cast<int>(request.prompt.size());
    question.seed = request.sampling.seed.value_or(0);
    m_watch.opening(static_cast<quint64>(id), question.url);
    QMetaObject::invokeMethod(m_desk,
                              [desk = m_desk, id, sink = std::move(request.sink), question = std::move(question)] {
                                  desk->begin(id, sink, question);
                              });
    return id;
}

void RemoteEngine::cancel(engine::RequestId id)
{
    QMetaObject::invokeMethod(m_desk, [desk = m_desk, id] { desk->cancel(id); });
}

engine::Result<std::vector<engine::Token>> RemoteEngine::tokenize(std::string_view text, engine::SpecialTokens) const
{
    return m_tokenizer.encode(text);
}

engine::Result<std::string> RemoteEngine::detokenize(std::span<const engine::Token> tokens) const
{
    return m_tokenizer.decode(tokens);
}

engine::Result<std::vector<engine::Token>> RemoteEngine::renderChat(std::span<const engine::ChatMessage> messages,
                                                                    std::span<const engine::ToolSpec> tools, bool,
                                                                    std::string_view) const
{
    if (!tools.empty())
        return unsupported("Tools are not sent to another machine.");
    return m_tokenizer.encodeChat(messages);
}

engine::Result<void> RemoteEngine::evaluate(std::vector<engine::Token>, const LogitsFn&)
{
    return unsupported("A model on another machine shows no logits.");
}

} // namespace qwill::app

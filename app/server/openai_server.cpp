#include "server/openai_server.h"

#include "server/openai_protocol.h"

#include <QHttpServerRequest>
#include <QJsonArray>

#include <utility>

namespace qwill::app {

using namespace Qt::StringLiterals;

namespace {

using Method = QHttpServerRequest::Method;

constexpr int kPublishMs = 250; // often enough for eyes
constexpr int kWaitCheckMs = 1000;
constexpr qsizetype kClientNameLength = 60;

struct Route {
    QStringView path;
    Method method;
    void (ModelCalls::*call)(ApiCall, const EngineGate::View&); // null = answered without the model
};

const Route kRoutes[] = {
    {u"/v1/chat/completions", Method::Post, &ModelCalls::chat},
    {u"/v1/completions", Method::Post, &ModelCalls::complete},
    {u"/v1/responses", Method::Post, &ModelCalls::respond},
    {u"/v1/embeddings", Method::Post, &ModelCalls::embed},
    {u"/tokenize", Method::Post, &ModelCalls::tokenize},
    {u"/detokenize", Method::Post, &ModelCalls::detokenize},
    {u"/v1/models", Method::Get, nullptr},
    {u"/health", Method::Get, nullptr},
    {u"/metrics", Method::Get, nullptr},
};

// With and without /v1, with and without a slash at the end; a model's own page is /v1/models/….
const Route* routeOf(const QString& path)
{
    for (const Route& route : kRoutes) {
        const QString bare =
            route.path.startsWith(u"/v1/") ? route.path.sliced(3).toString() : u"/v1%1"_s.arg(route.path);
        if (path == route.path || path == bare || (route.path == u"/v1/models" && path.startsWith(u"/v1/models/")))
            return &route;
    }
    return nullptr;
}

QString clientOf(const QHttpServerRequest& request)
{
    QString agent = QString::fromUtf8(request.headers().value(QHttpHeaders::WellKnownHeader::UserAgent).toByteArray());
    agent = agent.simplified().left(kClientNameLength);
    const QString address = request.remoteAddress().toString();
    return agent.isEmpty() ? address : address + u" · "_s + agent;
}

} // namespace

OpenAiServer::OpenAiServer(EngineGate& gate, ServerSettings settings)
    : m_gate(gate),
      m_settings(std::move(settings)),
      m_queue(gate, m_settings.queue),
      m_calls(m_queue, gate, [this](const LiveRequest& about, int status) { note(about, status, 0, 0); })
{
    connect(&gate, &EngineGate::changed, this, &OpenAiServer::gateChanged);
    connect(&m_queue, &RunQueue::ended, this, &OpenAiServer::runEnded);
    connect(&m_queue, &RunQueue::idle, this, &OpenAiServer::finishDrain);
    m_waitCheck.setInterval(kWaitCheckMs);
    connect(&m_waitCheck, &QTimer::timeout, this, &OpenAiServer::dropLateWaiters);
    m_publish.setInterval(kPublishMs);
    connect(&m_publish, &QTimer::timeout, this, &OpenAiServer::publish);
}

OpenAiServer::~OpenAiServer()
{
    cutOff(); // while the sockets are there
}

QString OpenAiServer::listen()
{
    if (const QString reason = whyNotListenAt(m_settings.address, m_settings.access); !reason.isEmpty())
        return reason;
    auto server = std::make_unique<GuardedServer>(m_settings.connections);
    if (!server->listen(m_settings.address, m_settings.port))
        return u"%1 port %2: %3"_s.arg(m_settings.address.toString()).arg(m_settings.port).arg(server->errorString());
    connect(server.get(), &GuardedServer::refused, this, [this](int status) { m_metrics.countRefusal(status); });
    m_tcp = server.release();
    bind(m_tcp);
    return {};
}

quint16 OpenAiServer::port() const
{
    return m_tcp ? m_tcp->serverPort() : 0;
}

bool OpenAiServer::handleRequest(const QHttpServerRequest& request, QHttpServerResponder& responder)
{
    missingHandler(request, responder);
    return true;
}

// Also called for what wants to become a WebSocket, which nothing here does.
void OpenAiServer::missingHandler(const QHttpServerRequest& request, QHttpServerResponder& responder)
{
    GuardedSocket* socket = m_tcp->socketOf(request.remoteAddress(), request.remotePort());
    HttpReply reply(std::move(responder), socket, m_settings.access.allowedOrigin(request.headers()));
    answer(request, std::move(reply));
}

void OpenAiServer::answer(const QHttpServerRequest& request, HttpReply reply)
{
    const QHttpHeaders& headers = request.headers();
    const QString path = request.url().path(QUrl::FullyDecoded);
    const Route* route = routeOf(path.size() > 1 && path.endsWith(u'/') ? path.chopped(1) : path);
    std::optional<ApiError> wrong = m_settings.access.checkCaller(headers);
    if (!wrong && request.method() == Method::Options) {
        QHttpHeaders more;
        more.append("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
        more.append("Access-Control-Allow-Headers", "authorization, content-type, x-api-key");
        more.append("Access-Control-Max-Age", "600");
        return reply.send(204, {}, {}, more);
    }
    const bool open = route && route->path == u"/health"; // tells nothing but that it lives
    if (!wrong && !open)
        wrong = m_settings.access.checkKey(headers);
    if (!wrong && !route)
        wrong = notFound(u"There is no such path here."_s, u"unknown_url"_s);
    if (!wrong && request.method() == Method::Head) // must have no body
        return reply.send(405, {}, {});
    if (!wrong && request.method() != route->method)
        wrong = notPermitted(
            405, u"This path takes %1 requests only."_s.arg(route->method == Method::Get ? u"GET"_s : u"POST"_s),
            u"method_not_allowed"_s);
    if (!wrong && m_draining && !open)
        wrong = unavailable(u"The server is being stopped."_s, 0);
    const QString endpoint = route ? route->path.toString() : u"(unknown)"_s;
    if (wrong) {
        reply.send(*wrong);
    } else if (route->call) {
        callModel(route->call, request, endpoint, std::move(reply));
        return;
    } else {
        answerPlain(path, reply);
    }
    m_metrics.countAnswer(endpoint, reply.status());
}

void OpenAiServer::answerPlain(const QString& path, HttpReply& reply)
{
    const EngineGate::View model = m_gate.view();
    if (path.endsWith(u"/health")) {
        using State = EngineGate::State;
        const bool fine = model.state == State::Ready || model.state == State::Empty; // the next request loads it
        const QString status = m_draining   ? u"stopping"_s
            : model.state == State::Loading ? u"loading the model"_s
            : fine                          ? u"ok"_s
                                            : u"the model could not be loaded"_s;
        return reply.send(QJsonObject{{u"status"_s, status}}, fine && !m_draining ? 200 : 503);
    }
    if (path.endsWith(u"/metrics")) {
        const ServerMetrics::Now now{m_queue.runningParts(), m_queue.waitingRuns() + static_cast<int>(m_waiting.size()),
                                     m_tcp->connectionCount()};
        std::optional<engine::EngineStats> stats;
        if (model.engine)
            stats = model.engine->stats();
        return reply.send(200, "text/plain; version=0.0.4; charset=utf-8",
                          m_metrics.text(now, stats ? &*stats : nullptr));
    }
    const QString asked = path.section(u"/models"_s, 1).mid(1);
    if (asked.isEmpty() || asked == u"/") {
        QJsonArray list;
        if (model.engine)
            list.append(ModelCalls::modelJson(model));
        return reply.send(QJsonObject{{u"object"_s, u"list"_s}, {u"data"_s, list}});
    }
    if (model.engine && asked == ModelCalls::nameOf(*model.engine))
        return reply.send(ModelCalls::modelJson(model));
    reply.send(notFound(u"The model '%1' does not exist."_s.arg(asked), u"model_not_found"_s));
}

void OpenAiServer::callModel(ModelCall handler, const QHttpServerRequest& request, const QString& path, HttpReply reply)
{
    LiveRequest about;
    about.number = ++m_lastNumber;
    about.endpoint = path;
    about.client = clientOf(request);
    about.begun = QDateTime::currentDateTimeUtc();
    ApiResult<QJsonObject> body = readBody(request.body());
    if (!body) {
        reply.send(body.error());
        note(about, reply.status(), 0, 0);
        return;
    }
    ApiCall call{std::move(reply), about, std::move(*body)};
    const EngineGate::View model = m_gate.view();
    if (model.engine && m_waiting.empty()) {
        (m_calls.*handler)(std::move(call), model);
    } else if (model.state == EngineGate::State::Failed) {
        call.reply.send(
            unavailable(u"There is no model of this machine to answer with; Qwill's window or log says why."_s, 30));
        note(about, 503, 0, 0);
    } else if (static_cast<int>(m_waiting.size()) >= m_settings.queue.waiting) {
        call.reply.send(ApiError{429,
                                 u"Too many requests are waiting for the model already."_s,
                                 u"rate_limit_error"_s,
                                 {},
                                 u"rate_limit_exceeded"_s,
                                 10});
        note(about, 429, 0, 0);
    } else {
        if (model.state == EngineGate::State::Empty)
            m_gate.want();
        QElapsedTimer since;
        since.start();
        m_waiting.push_back({std::move(call), handler, since});
        m_waitCheck.start();
    }
    if (!m_publish.isActive()) {
        publish();
        m_publish.start();
    }
}

void OpenAiServer::gateChanged()
{
    const EngineGate::View model = m_gate.view();
    m_queue.modelChanged();
    if (model.state == EngineGate::State::Loading)
        return;
    std::list<Waiting> waiting;
    waiting.swap(m_waiting);
    for (Waiting& each : waiting) {
        if (each.call.reply.isGone())
            each.call.reply.drop();
        else if (model.engine)
            (m_calls.*each.handler)(std::move(each.call), model);
        else
            each.call.reply.send(unavailable(
                u"There is no model of this machine to answer with; Qwill's window or log says why."_s, 30));
    }
}

void OpenAiServer::dropLateWaiters()
{
    for (auto it = m_waiting.begin(); it != m_waiting.end();) {
        const bool late = it->since.elapsed() > m_settings.modelWaitMs, gone = it->call.reply.isGone();
        if (!late && !gone) {
            ++it;
            continue;
        }
        if (gone)
            it->call.reply.drop();
        else
            it->call.reply.send(unavailable(u"The model is still being loaded; try again later."_s, 60));
        it = m_waiting.erase(it);
    }
    if (m_waiting.empty()) {
        m_waitCheck.stop();
        finishDrain();
    }
}

void OpenAiServer::runEnded(ApiRun* run)
{
    const engine::Usage& usage = run->usage();
    m_metrics.countReply(usage, run->firstTimings().firstTokenMs / 1000, static_cast<double>(run->elapsedMs()) / 1000);
    note(run->about, run->reply().status(), usage.completionTokens, run->about.promptTokens);
}

void OpenAiServer::note(const LiveRequest& about, int status, int replyTokens, int promptTokens)
{
    m_metrics.countAnswer(about.endpoint, status);
    const QDateTime now = QDateTime::currentDateTimeUtc();
    Q_EMIT answered({now, about.endpoint, about.client, status, promptTokens, replyTokens, about.begun.msecsTo(now)});
}

void OpenAiServer::publish()
{
    QList<LiveRequest> live = m_queue.live();
    for (const Waiting& waiting : m_waiting)
        live.append(waiting.call.about);
    Q_EMIT liveChanged(live);
    if (live.isEmpty())
        m_publish.stop();
}

void OpenAiServer::drain()
{
    m_draining = true;
    if (m_tcp) {
        m_tcp->close();
        m_tcp->closeIdle();
    }
    finishDrain();
}

void OpenAiServer::cutOff()
{
    const ApiError stopped = unavailable(u"The server was stopped."_s, 0);
    for (Waiting& each : m_waiting)
        each.call.reply.send(stopped);
    m_waiting.clear();
    m_queue.failAll(stopped);
    finishDrain();
}

void OpenAiServer::finishDrain()
{
    if (m_draining && m_queue.isIdle() && m_waiting.empty())
        QMetaObject::invokeMethod(this, &OpenAiServer::drained, Qt::QueuedConnection);
}

} // namespace qwill::app

#pragma once
// OpenAiServer: the API at its socket: who may ask, which path is whose, and what waits until a model is loaded. Lives
// on a thread of its own, with all it owns; made, started and destroyed there (LocalServer does).

#include "engine_gate.h"
#include "server/access_rules.h"
#include "server/guarded_server.h"
#include "server/model_calls.h"
#include "server/run_queue.h"
#include "server/server_metrics.h"

#include <QAbstractHttpServer>
#include <QElapsedTimer>
#include <QList>
#include <QTimer>

#include <list>
#include <memory>
#include <optional>

namespace qwill::app {

struct ServerSettings {
    QHostAddress address = QHostAddress(QHostAddress::LocalHost);
    quint16 port = 0; // 0 = any that is free
    AccessRules access;
    ConnectionLimits connections;
    QueueLimits queue;
    int modelWaitMs = 10 * 60 * 1000; // for a model that is being loaded
};

// One request that was answered, for the log. Nothing of its text.
struct AnsweredRequest {
    QDateTime at;
    QString endpoint;
    QString client;
    int status = 0; // 0 = the client went away
    int promptTokens = 0;
    int replyTokens = 0;
    qint64 ms = 0;
};

class OpenAiServer : public QAbstractHttpServer {
    Q_OBJECT

public:
    // The gate outlives it.
    OpenAiServer(EngineGate& gate, ServerSettings settings);
    ~OpenAiServer() override;

    QString listen(); // a sentence when it cannot
    quint16 port() const;
    // No new requests; drained() when those under way are answered.
    void drain();
    void cutOff(); // what is still under way gets an error

Q_SIGNALS:
    void liveChanged(const QList<qwill::app::LiveRequest>& live);
    void answered(const qwill::app::AnsweredRequest& request);
    void drained();

protected:
    bool handleRequest(const QHttpServerRequest& request, QHttpServerResponder& responder) override;
    void missingHandler(const QHttpServerRequest& request, QHttpServerResponder& responder) override;

private:
    using ModelCall = void (ModelCalls::*)(ApiCall, const EngineGate::View&);
    struct Waiting {
        ApiCall call;
        ModelCall handler;
        QElapsedTimer since;
    };

    void answer(const QHttpServerRequest& request, HttpReply reply);
    void answerPlain(const QString& path, HttpReply& reply);
    void callModel(ModelCall handler, const QHttpServerRequest& request, const QString& path, HttpReply reply);
    void gateChanged();
    void dropLateWaiters();
    void runEnded(ApiRun* run);
    void note(const LiveRequest& about, int status, int replyTokens, int promptTokens);
    void publish();
    void finishDrain();

    EngineGate& m_gate;
    const ServerSettings m_settings;
    ServerMetrics m_metrics;
    RunQueue m_queue;
    ModelCalls m_calls;
    GuardedServer* m_tcp = nullptr; // ours, once it listens
    std::list<Waiting> m_waiting; // for a model
    QTimer m_waitCheck;
    QTimer m_publish;
    quint64 m_lastNumber = 0;
    bool m_draining = false;
};

} // namespace qwill::app

#pragma once
// RemoteDesk: the requests of one RemoteEngine that are under way, and their network. The network's thread.

#include "engine/events.h"
#include "remote/remote_reply.h"

#include <QNetworkAccessManager>
#include <QObject>

#include <functional>
#include <map>

namespace qwill::app {

class RemoteDesk : public QObject {
    Q_OBJECT

public:
    using Ended = std::function<void(quint64 connection, qint64 bytes, const QString& failure)>;
    RemoteDesk(engine::EventSink sink, Ended ended, const RemoteLimits& limits);
    ~RemoteDesk() override; // cancels what is under way

    void begin(engine::RequestId id, const engine::EventSink& sink, const RemoteQuestion& question);
    void cancel(engine::RequestId id);

private:
    void take(engine::RequestId id, const engine::EventSink& sink, const engine::Event& event);

    engine::EventSink m_sink;
    Ended m_ended;
    RemoteLimits m_limits;
    QNetworkAccessManager m_network;
    std::map<engine::RequestId, RemoteReply*> m_replies;
};

} // namespace qwill::app

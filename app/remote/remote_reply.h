#pragma once
// RemoteReply: one reply of a model on another machine: sends the request, and says what comes back as the engine
// would. The network's thread.

#include "engine/events.h"
#include "remote/chat_stream.h"

#include <QElapsedTimer>
#include <QNetworkAccessManager>
#include <QObject>
#include <QPointer>
#include <QTimer>

namespace qwill::app {

struct RemoteLimits {
    int firstMs = 600'000; // without a byte, before the reply begins: a long prompt, a long queue
    int stallMs = 120'000; // without a byte, in the reply
    qint64 replyBytes = 64 << 20; // on the wire, of one reply
};

// What every request to another machine has: its own key, no redirect, no cookies, no cache, nothing packed.
QNetworkRequest remoteRequest(const QUrl& url, const QByteArray& key);

struct RemoteQuestion {
    QUrl url;
    QString host; // for sentences
    QByteArray key; // may be empty
    QByteArray body;
    int promptTokens = 0; // about; where the server does not say
    std::uint64_t seed = 0;
};

class RemoteReply : public QObject {
    Q_OBJECT

public:
    RemoteReply(QNetworkAccessManager& network, RemoteQuestion question, const RemoteLimits& limits,
                QObject* parent = nullptr);
    ~RemoteReply() override;

    void start();
    void cancel(); // ends it in Finished{Cancelled}
    qint64 bytes() const { return m_bytes; }

Q_SIGNALS:
    void said(const qwill::engine::Event& event); // the last one is Finished or Failed

private:
    void read();
    void take(const std::vector<ChatPiece>& pieces);
    void takeBody(const QByteArray& bytes);
    void networkEnded();
    void endWhole();
    void finish(engine::FinishReason reason);
    void fail(const QString& sentence);
    void stalled();
    void letGo();

    QNetworkAccessManager& m_network;
    RemoteQuestion m_question;
    RemoteLimits m_limits;
    QPointer<QNetworkReply> m_reply;
    QTimer m_stall;
    ChatStream m_stream;
    QByteArray m_body; // of what is no stream
    QString m_finish; // as the server says it
    engine::Usage m_usage;
    bool m_toldUsage = false;
    int m_pieces = 0; // with text: about the tokens, where the server does not say
    qint64 m_bytes = 0;
    bool m_ended = false;
    QElapsedTimer m_clock;
    double m_firstMs = 0, m_lastMs = 0;
};

} // namespace qwill::app

#include "remote/remote_reply.h"

#include "drop_reply.h"
#include "remote/remote_trouble.h"

#include <QCoreApplication>
#include <QJsonDocument>

#include <utility>

namespace qwill::app {

using namespace Qt::StringLiterals;

namespace {

struct RemoteReplyText {
    Q_DECLARE_TR_FUNCTIONS(RemoteReply)
};

constexpr qsizetype kMostErrorBytes = 64 << 10; // of what a server says beside a stream
constexpr qint64 kBufferBytes = 1 << 20; // what Qt may hold before the server has to wait

int statusOf(const QNetworkReply& reply)
{
    return reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
}

} // namespace

QNetworkRequest remoteRequest(const QUrl& url, const QByteArray& key)
{
    QNetworkRequest request(url);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    request.setAttribute(QNetworkRequest::CacheSaveControlAttribute, false);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    request.setRawHeader("User-Agent", "Qwill/" + QCoreApplication::applicationVersion().toLatin1());
    request.setRawHeader("Accept-Encoding", "identity"); // a small body stays a small body
    if (!key.isEmpty())
        request.setRawHeader("Authorization", "Bearer " + key);
    return request;
}

RemoteReply::RemoteReply(QNetworkAccessManager& network, RemoteQuestion question, const RemoteLimits& limits,
                         QObject* parent)
    : QObject(parent),
      m_network(network),
      m_question(std::move(question)),
      m_limits(limits)
{
    m_stall.setSingleShot(true);
    connect(&m_stall, &QTimer::timeout, this, &RemoteReply::stalled);
}

RemoteReply::~RemoteReply()
{
    letGo();
}

void RemoteReply::start()
{
    m_clock.start();
    QNetworkRequest request = remoteRequest(m_question.url, m_question.key);
    request.setHeader(QNetworkRequest::ContentTypeHeader, u"application/json"_s);
    request.setRawHeader("Accept", "text/event-stream");
    m_reply = m_network.post(request, m_question.body);
    m_reply->setReadBufferSize(kBufferBytes);
    connect(m_reply, &QNetworkReply::readyRead, this, &RemoteReply::read);
    connect(m_reply, &QNetworkReply::finished, this, &RemoteReply::networkEnded);
    m_stall.start(m_limits.firstMs);
}

void RemoteReply::letGo()
{
    m_stall.stop();
    dropReply(m_reply, this);
}

void RemoteReply::read()
{
    const QByteArray bytes = m_reply->readAll();
    if (bytes.isEmpty())
        return;
    m_stall.start(m_limits.stallMs);
    m_bytes += bytes.size();
    const QString type = m_reply->header(QNetworkRequest::ContentTypeHeader).toString();
    if (statusOf(*m_reply) != 200 || !type.startsWith("text/event-stream"_L1, Qt::CaseInsensitive)) {
        takeBody(bytes);
        return;
    }
    take(m_stream.feed(bytes));
    if (!m_ended && (m_stream.isOverfull() || m_bytes > m_limits.replyBytes))
        fail(RemoteReplyText::tr("%1 sends more than a reply can be. The connection was closed.").arg(m_question.host));
}

void RemoteReply::takeBody(const QByteArray& bytes)
{
    const qint64 most = statusOf(*m_reply) == 200 ? m_limits.replyBytes : kMostErrorBytes;
    m_body += bytes.first(std::min<qsizetype>(bytes.size(), most - m_body.size()));
    if (m_body.size() >= most)
        endWhole();
}

void RemoteReply::take(const std::vector<ChatPiece>& pieces)
{
    for (const ChatPiece& piece : pieces) {
        if (m_ended)
            return;
        if (!piece.error.isEmpty())
            return fail(
                RemoteReplyText::tr("%1 stopped: “%2”").arg(m_question.host, withoutKey(piece.error, m_question.key)));
        if (piece.usage) {
            m_usage = *piece.usage;
            m_toldUsage = true;
        }
        if (!piece.text.isEmpty()) {
            m_lastMs = static_cast<double>(m_clock.nsecsElapsed()) / 1e6;
            if (m_pieces++ == 0)
                m_firstMs = m_lastMs;
            Q_EMIT said(engine::TextDelta{piece.text.toStdString()});
        }
        if (!piece.finish.isEmpty())
            m_finish = piece.finish;
        if (piece.done && !m_finish.isEmpty())
            return finish(m_finish == "length"_L1 ? engine::FinishReason::Length : engine::FinishReason::Stop);
    }
}

void RemoteReply::networkEnded()
{
    read();
    if (m_ended || !m_reply)
        return;
    const int status = statusOf(*m_reply);
    if (status != 0 && (status != 200 || !m_body.isEmpty()))
        return endWhole();
    take(m_stream.end());
    if (m_ended)
        return;
    if (!m_finish.isEmpty()) // some leave the last mark out
        return finish(m_finish == "length"_L1 ? engine::FinishReason::Length : engine::FinishReason::Stop);
    if (m_reply->error() != QNetworkReply::NoError && status == 0)
        return fail(remoteTrouble(m_question.host, *m_reply));
    fail(RemoteReplyText::tr("%1 closed the connection in the middle of the reply.").arg(m_question.host));
}

// No stream, but an error, or a whole reply from a server that knows no streams.
void RemoteReply::endWhole()
{
    const int status = statusOf(*m_reply);
    if (status != 200)
        return fail(remoteTrouble(m_question.host, status, withoutKey(errorSaid(m_body), m_question.key)));
    const QJsonDocument document = QJsonDocument::fromJson(m_body);
    if (!document.isObject() || (!document["choices"_L1].isArray() && document["error"_L1].isUndefined()))
        return fail(RemoteReplyText::tr("What answers at %1 is no server of OpenAI’s API. Check the address.")
                        .arg(m_question.host));
    ChatPiece piece = chatPiece(document.object());
    piece.done = true;
    if (piece.finish.isEmpty())
        piece.finish = u"stop"_s;
    take({piece});
}

void RemoteReply::finish(engine::FinishReason reason)
{
    if (m_finish == "content_filter"_L1 && reason != engine::FinishReason::Cancelled)
        return fail(RemoteReplyText::tr("%1 withheld the rest of the reply.").arg(m_question.host));
    engine::Finished finished;
    finished.reason = reason;
    finished.usage = m_usage;
    if (!m_toldUsage) {
        finished.usage.promptTokens = m_question.promptTokens;
        finished.usage.completionTokens = m_pieces;
    }
    finished.timings.firstTokenMs = m_firstMs;
    finished.timings.prefillMs = m_firstMs;
    finished.timings.decodeMs = m_lastMs - m_firstMs;
    finished.timings.totalMs = static_cast<double>(m_clock.nsecsElapsed()) / 1e6;
    finished.seed = m_question.seed;
    letGo();
    if (!std::exchange(m_ended, true))
        Q_EMIT said(finished);
}

void RemoteReply::fail(const QString& sentence)
{
    letGo();
    if (!std::exchange(m_ended, true))
        Q_EMIT said(engine::Failed{{engine::ErrorCode::Device, sentence.toStdString()}});
}

void RemoteReply::stalled()
{
    fail(RemoteReplyText::tr("Nothing came from %1 for %n second(s).", nullptr, m_stall.interval() / 1000)
             .arg(m_question.host));
}

void RemoteReply::cancel()
{
    finish(engine::FinishReason::Cancelled);
}

} // namespace qwill::app

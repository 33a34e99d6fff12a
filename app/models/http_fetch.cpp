#include "models/http_fetch.h"

#include "drop_reply.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QRegularExpression>
#include <QTimeZone>

#include <algorithm>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

constexpr qint64 kBufferBytes = 1 << 20; // what Qt may hold before the server has to wait

bool isRedirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// Never from https down to http; over http only on the same host.
bool isSafeHop(const QUrl& from, const QUrl& to)
{
    if (!to.isValid() || to.host().isEmpty() || !to.userInfo().isEmpty())
        return false;
    if (to.scheme() == "https"_L1)
        return true;
    return to.scheme() == "http"_L1 && from.scheme() == "http"_L1 && to.host() == from.host();
}

} // namespace

HttpFetch::HttpFetch(QNetworkAccessManager& network, const FetchLimits& limits, QObject* parent)
    : QObject(parent),
      m_network(network),
      m_limits(limits)
{
    m_stall.setSingleShot(true);
    m_stall.setInterval(limits.stallMs);
    connect(&m_stall, &QTimer::timeout, this, [this] {
        end({.kind = TroubleKind::Stalled, .host = m_url.host(), .expected = (m_limits.stallMs + 999) / 1000});
    });
}

HttpFetch::~HttpFetch()
{
    abort();
}

void HttpFetch::getAll(const QUrl& url)
{
    m_range.clear();
    m_etag.clear();
    m_redirects = 0;
    send(url);
}

void HttpFetch::getStretch(const QUrl& url, qint64 from, qint64 end, const QByteArray& etag)
{
    m_range = "bytes=" + QByteArray::number(from) + '-' + QByteArray::number(end - 1);
    m_etag = etag;
    m_redirects = 0;
    send(url);
}

void HttpFetch::abort()
{
    m_stall.stop();
    dropReply(m_reply, this);
}

void HttpFetch::send(const QUrl& url)
{
    abort();
    m_url = url;
    m_hasHead = m_passes = false;
    QNetworkRequest request(url);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    request.setAttribute(QNetworkRequest::CacheSaveControlAttribute, false);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    // Several connections are several shares of a slow line; HTTP/2 would fold them into one.
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    request.setRawHeader("User-Agent", "Qwill/" + QCoreApplication::applicationVersion().toLatin1());
    request.setRawHeader("Accept-Encoding", "identity"); // ranges and lengths are of the file itself
    if (!m_range.isEmpty())
        request.setRawHeader("Range", m_range);
    if (!m_range.isEmpty() && !m_etag.isEmpty())
        request.setRawHeader("If-Range", m_etag);
    Q_EMIT opening(url);
    m_reply = m_network.get(request);
    m_reply->setReadBufferSize(kBufferBytes);
    connect(m_reply, &QNetworkReply::readyRead, this, &HttpFetch::readBody);
    connect(m_reply, &QNetworkReply::finished, this, &HttpFetch::finish);
    m_stall.start();
}

void HttpFetch::readHead()
{
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (m_hasHead || status == 0)
        return;
    m_hasHead = true;
    m_passes = status == 200 || (status == 206 && !m_range.isEmpty());
    if (m_passes)
        Q_EMIT answered(answerOf(status)); // may abort
}

FetchAnswer HttpFetch::answerOf(int status) const
{
    FetchAnswer answer;
    answer.status = status;
    bool isNumber = false;
    const qint64 length = m_reply->rawHeader("Content-Length").toLongLong(&isNumber);
    answer.contentLength = isNumber && length >= 0 ? length : -1;
    static const QRegularExpression range(u"^bytes (\\d+)-\\d+/(\\d+|\\*)$"_s);
    const auto match = range.match(QString::fromLatin1(m_reply->rawHeader("Content-Range")).trimmed());
    if (status == 206 && match.hasMatch()) {
        answer.rangeFrom = match.captured(1).toLongLong();
        answer.rangeTotal = match.captured(2) == "*"_L1 ? -1 : match.captured(2).toLongLong();
    }
    const QByteArray etag = m_reply->rawHeader("ETag").trimmed();
    if (etag.startsWith('"') && etag.size() <= 1024)
        answer.etag = etag;
    answer.hasMore = m_reply->rawHeader("Link").contains("rel=\"next\"");
    return answer;
}

void HttpFetch::readBody()
{
    // Whoever listens may abort, or send the next request at once.
    const QNetworkReply* reply = m_reply;
    m_stall.start();
    readHead();
    if (m_reply != reply)
        return;
    const QByteArray bytes = m_reply->readAll();
    if (bytes.isEmpty())
        return;
    Q_EMIT transferred(m_url, bytes.size());
    if (m_passes && m_reply == reply)
        Q_EMIT received(bytes);
}

void HttpFetch::finish()
{
    const QNetworkReply* reply = m_reply;
    readBody(); // the rest of it
    if (m_reply != reply)
        return;
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (isRedirect(status)) {
        follow(m_reply->rawHeader("Location").trimmed());
        return;
    }
    if (status >= 300) {
        end(troubleOfStatus(status), retryAfterMs());
        return;
    }
    end(m_reply->error() == QNetworkReply::NoError ? Trouble{} : troubleOfNetwork());
}

void HttpFetch::follow(const QByteArray& location)
{
    const QUrl target = m_url.resolved(QUrl::fromEncoded(location, QUrl::StrictMode));
    if (!isSafeHop(m_url, target)) {
        const QString shown =
            target.adjusted(QUrl::RemovePath | QUrl::RemoveQuery | QUrl::RemoveUserInfo).toDisplayString();
        return end({.kind = TroubleKind::BadRedirect,
                    .host = m_url.host(),
                    .detail = u'“' + (shown.isEmpty() ? QString::fromLatin1(location.left(60)) : shown) + u'”'});
    }
    if (++m_redirects > m_limits.redirects)
        return end({.kind = TroubleKind::TooManyRedirects, .host = m_url.host()});
    send(target);
}

void HttpFetch::end(Trouble trouble, int retryAfter)
{
    abort();
    Q_EMIT ended(trouble, retryAfter);
}

Trouble HttpFetch::troubleOfNetwork() const
{
    Trouble trouble{.host = m_url.host()};
    switch (m_reply->error()) {
    case QNetworkReply::RemoteHostClosedError:
    case QNetworkReply::ProtocolFailure:
    case QNetworkReply::TemporaryNetworkFailureError:
    case QNetworkReply::NetworkSessionFailedError: trouble.kind = TroubleKind::Dropped; break;
    case QNetworkReply::SslHandshakeFailedError: trouble.kind = TroubleKind::TlsFailed; break;
    // Once there was an answer, it is the connection that broke, whatever name the system has for that.
    default: trouble.kind = m_hasHead ? TroubleKind::Dropped : TroubleKind::Unreachable; break;
    }
    trouble.detail = m_reply->errorString();
    while (trouble.detail.endsWith(u'.'))
        trouble.detail.chop(1);
    return trouble;
}

Trouble HttpFetch::troubleOfStatus(int status) const
{
    Trouble trouble{.host = m_url.host()};
    switch (status) {
    case 401:
    case 403:
    case 407:
    case 451: trouble.kind = TroubleKind::Forbidden; break;
    case 404:
    case 410: trouble.kind = TroubleKind::NotFound; break;
    case 416: {
        trouble.kind = TroubleKind::RangeRefused;
        const QByteArray range = m_reply->rawHeader("Content-Range").trimmed(); // "bytes */1234"
        bool isNumber = false;
        const qint64 total = range.mid(range.lastIndexOf('/') + 1).toLongLong(&isNumber);
        trouble.actual = isNumber && total >= 0 ? total : -1;
        break;
    }
    case 429: {
        trouble.kind = TroubleKind::TooManyRequests;
        const int wait = retryAfterMs();
        trouble.expected = wait < 0 ? -1 : (wait + 999) / 1000;
        break;
    }
    default:
        trouble.kind = TroubleKind::ServerError;
        trouble.expected = status;
        break;
    }
    return trouble;
}

// Seconds or a date.
int HttpFetch::retryAfterMs() const
{
    constexpr qint64 day = 24 * 3600 * qint64(1000);
    const QByteArray text = m_reply->rawHeader("Retry-After").trimmed();
    if (text.isEmpty())
        return -1;
    bool isNumber = false;
    const qint64 seconds = text.toLongLong(&isNumber);
    if (isNumber)
        return seconds < 0 ? -1 : static_cast<int>(std::min(seconds, day / 1000) * 1000);
    QDateTime date = QLocale::c().toDateTime(QString::fromLatin1(text), u"ddd, dd MMM yyyy hh:mm:ss 'GMT'"_s);
    if (!date.isValid())
        return -1;
    date.setTimeZone(QTimeZone::UTC);
    return static_cast<int>(std::clamp<qint64>(QDateTime::currentDateTimeUtc().msecsTo(date), 0, day));
}

} // namespace qwill::app

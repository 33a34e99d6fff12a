#include "server/access_rules.h"

#include <QCryptographicHash>
#include <QUrl>

namespace qwill::app {

using namespace Qt::StringLiterals;

namespace {

// "[::1]:8080" → "::1", "localhost:80" → "localhost"; empty when it is none of the sort.
QString hostOf(const QByteArray& header)
{
    const QUrl url = QUrl(u"http://"_s + QString::fromUtf8(header), QUrl::StrictMode);
    const bool plain =
        url.isValid() && url.userInfo().isEmpty() && url.path().isEmpty() && !url.hasQuery() && !url.hasFragment();
    return plain ? url.host() : QString();
}

bool isLoopbackName(const QString& host)
{
    return host.compare(u"localhost", Qt::CaseInsensitive) == 0
        || host.endsWith(u".localhost", Qt::CaseInsensitive) // by RFC 6761 never looked up
        || QHostAddress(host).isLoopback();
}

QByteArray bearer(const QHttpHeaders& headers)
{
    const QByteArray authorization = headers.value(QHttpHeaders::WellKnownHeader::Authorization).toByteArray();
    if (authorization.size() > 7 && authorization.first(7).compare("bearer ", Qt::CaseInsensitive) == 0)
        return authorization.sliced(7).trimmed();
    return headers.value("x-api-key").toByteArray();
}

} // namespace

bool equalInConstantTime(const QByteArray& one, const QByteArray& other)
{
    // Hashes are of one length, and tell nothing of where the texts differ.
    const QByteArray a = QCryptographicHash::hash(one, QCryptographicHash::Sha256);
    const QByteArray b = QCryptographicHash::hash(other, QCryptographicHash::Sha256);
    unsigned difference = 0;
    for (qsizetype i = 0; i < a.size(); ++i)
        difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
    return difference == 0;
}

// A page that made a name of its own point to this machine (DNS rebinding) sends that name as Host; an address, it
// cannot fake.
std::optional<ApiError> AccessRules::checkCaller(const QHttpHeaders& headers) const
{
    const QString host = hostOf(headers.value(QHttpHeaders::WellKnownHeader::Host).toByteArray());
    const bool known = !host.isEmpty()
        && (isLoopbackName(host) || hosts.contains(host, Qt::CaseInsensitive)
            || (!loopbackOnly && !QHostAddress(host).isNull()));
    if (!known)
        return notPermitted(421, u"This server does not answer to that host name."_s, u"host_not_allowed"_s);
    if (headers.contains(QHttpHeaders::WellKnownHeader::Origin) && allowedOrigin(headers).isEmpty())
        return notPermitted(403, u"Web pages may not use this server unless their origin is allowed in its settings."_s,
                            u"origin_not_allowed"_s);
    const QByteArray site = headers.value("Sec-Fetch-Site").toByteArray();
    if ((site == "cross-site" || site == "same-site") && allowedOrigin(headers).isEmpty())
        return notPermitted(403, u"Web pages may not use this server."_s, u"origin_not_allowed"_s);
    return {};
}

QByteArray AccessRules::allowedOrigin(const QHttpHeaders& headers) const
{
    const QByteArray origin = headers.value(QHttpHeaders::WellKnownHeader::Origin).toByteArray();
    return !origin.isEmpty() && origins.contains(QString::fromUtf8(origin)) ? origin : QByteArray();
}

std::optional<ApiError> AccessRules::checkKey(const QHttpHeaders& headers) const
{
    if (key.isEmpty())
        return {};
    const QByteArray given = bearer(headers);
    if (equalInConstantTime(given, key))
        return {};
    return ApiError{401,
                    given.isEmpty() ? u"You didn't provide an API key: send it as 'Authorization: Bearer KEY'."_s
                                    : u"Incorrect API key provided."_s,
                    u"invalid_request_error"_s,
                    {},
                    u"invalid_api_key"_s};
}

QString whyNotListenAt(const QHostAddress& address, const AccessRules& rules)
{
    if (address.isNull())
        return u"The address to listen at must be an IP address, such as 127.0.0.1 or ::1."_s;
    if (address.isLoopback() || !rules.key.isEmpty())
        return {};
    return u"Listening beyond this machine demands a key: give one with --api-key-file."_s;
}

} // namespace qwill::app

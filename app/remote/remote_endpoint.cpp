#include "remote/remote_endpoint.h"

#include "remote_path.h"

#include <QCoreApplication>
#include <QHostAddress>

#include <algorithm>

namespace qwill::app {

using namespace Qt::StringLiterals;

namespace {

struct RemoteEndpointText {
    Q_DECLARE_TR_FUNCTIONS(RemoteEndpoint)
};

constexpr qsizetype kMostLetters = 2000; // of an address or a name
constexpr int kLeastContext = 512, kMostContext = 16 << 20;

bool isThisMachine(const QString& host)
{
    return host == "localhost"_L1 || QHostAddress(host).isLoopback();
}

engine::Error invalid(const QString& sentence)
{
    return {engine::ErrorCode::Invalid, sentence.toStdString()};
}

QUrl bare(const QUrl& url)
{
    QUrl base;
    base.setScheme(url.scheme());
    base.setHost(url.host());
    base.setPort(url.port());
    QString path = url.path();
    for (const auto end : {"/chat/completions"_L1, "/completions"_L1, "/models"_L1, "/responses"_L1})
        if (path.endsWith(end))
            path.chop(end.size());
    while (path.endsWith(u'/'))
        path.chop(1);
    base.setPath(path.isEmpty() ? u"/v1"_s : path);
    return base;
}

} // namespace

QString RemoteEndpoint::path() const
{
    return kRemotePrefix + id;
}

QString RemoteEndpoint::host() const
{
    return base.port() < 0 ? base.host() : u"%1:%2"_s.arg(base.host()).arg(base.port());
}

QUrl RemoteEndpoint::url(const QString& call) const
{
    QUrl url = base;
    url.setPath(base.path() + u'/' + call);
    return url;
}

QJsonObject RemoteEndpoint::toJson() const
{
    return {{u"id"_s, id},
            {u"address"_s, QString::fromLatin1(base.toEncoded())},
            {u"model"_s, model},
            {u"contextLength"_s, contextLength}};
}

std::optional<RemoteEndpoint> RemoteEndpoint::fromJson(const QJsonObject& object)
{
    RemoteEndpoint endpoint;
    endpoint.id = object["id"_L1].toString();
    endpoint.model = object["model"_L1].toString();
    endpoint.contextLength =
        std::clamp(object["contextLength"_L1].toInt(kUsualRemoteContext), kLeastContext, kMostContext);
    const auto address = remoteAddress(object["address"_L1].toString());
    // The id becomes a file's name.
    const bool named = !endpoint.id.isEmpty() && endpoint.id.size() <= 64
        && std::all_of(endpoint.id.begin(), endpoint.id.end(),
                       [](QChar c) { return c.unicode() < 128 && c.isLetterOrNumber(); });
    if (!address || !named || endpoint.model.isEmpty() || endpoint.model.size() > kMostLetters)
        return std::nullopt;
    endpoint.base = *address;
    return endpoint;
}

engine::Result<QUrl> remoteAddress(const QString& typed)
{
    QString text = typed.trimmed();
    if (text.isEmpty())
        return invalid(RemoteEndpointText::tr("Enter the server’s address, such as https://ai.example.org/v1."));
    if (!text.contains("://"_L1)) {
        const QString host = QUrl(u"https://"_s + text).host();
        text.prepend(isThisMachine(host) || !QHostAddress(host).isNull() ? "http://"_L1 : "https://"_L1);
    }
    const QUrl url(text, QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty() || text.size() > kMostLetters)
        return invalid(RemoteEndpointText::tr("This is no address. One looks like https://ai.example.org/v1."));
    if (url.scheme() != "https"_L1 && url.scheme() != "http"_L1)
        return invalid(RemoteEndpointText::tr("Only addresses that begin with https:// or http:// can be used."));
    if (!url.userInfo().isEmpty())
        return invalid(RemoteEndpointText::tr("An address may hold no name and password: put the key below."));
    if (url.hasQuery() || url.hasFragment())
        return invalid(RemoteEndpointText::tr("Leave out what follows “?” or “#” in the address."));
    return bare(url);
}

bool isPrivateAddress(const QUrl& base)
{
    return base.scheme() == "https"_L1 || isThisMachine(base.host());
}

} // namespace qwill::app

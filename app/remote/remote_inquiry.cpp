#include "remote/remote_inquiry.h"

#include "drop_reply.h"
#include "remote/chat_stream.h"
#include "remote/remote_reply.h"
#include "remote/remote_trouble.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QNetworkReply>

#include <algorithm>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

constexpr int kTimeoutMs = 30'000;
constexpr qsizetype kMostBytes = 4 << 20, kMostModels = 2000, kMostLetters = 300;

} // namespace

RemoteInquiry::~RemoteInquiry()
{
    forget();
}

void RemoteInquiry::forget()
{
    if (m_reply)
        end({});
    m_models.clear();
    m_contexts.clear();
    m_problem.clear();
    Q_EMIT changed();
}

void RemoteInquiry::ask(const QString& address, const QString& key)
{
    forget();
    const auto base = remoteAddress(address);
    if (!base) {
        m_problem = QString::fromStdString(base.error().message);
        Q_EMIT changed();
        return;
    }
    RemoteEndpoint endpoint;
    endpoint.base = *base;
    m_host = endpoint.host();
    m_key = key.trimmed().toLatin1();
    m_body.clear();
    Q_EMIT connectionBegun(++m_connection, endpoint.base);
    QNetworkRequest request = remoteRequest(endpoint.url(u"models"_s), m_key);
    request.setTransferTimeout(kTimeoutMs);
    m_reply = m_network.get(request);
    connect(m_reply, &QNetworkReply::readyRead, this, &RemoteInquiry::read);
    connect(m_reply, &QNetworkReply::finished, this, [this] {
        read();
        if (!m_reply)
            return;
        const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
        if (status == 0)
            end(remoteTrouble(m_host, *m_reply));
        else if (status != 200)
            end(remoteTrouble(m_host, status, withoutKey(errorSaid(m_body), m_key)));
        else
            take(m_body);
    });
    Q_EMIT changed();
}

void RemoteInquiry::read()
{
    m_body += m_reply->readAll();
    if (m_body.size() > kMostBytes)
        end(tr("What %1 answers is no list of models.").arg(m_host));
}

void RemoteInquiry::take(const QByteArray& body)
{
    const QJsonDocument document = QJsonDocument::fromJson(body);
    for (const QJsonValue& value : document["data"_L1].toArray()) {
        const QString name = value["id"_L1].toString();
        if (name.isEmpty() || name.size() > kMostLetters || m_models.size() >= kMostModels)
            continue;
        m_models.append(name);
        for (const auto key : {"max_model_len"_L1, "context_length"_L1, "context_window"_L1})
            if (const int length = value[key].toInt(); length > 0)
                m_contexts.emplace(name, length);
    }
    m_models.sort(Qt::CaseInsensitive);
    m_models.removeDuplicates();
    if (!document["data"_L1].isArray())
        end(tr("What %1 answers is no list of models.").arg(m_host));
    else
        end(m_models.isEmpty() ? tr("%1 has no models.").arg(m_host) : QString());
}

void RemoteInquiry::end(const QString& problem)
{
    dropReply(m_reply, this);
    m_problem = problem;
    Q_EMIT connectionEnded(m_connection, m_body.size(), problem);
    Q_EMIT changed();
}

int RemoteInquiry::contextOf(const QString& model) const
{
    const auto found = m_contexts.find(model);
    return found == m_contexts.end() ? kUsualRemoteContext : found->second;
}

} // namespace qwill::app

#include "remote/remote_models.h"

#include "language_switch.h"
#include "remote/remote_engine.h"
#include "remote_path.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLocale>
#include <QSaveFile>
#include <QUuid>

#include <algorithm>
#include <utility>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

constexpr qint64 kMostListBytes = 1 << 20;

bool isKey(const QByteArray& key)
{
    return std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c <= '~'; });
}

} // namespace

RemoteModels::RemoteModels(QString file, KeyRing& keys, QObject* parent)
    : QAbstractListModel(parent),
      m_file(std::move(file)),
      m_keys(keys)
{
    connect(&m_inquiry, &RemoteInquiry::connectionBegun, this, &RemoteModels::connectionBegun);
    connect(&m_inquiry, &RemoteInquiry::connectionEnded, this, &RemoteModels::connectionEnded);
    readList();
    whenLanguageChanges(this, [this] {
        if (!m_endpoints.empty())
            Q_EMIT dataChanged(index(0), index(rowCountNow() - 1));
    });
}

int RemoteModels::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : rowCountNow();
}

QVariant RemoteModels::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const RemoteEndpoint& endpoint = m_endpoints[static_cast<std::size_t>(index.row())];
    switch (role) {
    case PathRole: return endpoint.path();
    case Qt::DisplayRole:
    case NameRole: return endpoint.model;
    case HostRole: return endpoint.host();
    case DetailRole:
        return tr("Not on this machine: %1 · %2 tokens")
            .arg(endpoint.host(), QLocale().toString(endpoint.contextLength));
    case OpenRole: return !isPrivateAddress(endpoint.base);
    default: return {};
    }
}

QHash<int, QByteArray> RemoteModels::roleNames() const
{
    return {{PathRole, "path"}, {NameRole, "name"}, {HostRole, "host"}, {DetailRole, "detail"}, {OpenRole, "open"}};
}

RemoteModels::Endpoints::const_iterator RemoteModels::find(const QString& path) const
{
    return std::find_if(m_endpoints.begin(), m_endpoints.end(),
                        [&](const RemoteEndpoint& endpoint) { return endpoint.path() == path; });
}

void RemoteModels::setProblem(const QString& sentence)
{
    if (std::exchange(m_problem, sentence) != sentence)
        Q_EMIT problemChanged();
}

bool RemoteModels::isOpen(const QString& address) const
{
    const auto base = remoteAddress(address);
    return base && !isPrivateAddress(*base);
}

QString RemoteModels::add(const QString& address, const QString& key, const QString& model, int contextLength)
{
    const auto base = remoteAddress(address);
    const QByteArray secret = key.trimmed().toLatin1();
    setProblem(!base                           ? QString::fromStdString(base.error().message)
                   : model.trimmed().isEmpty() ? tr("Name the model, as the server calls it.")
                   : !isKey(secret)            ? tr("A key has letters, digits and signs of ASCII only.")
                                               : QString());
    if (!m_problem.isEmpty())
        return {};
    RemoteEndpoint endpoint;
    endpoint.base = *base;
    endpoint.model = model.trimmed();
    endpoint.contextLength = std::max(512, contextLength);
    const auto same = std::find_if(m_endpoints.begin(), m_endpoints.end(), [&](const RemoteEndpoint& e) {
        return e.base == endpoint.base && e.model == endpoint.model;
    });
    const bool isNew = same == m_endpoints.end();
    endpoint.id = isNew ? QUuid::createUuid().toString(QUuid::Id128) : same->id;
    put(endpoint, secret);
    writeList();
    if (secret.isEmpty())
        m_keys.remove(endpoint.id);
    else
        m_keys.write(endpoint.id, secret, [this](const QString& sentence) {
            if (!sentence.isEmpty())
                setProblem(sentence);
        });
    if (!isNew)
        Q_EMIT renewed(endpoint.path());
    return endpoint.path();
}

void RemoteModels::put(const RemoteEndpoint& endpoint, const QByteArray& key)
{
    const auto row = static_cast<int>(find(endpoint.path()) - m_endpoints.begin());
    const bool isNew = row == rowCountNow();
    if (isNew)
        beginInsertRows({}, row, row);
    {
        const std::lock_guard lock(m_mutex);
        m_known[endpoint.path()] = key;
        if (isNew)
            m_endpoints.push_back(endpoint);
        else
            m_endpoints[static_cast<std::size_t>(row)] = endpoint;
    }
    if (isNew) {
        endInsertRows();
        Q_EMIT countChanged();
    } else {
        Q_EMIT dataChanged(index(row), index(row));
    }
}

void RemoteModels::remove(const QString& path)
{
    const auto found = find(path);
    if (found == m_endpoints.end())
        return;
    const auto row = static_cast<int>(found - m_endpoints.begin());
    m_keys.remove(found->id);
    beginRemoveRows({}, row, row);
    {
        const std::lock_guard lock(m_mutex);
        m_endpoints.erase(found);
        m_known.erase(path);
    }
    endRemoveRows();
    Q_EMIT countChanged();
    writeList();
}

void RemoteModels::prepare(const QString& path, const std::function<void()>& done)
{
    const auto found = find(path);
    if (found == m_endpoints.end() || m_known.contains(path))
        return done();
    m_keys.read(found->id, [this, path, done](const QByteArray& key) {
        {
            const std::lock_guard lock(m_mutex);
            m_known.emplace(path, key);
        }
        done();
    });
}

engine::Result<std::unique_ptr<engine::Engine>> RemoteModels::open(const QString& path, const engine::EventSink& sink)
{
    const std::lock_guard lock(m_mutex);
    const auto found = find(path);
    if (found == m_endpoints.end())
        return engine::Error{engine::ErrorCode::NotFound,
                             tr("This model elsewhere is no longer in the list. Choose another.").toStdString()};
    RemoteWatch watch;
    watch.opening = [this](quint64 connection, const QUrl& url) { Q_EMIT connectionBegun(connection, url); };
    watch.ended = [this](quint64 connection, qint64 bytes, const QString& failure) {
        QMetaObject::invokeMethod(
            this, [this, connection, bytes, failure] { Q_EMIT connectionEnded(connection, bytes, failure); });
    };
    return std::unique_ptr<engine::Engine>(
        std::make_unique<RemoteEngine>(*found, m_known[path], sink, std::move(watch)));
}

void RemoteModels::readList()
{
    QFile file(m_file);
    if (!file.exists())
        return;
    if (!file.open(QIODevice::ReadOnly)) {
        m_problem = tr("The list of models elsewhere, %1, cannot be read: %2").arg(m_file, file.errorString());
        return;
    }
    const QJsonArray models = QJsonDocument::fromJson(file.read(kMostListBytes)).object()["models"_L1].toArray();
    for (const QJsonValue& value : models)
        if (const auto endpoint = RemoteEndpoint::fromJson(value.toObject()); endpoint && !contains(endpoint->path()))
            m_endpoints.push_back(*endpoint);
}

bool RemoteModels::writeList()
{
    QJsonArray models;
    for (const RemoteEndpoint& endpoint : m_endpoints)
        models.append(endpoint.toJson());
    QDir().mkpath(QFileInfo(m_file).absolutePath());
    QSaveFile file(m_file);
    const QByteArray bytes = QJsonDocument(QJsonObject{{u"models"_s, models}}).toJson();
    if (file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit())
        return true;
    setProblem(tr("The list of models elsewhere could not be kept in %1: %2").arg(m_file, file.errorString()));
    return false;
}

} // namespace qwill::app

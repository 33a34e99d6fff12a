#include "connection_log.h"

#include "language_switch.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>

#include <algorithm>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

constexpr qint64 kMaxFileBytes = 16 << 20; // a hundred thousand connections
constexpr int kLastPurpose = static_cast<int>(ConnectionLog::Purpose::OwnServer);

QString addressOf(const QUrl& url)
{
    QUrl bare;
    bare.setScheme(url.scheme());
    bare.setHost(url.host());
    bare.setPort(url.port());
    return bare.toString();
}

} // namespace

ConnectionLog::ConnectionLog(QString file, QObject* parent) : QAbstractListModel(parent), m_file(std::move(file))
{
    read();
    whenLanguageChanges(this, [this] {
        if (!m_entries.empty())
            Q_EMIT dataChanged(index(0), index(rowCountNow() - 1));
    });
}

int ConnectionLog::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : rowCountNow();
}

QVariant ConnectionLog::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Entry& entry = m_entries[m_entries.size() - 1 - static_cast<std::size_t>(index.row())];
    switch (role) {
    case TimeRole: return QLocale().toString(entry.begun.toLocalTime(), QLocale::ShortFormat);
    case Qt::DisplayRole:
    case AddressRole: return entry.address;
    case PurposeRole:
        return entry.purpose == Purpose::Download ? tr("Download of a model")
            : entry.purpose == Purpose::ModelList ? tr("List of a model’s files")
                                                  : tr("A server of your own");
    case BytesRole: return QLocale().formattedDataSize(entry.bytes, 1, QLocale::DataSizeSIFormat);
    case OutcomeRole: return outcomeOf(entry);
    default: return {};
    }
}

QString ConnectionLog::outcomeOf(const Entry& entry) const
{
    if (!entry.ended)
        return entry.ours ? tr("Under way") : tr("Qwill closed before it ended");
    return entry.failure.isEmpty() ? tr("Complete") : entry.failure;
}

QHash<int, QByteArray> ConnectionLog::roleNames() const
{
    return {{TimeRole, "time"},
            {AddressRole, "address"},
            {PurposeRole, "purpose"},
            {BytesRole, "bytes"},
            {OutcomeRole, "outcome"}};
}

qint64 ConnectionLog::begin(const QUrl& url, Purpose purpose)
{
    Entry entry;
    entry.id = ++m_lastId;
    entry.begun = QDateTime::currentDateTimeUtc();
    entry.address = addressOf(url);
    entry.purpose = purpose;
    entry.ours = true;
    beginInsertRows({}, 0, 0);
    m_entries.push_back(entry);
    endInsertRows();
    append(QJsonDocument(QJsonObject{{u"id"_s, entry.id},
                                     {u"begun"_s, entry.begun.toString(Qt::ISODateWithMs)},
                                     {u"address"_s, entry.address},
                                     {u"purpose"_s, static_cast<int>(purpose)}})
               .toJson(QJsonDocument::Compact));
    Q_EMIT countChanged();
    return entry.id;
}

void ConnectionLog::end(qint64 connection, qint64 bytesReceived, const QString& failure)
{
    const auto entry = std::find_if(m_entries.begin(), m_entries.end(),
                                    [&](const Entry& e) { return e.id == connection && e.ours && !e.ended; });
    if (entry == m_entries.end())
        return;
    entry->ended = true;
    entry->bytes = bytesReceived;
    entry->failure = failure;
    append(QJsonDocument(QJsonObject{{u"id"_s, connection}, {u"bytes"_s, bytesReceived}, {u"failure"_s, failure}})
               .toJson(QJsonDocument::Compact));
    const int row = static_cast<int>(m_entries.end() - entry) - 1;
    Q_EMIT dataChanged(index(row), index(row));
}

void ConnectionLog::read()
{
    QFile file(m_file);
    if (!file.exists())
        return;
    if (!file.open(QIODevice::ReadOnly)) {
        m_problem = tr("Earlier connections in %1 cannot be read: %2").arg(m_file, file.errorString());
        return;
    }
    if (file.size() > kMaxFileBytes)
        file.seek(file.size() - kMaxFileBytes); // the cut line is no JSON and is passed over
    while (!file.atEnd())
        readLine(file.readLine());
}

void ConnectionLog::readLine(const QByteArray& line)
{
    const QJsonObject object = QJsonDocument::fromJson(line).object();
    const qint64 id = object["id"_L1].toInteger();
    if (id <= 0)
        return;
    if (object.contains("begun"_L1)) {
        Entry entry;
        entry.id = id;
        entry.begun = QDateTime::fromString(object["begun"_L1].toString(), Qt::ISODateWithMs);
        entry.address = object["address"_L1].toString();
        entry.purpose = static_cast<Purpose>(std::clamp(object["purpose"_L1].toInt(), 0, kLastPurpose));
        m_entries.push_back(entry);
        m_lastId = std::max(m_lastId, id);
        return;
    }
    // The newest of that number.
    const auto entry =
        std::find_if(m_entries.rbegin(), m_entries.rend(), [&](const Entry& e) { return e.id == id && !e.ended; });
    if (entry == m_entries.rend())
        return;
    entry->ended = true;
    entry->bytes = object["bytes"_L1].toInteger();
    entry->failure = object["failure"_L1].toString();
}

void ConnectionLog::append(const QByteArray& line)
{
    QDir().mkpath(QFileInfo(m_file).absolutePath());
    QFile file(m_file);
    if (file.open(QIODevice::WriteOnly | QIODevice::Append) && file.write(line + '\n') == line.size() + 1
        && file.flush())
        return;
    m_problem = tr("The list of connections could not be written to %1: %2").arg(m_file, file.errorString());
    Q_EMIT countChanged();
}

} // namespace qwill::app

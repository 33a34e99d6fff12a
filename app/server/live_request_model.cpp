#include "server/live_request_model.h"

#include <algorithm>

namespace qwill::app {

int LiveRequestModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : rowCountNow();
}

QString LiveRequestModel::figuresOf(const LiveRequest& request) const
{
    const int seconds = static_cast<int>(request.begun.secsTo(QDateTime::currentDateTimeUtc()));
    const QString prompt = tr("%n token(s) of prompt", nullptr, request.promptTokens);
    if (request.waiting)
        return tr("Waiting for %n second(s)", nullptr, seconds)
            + (request.promptTokens > 0 ? QStringLiteral(" · ") + prompt : QString());
    return tr("%n second(s)", nullptr, seconds) + QStringLiteral(" · ") + prompt + QStringLiteral(" · ")
        + tr("%n token(s) written", nullptr, request.replyTokens);
}

QVariant LiveRequestModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const LiveRequest& request = m_live[index.row()];
    switch (role) {
    case EndpointRole: return request.endpoint;
    case ClientRole: return request.client;
    case FiguresRole: return figuresOf(request);
    case WaitingRole: return request.waiting;
    default: return {};
    }
}

QHash<int, QByteArray> LiveRequestModel::roleNames() const
{
    return {{EndpointRole, "endpoint"}, {ClientRole, "client"}, {FiguresRole, "figures"}, {WaitingRole, "waiting"}};
}

// Requests end in any order and begin at the end: what is gone is removed, what stayed is refreshed, what is new comes.
void LiveRequestModel::show(const QList<LiveRequest>& live)
{
    const qsizetype before = m_live.size();
    for (qsizetype row = m_live.size() - 1; row >= 0; --row) {
        const auto is = [&](const LiveRequest& request) { return request.number == m_live[row].number; };
        if (std::any_of(live.begin(), live.end(), is))
            continue;
        beginRemoveRows({}, static_cast<int>(row), static_cast<int>(row));
        m_live.removeAt(row);
        endRemoveRows();
    }
    for (const LiveRequest& request : live) {
        const auto at = std::find_if(m_live.begin(), m_live.end(),
                                     [&](const LiveRequest& known) { return known.number == request.number; });
        if (at != m_live.end()) {
            *at = request;
            continue;
        }
        beginInsertRows({}, rowCountNow(), rowCountNow());
        m_live.append(request);
        endInsertRows();
    }
    if (!m_live.isEmpty())
        Q_EMIT dataChanged(index(0), index(rowCountNow() - 1));
    if (m_live.size() != before)
        Q_EMIT countChanged();
}

} // namespace qwill::app

#pragma once
// LiveRequestModel: the requests the server works on now, oldest first, for the window. GUI thread.

#include "server/api_run.h"

#include <QAbstractListModel>
#include <QList>
#include <QtQmlIntegration>

namespace qwill::app {

class LiveRequestModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The server's switch owns its requests")
    Q_PROPERTY(int count READ rowCountNow NOTIFY countChanged)

public:
    enum Role {
        EndpointRole = Qt::UserRole + 1, // "/v1/chat/completions"
        ClientRole, // "127.0.0.1 · curl/8.5"
        FiguresRole, // "12 s · prompt 312 tokens · 80 tokens written", or "Waiting · …"
        WaitingRole, // bool
    };

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    void show(const QList<LiveRequest>& live);

Q_SIGNALS:
    void countChanged();

private:
    int rowCountNow() const { return static_cast<int>(m_live.size()); }
    QString figuresOf(const LiveRequest& request) const;

    QList<LiveRequest> m_live;
};

} // namespace qwill::app

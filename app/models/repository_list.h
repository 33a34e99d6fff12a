#pragma once
// RepositoryList: asks a mirror which files a repository has, of which revision. One thread, with an event loop.

#include "models/backoff.h"
#include "models/download_source.h"
#include "models/http_fetch.h"

#include <QObject>
#include <QTimer>

namespace qwill::app {

class RepositoryList : public QObject {
    Q_OBJECT

public:
    RepositoryList(QNetworkAccessManager& network, const FetchLimits& limits, QObject* parent = nullptr);

    void ask(const DownloadSource& source, const QString& repository);
    void stop(); // silent

Q_SIGNALS:
    void opening(const QUrl& url);
    void transferred(const QUrl& url, qint64 bytes);
    void listed(const QString& revision, const QList<qwill::app::RemoteFile>& files);
    void failed(const qwill::app::Trouble& trouble);

private:
    void send();
    void end(const Trouble& trouble, int retryAfterMs);
    void readList();
    void fail(Trouble trouble);

    FetchLimits m_limits;
    HttpFetch m_fetch;
    Backoff m_backoff;
    QTimer m_wait;
    DownloadSource m_source;
    QString m_repository, m_revision; // the latter empty while it is being asked for
    QByteArray m_body;
};

} // namespace qwill::app

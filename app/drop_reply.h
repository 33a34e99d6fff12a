#pragma once
// dropReply: ends a request whose answer nobody waits for any more. The thread of the reply.

#include <QNetworkReply>
#include <QPointer>

namespace qwill::app {

// First forgotten, then silenced, then aborted, so that nothing it says on the way reaches `listener`. Null is fine.
inline void dropReply(QPointer<QNetworkReply>& reply, const QObject* listener)
{
    QNetworkReply* dropped = reply;
    reply.clear();
    if (!dropped)
        return;
    dropped->disconnect(listener);
    dropped->abort();
    dropped->deleteLater();
}

} // namespace qwill::app

#include "remote/remote_trouble.h"

#include <QCoreApplication>

namespace qwill::app {

namespace {

struct RemoteTrouble {
    Q_DECLARE_TR_FUNCTIONS(RemoteTrouble)
};

QString sentenceOf(const QString& host, int status)
{
    switch (status) {
    case 401:
    case 403: return RemoteTrouble::tr("%1 refused the key. Add the model again with the right one.").arg(host);
    case 404: return RemoteTrouble::tr("%1 does not know this model, or nothing answers at this address.").arg(host);
    case 402: return RemoteTrouble::tr("%1 asks for payment.").arg(host);
    case 408:
    case 504: return RemoteTrouble::tr("%1 took too long.").arg(host);
    case 413: return RemoteTrouble::tr("This chat is too long for %1.").arg(host);
    case 429: return RemoteTrouble::tr("%1 is asked too much at the moment. Try again later.").arg(host);
    case 400:
    case 422: return RemoteTrouble::tr("%1 did not accept the request.").arg(host);
    default: break;
    }
    if (status >= 300 && status < 400)
        return RemoteTrouble::tr("%1 sends the request elsewhere, which Qwill does not follow. Enter that address.")
            .arg(host);
    return RemoteTrouble::tr("%1 failed (%2). Try again later.").arg(host).arg(status);
}

} // namespace

QString remoteTrouble(const QString& host, int status, const QString& said)
{
    const QString sentence = sentenceOf(host, status);
    return said.isEmpty() ? sentence : RemoteTrouble::tr("%1 It says: “%2”").arg(sentence, said);
}

QString remoteTrouble(const QString& host, const QNetworkReply& reply)
{
    QString words = reply.errorString();
    while (words.endsWith(u'.'))
        words.chop(1);
    switch (reply.error()) {
    case QNetworkReply::ConnectionRefusedError:
        return RemoteTrouble::tr("Nothing answers at %1. Is the server running?").arg(host);
    case QNetworkReply::HostNotFoundError: return RemoteTrouble::tr("There is no machine called %1.").arg(host);
    case QNetworkReply::SslHandshakeFailedError:
        return RemoteTrouble::tr("The connection to %1 is not secure, and nothing was sent: %2.").arg(host, words);
    case QNetworkReply::RemoteHostClosedError:
        return RemoteTrouble::tr("%1 closed the connection in the middle of the reply.").arg(host);
    default: return RemoteTrouble::tr("%1 cannot be reached: %2.").arg(host, words);
    }
}

QString withoutKey(const QString& said, const QByteArray& key)
{
    QString text = said;
    return key.isEmpty() ? text : text.replace(QString::fromLatin1(key), QStringLiteral("…"));
}

} // namespace qwill::app

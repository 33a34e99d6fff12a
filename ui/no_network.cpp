#include "no_network.h"

#include <QNetworkReply>

namespace qwill::ui {

namespace {

// A reply that has failed before anything was tried.
class Refusal : public QNetworkReply {
public:
    Refusal(const QNetworkRequest& request, QObject* parent) : QNetworkReply(parent)
    {
        setRequest(request);
        setUrl(request.url());
        setError(ContentAccessDenied, QStringLiteral("The window fetches nothing."));
        setFinished(true);
        QMetaObject::invokeMethod(
            this,
            [this] {
                Q_EMIT errorOccurred(error());
                Q_EMIT finished();
            },
            Qt::QueuedConnection);
    }
    void abort() override { }

protected:
    qint64 readData(char*, qint64) override { return -1; }
};

class Refuser : public QNetworkAccessManager {
public:
    Refuser(std::atomic<int>& refused, QObject* parent) : QNetworkAccessManager(parent), m_refused(refused) { }

protected:
    QNetworkReply* createRequest(Operation operation, const QNetworkRequest& request, QIODevice* body) override
    {
        if (request.url().scheme() == QLatin1StringView("qrc"))
            return QNetworkAccessManager::createRequest(operation, request, body);
        ++m_refused;
        return new Refusal(request, this);
    }

private:
    std::atomic<int>& m_refused; // the factory's; it outlives the QML engine
};

} // namespace

QNetworkAccessManager* NoNetwork::create(QObject* parent)
{
    return new Refuser(m_refused, parent);
}

} // namespace qwill::ui

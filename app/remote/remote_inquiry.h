#pragma once
// RemoteInquiry: asks a server which models it has, because a person pressed the button that says so. GUI thread.

#include "remote/remote_endpoint.h"

#include <QNetworkAccessManager>
#include <QObject>
#include <QPointer>
#include <QStringList>
#include <QtQmlIntegration>

#include <map>

class QNetworkReply;

namespace qwill::app {

class RemoteInquiry : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("RemoteModels makes inquiries")
    Q_PROPERTY(bool asking READ isAsking NOTIFY changed)
    Q_PROPERTY(QStringList models READ models NOTIFY changed) // by name
    Q_PROPERTY(QString problem READ problem NOTIFY changed) // a sentence, or empty

public:
    using QObject::QObject;
    ~RemoteInquiry() override;

    bool isAsking() const { return !m_reply.isNull(); }
    QStringList models() const { return m_models; }
    QString problem() const { return m_problem; }

    Q_INVOKABLE void ask(const QString& address, const QString& key);
    Q_INVOKABLE void forget(); // what was asked and answered
    Q_INVOKABLE int contextOf(const QString& model) const; // tokens; the usual where the server did not say

Q_SIGNALS:
    void changed();
    void connectionBegun(quint64 connection, const QUrl& url);
    void connectionEnded(quint64 connection, qint64 bytes, const QString& failure);

private:
    void read();
    void take(const QByteArray& body);
    void end(const QString& problem);

    QNetworkAccessManager m_network;
    QPointer<QNetworkReply> m_reply;
    QByteArray m_body;
    QByteArray m_key;
    QString m_host;
    QStringList m_models;
    std::map<QString, int> m_contexts;
    QString m_problem;
    quint64 m_connection = 0;
};

} // namespace qwill::app

#include "secrets/system_keys.h"

#include <qt6keychain/keychain.h>

namespace qwill::app::system_keys {

namespace {

// What the keyring's own window lists the keys by.
QString service()
{
    return QStringLiteral("Qwill");
}

} // namespace

void read(QObject& context, const QString& name, const std::function<void(const QByteArray&)>& done)
{
    auto* job = new QKeychain::ReadPasswordJob(service(), &context);
    job->setKey(name);
    QObject::connect(job, &QKeychain::Job::finished, &context, [job, done] {
        done(job->error() == QKeychain::NoError ? job->textData().toLatin1() : QByteArray());
    });
    job->start();
}

void write(QObject& context, const QString& name, const QByteArray& key, const std::function<void(bool)>& done)
{
    auto* job = new QKeychain::WritePasswordJob(service(), &context);
    job->setKey(name);
    job->setTextData(QString::fromLatin1(key));
    QObject::connect(job, &QKeychain::Job::finished, &context,
                     [job, done] { done(job->error() == QKeychain::NoError); });
    job->start();
}

void remove(QObject& context, const QString& name)
{
    auto* job = new QKeychain::DeletePasswordJob(service(), &context);
    job->setKey(name);
    job->start();
}

} // namespace qwill::app::system_keys

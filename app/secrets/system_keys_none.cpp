#include "secrets/system_keys.h"

namespace qwill::app::system_keys {

void read(QObject& context, const QString&, const std::function<void(const QByteArray&)>& done)
{
    QMetaObject::invokeMethod(
        &context, [done] { done({}); }, Qt::QueuedConnection);
}

void write(QObject& context, const QString&, const QByteArray&, const std::function<void(bool)>& done)
{
    QMetaObject::invokeMethod(
        &context, [done] { done(false); }, Qt::QueuedConnection);
}

void remove(QObject&, const QString&) { }

} // namespace qwill::app::system_keys

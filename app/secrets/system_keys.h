#pragma once
// The keyring of the system, asked through QtKeychain; system_keys_none.cpp stands in where the build has none. GUI
// thread; answers come later, and none when `context` is gone.

#include <QByteArray>
#include <QObject>
#include <QString>

#include <functional>

namespace qwill::app::system_keys {

void read(QObject& context, const QString& name, const std::function<void(const QByteArray& key)>& done);
void write(QObject& context, const QString& name, const QByteArray& key, const std::function<void(bool kept)>& done);
void remove(QObject& context, const QString& name);

} // namespace qwill::app::system_keys

#pragma once
// What went wrong with a machine elsewhere, as a sentence a person can act on. Pure; any thread.

#include <QByteArray>
#include <QNetworkReply>
#include <QString>

namespace qwill::app {

// `status`: of the answer, 0 where there was none. `said`: the server's own words, or empty.
QString remoteTrouble(const QString& host, int status, const QString& said);
QString remoteTrouble(const QString& host, const QNetworkReply& reply);
// The words without the key, which some servers repeat.
QString withoutKey(const QString& said, const QByteArray& key);

} // namespace qwill::app

#pragma once
// JsonFields: reads the fields of one JSON object of a request by name and type, and remembers the first that is wrong.
// A field that is absent or null is not wrong. Values only; any thread.

#include "server/api_error.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QString>

#include <optional>

namespace qwill::app {

class JsonFields {
public:
    // `path` is put before the names in errors: "messages[2]".
    explicit JsonFields(QJsonObject object, QString path = {});

    bool has(QStringView name) const; // and not null
    QJsonValue value(QStringView name) const { return m_object.value(name); }
    std::optional<double> number(QStringView name, double least, double most);
    std::optional<qint64> integer(QStringView name, qint64 least, qint64 most);
    bool flag(QStringView name, bool otherwise);
    QString text(QStringView name, const QString& otherwise = {});
    QJsonArray array(QStringView name);
    QJsonObject object(QStringView name);

    void fail(ApiError error); // the first stays
    void fail(QStringView name, const QString& message); // 400, about that field
    const std::optional<ApiError>& error() const { return m_error; }
    QString pathOf(QStringView name) const;

private:
    void wrongType(QStringView name, const QString& expected);

    QJsonObject m_object;
    QString m_path;
    std::optional<ApiError> m_error;
};

} // namespace qwill::app

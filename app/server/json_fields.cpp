#include "server/json_fields.h"

#include <cmath>
#include <utility>

namespace qwill::app {

using namespace Qt::StringLiterals;

namespace {

QString typeName(const QJsonValue& value)
{
    switch (value.type()) {
    case QJsonValue::Bool: return u"a boolean"_s;
    case QJsonValue::Double: return u"a number"_s;
    case QJsonValue::String: return u"a string"_s;
    case QJsonValue::Array: return u"an array"_s;
    case QJsonValue::Object: return u"an object"_s;
    case QJsonValue::Null:
    case QJsonValue::Undefined: break;
    }
    return u"null"_s;
}

QString written(double value)
{
    return QString::number(value, 'g', 15);
}

} // namespace

JsonFields::JsonFields(QJsonObject object, QString path) : m_object(std::move(object)), m_path(std::move(path)) { }

bool JsonFields::has(QStringView name) const
{
    const QJsonValue found = value(name);
    return !found.isUndefined() && !found.isNull();
}

QString JsonFields::pathOf(QStringView name) const
{
    return m_path.isEmpty() ? name.toString() : u"%1.%2"_s.arg(m_path, name);
}

void JsonFields::fail(ApiError error)
{
    if (!m_error)
        m_error = std::move(error);
}

void JsonFields::fail(QStringView name, const QString& message)
{
    fail(invalidField(pathOf(name), message));
}

void JsonFields::wrongType(QStringView name, const QString& expected)
{
    fail(invalidField(
        pathOf(name),
        u"Invalid type for '%1': expected %2, but got %3 instead."_s.arg(pathOf(name), expected, typeName(value(name))),
        u"invalid_type"_s));
}

std::optional<double> JsonFields::number(QStringView name, double least, double most)
{
    if (!has(name))
        return {};
    const QJsonValue found = value(name);
    if (!found.isDouble()) {
        wrongType(name, u"a number"_s);
        return {};
    }
    const double number = found.toDouble();
    if (!(number >= least && number <= most)) {
        fail(invalidField(pathOf(name),
                          u"Invalid '%1': expected a value between %2 and %3, but got %4 instead."_s.arg(
                              pathOf(name), written(least), written(most), written(number)),
                          u"invalid_value"_s));
        return {};
    }
    return number;
}

std::optional<qint64> JsonFields::integer(QStringView name, qint64 least, qint64 most)
{
    const std::optional<double> found = number(name, static_cast<double>(least), static_cast<double>(most));
    if (!found)
        return {};
    if (std::floor(*found) != *found) {
        wrongType(name, u"an integer"_s);
        return {};
    }
    return static_cast<qint64>(*found);
}

bool JsonFields::flag(QStringView name, bool otherwise)
{
    if (!has(name))
        return otherwise;
    if (!value(name).isBool())
        wrongType(name, u"a boolean"_s);
    return value(name).toBool(otherwise);
}

QString JsonFields::text(QStringView name, const QString& otherwise)
{
    if (!has(name))
        return otherwise;
    if (!value(name).isString())
        wrongType(name, u"a string"_s);
    return value(name).toString(otherwise);
}

QJsonArray JsonFields::array(QStringView name)
{
    if (has(name) && !value(name).isArray())
        wrongType(name, u"an array"_s);
    return value(name).toArray();
}

QJsonObject JsonFields::object(QStringView name)
{
    if (has(name) && !value(name).isObject())
        wrongType(name, u"an object"_s);
    return value(name).toObject();
}

} // namespace qwill::app

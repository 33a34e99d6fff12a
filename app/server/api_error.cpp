#include "server/api_error.h"

namespace qwill::app {

using namespace Qt::StringLiterals;

namespace {

QJsonValue orNull(const QString& text)
{
    return text.isEmpty() ? QJsonValue() : QJsonValue(text);
}

} // namespace

QJsonObject ApiError::toJson() const
{
    return {{u"error"_s,
             QJsonObject{
                 {u"message"_s, message}, {u"type"_s, type}, {u"param"_s, orNull(param)}, {u"code"_s, orNull(code)}}}};
}

ApiError invalidField(const QString& param, const QString& message, const QString& code)
{
    return {400, message, u"invalid_request_error"_s, param, code};
}

ApiError unsupportedField(const QString& param, const QString& message)
{
    return {400, message, u"invalid_request_error"_s, param, u"unsupported_parameter"_s};
}

ApiError notFound(const QString& message, const QString& code)
{
    return {404, message, u"invalid_request_error"_s, {}, code};
}

ApiError notPermitted(int status, const QString& message, const QString& code)
{
    return {status, message, u"invalid_request_error"_s, {}, code};
}

ApiError unavailable(const QString& message, int retryAfterSeconds)
{
    return {503, message, u"service_unavailable_error"_s, {}, {}, retryAfterSeconds};
}

ApiError serverError(const QString& message)
{
    return {500, message, u"server_error"_s, {}, {}};
}

} // namespace qwill::app

#pragma once
// ApiError: what the server answers instead of a reply, as OpenAI's error objects say it; and ApiResult, what a reader
// of requests returns. The sentences are English, as the API is, and never name a path of this machine. Values only;
// any thread.

#include <QJsonObject>
#include <QString>

#include <utility>
#include <variant>

namespace qwill::app {

struct ApiError {
    int status = 400; // of HTTP
    QString message;
    QString type = QStringLiteral("invalid_request_error");
    QString param; // the field that is to blame, or empty
    QString code; // a word for programs, or empty
    int retryAfterSeconds = 0; // 0 = not said

    QJsonObject toJson() const; // {"error": {…}}
};

// A field of a request that is wrong: 400.
ApiError invalidField(const QString& param, const QString& message, const QString& code = {});
ApiError unsupportedField(const QString& param, const QString& message);
ApiError notFound(const QString& message, const QString& code = {});
ApiError notPermitted(int status, const QString& message, const QString& code = {});
ApiError unavailable(const QString& message, int retryAfterSeconds); // 503
ApiError serverError(const QString& message); // 500

template <typename T>
class [[nodiscard]] ApiResult {
public:
    ApiResult(T value) : m_state(std::in_place_index<0>, std::move(value)) { }
    ApiResult(ApiError error) : m_state(std::in_place_index<1>, std::move(error)) { }

    explicit operator bool() const { return m_state.index() == 0; }
    T& operator*() { return std::get<0>(m_state); } // only when true
    const T& operator*() const { return std::get<0>(m_state); }
    T* operator->() { return &std::get<0>(m_state); }
    const T* operator->() const { return &std::get<0>(m_state); }
    const ApiError& error() const { return std::get<1>(m_state); } // only when false

private:
    std::variant<T, ApiError> m_state;
};

} // namespace qwill::app

#pragma once
// Result<T>: what a call that can fail because of the world returns. The message is one sentence a person can act on,
// with expected and actual in it. Values only; any thread.

#include <string>
#include <utility>
#include <variant>

namespace qwill::engine {

enum class ErrorCode {
    NotFound, // no such file, model, request
    Unsupported, // known, named, and not served
    Corrupt, // a file contradicts its format or itself
    Invalid, // the caller's argument is out of range
    OutOfMemory,
    Io,
    Cancelled,
    Device, // the GPU or its driver failed
};

struct Error {
    ErrorCode code = ErrorCode::Invalid;
    std::string message;
};

template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) { }
    Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) { }

    bool ok() const { return m_state.index() == 0; }
    explicit operator bool() const { return ok(); }
    // Only after ok(); otherwise throws std::bad_variant_access.
    T& value() & { return std::get<0>(m_state); }
    const T& value() const& { return std::get<0>(m_state); }
    T&& value() && { return std::get<0>(std::move(m_state)); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    const Error& error() const { return std::get<1>(m_state); }

private:
    std::variant<T, Error> m_state;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : m_error(std::move(error)), m_failed(true) { }

    bool ok() const { return !m_failed; }
    explicit operator bool() const { return ok(); }
    const Error& error() const { return m_error; }

private:
    Error m_error;
    bool m_failed = false;
};

} // namespace qwill::engine

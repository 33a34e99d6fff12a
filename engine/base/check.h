#pragma once
// QWILL_CHECK: our own mistakes, always on. The world's failures are Result<T>, never this. Any thread.

namespace qwill::engine {

// Prints one line to stderr and aborts.
[[noreturn]] void checkFailed(const char* condition, const char* file, int line);

} // namespace qwill::engine

#define QWILL_CHECK(condition)                                                                                         \
    (static_cast<bool>(condition) ? static_cast<void>(0) : ::qwill::engine::checkFailed(#condition, __FILE__, __LINE__))

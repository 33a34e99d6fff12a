#pragma once
// Backoff: how long to wait before asking a server again, and when to leave it to the person. A value; one thread.

#include "models/http_fetch.h"

#include <algorithm>
#include <optional>

namespace qwill::app {

class Backoff {
public:
    explicit Backoff(const FetchLimits& limits) : m_limits(limits) { }

    void reset() { m_failures = 0; } // something came
    // Milliseconds, or nothing: give up. `retryAfterMs`: as the server asks for, or −1.
    std::optional<int> next(int retryAfterMs)
    {
        if (++m_failures >= m_limits.attempts || retryAfterMs > m_limits.maxRetryAfterMs)
            return std::nullopt;
        const int doubled = m_limits.backoffMs << std::min(m_failures - 1, 10);
        return std::max(retryAfterMs, std::min(doubled, m_limits.maxBackoffMs));
    }

private:
    FetchLimits m_limits;
    int m_failures = 0; // in a row
};

} // namespace qwill::app

#pragma once
// ParsePacer: says when a streaming reply may be parsed and shown again, so that this takes a twentieth of the time at
// most, for drawing may cost as much again: a short tail is shown each frame, one enormous paragraph less often. Times
// are milliseconds of any steady clock. One thread.

#include <algorithm>

namespace qwill::app {

class ParsePacer {
public:
    // Milliseconds from `now` until the next parse may begin; 0 = now.
    double wait(double now) const { return std::max(0.0, m_next - now); }
    void parsed(double begin, double end) { m_next = end + std::min(kLongestMs, (end - begin) * (1 / kShare - 1)); }

private:
    static constexpr double kShare = 0.05; // of the time
    static constexpr double kLongestMs = 1000; // who waits longer takes the reply for stopped
    double m_next = 0;
};

} // namespace qwill::app

#pragma once
// StreamDecoder: the bytes of one reply's tokens → text in whole code points, ending before the first stop string. One
// thread at a time; the engine keeps one per sequence.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace qwill::engine {

class StreamDecoder {
public:
    // Empty stop strings are ignored. What is invalid becomes U+FFFD exactly as Python's errors="replace" would have
    // it for the whole text, wherever tokens end.
    explicit StreamDecoder(std::vector<std::string> stopStrings = {});

    // Appends to `out` what became certain: not the beginning of a code point, nor what may begin a stop string.
    // True when a stop string has matched: its text and all that follows are never given out, and further calls do
    // nothing. Allocates nothing once the buffers have grown to the longest stop string and token.
    bool push(std::string_view tokenBytes, std::string& out);
    // The reply is over: appends what was held back. True when a stop string matched in it.
    bool flush(std::string& out);

    bool stopped() const { return m_stopped; }
    // Index into the stop strings given to the constructor; only after stopped().
    std::size_t matchedStop() const { return m_matched; }
    // Starts a new reply with the same stop strings.
    void reset();

private:
    struct Stop {
        std::string text;
        std::size_t index = 0;
    };
    void decode(std::string_view bytes, bool last);
    bool release(bool last, std::string& out);

    std::vector<Stop> m_stops;
    std::size_t m_longestStop = 0;
    std::string m_partial; // up to 3 bytes of an unfinished code point, then the next token's
    std::string m_text; // decoded, not yet given out
    bool m_stopped = false;
    std::size_t m_matched = 0;
};

} // namespace qwill::engine

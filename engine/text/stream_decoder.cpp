#include "text/stream_decoder.h"

#include "text/utf8.h"

#include <algorithm>
#include <utility>

namespace qwill::engine {

namespace {
constexpr std::string_view kReplacement = "\xef\xbf\xbd"; // U+FFFD
constexpr std::size_t kReserve = 256; // bytes; longer than nearly every token
} // namespace

StreamDecoder::StreamDecoder(std::vector<std::string> stopStrings)
{
    for (std::size_t i = 0; i < stopStrings.size(); ++i) {
        if (stopStrings[i].empty())
            continue;
        m_longestStop = std::max(m_longestStop, stopStrings[i].size());
        m_stops.push_back({std::move(stopStrings[i]), i});
    }
    // The shortest first: whichever way the text arrives, the same one matches.
    std::stable_sort(m_stops.begin(), m_stops.end(),
                     [](const Stop& a, const Stop& b) { return a.text.size() < b.text.size(); });
    m_partial.reserve(kReserve);
    m_text.reserve(kReserve + m_longestStop);
}

void StreamDecoder::reset()
{
    m_partial.clear();
    m_text.clear();
    m_stopped = false;
    m_matched = 0;
}

bool StreamDecoder::push(std::string_view tokenBytes, std::string& out)
{
    if (m_stopped)
        return true;
    decode(tokenBytes, false);
    return release(false, out);
}

bool StreamDecoder::flush(std::string& out)
{
    if (m_stopped)
        return true;
    decode({}, true);
    return release(true, out);
}

// m_partial + bytes → m_text, but for an unfinished code point at the end, which stays in m_partial unless `last`.
void StreamDecoder::decode(std::string_view bytes, bool last)
{
    m_partial.append(bytes);
    const std::string_view all = m_partial;
    std::size_t i = 0;
    while (i < all.size()) {
        const std::size_t invalid = findInvalidUtf8(all, i);
        m_text.append(all.substr(i, invalid - i));
        i = invalid;
        if (i == all.size())
            break;
        const Utf8Step step = decodeUtf8(all.substr(i));
        if (step.kind == Utf8Step::Kind::Incomplete && !last)
            break;
        m_text.append(kReplacement);
        i += static_cast<std::size_t>(step.length);
    }
    m_partial.erase(0, i);
}

bool StreamDecoder::release(bool last, std::string& out)
{
    const std::string_view text = m_text;
    std::size_t safe = text.size(); // what may be given out
    for (std::size_t at = 0; at < text.size() && !m_stops.empty(); ++at) {
        const std::string_view rest = text.substr(at);
        for (const Stop& stop : m_stops) {
            if (rest.starts_with(stop.text)) {
                out.append(text.substr(0, std::min(at, safe)));
                m_stopped = true;
                m_matched = stop.index;
                m_text.clear();
                m_partial.clear();
                return true;
            }
            if (!last && std::string_view(stop.text).starts_with(rest))
                safe = std::min(safe, at);
        }
        // What lies behind a place that may still become a stop string must wait for it: the earliest match wins.
        if (safe < text.size())
            break;
    }
    // A stop string is arbitrary bytes, a place inside a code point may look like its beginning: step back to whole
    // code points.
    while (safe > 0 && safe < text.size() && (static_cast<unsigned char>(text[safe]) & 0xc0) == 0x80)
        --safe;
    out.append(text.substr(0, safe));
    m_text.erase(0, safe);
    return false;
}

} // namespace qwill::engine

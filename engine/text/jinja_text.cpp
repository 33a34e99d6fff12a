#include "text/jinja_text.h"

#include "text/utf8.h"

#include <algorithm>

namespace qwill::engine::jinja {

namespace {

// The code point that ends at `end` > 0, and how long it is.
Utf8Step lastCodePoint(std::string_view text, std::size_t end)
{
    for (std::size_t length = 1; length <= 4 && length <= end; ++length) {
        const Utf8Step step = decodeUtf8(text.substr(end - length, length));
        if (step.kind == Utf8Step::Kind::Valid && static_cast<std::size_t>(step.length) == length)
            return step;
    }
    return {};
}

} // namespace

bool isPythonSpace(char32_t c)
{
    return (c >= 9 && c <= 13) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xa0 || c == 0x1680
        || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

std::pair<std::size_t, std::size_t> stripBounds(std::string_view text, std::string_view chars, Ends ends)
{
    const auto stripped = [&](const Utf8Step& step, std::size_t at) {
        if (step.kind != Utf8Step::Kind::Valid)
            return false;
        return chars.empty()
            ? isPythonSpace(step.codePoint)
            : chars.find(text.substr(at, static_cast<std::size_t>(step.length))) != std::string_view::npos;
    };
    std::size_t begin = 0, end = text.size();
    while (ends != Ends::Right && begin < end) {
        const Utf8Step step = decodeUtf8(text.substr(begin));
        if (!stripped(step, begin))
            break;
        begin += static_cast<std::size_t>(step.length);
    }
    while (ends != Ends::Left && end > begin) {
        const Utf8Step step = lastCodePoint(text, end);
        if (!stripped(step, end - static_cast<std::size_t>(step.length)))
            break;
        end -= static_cast<std::size_t>(step.length);
    }
    return {begin, end};
}

bool Text::isAllTemplate() const
{
    return m_runs.empty() || (m_runs.size() == 1 && m_runs[0].origin == Origin::Template);
}

std::size_t Text::runAt(std::size_t byte) const
{
    const auto it = std::upper_bound(m_runs.begin(), m_runs.end(), byte,
                                     [](std::size_t at, const Run& run) { return at < run.end; });
    return static_cast<std::size_t>(it - m_runs.begin());
}

void Text::append(std::string_view bytes, Origin origin)
{
    if (bytes.empty())
        return;
    m_bytes.append(bytes);
    if (m_runs.empty() || m_runs.back().origin != origin)
        m_runs.push_back({m_bytes.size(), origin});
    else
        m_runs.back().end = m_bytes.size();
}

void Text::append(const Text& other, std::size_t begin, std::size_t end)
{
    for (std::size_t run = other.runAt(begin); begin < end; ++run) {
        const std::size_t until = std::min(end, other.m_runs[run].end);
        append(other.view().substr(begin, until - begin), other.m_runs[run].origin);
        begin = until;
    }
}

void Text::appendAs(const Text& source, std::size_t begin, std::string_view bytes)
{
    append(bytes, source.m_runs[source.runAt(begin)].origin);
}

Text Text::slice(std::size_t begin, std::size_t end) const
{
    Text part;
    part.append(*this, begin, end);
    return part;
}

} // namespace qwill::engine::jinja

#include "text/jinja_parts.h"

#include "text/utf8.h"

#include <algorithm>
#include <cctype>
#include <optional>

namespace qwill::engine {

namespace {

constexpr std::size_t kMaxBytes = 256 * 1024; // the longest known has 20 KB

bool isNameByte(char c)
{
    return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
}

bool isSpace(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

class Scanner {
public:
    explicit Scanner(std::string_view source) : m_source(source) { }

    std::optional<std::string> run(JinjaParts& parts)
    {
        while (m_at < m_source.size()) {
            scanData(parts);
            if (m_at < m_source.size())
                if (auto problem = scanTag(parts))
                    return problem;
        }
        return std::nullopt;
    }

private:
    // Text up to the next tag, less what the dashes and the block rules take away.
    void scanData(JinjaParts& parts)
    {
        std::size_t end = m_at;
        while (end < m_source.size()
               && !(m_source[end] == '{' && end + 1 < m_source.size()
                    && std::string_view("{%#").find(m_source[end + 1]) != std::string_view::npos))
            ++end;
        std::string_view data = m_source.substr(m_at, end - m_at);
        m_at = end;
        if (m_trimAll)
            while (!data.empty() && isSpace(data.front()))
                data.remove_prefix(1);
        else if (m_trimNewline && data.starts_with('\n'))
            data.remove_prefix(1);
        if (end < m_source.size()) {
            const bool dash = end + 2 < m_source.size() && m_source[end + 2] == '-';
            if (dash)
                while (!data.empty() && isSpace(data.back()))
                    data.remove_suffix(1);
            else if (m_source[end + 1] != '{') // lstrip_blocks: blanks between the line's beginning and the block
                stripLineStart(data);
        } else if (data.ends_with('\n')) {
            data.remove_suffix(1); // Jinja drops the template's last newline
        }
        if (!data.empty())
            parts.texts.emplace_back(data);
    }

    static void stripLineStart(std::string_view& data)
    {
        std::size_t length = data.size();
        while (length > 0 && (data[length - 1] == ' ' || data[length - 1] == '\t'))
            --length;
        if (length == 0 || data[length - 1] == '\n')
            data = data.substr(0, length);
    }

    std::optional<std::string> scanTag(JinjaParts& parts)
    {
        const char kind = m_source[m_at + 1];
        const std::string_view close = kind == '{' ? "}}" : kind == '%' ? "%}" : "#}";
        m_at += 2;
        if (kind == '#') {
            const std::size_t end = m_source.find(close, m_at);
            if (end == std::string_view::npos)
                return "has a comment that does not end";
            finishTag(end, close);
            return std::nullopt;
        }
        bool raising = false;
        while (m_at < m_source.size()) {
            const char c = m_source[m_at];
            if (m_source.substr(m_at).starts_with(close)) {
                finishTag(m_at, close);
                return std::nullopt;
            }
            if (c == '\'' || c == '"') {
                std::string text;
                if (!scanString(c, text))
                    return "has a string that does not end";
                (raising ? parts.complaints : parts.texts).push_back(std::move(text));
            } else if (isNameByte(c)) {
                const std::size_t begin = m_at;
                while (m_at < m_source.size() && isNameByte(m_source[m_at]))
                    ++m_at;
                const std::string_view name = m_source.substr(begin, m_at - begin);
                raising = raising || name == "raise_exception";
                if (!std::isdigit(static_cast<unsigned char>(name[0])))
                    parts.names.emplace_back(name);
            } else {
                raising = raising && c != ')';
                ++m_at;
            }
        }
        return "has a tag that does not end";
    }

    void finishTag(std::size_t end, std::string_view close)
    {
        m_trimAll = end > 0 && m_source[end - 1] == '-';
        m_trimNewline = close != "}}";
        m_at = end + close.size();
    }

    bool scanString(char quote, std::string& text)
    {
        for (++m_at; m_at < m_source.size(); ++m_at) {
            const char c = m_source[m_at];
            if (c == quote) {
                ++m_at;
                return true;
            }
            if (c != '\\' || m_at + 1 == m_source.size()) {
                text.push_back(c);
                continue;
            }
            const char escaped = m_source[++m_at];
            constexpr std::string_view kLetters = "nrtbfv\\'\"", kBytes = "\n\r\t\b\f\v\\'\"";
            if (const std::size_t known = kLetters.find(escaped); known != std::string_view::npos)
                text.push_back(kBytes[known]);
            else if (escaped == 'u' && m_at + 4 < m_source.size())
                scanUnicodeEscape(text);
            else
                text.append({'\\', escaped});
        }
        return false;
    }

    void scanUnicodeEscape(std::string& text)
    {
        char32_t value = 0;
        for (std::size_t i = 1; i <= 4; ++i) {
            const auto digit = static_cast<unsigned char>(m_source[m_at + i]);
            if (!std::isxdigit(digit)) {
                text.append("\\u");
                return;
            }
            value = value * 16 + (std::isdigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10u);
        }
        m_at += 4;
        appendUtf8(text, value >= 0xd800 && value < 0xe000 ? 0xfffd : value);
    }

    std::string_view m_source;
    std::size_t m_at = 0;
    bool m_trimAll = false; // the tag before ended in a dash
    bool m_trimNewline = false; // it was a block
};

} // namespace

bool JinjaParts::anyTextHas(std::string_view part) const
{
    return std::any_of(texts.begin(), texts.end(),
                       [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

bool JinjaParts::hasName(std::string_view name) const
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

Result<JinjaParts> takeJinjaApart(std::string_view source)
{
    if (source.size() > kMaxBytes)
        return Error{ErrorCode::Unsupported,
                     "The model's chat template has " + std::to_string(source.size() >> 10)
                         + " KiB; this engine takes up to 256."};
    JinjaParts parts;
    if (const auto problem = Scanner(source).run(parts))
        return Error{ErrorCode::Unsupported, "The model's chat template " + *problem + "."};
    return parts;
}

} // namespace qwill::engine

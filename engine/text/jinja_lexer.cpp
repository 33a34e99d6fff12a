#include "text/jinja_lexer.h"

#include "text/jinja_value.h"
#include "text/utf8.h"

#include <algorithm>
#include <cctype>

namespace qwill::engine::jinja {

namespace {

using Kind = Token::Kind;
using Cause = Refusal::Cause;

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool isNameByte(char c)
{
    return c == '_' || isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// \r\n and \r are \n to Jinja, and the last of them is dropped.
std::string normalised(std::string_view source)
{
    std::string text;
    text.reserve(source.size());
    for (std::size_t i = 0; i < source.size(); ++i) {
        if (source[i] == '\r' && i + 1 < source.size() && source[i + 1] == '\n')
            continue;
        text.push_back(source[i] == '\r' ? '\n' : source[i]);
    }
    if (text.ends_with('\n'))
        text.pop_back();
    return text;
}

class Lexer {
public:
    explicit Lexer(std::string source) : m_source(std::move(source)) { }

    std::vector<Token> run()
    {
        while (m_at < m_source.size())
            data();
        add(Kind::End, {});
        return std::move(m_tokens);
    }

private:
    [[noreturn]] void refuse(std::string message) const
    {
        throw Refusal{m_line, std::move(message), Cause::Unsupported};
    }
    std::string_view rest() const { return std::string_view(m_source).substr(m_at); }
    char peek(std::size_t ahead = 0) const { return m_at + ahead < m_source.size() ? m_source[m_at + ahead] : '\0'; }
    void add(Kind kind, std::string text) { m_tokens.push_back({kind, std::move(text), m_line}); }
    void moveTo(std::size_t end)
    {
        m_line += static_cast<int>(std::count(m_source.begin() + static_cast<std::ptrdiff_t>(m_at),
                                              m_source.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
        m_at = end;
    }

    // Text up to the next tag, and the tag behind it.
    void data()
    {
        std::size_t end = m_at;
        while (end < m_source.size()
               && !(m_source[end] == '{' && end + 1 < m_source.size()
                    && std::string_view("{%#").find(m_source[end + 1]) != std::string_view::npos))
            ++end;
        if (end == m_source.size()) {
            addData(end, '\0', '{');
            return moveTo(end);
        }
        const char kind = m_source[end + 1], sign = end + 2 < m_source.size() ? m_source[end + 2] : '\0';
        addData(end, sign, kind);
        moveTo(end + 2);
        if (sign == '-' || sign == '+')
            ++m_at;
        if (kind == '#')
            return comment();
        if (kind == '%' && rawBegins())
            return raw();
        add(kind == '%' ? Kind::BeginBlock : Kind::BeginOutput, {});
        while (!tagEnds(kind))
            token();
    }

    // What the next tag's sign and kind leave of the text before it.
    void addData(std::size_t end, char sign, char kind)
    {
        std::string_view text = std::string_view(m_source).substr(m_at, end - m_at);
        if (sign == '-') {
            text = text.substr(0, stripBounds(text, {}, Ends::Right).second);
        } else if (sign != '+' && kind != '{') { // lstrip_blocks: blanks between the line's beginning and the block
            const std::size_t lineStart = text.rfind('\n') + 1;
            const std::string_view last = text.substr(lineStart);
            if ((lineStart > 0 || m_lineStarts) && stripBounds(last, {}, Ends::Right).second == 0)
                text = text.substr(0, lineStart);
        }
        if (!text.empty())
            add(Kind::Data, std::string(text));
    }

    // Behind a tag: '-' takes all white space, a block or comment one newline.
    void finishTag(std::size_t end, char sign, bool trimNewline)
    {
        std::size_t after = end;
        if (sign == '-')
            after += stripBounds(std::string_view(m_source).substr(end), {}, Ends::Left).first;
        else if (sign != '+' && trimNewline && end < m_source.size() && m_source[end] == '\n')
            ++after;
        m_lineStarts = after > end && m_source[after - 1] == '\n';
        moveTo(after);
    }

    void comment()
    {
        const std::size_t end = m_source.find("#}", m_at);
        if (end == std::string::npos)
            refuse("a comment that does not end");
        const char sign = end > m_at ? m_source[end - 1] : '\0';
        moveTo(end);
        finishTag(end + 2, sign, true);
    }

    bool rawBegins() const
    {
        const std::string_view text = rest();
        std::size_t at = stripBounds(text, {}, Ends::Left).first;
        if (!text.substr(at).starts_with("raw"))
            return false;
        at += 3;
        at += stripBounds(text.substr(at), {}, Ends::Left).first;
        return text.substr(at).starts_with("%}") || text.substr(at).starts_with("-%}");
    }

    void raw()
    {
        const std::size_t open = m_source.find("%}", m_at) + 2;
        const char openSign = m_source[open - 3];
        moveTo(open);
        finishTag(open, openSign, false); // Jinja trims no newline behind {% raw %}
        for (std::size_t end = m_at;; end += 2) {
            end = m_source.find("{%", end);
            if (end == std::string::npos)
                refuse("{% raw %} without {% endraw %}");
            const char sign = end + 2 < m_source.size() ? m_source[end + 2] : '\0';
            const std::size_t word = end + 2 + (sign == '-' || sign == '+' ? 1 : 0);
            std::string_view tail = std::string_view(m_source).substr(std::min(word, m_source.size()));
            const std::size_t before = tail.size();
            tail.remove_prefix(stripBounds(tail, {}, Ends::Left).first);
            if (!tail.starts_with("endraw"))
                continue;
            tail.remove_prefix(6);
            tail.remove_prefix(stripBounds(tail, {}, Ends::Left).first);
            const char closeSign = tail.empty() ? '\0' : tail[0];
            tail.remove_prefix(closeSign == '-' || closeSign == '+' ? 1 : 0);
            if (!tail.starts_with("%}"))
                continue;
            addData(end, sign, '%');
            const std::size_t close = word + before - tail.size();
            moveTo(close);
            return finishTag(close + 2, closeSign, true);
        }
    }

    bool tagEnds(char kind)
    {
        moveTo(m_at + stripBounds(rest(), {}, Ends::Left).first);
        if (m_at == m_source.size())
            refuse("a tag that does not end");
        if (!m_brackets.empty())
            return false;
        const std::string_view close = kind == '%' ? "%}" : "}}";
        const char sign = peek() == '-' || (peek() == '+' && kind == '%') ? peek() : '\0';
        if (!rest().substr(sign ? 1 : 0).starts_with(close))
            return false;
        add(kind == '%' ? Kind::EndBlock : Kind::EndOutput, {});
        finishTag(m_at + (sign ? 3 : 2), sign, kind == '%');
        return true;
    }

    void token()
    {
        const char c = peek();
        if (c == '\'' || c == '"')
            return string(c);
        if (isDigit(c))
            return number();
        if (isNameByte(c)) {
            std::size_t end = m_at;
            while (end < m_source.size() && isNameByte(m_source[end]))
                ++end;
            add(Kind::Name, m_source.substr(m_at, end - m_at));
            return moveTo(end);
        }
        op();
    }

    void op()
    {
        constexpr std::string_view kTwo[] = {"==", "!=", "<=", ">=", "//", "**"};
        constexpr std::string_view kOne = "+-*/%~<>=.,:|()[]{};";
        for (const std::string_view two : kTwo)
            if (rest().starts_with(two)) {
                add(Kind::Operator, std::string(two));
                return moveTo(m_at + 2);
            }
        const char c = peek();
        if (kOne.find(c) == std::string_view::npos)
            refuse("the character '"
                   + std::string(rest().substr(0, static_cast<std::size_t>(decodeUtf8(rest()).length))) + "'");
        if (c == '(' || c == '[' || c == '{')
            m_brackets.push_back(c == '(' ? ')' : c == '[' ? ']' : '}');
        if (c == ')' || c == ']' || c == '}') {
            if (m_brackets.empty() || m_brackets.back() != c)
                refuse(std::string("a '") + c + "' that closes nothing");
            m_brackets.pop_back();
        }
        add(Kind::Operator, std::string(1, c));
        moveTo(m_at + 1);
    }

    void number()
    {
        std::size_t end = m_at;
        const auto digits = [&] {
            while (end < m_source.size() && (isDigit(m_source[end]) || m_source[end] == '_'))
                ++end;
        };
        digits();
        const auto digitAt = [&](std::size_t at) { return at < m_source.size() && isDigit(m_source[at]); };
        bool isFloat = false;
        if (end < m_source.size() && m_source[end] == '.' && digitAt(end + 1)) {
            isFloat = true;
            ++end;
            digits();
        }
        if (end < m_source.size() && (m_source[end] == 'e' || m_source[end] == 'E')) {
            const std::size_t sign = digitAt(end + 1) ? end + 1 : end + 2;
            if (digitAt(sign) && (sign == end + 1 || m_source[end + 1] == '+' || m_source[end + 1] == '-')) {
                isFloat = true;
                end = sign;
                digits();
            }
        }
        std::string text = m_source.substr(m_at, end - m_at);
        std::erase(text, '_');
        if (end < m_source.size() && isNameByte(m_source[end]))
            refuse("the number '" + text + m_source[end] + "…'");
        add(isFloat ? Kind::Float : Kind::Integer, text);
        moveTo(end);
    }

    void string(char quote)
    {
        std::string text;
        std::size_t at = m_at + 1;
        for (; at < m_source.size() && m_source[at] != quote; ++at) {
            if (m_source[at] != '\\')
                text.push_back(m_source[at]);
            else if (++at < m_source.size())
                at = escape(at, text);
        }
        if (at >= m_source.size())
            refuse("a string that does not end");
        add(Kind::String, std::move(text));
        moveTo(at + 1);
    }

    // The escape whose letter is at `at`, as Python's unicode-escape reads it; the offset of its last byte.
    std::size_t escape(std::size_t at, std::string& text)
    {
        constexpr std::string_view kLetters = "nrtbfva\\'\"", kBytes = "\n\r\t\b\f\v\a\\'\"";
        const char c = m_source[at];
        if (const std::size_t known = kLetters.find(c); known != std::string_view::npos) {
            text.push_back(kBytes[known]);
            return at;
        }
        if (c == '\n')
            return at;
        const std::size_t wanted = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
        if (wanted == 0 && !(c >= '0' && c <= '7')) {
            if (c == 'N')
                refuse("a character escaped by its name");
            text.append({'\\', c});
            return at;
        }
        const unsigned base = wanted > 0 ? 16 : 8;
        const std::size_t first = wanted > 0 ? at + 1 : at, most = wanted > 0 ? wanted : 3;
        char32_t value = 0;
        std::size_t i = 0;
        for (; i < most && first + i < m_source.size(); ++i) {
            const char digit = m_source[first + i];
            const unsigned d = isDigit(digit)                      ? static_cast<unsigned>(digit - '0')
                : std::isxdigit(static_cast<unsigned char>(digit)) ? static_cast<unsigned>((digit | 0x20) - 'a') + 10
                                                                   : 99;
            if (d >= base)
                break;
            value = value * base + d;
        }
        if (i < wanted || value > 0x10ffff)
            refuse("an escape of a character that does not exist");
        appendUtf8(text, value >= 0xd800 && value < 0xe000 ? 0xfffd : value);
        return first + i - 1;
    }

    const std::string m_source;
    std::size_t m_at = 0;
    int m_line = 1;
    bool m_lineStarts = true; // what was read last ended a line
    std::string m_brackets; // that close those that are open
    std::vector<Token> m_tokens;
};

} // namespace

std::vector<Token> tokenize(std::string_view source)
{
    return Lexer(normalised(source)).run();
}

} // namespace qwill::engine::jinja

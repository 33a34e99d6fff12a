// Regular expressions of JSON schemas, over the characters of a JSON string: those that JSON escapes are escaped.

#include "sample/grammar_parts.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace qwill::engine {

namespace {

using Ranges = std::vector<std::pair<char32_t, char32_t>>; // of code points, both ends included

constexpr char32_t kLast = 0x10ffff;
const Ranges kDigits = {{'0', '9'}}, kWords = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}},
             kSpaces = {{'\t', '\r'}, {' ', ' '}, {0xa0, 0xa0}};

Ranges inverted(Ranges ranges)
{
    std::sort(ranges.begin(), ranges.end());
    Ranges others;
    char32_t next = 0;
    for (const auto& [first, last] : ranges) {
        if (first > next)
            others.emplace_back(next, first - 1);
        next = std::max<char32_t>(next, last + 1);
    }
    if (next <= kLast)
        others.emplace_back(next, kLast);
    return others;
}

struct Refused {
    std::string construct;
};

class Pattern {
public:
    Pattern(GrammarBuilder& builder, std::string_view text) : m_builder(builder), m_text(text) { }

    GrammarNode whole()
    {
        std::vector<GrammarNode> ways;
        do {
            const GrammarNode anything = m_builder.repeat(m_builder.call(GrammarBuilder::Character), 0, kEndless);
            std::vector<GrammarNode> parts = {m_builder.literal("\"")};
            if (!accept('^'))
                parts.push_back(anything);
            parts.push_back(sequence());
            if (!accept('$'))
                parts.push_back(anything);
            parts.push_back(m_builder.literal("\""));
            ways.push_back(m_builder.sequence(std::move(parts)));
        } while (accept('|'));
        if (!atEnd())
            refuse("'" + std::string(1, peek()) + "' at that place");
        return m_builder.choice(std::move(ways));
    }

private:
    static constexpr int kEndless = GrammarBuilder::kUnbounded;

    [[noreturn]] static void refuse(std::string construct) { throw Refused{std::move(construct)}; }
    bool atEnd() const { return m_at == m_text.size(); }
    char peek(std::size_t ahead = 0) const { return m_at + ahead < m_text.size() ? m_text[m_at + ahead] : '\0'; }
    bool accept(char c)
    {
        const bool is = !atEnd() && m_text[m_at] == c;
        m_at += is ? 1 : 0;
        return is;
    }

    GrammarNode choice()
    {
        std::vector<GrammarNode> ways;
        do
            ways.push_back(sequence());
        while (accept('|'));
        return m_builder.choice(std::move(ways));
    }

    GrammarNode sequence()
    {
        std::vector<GrammarNode> parts;
        while (!atEnd() && peek() != '|' && peek() != ')' && peek() != '$')
            parts.push_back(quantified());
        return m_builder.sequence(std::move(parts));
    }

    GrammarNode quantified()
    {
        GrammarNode part = atom();
        for (;;) {
            int least = 0, most = kEndless;
            if (accept('+'))
                least = 1;
            else if (accept('?'))
                most = 1;
            else if (!accept('*') && !counts(least, most))
                return part;
            accept('?'); // which repetition is tried first changes nothing here
            // As a rule of its own, a repeated part is written once however often it may come.
            const GrammarRule rule = m_builder.declare();
            m_builder.define(rule, part);
            part = m_builder.repeat(m_builder.call(rule), least, most);
        }
    }

    bool counts(int& least, int& most)
    {
        if (peek() != '{' || peek(1) < '0' || peek(1) > '9')
            return false;
        ++m_at;
        least = most = number();
        if (accept(','))
            most = peek() == '}' ? kEndless : number();
        if (!accept('}') || (most != kEndless && most < least))
            refuse("a repetition that cannot be read");
        return true;
    }

    int number()
    {
        int value = 0;
        while (peek() >= '0' && peek() <= '9') {
            value = value * 10 + (m_text[m_at++] - '0');
            if (value > 1000)
                refuse("a repetition of more than 1000");
        }
        return value;
    }

    GrammarNode atom()
    {
        if (++m_atoms > 2000)
            refuse("more than 2000 parts");
        if (accept('(')) {
            if (accept('?') && !accept(':'))
                refuse(std::string("(?") + peek());
            if (++m_depth > 50)
                refuse("brackets deeper than 50");
            const GrammarNode inner = choice();
            --m_depth;
            if (!accept(')'))
                refuse(peek() == '$' ? "'$' elsewhere than at the end" : "a bracket that does not close");
            return inner;
        }
        if (peek() == '^' || peek() == '*' || peek() == '+' || peek() == '?')
            refuse(std::string("'") + peek() + "' at that place");
        if (accept('['))
            return characters(bracket());
        if (accept('.'))
            return characters(inverted({{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}}));
        if (accept('\\'))
            return characters(escape(false));
        const char32_t c = codePoint();
        return characters({{c, c}});
    }

    Ranges bracket()
    {
        const bool negated = accept('^');
        Ranges ranges;
        while (!accept(']')) {
            if (atEnd())
                refuse("a '[' that does not close");
            Ranges first = accept('\\') ? escape(true) : single(codePoint());
            const bool one = first.size() == 1 && first[0].first == first[0].second;
            if (one && peek() == '-' && peek(1) != ']' && peek(1) != '\0') {
                ++m_at;
                const Ranges last = accept('\\') ? escape(true) : single(codePoint());
                if (last.size() != 1 || last[0].first < first[0].first)
                    refuse("a range that runs backwards");
                first[0].second = last[0].second;
            }
            ranges.insert(ranges.end(), first.begin(), first.end());
        }
        return negated ? inverted(std::move(ranges)) : ranges;
    }

    static Ranges single(char32_t c) { return {{c, c}}; }

    Ranges escape(bool inBracket)
    {
        const char c = peek();
        if (atEnd())
            refuse("a '\\' at the end");
        ++m_at;
        switch (c) {
        case 'd': return kDigits;
        case 'D': return inverted(kDigits);
        case 'w': return kWords;
        case 'W': return inverted(kWords);
        case 's': return kSpaces;
        case 'S': return inverted(kSpaces);
        case 'n': return single('\n');
        case 'r': return single('\r');
        case 't': return single('\t');
        case 'f': return single('\f');
        case 'v': return single('\v');
        case 'x': return single(hex(2));
        case 'u': return single(hex(4));
        case 'b':
            if (inBracket)
                return single('\b');
            [[fallthrough]];
        default:
            if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
                refuse(std::string("\\") + c);
            --m_at;
            return single(codePoint());
        }
    }

    char32_t hex(int digits)
    {
        char32_t value = 0;
        for (int i = 0; i < digits; ++i) {
            const std::string_view kHex = "0123456789abcdef";
            const std::size_t digit = kHex.find(static_cast<char>(peek() | 0x20));
            if (atEnd() || digit == std::string_view::npos)
                refuse("an escape that cannot be read");
            value = value * 16 + static_cast<char32_t>(digit);
            ++m_at;
        }
        return value;
    }

    char32_t codePoint()
    {
        const auto lead = static_cast<unsigned char>(m_text[m_at++]);
        char32_t value = lead;
        int more = 0;
        if (lead >= 0xc0) {
            more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
            value = lead & (0x3fu >> more);
        }
        for (; more > 0 && !atEnd(); --more)
            value = (value << 6) | (static_cast<unsigned char>(m_text[m_at++]) & 0x3f);
        return value;
    }

    // Each as JSON writes it.
    GrammarNode characters(const Ranges& ranges)
    {
        constexpr std::pair<char, std::string_view> kEscapes[] = {
            {'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\r', "\\r"}, {'\t', "\\t"}, {'\b', "\\b"}, {'\f', "\\f"}};
        std::vector<GrammarNode> ways;
        const auto add = [&](char32_t first, char32_t last) {
            if (first <= last)
                ways.push_back(m_builder.codePoints(first, last));
        };
        for (const auto& [first, last] : ranges) {
            for (const auto& [c, escaped] : kEscapes)
                if (static_cast<unsigned char>(c) >= first && static_cast<unsigned char>(c) <= last)
                    ways.push_back(m_builder.literal(escaped));
            add(std::max<char32_t>(first, ' '), std::min<char32_t>(last, '!'));
            add(std::max<char32_t>(first, '#'), std::min<char32_t>(last, '['));
            add(std::max<char32_t>(first, ']'), last);
        }
        if (ways.empty())
            refuse("a class of characters that a JSON string cannot have");
        return m_builder.choice(std::move(ways));
    }

    GrammarBuilder& m_builder;
    std::string_view m_text;
    std::size_t m_at = 0;
    int m_atoms = 0, m_depth = 0;
};

} // namespace

Result<GrammarNode> stringOfPattern(GrammarBuilder& builder, std::string_view pattern)
{
    try {
        return Pattern(builder, pattern).whole();
    } catch (const Refused& refused) {
        return Error{ErrorCode::Unsupported,
                     "This engine cannot follow the pattern '" + std::string(pattern.substr(0, 80)) + "': it has "
                         + refused.construct + "."};
    }
}

std::string_view patternOfFormat(std::string_view format)
{
#define QWILL_DATE                                                                                                     \
    "[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
#define QWILL_TIME "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
#define QWILL_HOST "[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?){0,4}"
    constexpr std::pair<std::string_view, std::string_view> kFormats[] = {
        {"date", "^" QWILL_DATE "$"},
        {"time", "^" QWILL_TIME "$"},
        {"date-time", "^" QWILL_DATE "T" QWILL_TIME "$"},
        {"duration", "^P([0-9]{1,4}D(T[0-9]{1,2}H([0-9]{1,2}M)?)?|T[0-9]{1,4}[HMS]|[0-9]{1,4}[YMW])$"},
        {"uuid", "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"},
        {"email", "^[a-zA-Z0-9_+-]{1,32}(\\.[a-zA-Z0-9_+-]{1,32}){0,3}@" QWILL_HOST "$"},
        {"hostname", "^" QWILL_HOST "$"},
        {"ipv4", "^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])$"},
        {"ipv6", "^([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}$"},
        {"uri", "^https?://" QWILL_HOST "(/[A-Za-z0-9._~-]{0,64}){0,8}(\\?[A-Za-z0-9=&._~-]{0,128})?$"},
    };
#undef QWILL_DATE
#undef QWILL_TIME
#undef QWILL_HOST
    for (const auto& [name, pattern] : kFormats)
        if (name == format)
            return pattern;
    return {};
}

} // namespace qwill::engine

#include "text/tool_call_json.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

namespace qwill::engine {

namespace {

using nlohmann::json;

constexpr std::string_view kSpace = " \t\r\n";
constexpr int kMaxBrackets = 100'000; // far more than a call has

std::string_view stripped(std::string_view text)
{
    const std::size_t begin = text.find_first_not_of(kSpace);
    return begin == std::string_view::npos ? std::string_view()
                                           : text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

bool isJson(std::string_view text)
{
    return std::count_if(text.begin(), text.end(), [](char c) { return c == '{' || c == '['; }) <= kMaxBrackets
        && json::accept(text.begin(), text.end());
}

// Walks the elements of a container that is known to be valid JSON.
class Elements {
public:
    explicit Elements(std::string_view container) : m_text(container.substr(1)) { }

    // The next value, as written; empty at the end.
    std::string_view next()
    {
        m_text.remove_prefix(std::min(m_text.find_first_not_of(" \t\r\n,:"), m_text.size()));
        std::size_t end = 0;
        int depth = 0;
        for (bool inString = false; end < m_text.size(); ++end) {
            const char c = m_text[end];
            if (inString) {
                end += c == '\\' ? 1 : 0;
                inString = c != '"';
            } else if (c == '"') {
                inString = true;
            } else if (c == '{' || c == '[') {
                ++depth;
            } else if (c == '}' || c == ']') {
                if (--depth < 0)
                    break;
            } else if (depth == 0 && (c == ',' || c == ':')) {
                break;
            }
        }
        const std::string_view value = stripped(m_text.substr(0, end));
        m_text.remove_prefix(std::min(end, m_text.size()));
        return value;
    }

private:
    std::string_view m_text;
};

std::string stringOf(std::string_view written)
{
    const json value = json::parse(written.begin(), written.end(), nullptr, /*allow_exceptions=*/false);
    return value.is_string() ? value.get<std::string>() : std::string();
}

std::optional<ToolCall> readOne(std::string_view object)
{
    ToolCall call{{}, "{}", {}};
    Elements elements(object);
    for (std::string_view key = elements.next(); !key.empty(); key = elements.next()) {
        const std::string name = stringOf(key);
        const std::string_view value = elements.next();
        if (name == "name" || name == "id") {
            (name == "name" ? call.name : call.id) = stringOf(value);
        } else if (name == "arguments" || name == "parameters") {
            call.arguments = value.starts_with('"') ? stringOf(value) : std::string(value);
            if (!isJsonObject(call.arguments))
                return std::nullopt;
        }
    }
    return call.name.empty() ? std::nullopt : std::optional(std::move(call));
}

} // namespace

bool isJsonObject(std::string_view text)
{
    return stripped(text).starts_with('{') && isJson(text);
}

std::optional<std::vector<ToolCall>> readToolCalls(std::string_view text)
{
    text = stripped(text);
    if (text.empty() || !isJson(text))
        return std::nullopt;
    std::vector<ToolCall> calls;
    if (text[0] == '{') {
        auto call = readOne(text);
        return call ? std::optional(std::vector{*std::move(call)}) : std::nullopt;
    }
    if (text[0] != '[')
        return std::nullopt;
    Elements elements(text);
    for (std::string_view element = elements.next(); !element.empty(); element = elements.next()) {
        auto call = element[0] == '{' ? readOne(element) : std::nullopt;
        if (!call)
            return std::nullopt;
        calls.push_back(*std::move(call));
    }
    return calls.empty() ? std::nullopt : std::optional(std::move(calls));
}

std::optional<ToolCall> readPythonCall(std::string_view text)
{
    text = stripped(text);
    constexpr std::string_view kCall = ".call(";
    const std::size_t open = text.find(kCall);
    const auto isName = [](std::string_view name) {
        return !name.empty()
            && name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
            == std::string_view::npos;
    };
    if (open == std::string_view::npos || !text.ends_with(')') || !isName(text.substr(0, open)))
        return std::nullopt;
    ToolCall call{std::string(text.substr(0, open)), "{", {}};
    std::string_view inside = text.substr(open + kCall.size());
    inside.remove_suffix(1);
    for (inside = stripped(inside); !inside.empty(); inside = stripped(inside)) {
        const std::size_t equals = inside.find('=');
        if (equals == std::string_view::npos || !isName(inside.substr(0, equals)))
            return std::nullopt;
        const std::string value(Elements(inside.substr(equals)).next());
        if (!json::accept(value.begin(), value.end()))
            return std::nullopt;
        if (call.arguments.size() > 1)
            call.arguments += ", ";
        call.arguments += "\"" + std::string(inside.substr(0, equals)) + "\": " + value;
        inside.remove_prefix(inside.find(value, equals) + value.size());
        inside = stripped(inside);
        if (!inside.empty() && inside[0] != ',')
            return std::nullopt;
        inside.remove_prefix(inside.empty() ? 0 : 1);
    }
    call.arguments += "}";
    return call;
}

} // namespace qwill::engine

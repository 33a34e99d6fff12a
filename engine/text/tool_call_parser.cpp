#include "text/tool_call_parser.h"

#include "text/tool_call_json.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace qwill::engine {

namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kTagsEnd = "</tool_call>", kArguments = "[ARGS]", kCallId = "[CALL_ID]";
constexpr std::string_view kTags[] = {"<tool_call>", kTagsEnd};
constexpr std::string_view kJson[] = {"<|python_tag|>"};
constexpr std::string_view kList[] = {"[TOOL_CALLS]", kArguments, kCallId};

std::size_t afterSpace(std::string_view text, std::size_t at)
{
    return std::min(text.find_first_not_of(kSpace, at), text.size());
}

// How much of the text's end could be the beginning of `marker`.
std::size_t partialMarker(std::string_view text, std::string_view marker)
{
    for (std::size_t size = std::min(text.size(), marker.size() - 1); size > 0; --size)
        if (text.ends_with(marker.substr(0, size)))
            return size;
    return 0;
}

// Whether `text` goes on with `wanted` from `at`; nothing while it ends too early to tell.
std::optional<bool> continuesWith(std::string_view text, std::size_t at, std::string_view wanted)
{
    const std::string_view rest = text.substr(at);
    if (rest.size() < wanted.size() && wanted.starts_with(rest))
        return std::nullopt;
    return rest.starts_with(wanted);
}

} // namespace

ToolCallFormat toolCallFormatOf(std::string_view chatTemplate)
{
    const auto writes = [&](std::string_view text) { return chatTemplate.find(text) != std::string_view::npos; };
    if (writes("[TOOL_CALLS]"))
        return ToolCallFormat::List;
    if (writes("<tool_call>"))
        return ToolCallFormat::Tags;
    if (writes("<|python_tag|>") || (writes("<|start_header_id|>") && writes("tool_call")))
        return ToolCallFormat::Json;
    return ToolCallFormat::None;
}

std::span<const std::string_view> toolCallMarkers(ToolCallFormat format)
{
    switch (format) {
    case ToolCallFormat::None: break;
    case ToolCallFormat::Tags: return kTags;
    case ToolCallFormat::Json: return kJson;
    case ToolCallFormat::List: return kList;
    }
    return {};
}

std::string_view ToolCallParser::marker() const
{
    return toolCallMarkers(m_format)[0];
}

void ToolCallParser::push(std::string_view piece, std::vector<Part>& out)
{
    m_waiting.append(piece);
    run(false, out);
}

void ToolCallParser::finish(std::vector<Part>& out)
{
    run(true, out);
    if (!m_afterCall && !m_space.empty()) {
        const std::string space = std::exchange(m_space, {});
        if (out.empty() || !std::holds_alternative<std::string>(out.back()))
            out.emplace_back(std::string());
        std::get<std::string>(out.back()) += space;
    }
    m_space.clear();
}

void ToolCallParser::run(bool ended, std::vector<Part>& out)
{
    if (m_format == ToolCallFormat::None) {
        say(std::exchange(m_waiting, {}), out);
        return;
    }
    for (Step step = Step::Again; step == Step::Again && !m_waiting.empty();)
        step = m_state == State::Start ? start(ended) : m_state == State::Text ? text(ended, out) : call(ended, out);
}

// A reply of Llama's may be a call from its first letter on, and another may follow a call.
ToolCallParser::Step ToolCallParser::start(bool ended)
{
    std::size_t at = afterSpace(m_waiting, 0);
    if (m_format == ToolCallFormat::Json && m_afterCall && at < m_waiting.size() && m_waiting[at] == ';')
        at = afterSpace(m_waiting, at + 1);
    if (m_format == ToolCallFormat::Json && at == m_waiting.size() && !ended)
        return Step::Wait;
    if (m_format == ToolCallFormat::Json && at < m_waiting.size() && m_waiting[at] == '{') {
        m_space += m_waiting.substr(0, at);
        m_waiting.erase(0, at);
        m_markerSize = 0;
        m_scan = {};
        m_state = State::Call;
        return Step::Again;
    }
    m_state = State::Text;
    return Step::Again;
}

ToolCallParser::Step ToolCallParser::text(bool ended, std::vector<Part>& out)
{
    const std::size_t at = m_waiting.find(marker());
    if (at != std::string::npos) {
        say(std::string_view(m_waiting).substr(0, at), out);
        m_waiting.erase(0, at);
        m_markerSize = marker().size();
        m_scan = {};
        m_state = State::Call;
        return Step::Again;
    }
    const std::size_t certain = m_waiting.size() - (ended ? 0 : partialMarker(m_waiting, marker()));
    say(std::string_view(m_waiting).substr(0, certain), out);
    m_waiting.erase(0, certain);
    return Step::Wait;
}

ToolCallParser::Step ToolCallParser::call(bool ended, std::vector<Part>& out)
{
    const std::size_t begin = afterSpace(m_waiting, m_markerSize);
    if (begin == m_waiting.size())
        return ended ? noCall(out) : Step::Wait;
    const char first = m_waiting[begin];
    if (first == '{' || (first == '[' && m_format == ToolCallFormat::List))
        return jsonCall(begin, {}, {}, ended, out);
    if (m_format == ToolCallFormat::List)
        return namedCall(begin, ended, out);
    return m_format == ToolCallFormat::Json ? pythonCall(ended, out) : noCall(out);
}

// Behind the marker there was no call: the marker, or the one letter that looked like a beginning, is text.
ToolCallParser::Step ToolCallParser::noCall(std::vector<Part>& out)
{
    const std::size_t size = std::max<std::size_t>(m_markerSize, 1);
    say(std::string_view(m_waiting).substr(0, size), out);
    m_waiting.erase(0, size);
    m_state = State::Text;
    return Step::Again;
}

ToolCallParser::Step ToolCallParser::jsonCall(std::size_t begin, std::string name, std::string id, bool ended,
                                              std::vector<Part>& out)
{
    std::size_t end = closing(begin);
    std::string json = m_waiting.substr(begin, end == std::string::npos ? end : end - begin);
    if (end == std::string::npos && m_scan.at == m_waiting.size())
        return ended ? noCall(out) : Step::Wait;
    if (end == std::string::npos) {
        // Models forget a bracket at times: where the end is marked, it is put back.
        const auto tagged = m_format == ToolCallFormat::Tags ? continuesWith(m_waiting, m_scan.at, kTagsEnd) : false;
        if (!tagged && !ended)
            return Step::Wait;
        if (!tagged.value_or(false))
            return noCall(out);
        end = m_scan.at;
        json = m_waiting.substr(begin, end - begin) + std::string(static_cast<std::size_t>(m_scan.depth), '}');
    }
    if (!name.empty()) {
        if (!isJsonObject(json))
            return noCall(out);
        return callEnds(end, {{std::move(name), std::move(json), std::move(id)}}, ended, out);
    }
    auto calls = readToolCalls(json);
    return calls ? callEnds(end, *std::move(calls), ended, out) : noCall(out);
}

// name[CALL_ID]id[ARGS]{…}
ToolCallParser::Step ToolCallParser::namedCall(std::size_t begin, bool ended, std::vector<Part>& out)
{
    const std::size_t nameEnd = std::min(m_waiting.find_first_of("[{ \t\r\n", begin), m_waiting.size());
    std::size_t at = nameEnd;
    std::string id;
    const auto wait = [&] { return ended ? noCall(out) : Step::Wait; };
    if (at == m_waiting.size())
        return wait();
    const auto hasId = continuesWith(m_waiting, at, kCallId), hasArguments = continuesWith(m_waiting, at, kArguments);
    if ((!hasId || !hasArguments) && !ended)
        return Step::Wait;
    if (hasId.value_or(false)) {
        const std::size_t idEnd = m_waiting.find(kArguments, at);
        if (idEnd == std::string::npos)
            return wait();
        id = m_waiting.substr(at + kCallId.size(), idEnd - at - kCallId.size());
        at = idEnd;
    }
    if (continuesWith(m_waiting, at, kArguments).value_or(false))
        at += kArguments.size();
    at = afterSpace(m_waiting, at);
    if (at == m_waiting.size())
        return wait();
    return m_waiting[at] == '{' && nameEnd > begin
        ? jsonCall(at, m_waiting.substr(begin, nameEnd - begin), std::move(id), ended, out)
        : noCall(out);
}

// Only the end of the reply tells where it ends.
ToolCallParser::Step ToolCallParser::pythonCall(bool ended, std::vector<Part>& out)
{
    if (!ended)
        return Step::Wait;
    auto call = readPythonCall(std::string_view(m_waiting).substr(m_markerSize));
    return call ? callEnds(m_waiting.size(), {*std::move(call)}, ended, out) : noCall(out);
}

ToolCallParser::Step ToolCallParser::callEnds(std::size_t end, std::vector<ToolCall> calls, bool ended,
                                              std::vector<Part>& out)
{
    if (m_format == ToolCallFormat::Tags) {
        const std::size_t at = afterSpace(m_waiting, end);
        const auto closed = continuesWith(m_waiting, at, kTagsEnd);
        if (!closed && !ended)
            return Step::Wait;
        if (closed.value_or(false))
            end = at + kTagsEnd.size();
    }
    for (ToolCall& call : calls)
        out.emplace_back(std::move(call));
    m_waiting.erase(0, end);
    m_space.clear();
    m_afterCall = true;
    m_state = State::Start;
    return Step::Again;
}

void ToolCallParser::say(std::string_view text, std::vector<Part>& out)
{
    const std::size_t last = text.find_last_not_of(kSpace);
    if (last == std::string_view::npos) {
        m_space += text;
        return;
    }
    if (out.empty() || !std::holds_alternative<std::string>(out.back()))
        out.emplace_back(std::string());
    std::string& said = std::get<std::string>(out.back());
    if (m_afterCall)
        text.remove_prefix(text.find_first_not_of(kSpace));
    else
        said += m_space;
    const std::size_t size = text.find_last_not_of(kSpace) + 1;
    said += text.substr(0, size);
    m_space = text.substr(size);
    m_afterCall = false;
}

std::size_t ToolCallParser::closing(std::size_t begin)
{
    Scan& scan = m_scan;
    for (scan.at = std::max(scan.at, begin); scan.at < m_waiting.size(); ++scan.at) {
        const char c = m_waiting[scan.at];
        if (scan.inString) {
            const bool ends = c == '"' && !scan.escaped;
            scan.escaped = c == '\\' && !scan.escaped;
            scan.inString = !ends;
        } else if (c == '"') {
            scan.inString = true;
        } else if (c == '{' || c == '[') {
            ++scan.depth;
        } else if (c == '<') {
            break; // nowhere in JSON
        } else if (c == '}' || c == ']') {
            if (scan.depth == 1)
                return scan.at + 1; // and stays here, for when it is asked again
            --scan.depth;
        }
    }
    return std::string::npos;
}

} // namespace qwill::engine

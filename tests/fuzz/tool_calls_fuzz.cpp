// The first byte chooses how calls are written, the rest is a reply: whole and byte by byte it must mean the same, and
// a reply without calls must come out as it went in.

#include "base/check.h"
#include "text/tool_call_parser.h"

#include <cstdint>

using namespace qwill::engine;

namespace {

struct Outcome {
    std::string shown, text;
    int calls = 0;
};

Outcome outcomeOf(const std::vector<ToolCallParser::Part>& parts)
{
    Outcome outcome;
    for (const ToolCallParser::Part& part : parts) {
        if (const auto* text = std::get_if<std::string>(&part)) {
            outcome.shown += *text;
            outcome.text += *text;
            continue;
        }
        const auto& call = std::get<ToolCall>(part);
        outcome.shown += "\x01" + call.name + "\x02" + call.arguments + "\x03" + call.id;
        ++outcome.calls;
    }
    return outcome;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0 || size > 4096)
        return 0;
    const auto format = static_cast<ToolCallFormat>(1 + data[0] % 3);
    const std::string_view reply(reinterpret_cast<const char*>(data) + 1, size - 1);
    ToolCallParser whole(format), bytes(format);
    std::vector<ToolCallParser::Part> parts, pieces;
    whole.push(reply, parts);
    whole.finish(parts);
    for (const char& c : reply)
        bytes.push({&c, 1}, pieces);
    bytes.finish(pieces);
    const Outcome one = outcomeOf(parts), other = outcomeOf(pieces);
    QWILL_CHECK(one.shown == other.shown);
    QWILL_CHECK(one.calls > 0 || one.text == reply);
    return 0;
}

#pragma once
// ToolCallParser: finds the calls of tools in a reply while it streams. One thread.
//
// Text passes at once; what may be a call waits until it is one or cannot be one, and in the second case it is text
// after all: nothing is lost. White space beside a call is dropped. The result depends on the text alone, not on how it
// was cut into pieces.

#include "engine/types.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace qwill::engine {

enum class ToolCallFormat {
    None,
    Tags, // <tool_call>{"name": …, "arguments": {…}}</tool_call>: Qwen, Hermes, SmolLM
    Json, // {"name": …, "parameters": {…}} as the whole reply, or behind <|python_tag|>: Llama 3
    List, // [TOOL_CALLS][{"name": …, "arguments": {…}}, …] or [TOOL_CALLS]name[ARGS]{…}: Mistral
};

// How a model whose chat template this is writes its calls, by what the template itself writes.
ToolCallFormat toolCallFormatOf(std::string_view chatTemplate);

// What stands around calls; models may have tokens of their own for these.
std::span<const std::string_view> toolCallMarkers(ToolCallFormat format);

class ToolCallParser {
public:
    using Part = std::variant<std::string, ToolCall>; // text, or a call (whose id is empty unless the model wrote one)

    explicit ToolCallParser(ToolCallFormat format) : m_format(format) { }

    // Appends to `out` what is certain now. No two texts follow each other in one call's output.
    void push(std::string_view piece, std::vector<Part>& out);
    // The reply ended: everything that waited.
    void finish(std::vector<Part>& out);

private:
    enum class State { Start, Text, Call };
    enum class Step { Again, Wait };

    // How far into m_waiting brackets have been counted.
    struct Scan {
        std::size_t at = 0;
        int depth = 0;
        bool inString = false, escaped = false;
    };

    void run(bool ended, std::vector<Part>& out);
    Step start(bool ended);
    Step text(bool ended, std::vector<Part>& out);
    Step call(bool ended, std::vector<Part>& out);
    Step jsonCall(std::size_t begin, std::string name, std::string id, bool ended, std::vector<Part>& out);
    Step namedCall(std::size_t begin, bool ended, std::vector<Part>& out);
    Step pythonCall(bool ended, std::vector<Part>& out);
    Step callEnds(std::size_t end, std::vector<ToolCall> calls, bool ended, std::vector<Part>& out);
    Step noCall(std::vector<Part>& out);
    void say(std::string_view text, std::vector<Part>& out);
    // Offset behind the bracket that closes the one at `begin`; npos while it is open, and m_scan.at tells how far.
    std::size_t closing(std::size_t begin);
    std::string_view marker() const;

    ToolCallFormat m_format;
    State m_state = State::Start;
    std::string m_waiting; // not decided upon; in State::Call it begins with the marker, if there was one
    std::size_t m_markerSize = 0;
    std::string m_space; // white space that is text if text follows
    bool m_afterCall = false; // nothing but white space since the last call
    Scan m_scan;
};

} // namespace qwill::engine

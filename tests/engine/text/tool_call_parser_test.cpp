#include "text/tool_call_parser.h"

#include "engine/text/text_files.h"
#include "sample/rng.h"

#include <doctest/doctest.h>

using namespace qwill::engine;

namespace {

using Part = ToolCallParser::Part;
constexpr auto kTags = ToolCallFormat::Tags, kJson = ToolCallFormat::Json, kList = ToolCallFormat::List;

// One line a part, so that a failure can be read: "text: …", "call: name arguments id".
std::string shown(const std::vector<Part>& parts)
{
    std::string all, text;
    const auto endText = [&] {
        all += text.empty() ? "" : "text: " + text + "\n";
        text.clear();
    };
    for (const Part& part : parts) {
        if (const auto* piece = std::get_if<std::string>(&part)) {
            text += *piece; // how text is cut does not count
            continue;
        }
        endText();
        const auto& call = std::get<ToolCall>(part);
        all += "call: " + call.name + " " + call.arguments + (call.id.empty() ? "" : " " + call.id) + "\n";
    }
    endText();
    return all;
}

std::string parsed(ToolCallFormat format, std::initializer_list<std::string_view> pieces)
{
    ToolCallParser parser(format);
    std::vector<Part> parts;
    for (const std::string_view piece : pieces)
        parser.push(piece, parts);
    parser.finish(parts);
    return shown(parts);
}

struct Sample {
    ToolCallFormat format;
    std::string reply, events;
};

const std::vector<Sample>& samples()
{
    static const std::vector<Sample> all = {
        {kTags, "Just text, 1 < 2 and <tool> too. ", "text: Just text, 1 < 2 and <tool> too. \n"},
        {kTags, "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": 1.0}}\n</tool_call>", "call: f {\"x\": 1.0}\n"},
        {kTags,
         "Let me see.\n\n<tool_call>\n{\"name\": \"f\", \"arguments\": {}}\n</tool_call>\n<tool_call>\n{\"name\": "
         "\"g\", "
         "\"arguments\": {\"s\": \"}<tool_call></tool_call>\\\"\"}}\n</tool_call>\n",
         "text: Let me see.\ncall: f {}\ncall: g {\"s\": \"}<tool_call></tool_call>\\\"\"}\n"},
        {kTags, "a <tool_call>{\"arguments\":\"{\\\"q\\\": 1}\",\"name\":\"f\"}</tool_call> b",
         "text: a\ncall: f {\"q\": 1}\ntext: b\n"},
        {kTags, "<tool_call>{\"name\": \"f\"}</tool_call>", "call: f {}\n"},
        {kTags, "<tool_call>{\"name\": \"end\", \"arguments\": {\"a\": [1, {}]}}", // cut at the end of the tag
         "call: end {\"a\": [1, {}]}\n"},
        {kTags, "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": 1}\n</tool_call>done", // a bracket too few
         "call: f {\"a\": 1}\ntext: done\n"},
        {kTags, "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": 1</tool_call>", "call: f {\"a\": 1}\n"},
        {kTags, "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": \"1</tool_call>", // in a string
         "text: <tool_call>{\"name\": \"f\", \"arguments\": {\"a\": \"1</tool_call>\n"},
        {kTags, "<tool_call>{\"name\": f}</tool_call> and <tool_call>{\"name\": \"g\"}</tool_call>",
         "text: <tool_call>{\"name\": f}</tool_call> and\ncall: g {}\n"},
        {kTags, "<tool_call>\nget_weather\n</tool_call>", "text: <tool_call>\nget_weather\n</tool_call>\n"},
        {kTags, "<tool_call> <tool_call>{\"name\": \"f\"}", "text: <tool_call>\ncall: f {}\n"},
        {kTags, "<tool_call>{\"name\": \"f\"}\n\nand more", "call: f {}\ntext: and more\n"},
        {kTags, "<tool_call>{\"name\": \"f\", \"arguments\": [1]}</tool_call>",
         "text: <tool_call>{\"name\": \"f\", \"arguments\": [1]}</tool_call>\n"},
        {kTags, "<tool_call>{\"name\": \"f\" <b>}</tool_call>", "text: <tool_call>{\"name\": \"f\" <b>}</tool_call>\n"},
        {kTags, "<tool_call>", "text: <tool_call>\n"},
        {kTags, "<tool_ca", "text: <tool_ca\n"},
        {kTags, "  \n", "text:   \n\n"},
        {kTags, "{\"name\": \"f\", \"parameters\": {}}", "text: {\"name\": \"f\", \"parameters\": {}}\n"},
        {kTags, "<tool_call>{\"name\": \"日本\", \"arguments\": {\"é\": \"\\u00e9😀\"}}</tool_call>",
         "call: 日本 {\"é\": \"\\u00e9😀\"}\n"},
        {kJson, "{\"name\": \"f\", \"parameters\": {\"q\": \"a b\"}}", "call: f {\"q\": \"a b\"}\n"},
        {kJson, "\n {\"name\": \"f\", \"parameters\": {}}; {\"name\": \"g\", \"arguments\": {}}",
         "call: f {}\ncall: g {}\n"},
        {kJson, "<|python_tag|>{\"name\": \"f\", \"parameters\": {\"a\": null}}", "call: f {\"a\": null}\n"},
        {kJson, "<|python_tag|>brave_search.call(query=\"who, where\", n=3)",
         "call: brave_search {\"query\": \"who, where\", \"n\": 3}\n"},
        {kJson, "<|python_tag|>print(1)\nprint(2)", "text: <|python_tag|>print(1)\nprint(2)\n"},
        {kJson, "<|python_tag|>f.call(x=y)", "text: <|python_tag|>f.call(x=y)\n"},
        {kJson, "{\"answer\": 42} is JSON", "text: {\"answer\": 42} is JSON\n"},
        {kJson, "{\"name\": \"f\", \"parameters\": {\"q\": ", "text: {\"name\": \"f\", \"parameters\": {\"q\": \n"},
        {kJson, "Say {\"name\": \"f\", \"parameters\": {}}", "text: Say {\"name\": \"f\", \"parameters\": {}}\n"},
        {kJson, "{\"name\": \"f\", \"parameters\": {}}\nThat was it.", "call: f {}\ntext: That was it.\n"},
        {kList,
         "[TOOL_CALLS] [{\"name\": \"f\", \"arguments\": {\"a\": [1]}, \"id\": \"abcdefghi\"}, {\"name\": \"g\", "
         "\"arguments\": {}}]",
         "call: f {\"a\": [1]} abcdefghi\ncall: g {}\n"},
        {kList, "Wait.[TOOL_CALLS]f[ARGS]{\"a\": \"]\"}[TOOL_CALLS]g{\"b\": 2}",
         "text: Wait.\ncall: f {\"a\": \"]\"}\ncall: g {\"b\": 2}\n"},
        {kList, "[TOOL_CALLS]f[CALL_ID]123456789[ARGS]{}", "call: f {} 123456789\n"},
        {kList, "[TOOL_CALLS]{\"name\": \"f\", \"arguments\": {}}", "call: f {}\n"},
        {kList, "[TOOL_CALLS] [{\"name\": \"f\"}, 7]", "text: [TOOL_CALLS] [{\"name\": \"f\"}, 7]\n"},
        {kList, "[TOOL_CALLS] []", "text: [TOOL_CALLS] []\n"},
        {kList, "[TOOL_CALLS]f[ARGS]nothing", "text: [TOOL_CALLS]f[ARGS]nothing\n"},
        {kList, "[TOOL_CALLS]f", "text: [TOOL_CALLS]f\n"},
        {kList, "see [TOOL_CALL] and [1, 2]", "text: see [TOOL_CALL] and [1, 2]\n"},
    };
    return all;
}

} // namespace

TEST_CASE("findsCallsAndLosesNoText")
{
    for (const Sample& sample : samples()) {
        CAPTURE(sample.reply);
        CHECK(parsed(sample.format, {sample.reply}) == sample.events);
    }
}

TEST_CASE("everySplitGivesTheSameEvents")
{
    int splits = 0;
    for (const Sample& sample : samples()) {
        const std::string_view reply = sample.reply;
        CAPTURE(sample.reply);
        for (std::size_t a = 0; a <= reply.size(); ++a)
            for (std::size_t b = a; b <= reply.size(); ++b, ++splits)
                REQUIRE(parsed(sample.format, {reply.substr(0, a), reply.substr(a, b - a), reply.substr(b)})
                        == sample.events);
        ToolCallParser byBytes(sample.format);
        std::vector<Part> parts;
        for (const char& c : reply)
            byBytes.push({&c, 1}, parts);
        byBytes.finish(parts);
        CHECK(shown(parts) == sample.events);
    }
    MESSAGE(splits, " splits of ", samples().size(), " samples");
}

// Replies made of the pieces that calls consist of, in any order: whole and byte by byte agree, and every letter that
// is not white space is in the text or in a call.
TEST_CASE("brokenRepliesLoseNothing")
{
    static constexpr std::string_view kPieces[] = {"<tool_call>",
                                                   "</tool_call>",
                                                   "{",
                                                   "}",
                                                   "[",
                                                   "]",
                                                   "\"name\"",
                                                   ": ",
                                                   ", ",
                                                   "\"f\"",
                                                   "\"arguments\"",
                                                   "\"x\\\"",
                                                   "\n",
                                                   "<|python_tag|>",
                                                   "[TOOL_CALLS]",
                                                   "[ARGS]",
                                                   "word",
                                                   "{\"name\": \"f\", \"arguments\": {}}",
                                                   " ",
                                                   ";",
                                                   "f.call(a=1)"};
    std::uint64_t draw = 0;
    for (int round = 0; round < 30000; ++round) {
        std::string reply;
        const auto count = 1 + randomBits(1, draw++) % 9;
        for (std::uint64_t i = 0; i < count; ++i)
            reply += kPieces[randomBits(1, draw++) % std::size(kPieces)];
        for (const ToolCallFormat format : {kTags, kJson, kList}) {
            CAPTURE(reply);
            ToolCallParser whole(format), bytes(format);
            std::vector<Part> parts, pieces;
            whole.push(reply, parts);
            whole.finish(parts);
            for (const char& c : reply)
                bytes.push({&c, 1}, pieces);
            bytes.finish(pieces);
            REQUIRE(shown(parts) == shown(pieces));
            if (shown(parts).find("call: ") == std::string::npos)
                REQUIRE(shown(parts) == "text: " + reply + "\n");
        }
    }
}

TEST_CASE("aTemplateTellsHowItsModelCalls")
{
    const std::pair<const char*, ToolCallFormat> formats[] = {{"qwen25", kTags},
                                                              {"qwen3", kTags},
                                                              {"qwen3_thinking", kTags},
                                                              {"llama3_1", kJson},
                                                              {"llama3_2", kJson},
                                                              {"mistral_tools", kList},
                                                              {"llama3", ToolCallFormat::None},
                                                              {"gemma3", ToolCallFormat::None}};
    for (const auto& [name, format] : formats) {
        CAPTURE(name);
        CHECK(toolCallFormatOf(qwill::test::readFile(std::string(QWILL_TEST_DATA "/chat_template/") + name + ".jinja"))
              == format);
    }
}

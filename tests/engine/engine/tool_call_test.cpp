// Calls of tools on their way from tokens to events, special tokens among them.

#include "engine_core.h"

#include "engine/engine/event_log.h"
#include "engine/engine/letter_tokenizer.h"
#include "engine/sched/fake_runner.h"

#include <doctest/doctest.h>

using namespace qwill::engine;

namespace {

struct House {
    EventLog log;
    LetterTokenizer tokenizer;
    std::unique_ptr<EngineCore> engine;

    House()
    {
        EngineParts parts;
        parts.runner = std::make_unique<FakeRunner>(FakeRunner::smallLimits(40));
        parts.tokenizer = std::make_unique<LetterTokenizer>();
        parts.chatTemplate = *ChatTemplate::create({"{{ messages }}{{ tools }}[TOOL_CALLS]", {}, {}}, tokenizer);
        engine = std::make_unique<EngineCore>(std::move(parts), log.sink());
    }
    RequestLog say(std::string_view reply, bool parse, std::vector<std::string> stop = {})
    {
        GenerationRequest request;
        request.prompt = {1, 2, 3};
        request.replay = tokenizer.encode(reply, SpecialTokens::Recognise);
        request.parseToolCalls = parse;
        request.stop.strings = std::move(stop);
        return log.wait(engine->submit(std::move(request)));
    }
};

} // namespace

TEST_CASE("callsBecomeEventsWhenTheRequestAsks")
{
    House house;
    const std::string_view reply = R"(Let me look. [TOOL_CALLS][{"name": "f", "arguments": {"x": 1}}, {"name": "g"}])";
    const RequestLog log = house.say(reply, true);
    CHECK(log.text == "Let me look.");
    REQUIRE(log.calls.size() == 2);
    CHECK(log.calls[0].name == "f");
    CHECK(log.calls[0].arguments == R"({"x": 1})");
    CHECK(log.calls[1].arguments == "{}");
    CHECK(log.calls[0].id.size() == 9);
    CHECK(log.calls[0].id != log.calls[1].id);
    CHECK(log.ends() == 1);
    CHECK_FALSE(log.afterEnd);

    const RequestLog plain = house.say(reply, false);
    CHECK(plain.calls.empty());
    CHECK(plain.text == R"(Let me look. [{"name": "f", "arguments": {"x": 1}}, {"name": "g"}])");
}

TEST_CASE("whatIsNoCallIsTextToTheLastLetter")
{
    House house;
    CHECK(house.say("[TOOL_CALLS] nothing {", true).text == "[TOOL_CALLS] nothing {");
    CHECK(house.say("[TOOL_CALLS][{\"name\": \"f\"", true).text == "[TOOL_CALLS][{\"name\": \"f\"");
    CHECK(house.say("one STOP two", true, {"STOP"}).text == "one ");
    CHECK(house.say("ends in space  ", true).text == "ends in space  ");
}

// Calls of tools on their way from tokens to events, special tokens among them.

#include "engine_core.h"

#include "engine/engine/event_log.h"
#include "engine/sched/fake_runner.h"

#include <doctest/doctest.h>

using namespace qwill::engine;

namespace {

// Ids are the printable ASCII letters, and Mistral's marker is a token of its own.
class LetterTokenizer final : public Tokenizer {
public:
    static constexpr Token kMarker = 96;
    using Tokenizer::encode;
    void encode(std::span<const TextPiece> pieces, std::vector<Token>& out) const override
    {
        for (const TextPiece& piece : pieces)
            for (std::size_t i = 0; i < piece.text.size(); ++i) {
                const bool marker = piece.text.substr(i).starts_with(m_marker);
                out.push_back(marker ? kMarker : piece.text[i] - ' ');
                i += marker ? m_marker.size() - 1 : 0;
            }
    }
    std::string_view tokenBytes(Token token) const override
    {
        return token == kMarker ? std::string_view(m_marker)
                                : std::string_view(m_letters).substr(static_cast<std::size_t>(token), 1);
    }
    bool isSpecial(Token token) const override { return token == kMarker; }
    std::optional<Token> findSpecial(std::string_view name) const override
    {
        return name == m_marker ? std::optional(kMarker) : std::nullopt;
    }
    int size() const override { return FakeRunner::kVocab; }

private:
    std::string m_marker = "[TOOL_CALLS]";
    std::string m_letters = [] {
        std::string letters;
        for (char c = ' '; c <= '~'; ++c)
            letters.push_back(c);
        return letters + " ";
    }();
};

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

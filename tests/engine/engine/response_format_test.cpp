// Replies held to a grammar, through scheduler, batches and guesses.

#include "engine_core.h"

#include "engine/engine/event_log.h"
#include "engine/engine/letter_tokenizer.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace qwill::engine;

namespace {

constexpr const char* kSchema =
    R"({"type":"array","items":{"type":"object","properties":{"name":{"type":"string","minLength":1,"maxLength":6},"n":{"type":"integer","minimum":-5,"maximum":500}},"required":["name"],"additionalProperties":false},"minItems":2,"maxItems":5})";

struct House {
    EventLog log;
    std::unique_ptr<EngineCore> engine;

    House()
    {
        EngineParts parts;
        parts.runner = std::make_unique<FakeRunner>(FakeRunner::smallLimits(80, 64, 12));
        parts.tokenizer = std::make_unique<LetterTokenizer>();
        parts.scheduling.draftCost = 0.01; // guesses that cost next to nothing: as many as there are
        engine = std::make_unique<EngineCore>(std::move(parts), log.sink());
    }
    static GenerationRequest request(std::uint64_t seed, float temperature, bool speculate)
    {
        GenerationRequest r;
        for (Token i = 0; i < 20; ++i)
            r.prompt.push_back((i * 7 + static_cast<Token>(seed)) % 90);
        r.sampling.temperature = temperature;
        r.sampling.topK = 0;
        r.sampling.topP = 1;
        r.sampling.seed = seed;
        r.stop.maxTokens = 1000;
        r.speculate = speculate;
        r.responseFormat = {ResponseFormat::Kind::JsonSchema, kSchema};
        return r;
    }
    RequestLog run(GenerationRequest request) { return log.wait(engine->submit(std::move(request))); }
};

void checkDocument(const RequestLog& log)
{
    REQUIRE(log.finished.size() == 1);
    CHECK(log.finished[0].reason == FinishReason::Stop);
    INFO(log.text);
    const auto document = nlohmann::json::parse(log.text, nullptr, false);
    REQUIRE(document.is_array());
    CHECK((document.size() >= 2 && document.size() <= 5));
    for (const auto& one : document) {
        CHECK((one.at("name").get<std::string>().size() >= 1 && one.at("name").get<std::string>().size() <= 6));
        CHECK(one.value("n", 0) <= 500);
    }
}

} // namespace

TEST_CASE("aReplyFitsItsSchemaAloneInABatchAndWithGuesses")
{
    House house;
    std::vector<std::string> alone;
    int accepted = 0;
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        const float temperature = seed % 3 == 0 ? 0.0f : 1.0f;
        const RequestLog plain = house.run(House::request(seed, temperature, false));
        checkDocument(plain);
        const RequestLog guessed = house.run(House::request(seed, temperature, true));
        CHECK(guessed.text == plain.text);
        accepted += guessed.finished[0].usage.acceptedTokens;
        alone.push_back(plain.text);
    }
    CHECK(accepted > 0); // or nothing was learnt about guesses
    std::vector<RequestId> ids;
    for (std::uint64_t seed = 0; seed < 12; ++seed)
        ids.push_back(house.engine->submit(House::request(seed, seed % 3 == 0 ? 0.0f : 1.0f, true)));
    for (std::size_t i = 0; i < ids.size(); ++i)
        CHECK(house.log.wait(ids[i]).text == alone[i]);
}

TEST_CASE("aFormatThatIsNotServedFailsAtOnce")
{
    House house;
    GenerationRequest request = House::request(1, 0, true);
    request.responseFormat.schema = R"({"not":{}})";
    const RequestLog log = house.run(std::move(request));
    REQUIRE(log.failed.size() == 1);
    CHECK(log.failed[0].error.code == ErrorCode::Unsupported);
    CHECK(log.failed[0].error.message.find("'not'") != std::string::npos);
}

TEST_CASE("aVocabularyThatCannotSpellTheDocumentSaysSo")
{
    House house;
    GenerationRequest request = House::request(1, 0, true);
    request.responseFormat.schema = R"({"const":"é"})"; // the letters are ASCII
    const RequestLog log = house.run(std::move(request));
    REQUIRE(log.failed.size() == 1);
    CHECK(log.failed[0].error.message.find("vocabulary") != std::string::npos);
}

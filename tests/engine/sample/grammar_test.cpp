#include "sample/grammar_matcher.h"
#include "sample/sampler.h"

#include "engine/engine.h"
#include "engine/sample/json_validator.h"
#include "engine/sample/random_schema.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

using namespace qwill::engine;
using qwill::test::RandomSchema;

namespace {

ResponseFormat schemaFormat(std::string schema)
{
    return {ResponseFormat::Kind::JsonSchema, std::move(schema)};
}

// Every byte, pieces of JSON and of words, an end token (0) and a special one that is no text (1).
struct Vocabulary {
    std::vector<std::string> texts;
    std::shared_ptr<GrammarVocabulary> shared;

    Vocabulary()
    {
        texts = {"", ""};
        for (int byte = 0; byte < 256; ++byte)
            texts.emplace_back(1, static_cast<char>(byte));
        for (const char* piece :
             {"{\"",      "\":",   "\": \"",   "\", \"",   "\"}",      "},",       "}]",         "\",\"", "true",
              "false",    "null",  "\n  ",     "\n    ",   "  ",       "12",       "000",        "1.5",   "-1",
              "e+",       ", ",    "[]",       "{}",       "\"\"",     "ab",       "abc\"",      "node",  "next",
              "\\\"",     "\\u00", "日",       "日本",     "\xe6\x97", "\xf0\x9f", "é",          " the",  "word",
              "\"a\": 1", "kind",  "value\":", "\"}, {\"", "]]",       "}}}",      "a_very_long"})
            texts.emplace_back(piece);
        const std::vector<std::string_view> views(texts.begin(), texts.end());
        shared = std::make_shared<GrammarVocabulary>(views, std::vector<Token>{0});
    }
};

const Vocabulary& vocabulary()
{
    static const Vocabulary made;
    return made;
}

GrammarMatcher matcherFor(const ResponseFormat& format)
{
    auto grammar = compileGrammar(format);
    INFO((grammar ? "" : grammar.error().message));
    REQUIRE(grammar.ok());
    return GrammarMatcher(*grammar, vocabulary().shared);
}

// Whether the grammar takes the whole text and may end there.
bool takes(const ResponseFormat& format, std::string_view text)
{
    GrammarMatcher matcher = matcherFor(format);
    for (const char c : text) {
        const Token token = 2 + static_cast<unsigned char>(c);
        if (!matcher.allows(token))
            return false;
        matcher.commit(token);
    }
    return matcher.accepts();
}

struct Written {
    std::string text;
    bool complete = false;
};

// What a model with random weights says: every step has logits of its own.
Written write(GrammarMatcher grammar, std::uint64_t seed, const SamplingParams& params, int most)
{
    const auto size = vocabulary().texts.size();
    SamplerState state;
    state.begin(params, seed, static_cast<int>(size), {}, most);
    state.grammar = std::make_shared<GrammarMatcher>(std::move(grammar));
    SamplerScratch scratch(static_cast<int>(size));
    std::vector<float> logits(size);
    Written written;
    for (int i = 0; i < most && !state.grammar->finished(); ++i) {
        for (std::size_t t = 0; t < size; ++t)
            logits[t] = static_cast<float>(4 * randomUnit(seed * 1000003 + static_cast<std::uint64_t>(i), t));
        const Sampled sampled = sample(logits, state, -1, scratch);
        REQUIRE(sampled.token != kNoToken);
        if (sampled.token == 0) {
            written.complete = true;
            return written;
        }
        written.text += vocabulary().texts[static_cast<std::size_t>(sampled.token)];
        state.commit(sampled.token);
        REQUIRE_FALSE(state.grammar->broken());
    }
    written.complete = state.grammar->finished();
    return written;
}

SamplingParams warm()
{
    SamplingParams params;
    params.temperature = 1;
    params.topK = 0;
    params.topP = 1;
    return params;
}

} // namespace

TEST_CASE("aSchemaTakesWhatFitsAndNothingElse")
{
    struct Row {
        const char* schema;
        std::vector<const char*> fits, fails;
    };
    const Row rows[] = {
        {R"({"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"}},"required":["a"],"additionalProperties":false})",
         {R"({"a":1})", R"({"a": 1, "b": "x"})", "{\n  \"a\": -20,\n  \"b\": \"é\\n\\u00e9\"\n}"},
         {"{}", R"({"b":"x"})", R"({"a":1,"c":2})", R"({"a":1.5})", R"({"a":01})", R"({"a":1,})", R"({"b":"x","a":1})",
          R"([1])", R"({"a":1} )"}},
        {R"({"type":"object","properties":{"a":{},"ab":{}},"additionalProperties":{"type":"null"}})",
         {R"({"a":[1,{}],"ab":"x","abc":null,"b":null})", R"({"b":null})", "{}"},
         {R"({"b":1})", R"({"b":null,"a":1})", R"({"\u0061":null})"}},
        {R"({"type":"array","items":{"type":"boolean"},"minItems":1,"maxItems":3})",
         {"[true]", "[true, false,true]", "[\n\ttrue\n]"},
         {"[]", "[true,true,true,true]", "[1]", "[true,]"}},
        {R"({"type":"array","prefixItems":[{"type":"null"},{"type":"string"}],"items":false,"minItems":1})",
         {"[null]", R"([null,"x"])"},
         {"[]", R"(["x"])", R"([null,"x",1])"}},
        {R"({"type":"string","minLength":2,"maxLength":3})",
         {R"("ab")", R"("日本語")", R"("\n\"\\")", R"("\u00e9ab")"},
         {R"("a")", R"("abcd")", "\"a\nb\"", R"("\x")", R"("\ud800a")", "\"\xff\xff\""}},
        {R"({"type":"integer","minimum":-12,"maximum":205})",
         {"0", "-12", "205", "99", "-1", "200"},
         {"-13", "206", "300", "1.0", "-0", "00", "1e2", "+1"}},
        {R"({"type":"number","exclusiveMinimum":1,"maximum":3})",
         {"2", "3", "2.5", "2.000001"},
         {"1", "0.5", "3.5", "1.0", "3.0001"}},
        {R"({"type":"number"})", {"0", "-0.5e-10", "1E+9", "123456789012345"}, {".5", "1.", "--1", "1e", "1e999"}},
        {R"({"enum":["a","ab",1,null,{"x":[]}]})",
         {R"("a")", R"("ab")", "1", "null", R"({"x":[]})"},
         {R"("b")", "2", R"("abc")"}},
        {R"({"anyOf":[{"type":"object","properties":{"k":{"const":1}},"required":["k"]},{"type":"object","properties":{"k":{"const":"z"},"l":{"type":"null"}},"required":["k","l"]}]})",
         {R"({"k":1})", R"({"k":"z","l":null})"},
         {R"({"k":"z"})", R"({"k":1,"l":null})"}},
        {R"({"$ref":"#/$defs/tree","$defs":{"tree":{"type":"object","properties":{"kids":{"type":"array","items":{"$ref":"#/$defs/tree"}}},"required":["kids"],"additionalProperties":false}}})",
         {R"({"kids":[{"kids":[]},{"kids":[{"kids":[]}]}]})"},
         {"{}", R"({"kids":[1]})"}},
        {R"({"type":["integer","null"],"maximum":5})", {"5", "null", "-70"}, {"6", "\"\"", "true"}},
        {"true", {"[{\"a\":[1,2]}]", "\"x\"", "-1.5"}, {"nul", "{a:1}", "[1,,2]", "'x'"}},
    };
    for (const Row& row : rows) {
        INFO(std::string(row.schema));
        for (const char* document : row.fits) {
            INFO(std::string(document));
            CHECK(takes(schemaFormat(row.schema), document));
            CHECK(qwill::test::isValid(nlohmann::json::parse(document), nlohmann::json::parse(row.schema),
                                       nlohmann::json::parse(row.schema)));
        }
        for (const char* document : row.fails) {
            INFO(std::string(document));
            CHECK_FALSE(takes(schemaFormat(row.schema), document));
        }
    }
    CHECK(takes({ResponseFormat::Kind::JsonObject, {}}, R"({"a": [1, {"b": null}], "c": "d"})"));
    CHECK_FALSE(takes({ResponseFormat::Kind::JsonObject, {}}, "[1]"));
}

TEST_CASE("patternsAndFormatsAreFollowed")
{
    struct Row {
        const char* schema;
        std::vector<const char*> fits, fails;
    };
    const Row rows[] = {
        {R"({"type":"string","pattern":"^[A-Z]{2}-\\d+$"})",
         {R"("AB-1")", R"("ZZ-0042")"},
         {R"("A-1")", R"("AB-")", R"("xAB-1")"}},
        {R"({"type":"string","pattern":"b+c?"})", {R"("abbz")", R"("b")"}, {R"("acz")"}},
        {R"({"type":"string","pattern":"^(?:yes|no|[^\\w\"]{1,2})$"})",
         {R"("yes")", R"("no")", R"("?!")", R"("\n")"},
         {R"("ye")", R"("\"")", R"("a")"}},
        {R"({"type":"string","pattern":"^a|b$"})", {R"("axx")", R"("xxb")"}, {R"("xax")"}},
        {R"({"type":"string","pattern":"^.\\u00e9\\.\\\\$"})", {R"("xé.\\")"}, {R"("xé,\\")"}},
        {R"({"type":"string","format":"date"})",
         {R"("2026-11-21")"},
         {R"("2026-13-01")", R"("2026-02-30")", R"("26-1-1")"}},
        {R"({"type":"string","format":"date-time"})",
         {R"("2026-11-21T08:09:10Z")", R"("2026-01-31T23:59:59.5+01:00")"},
         {R"("2026-11-21")"}},
        {R"({"type":"string","format":"uuid"})", {R"("01234567-89ab-cdef-0123-456789abcdef")"}, {R"("01234567")"}},
        {R"({"type":"string","format":"ipv4"})", {R"("192.168.0.255")"}, {R"("256.1.1.1")", R"("1.1.1")"}},
        {R"({"type":"string","format":"email"})", {R"("a.b@example.org")"}, {R"("a@")"}},
    };
    for (const Row& row : rows) {
        INFO(std::string(row.schema));
        for (const char* document : row.fits) {
            INFO(std::string(document));
            CHECK(takes(schemaFormat(row.schema), document));
        }
        for (const char* document : row.fails) {
            INFO(std::string(document));
            CHECK_FALSE(takes(schemaFormat(row.schema), document));
        }
    }
}

TEST_CASE("whatIsNotServedIsRefusedByName")
{
    const std::tuple<const char*, ErrorCode, const char*> rows[] = {
        {R"({"type":"array","uniqueItems":true})", ErrorCode::Unsupported, "'uniqueItems'"},
        {R"({"properties":{"a":{"not":{}}}})", ErrorCode::Unsupported, "'not' in JSON schemas (at #/properties/a)"},
        {R"({"type":"string","format":"iri"})", ErrorCode::Unsupported, "'iri'"},
        {R"({"type":"string","pattern":"(?=a)b"})", ErrorCode::Unsupported, "(?="},
        {R"({"type":"string","pattern":"\\bx"})", ErrorCode::Unsupported, "\\b"},
        {R"({"oneOf":[{"type":"string"},{"enum":["a"]}]})", ErrorCode::Unsupported, "'oneOf'"},
        {R"({"$ref":"http://example.org/x"})", ErrorCode::Unsupported, "$ref"},
        {R"({"$ref":"#/nowhere"})", ErrorCode::Invalid, "#/nowhere"},
        {R"({"$ref":"#"})", ErrorCode::Invalid, "without an end"},
        {R"({"anyOf":[{"$ref":"#"},{"type":"null"}]})", ErrorCode::Invalid, "leads to itself"},
        {R"({"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]})", ErrorCode::Invalid, "without an end"},
        {R"({"type":"objekt"})", ErrorCode::Invalid, "objekt"},
        {R"({"type":"integer","minimum":2,"maximum":1})", ErrorCode::Invalid, "bounds"},
        {R"({"type":"array","minItems":3,"maxItems":2})", ErrorCode::Invalid, "minItems"},
        {"[1]", ErrorCode::Invalid, "not a JSON object"},
        {"{", ErrorCode::Invalid, "not a JSON object"},
    };
    for (const auto& [schema, code, found] : rows) {
        INFO(std::string(schema));
        const auto checked = checkResponseFormat(schemaFormat(schema));
        REQUIRE_FALSE(checked.ok());
        INFO(checked.error().message);
        CHECK(checked.error().code == code);
        CHECK(checked.error().message.find(found) != std::string::npos);
    }
    CHECK(checkResponseFormat(schemaFormat("{}")).ok());
    CHECK(checkResponseFormat({}).ok());
    CHECK_FALSE(checkResponseFormat(schemaFormat(std::string(100000, '['))).ok());
}

// With QWILL_GRAMMAR_DOCUMENTS=FILE the pairs are also written there, for tests/reference/check_documents.py.
TEST_CASE("randomSchemasAndRandomWeightsAlwaysGiveValidDocuments")
{
    const char* path = std::getenv("QWILL_GRAMMAR_DOCUMENTS");
    std::ofstream file;
    if (path)
        file.open(path);
    int complete = 0;
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        const auto schema = RandomSchema(seed).make();
        CAPTURE(schema.dump());
        const Written written = write(matcherFor(schemaFormat(schema.dump())), seed, warm(), 20000);
        CAPTURE(written.text);
        REQUIRE(written.complete);
        ++complete;
        const auto document = nlohmann::json::parse(written.text, nullptr, false);
        REQUIRE_FALSE(document.is_discarded());
        const auto plain = nlohmann::json::parse(schema.dump());
        CHECK(qwill::test::isValid(document, plain, plain));
        file << nlohmann::json({{"schema", plain}, {"document", written.text}}).dump() << "\n";
    }
    CHECK(complete == 1000);
}

TEST_CASE("greedyAndTruncatedDrawsStayValidToo")
{
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        const auto schema = RandomSchema(seed).make();
        SamplingParams params = warm();
        params.topK = seed % 2 ? 20 : 0;
        params.topP = 0.8f;
        params.minP = 0.05f;
        params.repetitionPenalty = 1.1f;
        const Written written = write(matcherFor(schemaFormat(schema.dump())), seed, params, 20000);
        REQUIRE(written.complete);
        const auto plain = nlohmann::json::parse(schema.dump());
        CHECK(qwill::test::isValid(nlohmann::json::parse(written.text), plain, plain));
    }
}

TEST_CASE("aMaskHasWhatOneByOneIsAllowed")
{
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
        auto schema =
            seed % 3 == 0 ? R"({"type":"string","pattern":"^(日本|a[^b]*)+$"})" : RandomSchema(seed).make().dump();
        GrammarMatcher matcher =
            matcherFor(seed % 7 == 0 ? ResponseFormat{ResponseFormat::Kind::JsonObject, {}} : schemaFormat(schema));
        for (int i = 0; i < 60 && !matcher.finished(); ++i) {
            const TokenMask mask = matcher.mask();
            std::vector<Token> allowed;
            for (Token token = 0; token < vocabulary().shared->size(); ++token) {
                const auto at = static_cast<std::size_t>(token);
                const bool inMask = (mask[at / 64] >> (at % 64) & 1) != 0;
                if (inMask)
                    allowed.push_back(token);
                if (inMask != matcher.allows(token)) {
                    CAPTURE(schema);
                    CAPTURE(vocabulary().texts[at]);
                    CHECK(inMask == matcher.allows(token));
                }
            }
            REQUIRE_FALSE(allowed.empty());
            const Token next = allowed[randomBits(seed, static_cast<std::uint64_t>(i)) % allowed.size()];
            if (next == 0)
                break;
            matcher.commit(next);
        }
    }
}

TEST_CASE("aLongAndDeepDocumentDoesNotFillTheMemoryWithStates")
{
    GrammarMatcher matcher = matcherFor(schemaFormat("true"));
    const auto commit = [&](char c) {
        const Token token = 2 + static_cast<unsigned char>(c);
        REQUIRE(matcher.allows(token));
        matcher.commit(token);
    };
    constexpr int kDepth = 40000; // each a state of its own: more than are kept
    for (int i = 0; i < kDepth; ++i)
        commit('[');
    for (int i = 0; i < kDepth; ++i)
        commit(']');
    CHECK(matcher.finished());
}

TEST_CASE("aTokenThatIsNotAllowedBreaksTheMatcherForGood")
{
    GrammarMatcher matcher = matcherFor(schemaFormat("true"));
    matcher.commit(2 + 'x');
    CHECK(matcher.broken());
    CHECK_FALSE(matcher.finished());
    CHECK(matcher.allows(2 + 'y'));
}

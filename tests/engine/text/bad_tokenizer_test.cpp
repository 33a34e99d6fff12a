// Broken and hostile vocabularies end in one sentence, never in a crash.

#include "engine/text/text_files.h"
#include "text/tokenizer_source.h"

#include <doctest/doctest.h>

#include <limits>
#include <random>

using namespace qwill::engine;
using namespace qwill::test;

namespace {

Error failure(const TokenizerSource& source)
{
    auto created = createTokenizer(source);
    REQUIRE_FALSE(created.ok());
    CHECK(created.error().message.size() > 20);
    CHECK(created.error().message.back() == '.');
    CHECK(created.error().message.find('\n') == std::string::npos);
    return created.error();
}

Error jsonFailure(const std::string& text)
{
    TokenizerSource source;
    source.tokenizerJson = text;
    CAPTURE(text);
    return failure(source);
}

std::string tiny(const std::string& vocab = R"({"a":0,"b":1,"ab":2})", const std::string& merges = R"([["a","b"]])",
                 const std::string& more = R"("pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false})",
                 const std::string& modelMore = "")
{
    return R"({"model":{"type":"BPE")" + modelMore + R"(,"vocab":)" + vocab + R"(,"merges":)" + merges + "}," + more
        + "}";
}

std::string split(const std::string& pattern)
{
    return R"("pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split","behavior":"Isolated","pattern":{"Regex":)"
        + nlohmann::json(pattern).dump() + R"(}},{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}]})";
}

} // namespace

TEST_CASE("theTinyTokenizerOfTheseTestsIsGood")
{
    TokenizerSource source;
    for (const std::string& text : {tiny(), tiny(R"({"a":0,"b":1,"ab":2})", R"(["a b"])"),
                                    tiny(R"({"a":0,"b":1,"ab":2})", R"([["a","b"]])", split("\\p{L}+"))}) {
        source.tokenizerJson = text;
        auto created = createTokenizer(source);
        REQUIRE(created.ok());
        CHECK((*created)->encode("abba", SpecialTokens::Recognise) == std::vector<Token>{2, 1, 0});
        CHECK((*created)->encode("a?b", SpecialTokens::Recognise) == std::vector<Token>{0, 1}); // no unk_token: dropped
    }
}

TEST_CASE("brokenTokenizerJsonIsRefused")
{
    CHECK(failure({}).code == ErrorCode::NotFound);
    const std::pair<std::string, ErrorCode> cases[] = {
        {"{", ErrorCode::Corrupt},
        {"[]", ErrorCode::Corrupt},
        {"7", ErrorCode::Corrupt},
        {"{}", ErrorCode::Corrupt},
        {R"({"model":7})", ErrorCode::Corrupt},
        {"\xff\xfe", ErrorCode::Corrupt},
        {std::string(100000, '['), ErrorCode::Corrupt},
        {R"({"model":{"type":"BPE","merges":[]}})", ErrorCode::Corrupt},
        {R"({"model":{"type":"BPE","vocab":{}}})", ErrorCode::Corrupt},
        {R"({"model":{"type":"Unigram","vocab":[["a",-1.5]],"merges":[]}})", ErrorCode::Unsupported},
        {tiny(R"({"a":-1})", "[]"), ErrorCode::Corrupt},
        {tiny(R"({"a":1.5})", "[]"), ErrorCode::Corrupt},
        {tiny(R"({"a":"1"})", "[]"), ErrorCode::Corrupt},
        {tiny(R"({"a":{}})", "[]"), ErrorCode::Corrupt},
        {tiny(R"({"a":[0]})", "[]"), ErrorCode::Corrupt},
        {tiny(R"({"a":null})", "[]"), ErrorCode::Corrupt},
        {tiny(R"({"a":9223372036854775808})", "[]"), ErrorCode::Corrupt},
        {tiny(R"({"a":18446744073709551616})", "[]"), ErrorCode::Corrupt},
        {tiny(R"({"a":0,"b":0})", "[]"), ErrorCode::Corrupt},
        {tiny(R"({"a":0,"b":1})", R"([["a","b"]])"), ErrorCode::Corrupt},
        {tiny(R"({"a":0,"b":1,"ab":2})", R"(["ab"])"), ErrorCode::Corrupt},
        {tiny(R"({"a":0,"b":1,"ab":2})", R"(["a b c"])"), ErrorCode::Corrupt},
        {tiny(R"({"a":0,"b":1,"ab":2})", R"([["a"]])"), ErrorCode::Corrupt},
        {tiny(R"({"a":0,"b":1,"ab":2})", R"([["a","b","c"]])"), ErrorCode::Corrupt},
        {tiny(R"({"a":0,"b":1,"ab":2})", R"([[["a"],"b"]])"), ErrorCode::Corrupt},
        {tiny(R"({"a":0,"b":1,"ab":2})", R"([7])"), ErrorCode::Corrupt},
        {tiny(R"({"a":0,"b":1,"ab":2})", R"([{}])"), ErrorCode::Corrupt},
        {tiny(R"({"a":0,"b":1,"ab":2})", R"({})"), ErrorCode::Corrupt},
        {tiny(R"({"a":0})", "[]", R"("pre_tokenizer":null)"), ErrorCode::Unsupported},
        {tiny(R"({"a":0})", "[]", R"("pre_tokenizer":{"type":"Whitespace"})"), ErrorCode::Unsupported},
        {tiny(R"({"a":0})", "[]", R"("pre_tokenizer":7)"), ErrorCode::Unsupported},
        {tiny(R"({"a":0})", "[]", R"("normalizer":{"type":"NFKC"})"), ErrorCode::Unsupported},
        {tiny(R"({"a":0})", "[]", R"("added_tokens":{},"pre_tokenizer":{"type":"ByteLevel"})"), ErrorCode::Corrupt},
        {tiny(R"({"a":0})", "[]", R"("added_tokens":[7],"pre_tokenizer":{"type":"ByteLevel"})"), ErrorCode::Corrupt},
        {tiny(R"({"a":0})", "[]", R"("added_tokens":[{"id":-1,"content":"x"}],"pre_tokenizer":{"type":"ByteLevel"})"),
         ErrorCode::Corrupt},
        {tiny(R"({"a":0})", "[]",
              R"("added_tokens":[{"id":4294967296,"content":"x"}],"pre_tokenizer":{"type":"ByteLevel"})"),
         ErrorCode::Corrupt},
        {tiny(R"({"a":0})", "[]", R"("added_tokens":[{"id":1,"content":""}],"pre_tokenizer":{"type":"ByteLevel"})"),
         ErrorCode::Corrupt},
        {tiny(R"({"a":0})", "[]", split("(")), ErrorCode::Corrupt},
        {tiny(R"({"a":0})", "[]", split("(a+)+$|x")), ErrorCode::Corrupt},
        {tiny(R"({"a":0})", "[]", split("(a|aa)+$|x")), ErrorCode::Corrupt},
        {tiny(R"({"a":0})", "[]", split("")), ErrorCode::Corrupt},
        {tiny(R"({"a":0})", "[]", split(std::string(100000, 'a'))), ErrorCode::Corrupt},
        {tiny(R"({"a":0})", "[]", split(std::string(5000, '(') + std::string(5000, ')'))), ErrorCode::Corrupt},
        {tiny(R"({"a":0})", "[]", split("\\C")), ErrorCode::Corrupt},
        {tiny(R"({"a":0})", "[]",
              R"("pre_tokenizer":{"type":"Split","behavior":"MergedWithNext","pattern":{"Regex":"a"}})"),
         ErrorCode::Unsupported},
        {tiny(R"({"a":0})", "[]", R"("pre_tokenizer":{"type":"Split","behavior":"Isolated"})"), ErrorCode::Corrupt},
        {tiny(R"({"a":0})", "[]", R"("pre_tokenizer":{"type":"ByteLevel"})", R"(,"dropout":0.1)"),
         ErrorCode::Unsupported},
        {tiny(R"({"a":0})", "[]", R"("pre_tokenizer":{"type":"ByteLevel"})", R"(,"end_of_word_suffix":"</w>")"),
         ErrorCode::Unsupported},
    };
    for (const auto& [text, code] : cases)
        CHECK(jsonFailure(text).code == code);
    TokenizerSource config;
    config.tokenizerJson = tiny();
    config.tokenizerConfigJson = "[";
    CHECK(failure(config).code == ErrorCode::Corrupt);
}

TEST_CASE("truncatedOrFlippedFilesNeverCrash")
{
    const std::string good = readFile(QWILL_TEST_DATA "/tokenizer/small_qwen.json");
    const std::string model = readFile(QWILL_TEST_DATA "/tokenizer/small_sentencepiece.model");
    REQUIRE((good.size() > 10000 && model.size() > 10000));
    std::mt19937 random(3);
    const auto attempt = [](const TokenizerSource& source) {
        auto created = createTokenizer(source);
        if (!created)
            CHECK(created.error().message.back() == '.');
        else
            (*created)->encode("import os\n中国 <|im_end|> \xff", SpecialTokens::Recognise);
    };
    for (int round = 0; round < 60; ++round) {
        TokenizerSource source;
        source.tokenizerJson = good.substr(0, random() % good.size());
        attempt(source);
        source.tokenizerJson = good;
        source.tokenizerJson[random() % good.size()] ^= static_cast<char>(1 << random() % 8);
        attempt(source);
        source.tokenizerJson.clear();
        source.sentencepieceModel = model.substr(0, random() % model.size());
        attempt(source);
        source.sentencepieceModel = model;
        source.sentencepieceModel[random() % model.size()] ^= static_cast<char>(1 << random() % 8);
        attempt(source);
    }
}

TEST_CASE("brokenGgufVocabulariesAreRefused")
{
    GgufVocabulary good;
    good.model = "gpt2";
    good.pre = "qwen2";
    good.tokens = {"a", "b", "ab"};
    good.types = {1, 1, 1};
    good.merges = {"a b"};
    const auto with = [&](auto change) {
        TokenizerSource source;
        source.gguf = good;
        change(*source.gguf);
        return source;
    };
    REQUIRE(createTokenizer(with([](GgufVocabulary&) {})).ok());
    CHECK(failure(with([](auto& v) { v.pre = "klingon"; })).message.find("klingon") != std::string::npos);
    CHECK(failure(with([](auto& v) { v.model = "rwkv"; })).message.find("rwkv") != std::string::npos);
    CHECK(failure(with([](auto& v) { v.tokens.clear(); })).code == ErrorCode::Corrupt);
    CHECK(failure(with([](auto& v) { v.types.pop_back(); })).code == ErrorCode::Corrupt);
    CHECK(failure(with([](auto& v) { v.merges.clear(); })).code == ErrorCode::Corrupt);
    CHECK(failure(with([](auto& v) { v.merges = {"ab"}; })).code == ErrorCode::Corrupt);
    CHECK(failure(with([](auto& v) { v.merges = {"b a"}; })).code == ErrorCode::Corrupt);
    CHECK(failure(with([](auto& v) { v.merges = {""}; })).code == ErrorCode::Corrupt);

    good.model = "llama";
    good.tokens = {"<unk>", "<s>", "a"};
    good.types = {2, 3, 1};
    good.scores = {0, 0, -1};
    REQUIRE(createTokenizer(with([](GgufVocabulary&) {})).ok());
    CHECK(failure(with([](auto& v) { v.scores.pop_back(); })).code == ErrorCode::Corrupt);
    CHECK(failure(with([](auto& v) { v.types = {1, 1, 1}; })).code == ErrorCode::Corrupt); // nothing is unknown
    CHECK(failure(with([](auto& v) { v.types[2] = 77; })).code == ErrorCode::Corrupt);
    CHECK(failure(with([](auto& v) { v.tokens[1] = "a", v.types[1] = 1; })).code == ErrorCode::Corrupt);
    CHECK(failure(with([](auto& v) { v.tokens[2] = ""; })).code == ErrorCode::Corrupt);
    CHECK(failure(with([](auto& v) { v.scores[2] = std::numeric_limits<float>::quiet_NaN(); })).code
          == ErrorCode::Corrupt);
}

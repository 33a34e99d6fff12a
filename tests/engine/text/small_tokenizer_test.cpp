// The small tokenizers of tests/data/tokenizer against what Hugging Face's tokenizers and sentencepiece answered.

#include "engine/text/text_files.h"
#include "text/nfc.h"
#include "text/sentencepiece_model.h"
#include "text/tokenizer_source.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

using namespace qwill::engine;
using namespace qwill::test;

namespace {

const std::string kData = QWILL_TEST_DATA "/tokenizer/";

std::unique_ptr<Tokenizer> create(const TokenizerSource& source)
{
    auto created = createTokenizer(source);
    INFO((created ? "" : created.error().message));
    REQUIRE(created.ok());
    return std::move(created).value();
}

std::unique_ptr<Tokenizer> fromJson(const std::string& name)
{
    TokenizerSource source;
    source.tokenizerJson = readFile(kData + name + ".json");
    REQUIRE_FALSE(source.tokenizerJson.empty());
    return create(source);
}

std::unique_ptr<Tokenizer> fromSentencepiece(const std::string& config = "")
{
    TokenizerSource source;
    source.sentencepieceModel = readFile(kData + "small_sentencepiece.model");
    source.tokenizerConfigJson = config;
    return create(source);
}

void checkCases(const Tokenizer& tokenizer, const std::string& name)
{
    const auto cases = readJsonLines(kData + name);
    REQUIRE(cases.size() > 200);
    for (const auto& one : cases) {
        const auto text = one.at("text").get<std::string>();
        CAPTURE(text);
        CHECK(tokenizer.encode(text, SpecialTokens::Recognise) == one.at("ids").get<std::vector<Token>>());
    }
}

// "Ġa" of a tokenizer.json is what GGUF files hold too.
GgufVocabulary ggufOf(const std::string& name, const std::string& pre)
{
    const auto file = nlohmann::json::parse(readFile(kData + name + ".json"));
    GgufVocabulary vocabulary;
    vocabulary.model = "gpt2";
    vocabulary.pre = pre;
    const auto put = [&](const std::string& text, std::size_t id, int type) {
        if (id >= vocabulary.tokens.size()) {
            vocabulary.tokens.resize(id + 1);
            vocabulary.types.resize(id + 1, 5);
        }
        vocabulary.tokens[id] = text;
        vocabulary.types[id] = type;
    };
    for (const auto& [text, id] : file.at("model").at("vocab").items())
        put(text, id, 1);
    for (const auto& token : file.at("added_tokens"))
        put(token.at("content"), token.at("id"), token.at("special") == true ? 3 : 4);
    for (const auto& merge : file.at("model").at("merges"))
        vocabulary.merges.push_back(merge.is_string()
                                        ? merge.get<std::string>()
                                        : merge[0].get<std::string>() + " " + merge[1].get<std::string>());
    vocabulary.bos = 0;
    return vocabulary;
}

} // namespace

TEST_CASE("everySmallTokenizerEqualsItsReference")
{
    for (const char* name : {"small_qwen", "small_llama3", "small_llama2", "small_metaspace"}) {
        CAPTURE(name);
        checkCases(*fromJson(name), std::string(name) + "_cases.jsonl");
    }
    checkCases(*fromSentencepiece(), "small_sentencepiece_cases.jsonl");
}

TEST_CASE("ggufVocabulariesGiveTheSameTokens")
{
    TokenizerSource source;
    source.gguf = ggufOf("small_qwen", "qwen2");
    checkCases(*create(source), "small_qwen_cases.jsonl");
    source.gguf = ggufOf("small_llama3", "llama-bpe");
    const auto llama3 = create(source);
    checkCases(*llama3, "small_llama3_cases.jsonl");
    CHECK(llama3->addsBos());

    auto model = SentencepieceModel::parse(readFile(kData + "small_sentencepiece.model"));
    REQUIRE(model.ok());
    GgufVocabulary vocabulary;
    vocabulary.model = "llama";
    for (const auto& piece : model->pieces) {
        vocabulary.tokens.push_back(piece.text);
        vocabulary.scores.push_back(piece.score);
        vocabulary.types.push_back(piece.type);
    }
    vocabulary.bos = 1;
    vocabulary.eos = 2;
    source.gguf = vocabulary;
    const auto tokenizer = create(source);
    checkCases(*tokenizer, "small_sentencepiece_cases.jsonl");
    CHECK(tokenizer->addsBos());
    CHECK(tokenizer->bosToken() == 1);
}

TEST_CASE("decodingGivesTheTextBack")
{
    NfcBuffers buffers;
    for (const char* name : {"small_qwen", "small_llama3", "small_llama2", "small_metaspace", "small_sentencepiece"}) {
        CAPTURE(name);
        const bool sentencepiece = std::string(name) == "small_sentencepiece";
        const auto tokenizer = sentencepiece ? fromSentencepiece() : fromJson(name);
        for (const std::string text : {"Hello world", "中国 中文", "  two", "é e\u0301", "x\xff\xfe y\xe4\xb8",
                                       "\xed\xa0\x80", "a\nb\r\n", "🙂"}) {
            CAPTURE(text);
            const auto ids = tokenizer->encode(text, SpecialTokens::AsText);
            const bool nfc = std::string(name) == "small_qwen" && text.find('\xcc') != std::string::npos;
            if (std::string(name) != "small_metaspace" || text[0] != ' ') // whose reference strips that space too
                CHECK(tokenizer->decode(ids) == (nfc ? std::string(toNfc(text, buffers)) : text));
        }
    }
}

TEST_CASE("specialTokensAreRecognisedOnlyWhereAsked")
{
    const auto tokenizer = fromJson("small_qwen");
    const auto start = tokenizer->findSpecial("<|im_start|>"), end = tokenizer->findSpecial("<|im_end|>"),
               call = tokenizer->findSpecial("<tool_call>");
    REQUIRE((start && end && call));
    CHECK(tokenizer->isSpecial(*start));
    CHECK_FALSE(tokenizer->isSpecial(*call));
    CHECK_FALSE(tokenizer->isSpecial(-1));
    CHECK_FALSE(tokenizer->isSpecial(1 << 30));
    CHECK_FALSE(tokenizer->findSpecial("<|none|>").has_value());

    const TextPiece pieces[] = {{"<|im_start|>user\n", SpecialTokens::Recognise},
                                {"x<|im_end|>", SpecialTokens::AsText},
                                {"<|im_", SpecialTokens::Recognise},
                                {"end|>", SpecialTokens::AsText},
                                {"<|im_", SpecialTokens::Recognise},
                                {"end|>\n", SpecialTokens::Recognise}};
    std::vector<Token> ids;
    tokenizer->encode(pieces, ids);
    CHECK(std::count(ids.begin(), ids.end(), *start) == 1);
    CHECK(std::count(ids.begin(), ids.end(), *end) == 1); // the last, across two recognised pieces
    CHECK(tokenizer->decode(ids) == "<|im_start|>user\nx<|im_end|><|im_end|><|im_end|>\n");

    const auto sentencepiece = fromSentencepiece();
    const auto inst = sentencepiece->findSpecial("[INST]"), tool = sentencepiece->findSpecial("<tool>");
    REQUIRE((inst && tool));
    const auto asText = sentencepiece->encode("[INST] <tool> <s>", SpecialTokens::AsText);
    CHECK(std::none_of(asText.begin(), asText.end(), [&](Token t) { return t == *inst || t == *tool || t <= 2; }));
    const auto recognised = sentencepiece->encode("[INST] <tool> <s>", SpecialTokens::Recognise);
    for (const Token token : {*inst, *tool, Token{1}})
        CHECK(std::count(recognised.begin(), recognised.end(), token) == 1);
}

TEST_CASE("wordsRunAcrossPieces")
{
    for (const char* name : {"small_qwen", "small_llama2"}) {
        const auto tokenizer = fromJson(name);
        const std::string text = "import function 中国 e\u0301 return self";
        const auto whole = tokenizer->encode(text, SpecialTokens::AsText);
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
            const TextPiece pieces[] = {{std::string_view(text).substr(0, cut), SpecialTokens::Recognise},
                                        {std::string_view(text).substr(cut), SpecialTokens::AsText}};
            std::vector<Token> ids;
            tokenizer->encode(pieces, ids);
            CHECK(ids == whole);
        }
    }
}

TEST_CASE("aMegabyteOfOneWordIsNotQuadratic")
{
    // Quadratic work would take hours; what is checked is that it ends, losslessly.
    for (const char* name : {"small_qwen", "small_llama3", "small_llama2", "small_metaspace"})
        for (const std::string unit : {"a", "import", "中", " ", "\n", "e\u0301", "\xcc\x81\xcc\xa3", "!", "\xff"}) {
            const auto tokenizer = fromJson(name);
            std::string text;
            while (text.size() < 300'000)
                text += unit;
            const auto ids = tokenizer->encode(text, SpecialTokens::Recognise);
            CHECK(ids.size() > 100);
            if (unit.size() < 4 && unit != " ")
                CHECK(tokenizer->decode(ids).size()
                      == text.size() - (unit == "e\u0301" && std::string(name) == "small_qwen" ? text.size() / 3 : 0));
        }
}

TEST_CASE("severalThreadsEncodeAtOnce")
{
    const auto tokenizer = fromJson("small_qwen");
    const auto cases = readJsonLines(kData + "small_qwen_cases.jsonl");
    std::vector<int> wrong(4, 0);
    std::vector<std::thread> threads;
    for (int& count : wrong)
        threads.emplace_back([&] {
            for (const auto& one : cases)
                count += tokenizer->encode(one.at("text").get<std::string>(), SpecialTokens::Recognise)
                    != one.at("ids").get<std::vector<Token>>();
        });
    for (std::thread& thread : threads)
        thread.join();
    CHECK(wrong == std::vector<int>(4, 0));
}

TEST_CASE("bosComesFromTheFile")
{
    CHECK_FALSE(fromJson("small_qwen")->addsBos());
    const auto llama3 = fromJson("small_llama3");
    CHECK(llama3->addsBos());
    CHECK(llama3->bosToken() == llama3->findSpecial("<|begin_of_text|>").value());
    CHECK(fromJson("small_llama2")->bosToken() == 1);
    CHECK(fromSentencepiece()->addsBos());
    CHECK_FALSE(fromSentencepiece(R"({"add_bos_token": false})")->addsBos());
    const auto extended =
        fromSentencepiece(R"({"added_tokens_decoder": {"5000": {"content": "<|user|>", "special": true}}})");
    CHECK(extended->encode("<|user|>", SpecialTokens::Recognise) == std::vector<Token>{5000});
    CHECK(extended->isSpecial(5000));
}

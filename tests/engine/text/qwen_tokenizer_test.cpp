#include "engine/text/text_files.h"
#include "text/nfc.h"
#include "text/tokenizer_source.h"

#include <doctest/doctest.h>

#include <utility>

using namespace qwill::engine;
using namespace qwill::test;

namespace {

// The real Qwen3 tokenizer, where the checkout has it beside itself; none otherwise.
const Tokenizer* qwenTokenizer()
{
    static const std::unique_ptr<Tokenizer> tokenizer = []() -> std::unique_ptr<Tokenizer> {
        TokenizerSource source;
        source.tokenizerJson = readFile(QWILL_SHARED "/qwen3/tokenizer.json");
        source.tokenizerConfigJson = readFile(QWILL_SHARED "/qwen3/tokenizer_config.json");
        if (source.tokenizerJson.empty())
            return nullptr;
        auto created = createTokenizer(source);
        if (!created) {
            MESSAGE(created.error().message);
            REQUIRE(created.ok());
        }
        return std::move(created).value();
    }();
    return tokenizer.get();
}

} // namespace

TEST_CASE("equalsTheTwoReferencesOnEveryQwenCase")
{
    const Tokenizer* tokenizer = qwenTokenizer();
    auto cases = readJsonLines(QWILL_SHARED "/qwen3/tokenizer-cases.jsonl");
    const auto ours = readJsonLines(QWILL_TEST_DATA "/tokenizer/qwen3_cases.jsonl"); // nastier
    REQUIRE(ours.size() > 400);
    cases.insert(cases.end(), ours.begin(), ours.end());
    if (!tokenizer) {
        MESSAGE("no shared/qwen3 beside the checkout");
        return;
    }
    CHECK(tokenizer->size() == 151669);
    CHECK_FALSE(tokenizer->addsBos());
    NfcBuffers buffers;
    for (const auto& one : cases) {
        const auto text = one.at("text").get<std::string>();
        const auto ids = one.at("ids").get<std::vector<Token>>();
        CAPTURE(text);
        CHECK(tokenizer->encode(text, SpecialTokens::Recognise) == ids);
        CHECK(tokenizer->decode(ids) == toNfc(text, buffers));
    }
}

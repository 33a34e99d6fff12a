// Any bytes as a JSON schema; whatever compiles is followed for a while, masks and single tokens agreeing.

#include "base/check.h"
#include "sample/grammar_matcher.h"
#include "sample/rng.h"

#include <array>

using namespace qwill::engine;

namespace {

std::shared_ptr<GrammarVocabulary> vocabulary()
{
    static const auto made = [] {
        static std::array<char, 256> bytes;
        std::vector<std::string_view> texts = {"", "\":", "\", \"", "true", "null", "12", "{\"", "]}"};
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            bytes[i] = static_cast<char>(i);
            texts.emplace_back(&bytes[i], 1);
        }
        return std::make_shared<GrammarVocabulary>(texts, std::vector<Token>{0});
    }();
    return made;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string schema(reinterpret_cast<const char*>(data), size);
    const auto grammar = compileGrammar({ResponseFormat::Kind::JsonSchema, schema});
    if (!grammar)
        return 0;
    GrammarMatcher matcher(*grammar, vocabulary());
    for (std::uint64_t i = 0; i < 40 && !matcher.finished(); ++i) {
        const TokenMask mask = matcher.mask();
        std::vector<Token> allowed;
        for (Token token = 0; token < vocabulary()->size(); ++token) {
            const bool in = (mask[static_cast<std::size_t>(token) / 64] >> (token % 64) & 1) != 0;
            QWILL_CHECK(in == matcher.allows(token));
            if (in)
                allowed.push_back(token);
        }
        QWILL_CHECK(!allowed.empty()); // every byte is a token, so there is always a way on
        const Token next = allowed[randomBits(size, i) % allowed.size()];
        if (next == 0)
            break;
        matcher.commit(next);
        QWILL_CHECK(!matcher.broken());
    }
    return 0;
}

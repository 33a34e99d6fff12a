// Any bytes as a tokenizer.json (up to the first 0xff, which JSON cannot hold), then as text for it.

#include "base/check.h"
#include "text/tokenizer_source.h"

#include <algorithm>

using namespace qwill::engine;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t cut = std::min(input.find('\xff'), input.size());
    TokenizerSource source;
    source.tokenizerJson = input.substr(0, cut);
    auto tokenizer = createTokenizer(source);
    if (!tokenizer) {
        QWILL_CHECK(!tokenizer.error().message.empty());
        return 0;
    }
    const std::string_view text = input.substr(std::min(cut + 1, input.size())).substr(0, 512);
    for (const SpecialTokens special : {SpecialTokens::Recognise, SpecialTokens::AsText}) {
        const auto ids = (*tokenizer)->encode(text, special);
        // NFC triples at most, and every stretch may get a space in front.
        QWILL_CHECK(ids.size() <= 4 * text.size() + 1);
        for (const Token id : ids)
            QWILL_CHECK(id >= 0 && id < (*tokenizer)->size());
        (*tokenizer)->decode(ids);
        QWILL_CHECK(ids == (*tokenizer)->encode(text, special)); // now from the word cache
    }
    return 0;
}

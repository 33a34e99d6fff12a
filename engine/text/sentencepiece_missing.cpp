// Stands in for sentencepiece_tokenizer.cpp in a build without the sentencepiece library.

#include "text/sentencepiece_tokenizer.h"

namespace qwill::engine {

namespace {

Error missing()
{
    return {ErrorCode::Unsupported,
            "This build has no sentencepiece library, which the model's tokenizer needs; "
            "install its development package and build again."};
}

} // namespace

Result<std::unique_ptr<Tokenizer>> createSentencepiece(std::string_view, std::string_view)
{
    return missing();
}

Result<std::unique_ptr<Tokenizer>> createSentencepiece(const GgufVocabulary&)
{
    return missing();
}

} // namespace qwill::engine

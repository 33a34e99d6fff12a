#include "text/tokenizer_source.h"

#include "text/bpe_definition.h"
#include "text/bpe_tokenizer.h"
#include "text/sentencepiece_tokenizer.h"

#include <utility>

namespace qwill::engine {

namespace {

Result<std::unique_ptr<Tokenizer>> fromDefinition(Result<BpeDefinition> definition)
{
    if (!definition)
        return definition.error();
    return std::unique_ptr<Tokenizer>(std::make_unique<BpeTokenizer>(std::move(definition).value()));
}

} // namespace

Result<std::unique_ptr<Tokenizer>> createTokenizer(const TokenizerSource& source)
{
    if (!source.tokenizerJson.empty())
        return fromDefinition(readTokenizerJson(source.tokenizerJson, source.tokenizerConfigJson));
    if (source.gguf) {
        if (source.gguf->model == "gpt2")
            return fromDefinition(readGgufBpe(*source.gguf));
        if (source.gguf->model == "llama")
            return createSentencepiece(*source.gguf);
        return Error{ErrorCode::Unsupported,
                     "The GGUF vocabulary is of kind '" + source.gguf->model.substr(0, 60)
                         + "'; this engine serves 'gpt2' and 'llama'."};
    }
    if (!source.sentencepieceModel.empty())
        return createSentencepiece(source.sentencepieceModel, source.tokenizerConfigJson);
    return Error{ErrorCode::NotFound,
                 "The model has no tokenizer: expected a tokenizer.json or a tokenizer.model beside its weights."};
}

} // namespace qwill::engine

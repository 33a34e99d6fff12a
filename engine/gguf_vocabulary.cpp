#include "gguf_vocabulary.h"

#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace qwill::engine {

namespace {

constexpr const char* kTokensKey = "tokenizer.ggml.tokens";

Token tokenIn(const GgufMetadata& metadata, std::string_view key)
{
    const auto id = metadata.integer(key);
    return id && *id >= 0 && *id <= std::numeric_limits<Token>::max() ? static_cast<Token>(*id) : -1;
}

std::string textOfToken(const GgufMetadata& metadata, const std::vector<std::string_view>& tokens, std::string_view key)
{
    const Token id = tokenIn(metadata, key);
    return id >= 0 && static_cast<std::size_t>(id) < tokens.size() ? std::string(tokens[static_cast<std::size_t>(id)])
                                                                   : std::string();
}

} // namespace

std::optional<GgufVocabulary> readGgufVocabulary(const GgufMetadata& metadata)
{
    const std::vector<std::string_view> tokens = metadata.texts(kTokensKey);
    if (tokens.empty())
        return std::nullopt;
    GgufVocabulary v;
    v.model = metadata.text("tokenizer.ggml.model").value_or("");
    v.pre = metadata.text("tokenizer.ggml.pre").value_or("");
    v.tokens.assign(tokens.begin(), tokens.end());
    v.scores = metadata.reals("tokenizer.ggml.scores");
    const std::vector<std::int64_t> types = metadata.integers("tokenizer.ggml.token_type");
    v.types.reserve(types.size());
    for (const std::int64_t type : types) // the kinds are 1 … 6; whatever else a file says is no kind at all
        v.types.push_back(type >= 0 && type <= 255 ? static_cast<std::int32_t>(type) : -1);
    const std::vector<std::string_view> merges = metadata.texts("tokenizer.ggml.merges");
    v.merges.assign(merges.begin(), merges.end());
    v.bos = tokenIn(metadata, "tokenizer.ggml.bos_token_id");
    v.eos = tokenIn(metadata, "tokenizer.ggml.eos_token_id");
    v.unknown = tokenIn(metadata, "tokenizer.ggml.unknown_token_id");
    v.padding = tokenIn(metadata, "tokenizer.ggml.padding_token_id");
    v.addBos = metadata.boolean("tokenizer.ggml.add_bos_token");
    v.addSpacePrefix = metadata.boolean("tokenizer.ggml.add_space_prefix");
    return v;
}

ChatTemplateSource readGgufChatTemplate(const GgufMetadata& metadata)
{
    ChatTemplateSource source;
    source.templateText = metadata.text("tokenizer.chat_template").value_or("");
    source.toolTemplateText = metadata.text("tokenizer.chat_template.tool_use").value_or("");
    const std::vector<std::string_view> tokens = metadata.texts(kTokensKey);
    source.bosText = textOfToken(metadata, tokens, "tokenizer.ggml.bos_token_id");
    source.eosText = textOfToken(metadata, tokens, "tokenizer.ggml.eos_token_id");
    return source;
}

} // namespace qwill::engine

#include "tokenizer_files.h"

#include "model/json_text.h"

#include <filesystem>

namespace qwill::engine {

namespace {

namespace fs = std::filesystem;

Result<std::string> textIfThere(const fs::path& path)
{
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored))
        return std::string();
    return readTextFile(path.string());
}

} // namespace

Result<TokenizerSource> readTokenizerSource(const Checkpoint& checkpoint)
{
    TokenizerSource source;
    const std::pair<std::string*, Result<std::string>> texts[] = {
        {&source.tokenizerJson, checkpoint.tokenizerJson()},
        {&source.tokenizerConfigJson, checkpoint.tokenizerConfigJson()},
        {&source.sentencepieceModel, checkpoint.sentencepieceModel()},
    };
    for (const auto& [target, text] : texts) {
        if (!text)
            return text.error();
        *target = *text;
    }
    return source;
}

Result<std::unique_ptr<Tokenizer>> openTokenizer(const std::string& path)
{
    std::error_code ignored;
    if (!fs::exists(path, ignored))
        return Error{ErrorCode::NotFound, "There is nothing at " + path + "."};
    if (!fs::is_directory(path, ignored)) {
        const auto checkpoint = Checkpoint::open(path);
        if (!checkpoint)
            return checkpoint.error();
        auto source = readTokenizerSource(*checkpoint);
        return source ? createTokenizer(*source) : source.error();
    }
    TokenizerSource source;
    const fs::path directory(path);
    for (const auto& [target, name] : {std::pair{&source.tokenizerJson, "tokenizer.json"},
                                       std::pair{&source.tokenizerConfigJson, "tokenizer_config.json"},
                                       std::pair{&source.sentencepieceModel, "tokenizer.model"}}) {
        auto text = textIfThere(directory / name);
        if (!text)
            return text.error();
        *target = std::move(*text);
    }
    if (source.tokenizerJson.empty() && source.sentencepieceModel.empty())
        return Error{ErrorCode::NotFound, "The directory " + path + " holds no tokenizer.json and no tokenizer.model."};
    return createTokenizer(source);
}

} // namespace qwill::engine

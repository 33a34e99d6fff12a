#include "tokenizer_files.h"

#include "base/folder.h"
#include "gguf_vocabulary.h"
#include "model/json_text.h"

#include <filesystem>

namespace qwill::engine {

namespace {

namespace fs = std::filesystem;

Result<std::string> textIfThere(const fs::path& path)
{
    if (pathKind(path.string()) != PathKind::File)
        return std::string();
    return readTextFile(path.string());
}

Result<std::unique_ptr<Tokenizer>> openCheckpointTokenizer(const std::string& path)
{
    const auto checkpoint = Checkpoint::open(path);
    if (!checkpoint)
        return checkpoint.error();
    auto source = readTokenizerSource(*checkpoint);
    return source ? createTokenizer(*source) : source.error();
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
    if (const GgufMetadata* metadata = checkpoint.ggufMetadata())
        source.gguf = readGgufVocabulary(*metadata);
    return source;
}

Result<ChatTemplateSource> readChatTemplateSource(const Checkpoint& checkpoint)
{
    if (const GgufMetadata* metadata = checkpoint.ggufMetadata())
        return readGgufChatTemplate(*metadata);
    const auto config = checkpoint.tokenizerConfigJson();
    if (!config)
        return config.error();
    auto source = readChatTemplateSource(*config);
    const auto ownFile = checkpoint.chatTemplateJinja();
    if (!ownFile)
        return ownFile.error();
    if (source && !ownFile->empty()) // newer checkpoints keep it in a file of its own, and then that one counts
        source->templateText = *ownFile;
    return source;
}

Result<std::unique_ptr<Tokenizer>> openTokenizer(const std::string& path)
{
    const PathKind kind = pathKind(path);
    if (kind == PathKind::Nothing)
        return Error{ErrorCode::NotFound, "There is nothing at " + path + "."};
    if (kind != PathKind::Folder)
        return openCheckpointTokenizer(path);
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
    if (source.tokenizerJson.empty() && source.sentencepieceModel.empty()) {
        if (auto inModel = openCheckpointTokenizer(path)) // a directory that holds a single .gguf file
            return inModel;
        return Error{ErrorCode::NotFound, "The directory " + path + " holds no tokenizer.json and no tokenizer.model."};
    }
    return createTokenizer(source);
}

std::uint64_t tokenizerBytes(int vocabSize)
{
    constexpr std::uint64_t perToken = 128; // measured: 18.6 MiB of 151936 tokens, merges included
    return perToken * static_cast<std::uint64_t>(vocabSize);
}

} // namespace qwill::engine

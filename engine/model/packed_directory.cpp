#include "model/packed_directory.h"

#include "model/packed_file.h"

#include <cstring>
#include <filesystem>
#include <fstream>

namespace qwill::engine {

namespace fs = std::filesystem;

namespace {

// Besides the weights, everything a Hugging Face directory may say about its model.
constexpr const char* kCopied[] = {"config.json",
                                   "generation_config.json",
                                   "tokenizer.json",
                                   "tokenizer_config.json",
                                   "tokenizer.model",
                                   "chat_template.jinja",
                                   "special_tokens_map.json",
                                   "added_tokens.json",
                                   "vocab.json",
                                   "merges.txt"};

Result<void> writeMetadata(const Checkpoint& checkpoint, const fs::path& path)
{
    const auto bytes = checkpoint.ggufMetadataBytes();
    const std::uint32_t version = 3;
    const std::uint64_t counts[2] = {0, checkpoint.ggufMetadata()->values().size()}; // tensors, keys
    std::ofstream out(path, std::ios::binary);
    out.write("GGUF", 4);
    out.write(reinterpret_cast<const char*>(&version), sizeof version);
    out.write(reinterpret_cast<const char*>(counts), sizeof counts);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (!out)
        return Error{ErrorCode::Io, "Cannot write " + path.string() + "."};
    return {};
}

Result<void> copyTexts(const fs::path& from, const fs::path& to)
{
    for (const char* name : kCopied) {
        std::error_code error;
        if (!fs::is_regular_file(from / name, error))
            continue;
        fs::copy_file(from / name, to / name, fs::copy_options::overwrite_existing, error);
        if (error)
            return Error{ErrorCode::Io, "Cannot write " + (to / name).string() + ": " + error.message() + "."};
        // The source may be read-only; a copy that is so could be neither packed again nor, on Windows, deleted.
        fs::permissions(to / name, fs::perms::owner_write, fs::perm_options::add, error);
    }
    return {};
}

} // namespace

Result<void> savePacked(const Weights& weights, const Checkpoint& checkpoint, const std::string& directory)
{
    const fs::path to(directory);
    std::error_code error;
    fs::create_directories(to, error);
    if (error || !fs::is_directory(to, error))
        return Error{ErrorCode::Io, "Cannot make the directory " + directory + "."};
    for (const auto& entry : fs::directory_iterator(to, error))
        if (entry.path().extension() == ".safetensors" || entry.path().extension() == ".gguf")
            if (entry.path().filename() != kPackedMetadataName)
                return Error{ErrorCode::Invalid, directory + " already holds a model; give a directory of its own."};
    // A directory that was packed before may come from another kind of source.
    fs::remove(to / kPackedMetadataName, error);
    auto texts = checkpoint.ggufMetadata() ? writeMetadata(checkpoint, to / kPackedMetadataName)
                                           : copyTexts(checkpoint.path(), to);
    if (!texts)
        return texts;
    return writePackedFile((to / kPackedFileName).string(), weights, "");
}

} // namespace qwill::engine

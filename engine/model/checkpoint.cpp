#include "model/checkpoint.h"

#include "base/block_file.h"
#include "base/folder.h"
#include "model/gguf_config.h"
#include "model/gguf_parts.h"
#include "model/hf_config.h"
#include "model/json_text.h"
#include "model/packed_directory.h"
#include "model/packed_file.h"
#include "model/safetensors.h"
#include "model/weight_slots.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <span>

namespace qwill::engine {

namespace fs = std::filesystem;

namespace {

constexpr const char* kIndexName = "model.safetensors.index.json";

bool isFile(const fs::path& path)
{
    return pathKind(path.string()) == PathKind::File;
}

std::vector<fs::path> filesWithExtension(const fs::path& directory, std::string_view extension)
{
    std::vector<fs::path> found;
    for (const std::string& name : namesIn(directory.string()))
        if (const fs::path file = directory / name; file.extension() == extension && isFile(file))
            found.push_back(file);
    std::ranges::sort(found);
    return found;
}

bool startsLikeGguf(const std::string& path)
{
    char magic[4] = {};
    const auto file = BlockFile::openToRead(path);
    return file && file->read(std::as_writable_bytes(std::span(magic)), 0)
        && std::string_view(magic, sizeof magic) == "GGUF";
}

// tensor → shard file, as the index says. File names stay inside the directory.
Result<std::map<std::string, std::string>> readIndex(const fs::path& directory)
{
    auto text = readTextFile((directory / kIndexName).string());
    if (!text)
        return text.error();
    auto index = parseJsonObject(*text, kIndexName);
    if (!index)
        return index.error();
    const auto map = index->find("weight_map");
    if (map == index->end() || !map->is_object() || map->empty())
        return Error{ErrorCode::Corrupt, std::string(kIndexName) + " has no weight_map."};
    std::map<std::string, std::string> shards;
    for (const auto& [tensor, file] : map->items()) {
        const std::string name = file.is_string() ? file.get<std::string>() : "";
        if (name.empty() || fs::path(name).filename() != name || name == "." || name == "..")
            return Error{ErrorCode::Corrupt,
                         std::string(kIndexName) + " gives tensor " + tensor
                             + " a file name that is none: " + file.dump() + "."};
        shards[tensor] = name;
    }
    return shards;
}

// Older tools wrote the quantisation into a file of its own.
Result<QuantConfig> readQuantisation(const fs::path& directory, const nlohmann::json& config)
{
    for (const char* name : {"quantize_config.json", "quant_config.json"}) {
        if (!isFile(directory / name) || config.contains("quantization_config"))
            continue;
        auto text = readTextFile((directory / name).string());
        if (!text)
            return text.error();
        const auto beside = parseJsonObject(*text, name);
        if (!beside)
            return beside.error();
        return parseQuantConfig(config, &*beside);
    }
    return parseQuantConfig(config, nullptr);
}

} // namespace

Result<Checkpoint> Checkpoint::open(const std::string& path)
{
    if (path.empty())
        return Error{ErrorCode::Invalid, "No model was named."};
    const PathKind kind = pathKind(path);
    if (kind == PathKind::Nothing)
        return Error{ErrorCode::NotFound, "There is no model at " + path + "."};
    if (kind == PathKind::Folder)
        return openDirectory(path);
    const fs::path file(path);
    if (file.extension() == ".gguf" || startsLikeGguf(path))
        return openGguf(path);
    if (file.extension() == ".safetensors" || file.extension() == ".json" || file.filename() == kPackedFileName)
        return openDirectory(file.has_parent_path() ? file.parent_path().string() : ".");
    return Error{ErrorCode::Unsupported,
                 path + " is not a model: give a directory with config.json and safetensors files, or a .gguf file."};
}

Result<Checkpoint> Checkpoint::openDirectory(const std::string& directory)
{
    Checkpoint checkpoint;
    checkpoint.m_path = directory;
    const fs::path dir(directory);
    if (isFile(dir / kPackedFileName))
        return openPacked(directory);
    if (!isFile(dir / "config.json")) {
        std::vector<std::string> files;
        for (const fs::path& file : filesWithExtension(dir, ".gguf"))
            files.push_back(file.string());
        if (const std::string gguf = onlyGgufModel(files); !gguf.empty())
            return openGguf(gguf);
        return Error{ErrorCode::NotFound, "The directory " + directory + " has no config.json, so it is no model."};
    }

    // Weights first: without them the directory is no model, whatever its configuration says.
    std::map<std::string, std::string> index;
    std::vector<fs::path> shards;
    if (isFile(dir / kIndexName)) {
        auto read = readIndex(dir);
        if (!read)
            return read.error();
        index = *std::move(read);
        for (const auto& [tensor, file] : index)
            shards.push_back(dir / file);
        std::ranges::sort(shards);
        shards.erase(std::unique(shards.begin(), shards.end()), shards.end());
    } else if (isFile(dir / "model.safetensors")) {
        shards.push_back(dir / "model.safetensors");
    } else {
        shards = filesWithExtension(dir, ".safetensors");
    }
    if (shards.empty())
        return Error{ErrorCode::NotFound,
                     "The directory " + directory + " has no .safetensors file"
                         + (filesWithExtension(dir, ".bin").empty() ? "." : "; PyTorch .bin files are not supported.")};
    for (const fs::path& shard : shards) {
        if (!isFile(shard))
            return Error{ErrorCode::NotFound,
                         "The shard " + shard.filename().string() + " named by " + kIndexName + " is missing."};
        if (auto added = checkpoint.addShard(shard.string()); !added)
            return added.error();
    }
    if (auto sorted = checkpoint.sortTensors(); !sorted)
        return sorted.error();
    for (const auto& [tensor, file] : index) {
        const TensorView* view = checkpoint.find(tensor);
        if (!view || fs::path(checkpoint.file(*view)->path()).filename() != file)
            return Error{ErrorCode::Corrupt,
                         std::string(kIndexName) + " says tensor " + tensor + " is in " + file + ", but it is not."};
    }

    auto configText = readTextFile((dir / "config.json").string());
    if (!configText)
        return configText.error();
    auto config = parseJsonObject(*configText, "config.json");
    if (!config)
        return config.error();
    auto generationText = checkpoint.generationConfigJson();
    if (!generationText)
        return generationText.error();
    nlohmann::json generation;
    if (!generationText->empty()) {
        auto parsed = parseJsonObject(*generationText, "generation_config.json");
        if (!parsed)
            return parsed.error();
        generation = *std::move(parsed);
    }
    auto modelConfig = parseHfConfig(*config, generation.is_null() ? nullptr : &generation);
    if (!modelConfig)
        return modelConfig.error();
    checkpoint.m_config = *std::move(modelConfig);
    auto quantisation = readQuantisation(dir, *config);
    if (!quantisation)
        return quantisation.error();
    checkpoint.m_quantisation = *std::move(quantisation);
    std::error_code ignored;
    const fs::path absolute = fs::weakly_canonical(dir, ignored);
    checkpoint.m_config.name = ignored ? dir.filename().string() : absolute.filename().string();
    return checkpoint;
}

namespace {

DType packedType(MatrixFormat format)
{
    switch (format) {
    case MatrixFormat::F16: return DType::F16;
    case MatrixFormat::Bf16: return DType::Bf16;
    case MatrixFormat::W8: return DType::W8;
    case MatrixFormat::W4K: return DType::W4K;
    case MatrixFormat::W4G: return DType::W4G;
    case MatrixFormat::W4Z: return DType::W4Z;
    case MatrixFormat::F8: return DType::F8;
    case MatrixFormat::C4: return DType::C4;
    case MatrixFormat::W8G: return DType::W8G;
    case MatrixFormat::W8S: return DType::W8S;
    case MatrixFormat::W8K: return DType::W8K;
    case MatrixFormat::W4S: return DType::W4S;
    default: return DType::F32;
    }
}

} // namespace

Result<Checkpoint> Checkpoint::openPacked(const std::string& directory)
{
    Checkpoint checkpoint;
    checkpoint.m_kind = Kind::Packed;
    checkpoint.m_path = directory;
    const fs::path path = fs::path(directory) / kPackedFileName, metadata = fs::path(directory) / kPackedMetadataName;
    auto header = readPackedHeader(path.string());
    if (!header)
        return header.error();
    auto file = MappedFile::open(path.string());
    if (!file)
        return file.error();
    if ((*file)->size() != header->dataOffset + header->matrixBytes + header->vectorBytes)
        return Error{ErrorCode::Corrupt, path.string() + " changed while it was opened."};
    checkpoint.m_config = header->config;
    Weights shape;
    shape.config = header->config;
    const WeightSlots slots = weightSlots(shape);
    for (std::size_t i = 0; i < slots.matrices.size(); ++i) {
        const PackedMatrix& m = header->matrices[i];
        checkpoint.m_tensors.push_back({slots.matrices[i].name,
                                        packedType(m.format),
                                        {slots.matrices[i].rows, slots.matrices[i].cols},
                                        (*file)->bytes().subspan(header->dataOffset + m.offset, m.bytes)});
    }
    std::size_t at = header->dataOffset + header->matrixBytes;
    for (const VectorSlot& slot : slots.vectors) {
        const std::size_t bytes = static_cast<std::size_t>(slot.size) * sizeof(float);
        checkpoint.m_tensors.push_back({slot.name, DType::F32, {slot.size}, (*file)->bytes().subspan(at, bytes)});
        at += bytes;
    }
    checkpoint.m_files.push_back(*std::move(file));
    checkpoint.m_packed = std::make_shared<const PackedHeader>(*std::move(header));
    if (isFile(metadata)) {
        auto mapped = MappedFile::open(metadata.string());
        if (!mapped)
            return mapped.error();
        auto gguf = parseGguf((*mapped)->bytes(), kPackedMetadataName);
        if (!gguf)
            return gguf.error();
        checkpoint.m_gguf = std::make_shared<const GgufMetadata>(std::move(gguf->metadata));
        checkpoint.m_ggufBytes = gguf->metadataBytes;
        checkpoint.m_files.push_back(*std::move(mapped));
    }
    if (auto sorted = checkpoint.sortTensors(); !sorted)
        return sorted.error();
    return checkpoint;
}

Result<Checkpoint> Checkpoint::openGguf(const std::string& given)
{
    const auto paths = ggufPartPaths(given);
    if (!paths)
        return paths.error();
    const std::string& path = paths->front();
    Checkpoint checkpoint;
    checkpoint.m_kind = Kind::Gguf;
    checkpoint.m_path = path;
    std::vector<GgufFile> parts;
    for (const std::string& part : *paths) {
        auto file = MappedFile::open(part);
        if (!file)
            return file.error();
        auto parsed = parseGguf((*file)->bytes(), fs::path(part).filename().string());
        if (!parsed)
            return parsed.error();
        parts.push_back(*std::move(parsed));
        checkpoint.m_files.push_back(*std::move(file));
    }
    auto gguf = joinGgufParts(std::move(parts), *paths);
    if (!gguf)
        return gguf.error();
    auto config = parseGgufConfig(*gguf);
    if (!config)
        return config.error();
    checkpoint.m_config = *std::move(config);
    if (checkpoint.m_config.name.empty())
        checkpoint.m_config.name = fs::path(path).stem().string();
    for (TensorView& tensor : gguf->tensors) {
        const bool rotated =
            tensor.name.find(".attn_q.") != std::string::npos || tensor.name.find(".attn_k.") != std::string::npos;
        if (rotated && checkpoint.m_config.architecture == Architecture::Llama)
            tensor.interleavedHead = checkpoint.m_config.headDim;
        tensor.name = hfTensorName(tensor.name);
        checkpoint.m_tensors.push_back(std::move(tensor));
    }
    checkpoint.m_gguf = std::make_shared<const GgufMetadata>(std::move(gguf->metadata));
    checkpoint.m_ggufBytes = gguf->metadataBytes;
    if (auto sorted = checkpoint.sortTensors(); !sorted)
        return sorted.error();
    return checkpoint;
}

Result<void> Checkpoint::addShard(const std::string& path)
{
    auto file = MappedFile::open(path);
    if (!file)
        return file.error();
    auto tensors = parseSafetensors((*file)->bytes(), fs::path(path).filename().string());
    if (!tensors)
        return tensors.error();
    for (TensorView& tensor : *tensors) {
        tensor.file = m_files.size();
        m_tensors.push_back(std::move(tensor));
    }
    m_files.push_back(*std::move(file));
    return {};
}

Result<void> Checkpoint::sortTensors()
{
    std::ranges::sort(m_tensors, {}, &TensorView::name);
    const auto twice = std::ranges::adjacent_find(m_tensors, {}, &TensorView::name);
    if (twice != m_tensors.end())
        return Error{ErrorCode::Corrupt,
                     "The tensor " + twice->name + " is there twice: in "
                         + fs::path(file(twice[0])->path()).filename().string() + " and in "
                         + fs::path(file(twice[1])->path()).filename().string() + "."};
    return {};
}

const TensorView* Checkpoint::find(std::string_view name) const
{
    const auto it =
        std::ranges::lower_bound(m_tensors, name, {}, [](const TensorView& t) { return std::string_view(t.name); });
    return it != m_tensors.end() && it->name == name ? &*it : nullptr;
}

std::uint64_t Checkpoint::fileBytes() const
{
    std::uint64_t bytes = 0;
    for (const auto& file : m_files)
        bytes += file->size();
    return bytes;
}

std::uint64_t Checkpoint::parameterCount() const
{
    std::uint64_t count = 0;
    Weights shape;
    if (m_quantisation.method != QuantMethod::None
        && static_cast<std::size_t>(m_config.layerCount) <= m_tensors.size()) {
        shape.config = m_config;
        const WeightSlots slots = weightSlots(shape);
        for (const MatrixSlot& slot : slots.matrices)
            count += static_cast<std::uint64_t>(slot.rows) * static_cast<std::uint64_t>(slot.cols);
        for (const VectorSlot& slot : slots.vectors)
            count += static_cast<std::uint64_t>(slot.size);
        return count;
    }
    for (const TensorView& tensor : m_tensors)
        count += elementCount(tensor.shape).value_or(0);
    return count;
}

std::string Checkpoint::formatText() const
{
    if (m_kind == Kind::Gguf && !ggufFileTypeName(*m_gguf).empty())
        return "gguf " + std::string(ggufFileTypeName(*m_gguf));
    if (m_quantisation.method != QuantMethod::None)
        return m_quantisation.text();
    std::map<DType, std::uint64_t> bytes;
    for (const TensorView& tensor : m_tensors)
        bytes[tensor.dtype] += tensor.data.size();
    const auto most = std::ranges::max_element(bytes, {}, [](const auto& entry) { return entry.second; });
    std::string type(most == bytes.end() ? "" : dtypeName(most->first));
    if (m_kind == Kind::Gguf)
        return "gguf " + type;
    std::ranges::transform(type, type.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return (m_kind == Kind::Packed ? "packed " : "safetensors ") + type;
}

Result<std::string> Checkpoint::siblingText(const char* name) const
{
    const fs::path path = fs::path(m_path) / name;
    if (m_gguf || !isFile(path))
        return std::string();
    return readTextFile(path.string());
}

Result<std::string> Checkpoint::tokenizerJson() const
{
    return siblingText("tokenizer.json");
}
Result<std::string> Checkpoint::tokenizerConfigJson() const
{
    return siblingText("tokenizer_config.json");
}
Result<std::string> Checkpoint::chatTemplateJinja() const
{
    return siblingText("chat_template.jinja");
}
Result<std::string> Checkpoint::sentencepieceModel() const
{
    return siblingText("tokenizer.model");
}
Result<std::string> Checkpoint::generationConfigJson() const
{
    return siblingText("generation_config.json");
}

} // namespace qwill::engine

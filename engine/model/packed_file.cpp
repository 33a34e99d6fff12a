#include "model/packed_file.h"

#include "base/block_file.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/huge_buffer.h"
#include "base/thread_pool.h"
#include "model/config_json.h"
#include "model/json_text.h"
#include "model/weight_slots.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstring>
#include <span>

namespace qwill::engine {

namespace {

constexpr char kMagic[8] = {'Q', 'W', 'I', 'L', 'L', 'P', 'K', '1'};
constexpr int kVersion = 4; // of the panel layout and of what quantising makes of a matrix: raise it with either
constexpr std::size_t kPage = 4096;
constexpr std::size_t kPiece = std::size_t{8} << 20; // read and checked at once
constexpr std::uint64_t kMaxHeader = 64 << 20;

struct Prologue {
    char magic[8];
    std::uint64_t headerBytes, headerHash;
};

std::size_t roundUp(std::size_t bytes)
{
    return (bytes + kPage - 1) / kPage * kPage;
}

struct Piece {
    std::size_t offset, bytes; // in the data section
};

// Offsets, sizes and pieces follow from the formats.
std::vector<Piece> layOut(PackedHeader& header, const WeightSlots& slots)
{
    std::vector<Piece> pieces;
    const auto cut = [&](std::size_t offset, std::size_t bytes) {
        for (std::size_t at = 0; at < bytes; at += kPiece)
            pieces.push_back({offset + at, std::min(kPiece, bytes - at)});
    };
    header.matrixBytes = 0;
    for (std::size_t i = 0; i < slots.matrices.size(); ++i) {
        PackedMatrix& m = header.matrices[i];
        m.offset = header.matrixBytes;
        const MatrixSlot& slot = slots.matrices[i];
        m.bytes = matrixBytes(m.format, m.groupSize, slot.rows, slot.cols) + orderBytes(m.ordered, slot.cols);
        cut(m.offset, m.bytes);
        header.matrixBytes += roundUp(m.bytes);
    }
    header.vectorBytes = 0;
    for (const VectorSlot& v : slots.vectors)
        header.vectorBytes += static_cast<std::size_t>(v.size) * sizeof(float);
    cut(header.matrixBytes, header.vectorBytes);
    return pieces;
}

std::string hex(std::uint64_t value)
{
    char text[16];
    return {text, std::to_chars(text, text + sizeof text, value, 16).ptr};
}

std::string headerText(const PackedHeader& header)
{
    nlohmann::json json = {{"version", kVersion}, {"key", header.key}, {"config", configToJson(header.config)}};
    for (const PackedMatrix& m : header.matrices)
        json["matrices"].push_back({formatName(m.format), m.groupSize, m.ordered});
    for (std::uint64_t hash : header.hashes)
        json["hashes"].push_back(hex(hash));
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<std::byte> vectorData(const WeightSlots& slots)
{
    std::vector<std::byte> data;
    for (const VectorSlot& v : slots.vectors) {
        const auto bytes = std::as_bytes(std::span(*v.values));
        data.insert(data.end(), bytes.begin(), bytes.end());
    }
    return data;
}

// The rows of the file that a matrix's pieces come from.
Result<void> writeData(const BlockFile& file, const PackedHeader& header, const WeightSlots& slots)
{
    for (std::size_t i = 0; i < slots.matrices.size(); ++i) {
        const WeightMatrix& m = *slots.matrices[i].matrix;
        if (auto written = file.write({m.data, m.bytes}, header.dataOffset + header.matrices[i].offset); !written)
            return written;
    }
    return file.write(vectorData(slots), header.dataOffset + header.matrixBytes);
}

std::vector<std::uint64_t> hashData(const PackedHeader& header, const WeightSlots& slots)
{
    std::vector<std::uint64_t> hashes;
    const auto add = [&](std::span<const std::byte> data) {
        for (std::size_t at = 0; at < data.size(); at += kPiece)
            hashes.push_back(hashBytes(data.subspan(at, std::min(kPiece, data.size() - at))));
    };
    for (std::size_t i = 0; i < slots.matrices.size(); ++i)
        add({slots.matrices[i].matrix->data, header.matrices[i].bytes});
    add(vectorData(slots));
    return hashes;
}

MatrixFormat formatFromName(std::string_view name)
{
    for (auto i = static_cast<int>(MatrixFormat::F32); i <= static_cast<int>(MatrixFormat::W4S); ++i)
        if (formatName(static_cast<MatrixFormat>(i)) == name)
            return static_cast<MatrixFormat>(i);
    return MatrixFormat::None;
}

// The JSON of the header into its fields; sizes are computed afterwards.
Result<PackedHeader> parseHeader(const nlohmann::json& json, const std::string& path)
{
    const auto corrupt = [&](const char* what) {
        return Error{ErrorCode::Corrupt, path + " is not a sound packed model: its " + what + " cannot be."};
    };
    PackedHeader header;
    const auto version = json.find("version"), key = json.find("key"), config = json.find("config"),
               matrices = json.find("matrices"), hashes = json.find("hashes");
    if (version == json.end() || *version != kVersion)
        return Error{ErrorCode::Unsupported, path + " was packed by another version; pack the model again."};
    if (key == json.end() || !key->is_string() || config == json.end())
        return corrupt("header");
    header.key = key->get<std::string>();
    auto parsed = configFromJson(*config);
    if (!parsed)
        return parsed.error();
    header.config = *std::move(parsed);
    if (matrices == json.end() || !matrices->is_array() || hashes == json.end() || !hashes->is_array())
        return corrupt("list of matrices");
    for (const auto& entry : *matrices) {
        if (!entry.is_array() || entry.size() != 3 || !entry[0].is_string() || !entry[1].is_number_integer()
            || !entry[2].is_boolean())
            return corrupt("list of matrices");
        PackedMatrix m;
        m.format = formatFromName(entry[0].get_ref<const std::string&>());
        if (!groupFits(m.format, entry[1].get<std::int64_t>()))
            return corrupt("matrix format");
        m.groupSize = entry[1].get<std::int32_t>();
        m.ordered = entry[2].get<bool>();
        if (m.ordered && isDense(m.format))
            return corrupt("matrix format");
        header.matrices.push_back(m);
    }
    for (const auto& entry : *hashes) {
        std::uint64_t hash = 0;
        const std::string text = entry.is_string() ? entry.get<std::string>() : "";
        const auto end = std::from_chars(text.data(), text.data() + text.size(), hash, 16);
        if (text.empty() || end.ec != std::errc() || end.ptr != text.data() + text.size())
            return corrupt("list of checksums");
        header.hashes.push_back(hash);
    }
    return header;
}

} // namespace

Result<void> writePackedFile(const std::string& path, const Weights& weights, const std::string& key)
{
    Weights shared = weights; // the storage is shared, only the list below needs members it may point to
    if (shared.config.tiedEmbeddings)
        shared.head = {};
    const WeightSlots slots = weightSlots(shared);
    PackedHeader header{.key = key, .config = weights.config};
    for (const MatrixSlot& slot : slots.matrices)
        header.matrices.push_back({.format = slot.matrix->format,
                                   .groupSize = slot.matrix->groupSize,
                                   .ordered = slot.matrix->order != nullptr});
    layOut(header, slots);
    header.hashes = hashData(header, slots);
    const std::string text = headerText(header);
    Prologue prologue{{}, text.size(), hashBytes(std::as_bytes(std::span(text)))};
    std::memcpy(prologue.magic, kMagic, sizeof kMagic);
    header.dataOffset = roundUp(sizeof prologue + text.size());

    const std::string temporary = path + ".part" + std::to_string(BlockFile::processId());
    auto file = BlockFile::create(temporary);
    if (!file)
        return file.error();
    auto written = writeData(*file, header, slots);
    if (written)
        written = file->write(std::as_bytes(std::span(&prologue, 1)), 0);
    if (written)
        written = file->write(std::as_bytes(std::span(text)), sizeof prologue);
    if (auto closed = file->close(); written)
        written = closed;
    if (written)
        written = BlockFile::replace(temporary, path);
    if (!written)
        BlockFile::remove(temporary);
    return written;
}

Result<PackedHeader> readPackedHeader(const std::string& path)
{
    auto file = BlockFile::openToRead(path);
    if (!file)
        return file.error();
    const std::uint64_t size = file->size();
    Prologue prologue = {};
    if (size < sizeof prologue || !file->read(std::as_writable_bytes(std::span(&prologue, 1)), 0)
        || std::memcmp(prologue.magic, kMagic, sizeof kMagic) != 0)
        return Error{ErrorCode::Corrupt, path + " is not a packed model."};
    if (prologue.headerBytes > kMaxHeader || prologue.headerBytes > size - sizeof prologue)
        return Error{ErrorCode::Corrupt, path + " is truncated inside its header."};
    std::string text(static_cast<std::size_t>(prologue.headerBytes), '\0');
    if (!file->read(std::as_writable_bytes(std::span(text)), sizeof prologue)
        || hashBytes(std::as_bytes(std::span(text))) != prologue.headerHash)
        return Error{ErrorCode::Corrupt, "The header of " + path + " is damaged."};
    auto json = parseJsonObject(text, "The header of " + path);
    if (!json)
        return json.error();
    auto header = parseHeader(*json, path);
    if (!header)
        return header.error();
    if (static_cast<std::size_t>(header->config.layerCount) > header->matrices.size())
        return Error{ErrorCode::Corrupt, path + " lists too few matrices for its layers."};
    Weights shape;
    shape.config = header->config;
    const WeightSlots slots = weightSlots(shape);
    if (slots.matrices.size() != header->matrices.size())
        return Error{ErrorCode::Corrupt,
                     path + " lists " + std::to_string(header->matrices.size()) + " matrices instead of "
                         + std::to_string(slots.matrices.size()) + "."};
    const std::size_t pieces = layOut(*header, slots).size();
    header->dataOffset = roundUp(sizeof prologue + text.size());
    const std::uint64_t expected = header->dataOffset + header->matrixBytes + header->vectorBytes;
    if (pieces != header->hashes.size() || size != expected)
        return Error{ErrorCode::Corrupt,
                     path + " has " + std::to_string(size) + " bytes instead of " + std::to_string(expected)
                         + "; it is truncated or damaged."};
    return header;
}

Result<Weights> readPackedWeights(const std::string& path, const PackedHeader& given, const PackedReadOptions& options)
{
    PackedHeader header = given;
    Weights weights;
    weights.config = header.config;
    const WeightSlots slots = weightSlots(weights);
    QWILL_CHECK(slots.matrices.size() == header.matrices.size());
    const std::vector<Piece> pieces = layOut(header, slots);
    const auto file = BlockFile::openToRead(path);
    if (!file)
        return file.error();
    const std::size_t total = header.matrixBytes + header.vectorBytes;
    auto buffer = HugeBuffer::allocate(total, HugeBuffer::Use::Whole);
    if (!buffer)
        return buffer.error();
    const auto arena = std::make_shared<HugeBuffer>(*std::move(buffer));

    std::atomic<std::size_t> next{0}, done{0};
    std::atomic<bool> bad{false};
    ThreadPool pool(options.threads);
    pool.run([&](int thread) {
        for (std::size_t i = next++; i < pieces.size(); i = next++) {
            if (bad || options.stop.stop_requested())
                return;
            const auto target = arena->bytes().subspan(pieces[i].offset, pieces[i].bytes);
            if (!file->read(target, header.dataOffset + pieces[i].offset) || hashBytes(target) != header.hashes[i])
                bad = true;
            done += target.size();
            if (thread == 0 && options.progress)
                options.progress({LoadProgress::Phase::Reading, done, total});
        }
    });
    if (options.stop.stop_requested())
        return Error{ErrorCode::Cancelled, "Loading was cancelled."};
    if (bad)
        return Error{ErrorCode::Corrupt, path + " is damaged: a checksum differs."};

    for (std::size_t i = 0; i < slots.matrices.size(); ++i) {
        const PackedMatrix& m = header.matrices[i];
        const MatrixSlot& slot = slots.matrices[i];
        const std::byte* panels = arena->data() + m.offset;
        *slot.matrix = {m.format, slot.rows, slot.cols, m.groupSize, panels, m.bytes, arena};
        if (!m.ordered)
            continue;
        const auto* order = reinterpret_cast<const std::int32_t*>(panels + m.bytes - orderBytes(true, slot.cols));
        if (!std::all_of(order, order + slot.cols, [&](std::int32_t k) { return k >= 0 && k < slot.cols; }))
            return Error{ErrorCode::Corrupt, path + " is not a sound packed model: its order of columns cannot be."};
        slot.matrix->order = order;
    }
    const std::byte* at = arena->data() + header.matrixBytes;
    for (const VectorSlot& v : slots.vectors) {
        v.values->resize(static_cast<std::size_t>(v.size));
        std::memcpy(v.values->data(), at, v.values->size() * sizeof(float));
        at += v.values->size() * sizeof(float);
    }
    if (weights.config.tiedEmbeddings)
        weights.head = weights.embedding;
    return weights;
}

} // namespace qwill::engine

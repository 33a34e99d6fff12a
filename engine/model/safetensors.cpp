#include "model/safetensors.h"

#include "model/json_text.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace qwill::engine {

namespace {

constexpr std::uint64_t kMaxHeader = 100'000'000; // the format's own limit
constexpr std::size_t kMaxDimensions = 8;
static_assert(std::endian::native == std::endian::little, "model files are little-endian and read in place");

std::optional<DType> dtypeFromName(std::string_view name)
{
    constexpr DType kKnown[] = {DType::F32, DType::F16, DType::Bf16, DType::F64,    DType::I8,
                                DType::U8,  DType::I16, DType::U16,  DType::I32,    DType::U32,
                                DType::I64, DType::U64, DType::Bool, DType::F8E4M3, DType::F8E5M2};
    for (DType type : kKnown)
        if (dtypeName(type) == name)
            return type;
    return std::nullopt;
}

struct Entry {
    TensorView view;
    std::uint64_t begin = 0, end = 0; // in the data section
};

Result<Entry> parseEntry(const std::string& name, const nlohmann::json& value, std::span<const std::byte> data,
                         const std::string& what)
{
    const auto corrupt = [&](const std::string& why) {
        return Error{ErrorCode::Corrupt, what + ": tensor " + name + " " + why + "."};
    };
    const auto dtype = value.find("dtype"), shape = value.find("shape"), offsets = value.find("data_offsets");
    if (!value.is_object() || dtype == value.end() || shape == value.end() || offsets == value.end()
        || !dtype->is_string() || !shape->is_array() || !offsets->is_array() || offsets->size() != 2)
        return corrupt("lacks dtype, shape or data_offsets");

    Entry entry;
    entry.view.name = name;
    const auto type = dtypeFromName(dtype->get_ref<const std::string&>());
    if (!type)
        return Error{ErrorCode::Unsupported,
                     what + ": tensor " + name + " has type " + dtype->get<std::string>()
                         + ", which this version does not read."};
    entry.view.dtype = *type;
    if (shape->size() > kMaxDimensions)
        return corrupt("has " + std::to_string(shape->size()) + " dimensions");
    for (const auto& dimension : *shape) {
        if (!dimension.is_number_unsigned() || dimension.get<std::uint64_t>() > (std::uint64_t{1} << 48))
            return corrupt("has a shape that is no list of sizes");
        entry.view.shape.push_back(dimension.get<std::int64_t>());
    }
    if (!(*offsets)[0].is_number_unsigned() || !(*offsets)[1].is_number_unsigned())
        return corrupt("has data_offsets that are no positions");
    entry.begin = (*offsets)[0].get<std::uint64_t>();
    entry.end = (*offsets)[1].get<std::uint64_t>();
    if (entry.begin > entry.end)
        return corrupt("ends before it begins");
    if (entry.end > data.size())
        return corrupt("ends at byte " + std::to_string(entry.end) + " of " + std::to_string(data.size())
                       + " bytes of data: the file is truncated");
    const auto expected = tensorBytes(*type, entry.view.shape);
    if (!expected || *expected != entry.end - entry.begin)
        return corrupt("of shape " + shapeText(entry.view.shape) + " and type " + std::string(dtypeName(*type))
                       + " has " + std::to_string(entry.end - entry.begin) + " bytes"
                       + (expected ? " instead of " + std::to_string(*expected) : ", which cannot be"));
    entry.view.data = data.subspan(static_cast<std::size_t>(entry.begin), static_cast<std::size_t>(*expected));
    return entry;
}

} // namespace

Result<std::vector<TensorView>> parseSafetensors(std::span<const std::byte> file, const std::string& what)
{
    std::uint64_t headerSize = 0;
    if (file.size() < sizeof headerSize)
        return Error{ErrorCode::Corrupt, what + " is too short to be a safetensors file."};
    std::memcpy(&headerSize, file.data(), sizeof headerSize);
    if (headerSize > kMaxHeader)
        return Error{ErrorCode::Corrupt,
                     what + " is not a safetensors file: its header would be " + std::to_string(headerSize)
                         + " bytes long."};
    if (headerSize > file.size() - sizeof headerSize)
        return Error{ErrorCode::Corrupt,
                     what + " is truncated: its header needs " + std::to_string(headerSize) + " bytes and "
                         + std::to_string(file.size() - sizeof headerSize) + " are there."};
    const auto header = file.subspan(sizeof headerSize, static_cast<std::size_t>(headerSize));
    const auto data = file.subspan(sizeof headerSize + header.size());

    auto json = parseJsonObject({reinterpret_cast<const char*>(header.data()), header.size()}, "The header of " + what);
    if (!json)
        return json.error();
    std::vector<Entry> entries;
    for (const auto& [name, value] : json->items()) {
        if (name == "__metadata__")
            continue;
        auto entry = parseEntry(name, value, data, what);
        if (!entry)
            return entry.error();
        entries.push_back(*std::move(entry));
    }
    std::ranges::sort(
        entries, [](const Entry& a, const Entry& b) { return a.begin != b.begin ? a.begin < b.begin : a.end < b.end; });
    for (std::size_t i = 1; i < entries.size(); ++i)
        if (entries[i].begin < entries[i - 1].end)
            return Error{ErrorCode::Corrupt,
                         what + ": tensors " + entries[i - 1].view.name + " and " + entries[i].view.name + " overlap."};
    std::vector<TensorView> views;
    views.reserve(entries.size());
    for (Entry& entry : entries)
        views.push_back(std::move(entry.view));
    return views;
}

} // namespace qwill::engine

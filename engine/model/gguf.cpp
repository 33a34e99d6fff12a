#include "model/gguf.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>
#include <set>

namespace qwill::engine {

namespace {

constexpr int kMaxArrayDepth = 4; // no known key nests at all
constexpr std::uint32_t kMaxDimensions = 4;
constexpr std::uint64_t kMaxName = 4096;
constexpr std::uint64_t kMaxAlignment = 1 << 20;
constexpr std::uint64_t kMinKeyValue = 8 + 4 + 1; // empty key, type, a byte
constexpr std::uint64_t kMinTensorInfo = 8 + 4 + 4 + 8; // empty name, no dimensions, type, offset

std::optional<DType> dtypeFromCode(std::uint32_t code)
{
    switch (code) {
    case 0: return DType::F32;
    case 1: return DType::F16;
    case 2: return DType::Q4_0;
    case 3: return DType::Q4_1;
    case 6: return DType::Q5_0;
    case 7: return DType::Q5_1;
    case 8: return DType::Q8_0;
    case 9: return DType::Q8_1;
    case 10: return DType::Q2_K;
    case 11: return DType::Q3_K;
    case 12: return DType::Q4_K;
    case 13: return DType::Q5_K;
    case 14: return DType::Q6_K;
    case 15: return DType::Q8_K;
    case 20: return DType::IQ4_NL;
    case 23: return DType::IQ4_XS;
    case 24: return DType::I8;
    case 25: return DType::I16;
    case 26: return DType::I32;
    case 27: return DType::I64;
    case 28: return DType::F64;
    case 30: return DType::Bf16;
    case 39: return DType::MXFP4;
    default: return std::nullopt;
    }
}

// Types that exist and are not read, by the name people know them by.
std::string_view unreadTypeName(std::uint32_t code)
{
    switch (code) {
    case 16: return "IQ2_XXS";
    case 17: return "IQ2_XS";
    case 18: return "IQ3_XXS";
    case 19: return "IQ1_S";
    case 21: return "IQ3_S";
    case 22: return "IQ2_S";
    case 29: return "IQ1_M";
    case 34: return "TQ1_0";
    case 35: return "TQ2_0";
    case 40: return "NVFP4";
    default: return "";
    }
}

class Parser {
public:
    Parser(std::span<const std::byte> file, const std::string& what) : m_file(file), m_what(what) { }

    Result<GgufFile> parse()
    {
        std::uint64_t tensorCount = 0, keyCount = 0;
        GgufFile result;
        if (!header(tensorCount, keyCount))
            return *m_error;
        const std::size_t begin = m_at;
        if (metadata(keyCount, result.metadata) && alignment(result.metadata)) {
            result.metadataBytes = m_file.subspan(begin, m_at - begin);
            tensors(tensorCount, result.tensors);
        }
        if (m_error)
            return *m_error;
        return result;
    }

private:
    bool fail(const std::string& why, ErrorCode code = ErrorCode::Corrupt)
    {
        if (!m_error)
            m_error = Error{code, m_what + " " + why + "."};
        return false;
    }
    bool failShort() { return fail("is truncated or corrupt: it ends inside its header"); }
    std::uint64_t left() const { return m_file.size() - m_at; }

    template <typename T>
    bool take(T& value)
    {
        if (left() < sizeof value)
            return failShort();
        std::memcpy(&value, m_file.data() + m_at, sizeof value);
        m_at += sizeof value;
        return true;
    }
    bool takeText(std::string_view& text)
    {
        std::uint64_t length = 0;
        if (!take(length))
            return false;
        if (length > left())
            return failShort();
        text = {reinterpret_cast<const char*>(m_file.data() + m_at), static_cast<std::size_t>(length)};
        m_at += static_cast<std::size_t>(length);
        return true;
    }

    bool header(std::uint64_t& tensorCount, std::uint64_t& keyCount)
    {
        std::uint32_t magic = 0, version = 0;
        if (m_file.size() < sizeof magic || !take(magic) || magic != 0x46554747u) // "GGUF"
            return fail("is not a GGUF file");
        if (!take(version))
            return false;
        if ((version & 0xffffu) == 0)
            return fail("is a big-endian GGUF file, which is not supported", ErrorCode::Unsupported);
        if (version != 2 && version != 3)
            return fail("is a GGUF file of version " + std::to_string(version) + "; versions 2 and 3 are supported",
                        ErrorCode::Unsupported);
        if (!take(tensorCount) || !take(keyCount))
            return false;
        if (tensorCount > left() / kMinTensorInfo)
            return fail("claims " + std::to_string(tensorCount) + " tensors, more than it has room for");
        if (keyCount > left() / kMinKeyValue)
            return fail("claims " + std::to_string(keyCount) + " keys, more than it has room for");
        return true;
    }

    bool metadata(std::uint64_t count, GgufMetadata& out)
    {
        for (std::uint64_t i = 0; i < count; ++i) {
            std::string_view key;
            GgufValue value;
            std::uint32_t type = 0;
            if (!takeText(key))
                return false;
            if (key.empty() || key.size() > kMaxName)
                return fail("has a key of " + std::to_string(key.size()) + " bytes");
            if (!take(type) || !takeValue(type, value))
                return false;
            if (!out.add(std::string(key), value))
                return fail("has the key " + std::string(key) + " twice");
        }
        return true;
    }

    template <typename Stored, typename Kept>
    bool takeScalar(GgufValue& value)
    {
        Stored stored{};
        if (!take(stored))
            return false;
        value = static_cast<Kept>(stored);
        return true;
    }

    bool takeValue(std::uint32_t type, GgufValue& value)
    {
        switch (static_cast<GgufType>(type)) {
        case GgufType::U8: return takeScalar<std::uint8_t, std::uint64_t>(value);
        case GgufType::U16: return takeScalar<std::uint16_t, std::uint64_t>(value);
        case GgufType::U32: return takeScalar<std::uint32_t, std::uint64_t>(value);
        case GgufType::U64: return takeScalar<std::uint64_t, std::uint64_t>(value);
        case GgufType::I8: return takeScalar<std::int8_t, std::int64_t>(value);
        case GgufType::I16: return takeScalar<std::int16_t, std::int64_t>(value);
        case GgufType::I32: return takeScalar<std::int32_t, std::int64_t>(value);
        case GgufType::I64: return takeScalar<std::int64_t, std::int64_t>(value);
        case GgufType::F32: return takeScalar<float, double>(value);
        case GgufType::F64: return takeScalar<double, double>(value);
        case GgufType::Bool: {
            std::uint8_t stored = 0;
            if (!take(stored))
                return false;
            value = stored != 0;
            return true;
        }
        case GgufType::String: {
            std::string_view text;
            if (!takeText(text))
                return false;
            value = text;
            return true;
        }
        case GgufType::Array: {
            GgufArray array;
            if (!takeArray(array, 1))
                return false;
            value = array;
            return true;
        }
        }
        return fail("has a value of unknown type " + std::to_string(type));
    }

    bool takeArray(GgufArray& array, int depth)
    {
        std::uint32_t type = 0;
        if (depth > kMaxArrayDepth)
            return fail("has arrays nested more than " + std::to_string(kMaxArrayDepth) + " deep");
        if (!take(type) || !take(array.count))
            return false;
        if (type > static_cast<std::uint32_t>(GgufType::F64))
            return fail("has an array of unknown type " + std::to_string(type));
        array.elementType = static_cast<GgufType>(type);
        const std::size_t begin = m_at;
        if (const std::size_t size = ggufScalarBytes(array.elementType)) {
            if (array.count > left() / size)
                return failShort();
            m_at += static_cast<std::size_t>(array.count) * size;
        } else {
            // Each element takes at least its own length field, so the loop ends with the file.
            for (std::uint64_t i = 0; i < array.count; ++i) {
                std::string_view text;
                GgufArray inner;
                if (array.elementType == GgufType::String ? !takeText(text) : !takeArray(inner, depth + 1))
                    return false;
            }
        }
        array.bytes = m_file.subspan(begin, m_at - begin);
        return true;
    }

    bool alignment(const GgufMetadata& metadata)
    {
        const GgufValue* value = metadata.find("general.alignment");
        if (!value)
            return true;
        const auto* number = std::get_if<std::uint64_t>(value);
        if (!number || *number < 1 || *number > kMaxAlignment || !std::has_single_bit(*number))
            return fail("has a general.alignment that is no power of two up to 1 MiB");
        m_alignment = *number;
        return true;
    }

    struct Entry {
        TensorView view;
        std::uint64_t offset = 0; // in the data section
        std::uint64_t bytes = 0;
    };

    bool takeTensorInfo(Entry& entry)
    {
        std::string_view name;
        std::uint32_t dimensions = 0, type = 0;
        if (!takeText(name))
            return false;
        if (name.empty() || name.size() > kMaxName)
            return fail("has a tensor name of " + std::to_string(name.size()) + " bytes");
        entry.view.name = name;
        const std::string tensor = "has a tensor " + entry.view.name;
        if (!take(dimensions))
            return false;
        if (dimensions > kMaxDimensions)
            return fail(tensor + " of " + std::to_string(dimensions) + " dimensions");
        for (std::uint32_t i = 0; i < dimensions; ++i) {
            std::uint64_t size = 0;
            if (!take(size))
                return false;
            if (size == 0 || size > (std::uint64_t{1} << 48))
                return fail(tensor + " with a dimension of " + std::to_string(size));
            entry.view.shape.insert(entry.view.shape.begin(), static_cast<std::int64_t>(size)); // fastest first
        }
        if (!take(type) || !take(entry.offset))
            return false;
        const auto dtype = dtypeFromCode(type);
        if (!dtype)
            return fail(tensor + " of type "
                            + (unreadTypeName(type).empty() ? std::to_string(type) : std::string(unreadTypeName(type)))
                            + ", which this version does not read",
                        ErrorCode::Unsupported);
        entry.view.dtype = *dtype;
        const auto bytes = tensorBytes(*dtype, entry.view.shape);
        if (!bytes)
            return fail(tensor + " of type " + std::string(dtypeName(*dtype)) + " with the impossible shape "
                        + shapeText(entry.view.shape));
        entry.bytes = *bytes;
        if (entry.offset % m_alignment != 0)
            return fail(tensor + " that is not aligned to " + std::to_string(m_alignment) + " bytes");
        return true;
    }

    bool tensors(std::uint64_t count, std::vector<TensorView>& out)
    {
        std::vector<Entry> entries;
        std::set<std::string_view> names;
        entries.reserve(static_cast<std::size_t>(count)); // header() bounded it by the file's size
        for (std::uint64_t i = 0; i < count; ++i) {
            Entry& entry = entries.emplace_back();
            if (!takeTensorInfo(entry))
                return false;
            if (!names.insert(entry.view.name).second)
                return fail("has the tensor " + entry.view.name + " twice");
        }
        const std::uint64_t begin = (m_at + m_alignment - 1) / m_alignment * m_alignment;
        const std::uint64_t size = begin <= m_file.size() ? m_file.size() - begin : 0;
        std::ranges::sort(entries, {}, &Entry::offset);
        std::uint64_t end = 0;
        for (Entry& entry : entries) {
            if (entry.offset > size || entry.bytes > size - entry.offset)
                return fail("is truncated: tensor " + entry.view.name + " ends at byte " + std::to_string(entry.offset)
                            + " + " + std::to_string(entry.bytes) + " of " + std::to_string(size) + " bytes of data");
            if (entry.offset < end)
                return fail("has overlapping tensors: " + entry.view.name + " begins inside another");
            end = entry.offset + entry.bytes;
            entry.view.data =
                m_file.subspan(static_cast<std::size_t>(begin + entry.offset), static_cast<std::size_t>(entry.bytes));
            out.push_back(std::move(entry.view));
        }
        return true;
    }

    std::span<const std::byte> m_file;
    const std::string& m_what;
    std::size_t m_at = 0;
    std::uint64_t m_alignment = 32; // the format's default
    std::optional<Error> m_error;
};

} // namespace

Result<GgufFile> parseGguf(std::span<const std::byte> file, const std::string& what)
{
    return Parser(file, what).parse();
}

} // namespace qwill::engine

#include "model/gguf_metadata.h"

#include <cstring>
#include <limits>

namespace qwill::engine {

namespace {

template <typename T>
T load(const std::byte* p)
{
    T value;
    std::memcpy(&value, p, sizeof value);
    return value;
}

std::optional<std::int64_t> integerAt(GgufType type, const std::byte* p)
{
    switch (type) {
    case GgufType::U8: return load<std::uint8_t>(p);
    case GgufType::I8: return load<std::int8_t>(p);
    case GgufType::U16: return load<std::uint16_t>(p);
    case GgufType::I16: return load<std::int16_t>(p);
    case GgufType::U32: return load<std::uint32_t>(p);
    case GgufType::I32: return load<std::int32_t>(p);
    case GgufType::I64: return load<std::int64_t>(p);
    case GgufType::U64: {
        const auto value = load<std::uint64_t>(p);
        if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return static_cast<std::int64_t>(value);
        return std::nullopt;
    }
    default: return std::nullopt;
    }
}

const GgufArray* arrayOf(const GgufValue* value)
{
    return value ? std::get_if<GgufArray>(value) : nullptr;
}

} // namespace

std::size_t ggufScalarBytes(GgufType type)
{
    switch (type) {
    case GgufType::U8:
    case GgufType::I8:
    case GgufType::Bool: return 1;
    case GgufType::U16:
    case GgufType::I16: return 2;
    case GgufType::U32:
    case GgufType::I32:
    case GgufType::F32: return 4;
    case GgufType::U64:
    case GgufType::I64:
    case GgufType::F64: return 8;
    default: return 0;
    }
}

const GgufValue* GgufMetadata::find(std::string_view key) const
{
    const auto it = m_values.find(key);
    return it == m_values.end() ? nullptr : &it->second;
}

std::optional<std::int64_t> GgufMetadata::integer(std::string_view key) const
{
    const GgufValue* value = find(key);
    if (!value)
        return std::nullopt;
    if (const auto* i = std::get_if<std::int64_t>(value))
        return *i;
    if (const auto* u = std::get_if<std::uint64_t>(value);
        u && *u <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return static_cast<std::int64_t>(*u);
    return std::nullopt;
}

std::optional<double> GgufMetadata::real(std::string_view key) const
{
    const GgufValue* value = find(key);
    if (value)
        if (const auto* d = std::get_if<double>(value))
            return *d;
    if (const auto i = integer(key))
        return static_cast<double>(*i);
    return std::nullopt;
}

std::optional<bool> GgufMetadata::boolean(std::string_view key) const
{
    const GgufValue* value = find(key);
    const bool* b = value ? std::get_if<bool>(value) : nullptr;
    return b ? std::optional(*b) : std::nullopt;
}

std::optional<std::string_view> GgufMetadata::text(std::string_view key) const
{
    const GgufValue* value = find(key);
    const auto* t = value ? std::get_if<std::string_view>(value) : nullptr;
    return t ? std::optional(*t) : std::nullopt;
}

std::vector<std::string_view> GgufMetadata::texts(std::string_view key) const
{
    const GgufArray* array = arrayOf(find(key));
    std::vector<std::string_view> result;
    if (!array || array->elementType != GgufType::String)
        return result;
    result.reserve(static_cast<std::size_t>(array->count)); // the parser found that many inside the file
    const std::byte* p = array->bytes.data();
    for (std::uint64_t i = 0; i < array->count; ++i) {
        const auto length = static_cast<std::size_t>(load<std::uint64_t>(p));
        result.emplace_back(reinterpret_cast<const char*>(p + 8), length);
        p += 8 + length;
    }
    return result;
}

std::vector<std::int64_t> GgufMetadata::integers(std::string_view key) const
{
    const GgufArray* array = arrayOf(find(key));
    std::vector<std::int64_t> result;
    if (!array || array->elementType == GgufType::Bool)
        return result;
    const std::size_t size = ggufScalarBytes(array->elementType);
    for (std::uint64_t i = 0; size > 0 && i < array->count; ++i) {
        const auto value = integerAt(array->elementType, array->bytes.data() + i * size);
        if (!value)
            return {};
        result.push_back(*value);
    }
    return result;
}

std::vector<float> GgufMetadata::reals(std::string_view key) const
{
    const GgufArray* array = arrayOf(find(key));
    std::vector<float> result;
    if (!array || (array->elementType != GgufType::F32 && array->elementType != GgufType::F64))
        return result;
    const std::size_t size = ggufScalarBytes(array->elementType);
    for (std::uint64_t i = 0; i < array->count; ++i) {
        const std::byte* p = array->bytes.data() + i * size;
        result.push_back(size == 4 ? load<float>(p) : static_cast<float>(load<double>(p)));
    }
    return result;
}

} // namespace qwill::engine

#pragma once
// The key/value section of a GGUF file, validated when it was parsed and decoded only when asked for. Views into the
// mapped file, which must outlive them; immutable; any thread.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace qwill::engine {

enum class GgufType : std::uint32_t { U8, I8, U16, I16, U32, I32, F32, Bool, String, Array, U64, I64, F64 };

struct GgufArray {
    GgufType elementType = GgufType::U8;
    std::uint64_t count = 0;
    std::span<const std::byte> bytes; // the elements as the file has them
};

using GgufValue = std::variant<std::uint64_t, std::int64_t, double, bool, std::string_view, GgufArray>;

class GgufMetadata {
public:
    // False when the key is there already.
    bool add(std::string key, GgufValue value) { return m_values.emplace(std::move(key), value).second; }

    const GgufValue* find(std::string_view key) const; // null when there is none
    const std::map<std::string, GgufValue, std::less<>>& values() const { return m_values; }

    // None when the key is missing or of another kind. Whole numbers of every width are one kind.
    std::optional<std::int64_t> integer(std::string_view key) const;
    std::optional<double> real(std::string_view key) const; // whole numbers too
    std::optional<bool> boolean(std::string_view key) const;
    std::optional<std::string_view> text(std::string_view key) const;
    // Empty when the key is missing or no such array.
    std::vector<std::string_view> texts(std::string_view key) const;
    std::vector<std::int64_t> integers(std::string_view key) const;
    std::vector<float> reals(std::string_view key) const;

private:
    std::map<std::string, GgufValue, std::less<>> m_values;
};

// Bytes of one element of a scalar type; 0 for strings and arrays.
std::size_t ggufScalarBytes(GgufType type);

} // namespace qwill::engine

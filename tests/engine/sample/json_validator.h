#pragma once
// Whether a document fits a JSON schema, written from the standard's words alone: what the grammar is compared with.
// Knows the keywords that checkResponseFormat serves but pattern and format. Tests only.

#include <nlohmann/json.hpp>

#include <cmath>
#include <string>

namespace qwill::test {

using nlohmann::json;

inline std::size_t codePoints(const std::string& text)
{
    std::size_t count = 0;
    for (const char c : text)
        count += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
    return count;
}

inline bool hasType(const json& value, const std::string& type)
{
    if (type == "integer")
        return value.is_number_integer() || (value.is_number_float() && std::floor(value.get<double>()) == value);
    return type == "object" ? value.is_object()
        : type == "array"   ? value.is_array()
        : type == "string"  ? value.is_string()
        : type == "number"  ? value.is_number()
        : type == "boolean" ? value.is_boolean()
                            : type == "null" && value.is_null();
}

inline bool isValid(const json& value, const json& schema, const json& root);

inline bool fitsObject(const json& value, const json& schema, const json& root)
{
    for (const json& name : schema.value("required", json::array()))
        if (!value.contains(name.get<std::string>()))
            return false;
    const json properties = schema.value("properties", json::object());
    for (const auto& [name, member] : value.items()) {
        if (properties.contains(name)) {
            if (!isValid(member, properties[name], root))
                return false;
        } else if (schema.contains("additionalProperties") && !isValid(member, schema["additionalProperties"], root)) {
            return false;
        }
    }
    return true;
}

inline bool fitsArray(const json& value, const json& schema, const json& root)
{
    if (value.size() < schema.value("minItems", 0u) || value.size() > schema.value("maxItems", 1000000u))
        return false;
    const json prefix = schema.value("prefixItems", json::array());
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (i < prefix.size() && !isValid(value[i], prefix[i], root))
            return false;
        if (i >= prefix.size() && schema.contains("items") && !isValid(value[i], schema["items"], root))
            return false;
    }
    return true;
}

inline bool fitsNumber(double value, const json& schema)
{
    return !(schema.contains("minimum") && value < schema["minimum"].get<double>())
        && !(schema.contains("maximum") && value > schema["maximum"].get<double>())
        && !(schema.contains("exclusiveMinimum") && value <= schema["exclusiveMinimum"].get<double>())
        && !(schema.contains("exclusiveMaximum") && value >= schema["exclusiveMaximum"].get<double>());
}

inline bool isValid(const json& value, const json& schema, const json& root)
{
    if (schema.is_boolean())
        return schema.get<bool>();
    if (schema.contains("$ref"))
        return isValid(value, root.at(json::json_pointer(schema["$ref"].get<std::string>().substr(1))), root);
    if (schema.contains("const") && value != schema["const"])
        return false;
    if (schema.contains("enum")
        && std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end())
        return false;
    for (const char* keyword : {"anyOf", "oneOf"})
        if (schema.contains(keyword)) {
            std::size_t fitting = 0;
            for (const json& branch : schema[keyword])
                fitting += isValid(value, branch, root) ? 1 : 0;
            if (fitting == 0 || (std::string(keyword) == "oneOf" && fitting > 1))
                return false;
        }
    if (schema.contains("type")) {
        bool any = false;
        for (const json& type : schema["type"].is_array() ? schema["type"] : json::array({schema["type"]}))
            any = any || hasType(value, type.get<std::string>());
        if (!any)
            return false;
    }
    if (value.is_object())
        return fitsObject(value, schema, root);
    if (value.is_array())
        return fitsArray(value, schema, root);
    if (value.is_number())
        return fitsNumber(value.get<double>(), schema);
    if (!value.is_string())
        return true;
    const std::size_t length = codePoints(value.get<std::string>());
    return length >= schema.value("minLength", 0u) && length <= schema.value("maxLength", 1000000u);
}

} // namespace qwill::test

#pragma once
// Random JSON schemas of everything that is served but pattern and format; nothing in them contradicts itself. Tests
// only.

#include "sample/rng.h"

#include <nlohmann/json.hpp>

#include <string>

namespace qwill::test {

class RandomSchema {
public:
    using Json = nlohmann::ordered_json;
    explicit RandomSchema(std::uint64_t seed) : m_seed(seed) { }

    Json make()
    {
        Json root = schema(3);
        if (!root.is_object())
            root = {{"type", "array"}, {"items", root}, {"maxItems", 3}};
        if (m_usesDefinition) {
            root["$defs"]["node"] = {
                {"type", "object"},
                {"properties",
                 {{"v", schema(0)}, {"next", {{"anyOf", {{{"$ref", "#/$defs/node"}}, {{"type", "null"}}}}}}}},
                {"required", {"next"}},
                {"additionalProperties", false}};
        }
        return root;
    }
    std::uint64_t below(std::uint64_t n) { return engine::randomBits(m_seed, m_draw++) % n; }

private:
    bool chance(std::uint64_t percent) { return below(100) < percent; }

    Json literal()
    {
        static const Json values[] = {"a",     "b\"c\\", "日本 \n",         0,           -17, 3.5, true, false,
                                      nullptr, "",       {1, "x", nullptr}, {{"k", {}}}, "ab"};
        return values[below(std::size(values))];
    }

    Json schema(int depth)
    {
        switch (below(depth > 0 ? 14 : 8)) {
        case 0: return {{"type", "boolean"}};
        case 1: return string();
        case 2: return number("integer");
        case 3: return number("number");
        case 4: {
            Json values = Json::array();
            for (std::uint64_t i = 0; i <= below(4); ++i)
                values.push_back(literal());
            return {{"enum", values}};
        }
        case 5: return {{"const", literal()}};
        case 6: {
            Json s = string();
            s["type"] = {"string", "null", "integer"};
            s["title"] = "ignored";
            return s;
        }
        case 7: return {{"type", "null"}};
        case 8: m_usesDefinition = true; return {{"$ref", "#/$defs/node"}};
        case 9: return {{"anyOf", {schema(depth - 1), schema(depth - 1), {{"type", "boolean"}}}}};
        case 10: return {{"oneOf", {tagged("a", depth), tagged("b", depth)}}};
        case 11: return array(depth);
        default: return object(depth);
        }
    }

    Json tagged(const char* tag, int depth)
    {
        return {{"type", "object"},
                {"properties", {{"kind", {{"const", tag}}}, {"value", schema(depth - 1)}}},
                {"required", {"kind"}},
                {"additionalProperties", false}};
    }

    Json string()
    {
        Json s = {{"type", "string"}};
        const auto least = below(4);
        if (chance(50))
            s["minLength"] = least;
        if (chance(60))
            s["maxLength"] = least + below(12);
        return s;
    }

    Json number(const char* type)
    {
        Json s = {{"type", type}};
        const auto least = static_cast<std::int64_t>(below(2000)) - 1000;
        if (chance(50))
            s[chance(50) ? "minimum" : "exclusiveMinimum"] =
                chance(50) ? Json(least) : Json(static_cast<double>(least) + 0.25);
        if (chance(50))
            s[chance(50) ? "maximum" : "exclusiveMaximum"] = least + 3 + static_cast<std::int64_t>(below(100000));
        return s;
    }

    Json array(int depth)
    {
        Json s = {{"type", "array"}};
        const auto least = below(3);
        if (chance(40))
            s["minItems"] = least;
        s["maxItems"] = least + 1 + below(3);
        if (chance(30))
            s["prefixItems"] = {schema(depth - 1), schema(depth - 1)};
        if (chance(90) || s.contains("prefixItems"))
            s["items"] = schema(depth - 1);
        return s;
    }

    Json object(int depth)
    {
        static const char* const names[] = {"a", "ab", "b c", "\"q\"", "é", "node", "a_very_long_property_name"};
        Json s = {{"type", "object"}, {"properties", Json::object()}};
        Json required = Json::array();
        for (const char* name : names)
            if (chance(40)) {
                s["properties"][name] = schema(depth - 1);
                if (chance(50))
                    required.push_back(name);
            }
        if (!required.empty())
            s["required"] = required;
        if (chance(60))
            s["additionalProperties"] = chance(70) ? Json(false) : schema(0);
        return s;
    }

    std::uint64_t m_seed, m_draw = 0;
    bool m_usesDefinition = false;
};

} // namespace qwill::test

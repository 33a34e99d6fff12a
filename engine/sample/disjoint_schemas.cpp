#include "sample/grammar_schema.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace qwill::engine {

namespace {

using Json = nlohmann::ordered_json;

const Json& resolved(const Json& root, const Json& schema)
{
    const Json* at = &schema;
    for (int i = 0; i < 8 && at->is_object() && at->contains("$ref") && (*at)["$ref"].is_string(); ++i) {
        const auto pointer = (*at)["$ref"].get<std::string>();
        try {
            at = &root.at(Json::json_pointer(pointer.substr(std::min<std::size_t>(pointer.size(), 1))));
        } catch (const Json::exception&) {
            break; // whoever compiles it says so
        }
    }
    return *at;
}

std::set<std::string> typesOf(const Json& schema)
{
    std::set<std::string> types;
    if (const auto type = schema.find("type"); type != schema.end())
        for (const Json& one : type->is_array() ? *type : Json::array({*type}))
            if (one.is_string())
                types.insert(one.get<std::string>());
    return types;
}

bool haveNoTypeInCommon(const std::set<std::string>& a, const std::set<std::string>& b)
{
    const auto both = [&](const char* first, const char* second) { return a.contains(first) && b.contains(second); };
    return !a.empty() && !b.empty() && !both("number", "integer") && !both("integer", "number")
        && std::none_of(a.begin(), a.end(), [&](const std::string& type) { return b.contains(type); });
}

std::vector<Json> constantsOf(const Json& schema)
{
    if (const auto only = schema.find("const"); only != schema.end())
        return {*only};
    const auto some = schema.find("enum");
    return some != schema.end() && some->is_array() ? std::vector<Json>(some->begin(), some->end())
                                                    : std::vector<Json>();
}

// Null when there is no such property, or it may be missing.
const Json* requiredProperty(const Json& schema, const std::string& name)
{
    const auto properties = schema.find("properties"), required = schema.find("required");
    if (properties == schema.end() || required == schema.end() || !properties->is_object() || !required->is_array()
        || std::find(required->begin(), required->end(), Json(name)) == required->end())
        return nullptr;
    const auto it = properties->find(name);
    return it == properties->end() ? nullptr : &*it;
}

} // namespace

bool areDisjointSchemas(const Json& root, const Json& first, const Json& second, int depth)
{
    const Json &a = resolved(root, first), &b = resolved(root, second);
    if (!a.is_object() || !b.is_object() || depth > 4)
        return false;
    if (haveNoTypeInCommon(typesOf(a), typesOf(b)))
        return true;
    const std::vector<Json> valuesA = constantsOf(a), valuesB = constantsOf(b);
    if (!valuesA.empty() && !valuesB.empty())
        return std::none_of(valuesA.begin(), valuesA.end(), [&](const Json& x) {
            return std::find(valuesB.begin(), valuesB.end(), x) != valuesB.end();
        });
    const auto properties = a.find("properties");
    if (properties == a.end() || !properties->is_object())
        return false;
    for (const auto& [name, ignored] : properties->items()) {
        const Json *inA = requiredProperty(a, name), *inB = requiredProperty(b, name);
        if (inA && inB && areDisjointSchemas(root, *inA, *inB, depth + 1))
            return true;
    }
    return false;
}

} // namespace qwill::engine

// JSON schemas → grammars.

#include "sample/grammar_schema.h"
#include "sample/grammar_parts.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <string>

namespace qwill::engine {

namespace {

using Json = nlohmann::ordered_json;
using Names = std::set<std::string_view>;

constexpr std::int64_t kMostItems = 4096; // a longer array is not begun

// These say nothing of what fits.
const Names kAnnotations = {"$schema",     "$id",     "$comment", "$defs",      "definitions", "title",
                            "description", "default", "examples", "deprecated", "readOnly",    "writeOnly"};
const std::map<std::string_view, Names> kKeywords = {
    {"object", {"properties", "required", "additionalProperties"}},
    {"array", {"items", "prefixItems", "minItems", "maxItems"}},
    {"string", {"minLength", "maxLength", "pattern", "format"}},
    {"integer", {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}},
    {"number", {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}},
    {"boolean", {}},
    {"null", {}},
};

class SchemaCompiler {
public:
    explicit SchemaCompiler(const Json& root) : m_root(root) { }

    Result<std::shared_ptr<const Grammar>> compile()
    {
        try {
            return m_builder.build(ruleOf("#"));
        } catch (const Error& error) {
            return error;
        }
    }

private:
    // Keeps count of how deep a schema lies, and where, for messages.
    struct Inside {
        Inside(SchemaCompiler& compiler, std::string_view step) : m_compiler(compiler), m_length(compiler.m_path.size())
        {
            compiler.m_path.append("/").append(step);
            if (++compiler.m_depth > kMaxSchemaDepth)
                compiler.invalid("it is nested deeper than " + std::to_string(kMaxSchemaDepth));
        }
        ~Inside()
        {
            m_compiler.m_path.resize(m_length);
            --m_compiler.m_depth;
        }
        Inside(const Inside&) = delete;
        Inside& operator=(const Inside&) = delete;
        SchemaCompiler& m_compiler;
        std::size_t m_length;
    };

    [[noreturn]] void invalid(std::string why) const
    {
        throw Error{ErrorCode::Invalid, "The JSON schema is wrong at " + m_path + ": " + why + "."};
    }
    [[noreturn]] void unsupported(std::string what) const
    {
        throw Error{ErrorCode::Unsupported,
                    "This engine does not serve " + what + " in JSON schemas (at " + m_path + ")."};
    }
    // Only these keywords may stand there, beside annotations.
    void allowOnly(const Json& schema, const Names& keywords) const
    {
        for (const auto& [name, value] : schema.items())
            if (!keywords.contains(name) && !kAnnotations.contains(name) && !name.starts_with("x-"))
                unsupported("the keyword '" + name + "'" + (m_beside.empty() ? "" : " beside " + m_beside));
    }
    void allowOnlyBeside(const Json& schema, std::string beside, Names keywords)
    {
        m_beside = "'" + beside + "'";
        keywords.insert(beside);
        allowOnly(schema, keywords);
        m_beside.clear();
    }
    const Json* find(const Json& schema, const char* name) const
    {
        const auto it = schema.find(name);
        return it == schema.end() ? nullptr : &*it;
    }

    GrammarNode call(GrammarRule rule) { return m_builder.call(rule); }
    GrammarNode space() { return call(GrammarBuilder::Space); }
    GrammarNode comma() { return m_builder.sequence({m_builder.literal(","), space()}); }
    // As a rule, however often it is referred to it is written once.
    GrammarNode asRule(GrammarNode body)
    {
        const GrammarRule rule = m_builder.declare();
        m_builder.define(rule, body);
        return call(rule);
    }

    GrammarRule ruleOf(const std::string& pointer)
    {
        if (const auto known = m_references.find(pointer); known != m_references.end())
            return known->second;
        if (!pointer.starts_with("#") || (pointer.size() > 1 && pointer[1] != '/'))
            unsupported("the $ref '" + pointer + "', which is no place within the schema,");
        const Json* target = nullptr;
        try {
            target = &m_root.at(Json::json_pointer(pointer.substr(1)));
        } catch (const Json::exception&) {
            invalid("there is nothing at the $ref '" + pointer + "'");
        }
        const GrammarRule rule = m_builder.declare();
        m_references[pointer] = rule;
        const std::string path = std::exchange(m_path, pointer);
        m_builder.define(rule, valueOf(*target));
        m_path = path;
        return rule;
    }

    GrammarNode value(const Json& schema, std::string_view step)
    {
        const Inside inside(*this, step);
        return valueOf(schema);
    }

    GrammarNode valueOf(const Json& schema)
    {
        if (schema.is_boolean() && schema.get<bool>())
            return call(GrammarBuilder::JsonValue);
        if (!schema.is_object())
            invalid(schema.is_boolean() ? "nothing fits 'false'" : "a schema is an object");
        if (const Json* reference = find(schema, "$ref")) {
            allowOnlyBeside(schema, "$ref", {});
            if (!reference->is_string())
                invalid("$ref is a text");
            const Inside inside(*this, "$ref");
            return call(ruleOf(reference->get<std::string>()));
        }
        if (const Json* only = find(schema, "const")) {
            allowOnlyBeside(schema, "const", {"type"});
            return literals(schema, {*only});
        }
        if (const Json* some = find(schema, "enum")) {
            allowOnlyBeside(schema, "enum", {"type"});
            if (!some->is_array() || some->empty())
                invalid("enum is a list of values");
            return literals(schema, std::vector<Json>(some->begin(), some->end()));
        }
        for (const char* keyword : {"anyOf", "oneOf", "allOf"})
            if (const Json* branches = find(schema, keyword))
                return combination(schema, keyword, *branches);
        return ofTypes(schema);
    }

    GrammarNode combination(const Json& schema, const std::string& keyword, const Json& branches)
    {
        allowOnlyBeside(schema, keyword, {keyword == "oneOf" ? "discriminator" : keyword});
        if (!branches.is_array() || branches.empty())
            invalid(keyword + " is a list of schemas");
        if (keyword == "allOf" && branches.size() > 1)
            unsupported("'allOf' of more than one schema");
        std::vector<GrammarNode> ways;
        for (std::size_t i = 0; i < branches.size(); ++i) {
            for (std::size_t j = 0; keyword == "oneOf" && j < i; ++j)
                if (!areDisjointSchemas(m_root, branches[i], branches[j]))
                    unsupported("'oneOf' whose branches could both fit (say anyOf, or give each a 'const' of its own)");
            ways.push_back(value(branches[i], keyword + "/" + std::to_string(i)));
        }
        return asRule(m_builder.choice(std::move(ways)));
    }

    static bool isOfType(const Json& value, const std::string& type)
    {
        return type == "object" ? value.is_object()
            : type == "array"   ? value.is_array()
            : type == "string"  ? value.is_string()
            : type == "integer" ? value.is_number_integer()
            : type == "number"  ? value.is_number()
            : type == "boolean" ? value.is_boolean()
                                : value.is_null();
    }

    GrammarNode literals(const Json& schema, const std::vector<Json>& values)
    {
        const std::set<std::string> types = typesOf(schema);
        std::vector<GrammarNode> ways;
        for (const Json& value : values)
            if (types.empty()
                || std::any_of(types.begin(), types.end(), [&](const std::string& t) { return isOfType(value, t); }))
                ways.push_back(m_builder.literal(value.dump(-1, ' ', false, Json::error_handler_t::replace)));
        if (ways.empty())
            invalid("no value of enum or const is of the type");
        return asRule(m_builder.choice(std::move(ways)));
    }

    std::set<std::string> typesOf(const Json& schema) const
    {
        std::set<std::string> types;
        const auto type = schema.find("type");
        if (type == schema.end())
            return types;
        for (const Json& one : type->is_array() ? *type : Json::array({*type})) {
            if (!one.is_string() || !kKeywords.contains(one.get<std::string>()))
                invalid("there is no type " + one.dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 40));
            types.insert(one.get<std::string>());
        }
        return types;
    }

    GrammarNode ofTypes(const Json& schema)
    {
        std::set<std::string> types = typesOf(schema);
        if (types.empty()) // the first type that its keywords speak of
            for (const char* type : {"object", "array", "string", "number"})
                for (const std::string_view keyword : kKeywords.at(type))
                    if (types.empty() && schema.contains(std::string(keyword)))
                        types.insert(type);
        Names keywords = {"type"};
        for (const std::string& type : types)
            keywords.insert(kKeywords.at(type).begin(), kKeywords.at(type).end());
        allowOnly(schema, keywords);
        if (types.empty())
            return call(GrammarBuilder::JsonValue);
        std::vector<GrammarNode> ways;
        for (const std::string& type : types)
            ways.push_back(ofType(schema, type));
        return m_builder.choice(std::move(ways));
    }

    GrammarNode ofType(const Json& schema, const std::string& type)
    {
        if (type == "object")
            return asRule(object(schema));
        if (type == "array")
            return asRule(array(schema));
        if (type == "string")
            return string(schema);
        if (type == "boolean")
            return m_builder.choice({m_builder.literal("true"), m_builder.literal("false")});
        if (type == "null")
            return m_builder.literal("null");
        return number(schema, type == "integer");
    }

    std::int64_t count(const Json& schema, const char* keyword, std::int64_t standard) const
    {
        const Json* value = find(schema, keyword);
        if (!value)
            return standard;
        if (!value->is_number() || value->get<double>() < 0 || value->get<double>() > 1e9
            || value->get<double>() != static_cast<double>(static_cast<std::int64_t>(value->get<double>())))
            invalid(std::string(keyword) + " is a whole number from 0");
        return static_cast<std::int64_t>(value->get<double>());
    }

    GrammarNode number(const Json& schema, bool whole)
    {
        NumberBounds bounds;
        const auto bound = [&](const char* keyword, bool excluded, std::optional<double>& limit, bool& beyond,
                               bool upper) {
            const Json* value = find(schema, keyword);
            if (!value)
                return;
            if (!value->is_number())
                invalid(std::string(keyword) + " is a number");
            const auto given = value->get<double>();
            if (!limit || (upper ? given < *limit : given > *limit) || (given == *limit && excluded)) {
                limit = given;
                beyond = excluded;
            }
        };
        bound("minimum", false, bounds.least, bounds.aboveLeast, false);
        bound("exclusiveMinimum", true, bounds.least, bounds.aboveLeast, false);
        bound("maximum", false, bounds.most, bounds.belowMost, true);
        bound("exclusiveMaximum", true, bounds.most, bounds.belowMost, true);
        if (const Json* step = find(schema, "multipleOf"); step && *step != 1)
            unsupported("'multipleOf' other than 1");
        if (!bounds.least && !bounds.most)
            return call(whole ? GrammarBuilder::Integer : GrammarBuilder::Number);
        const auto node = whole ? integersWithin(m_builder, bounds) : numbersWithin(m_builder, bounds);
        if (!node)
            invalid("no number that this engine could write lies within the bounds");
        return asRule(*node);
    }

    GrammarNode string(const Json& schema)
    {
        const std::int64_t least = count(schema, "minLength", 0), most = count(schema, "maxLength", -1);
        const Json *pattern = find(schema, "pattern"), *format = find(schema, "format");
        if ((pattern || format) && (least > 0 || most >= 0))
            unsupported(std::string("'") + (pattern ? "pattern" : "format") + "' beside minLength or maxLength");
        if (pattern && format)
            unsupported("'pattern' beside 'format'");
        if (!pattern && !format) {
            if (most >= 0 && least > most)
                invalid("minLength is more than maxLength");
            if (least > 4096)
                unsupported("a 'minLength' above 4096");
            return call(m_builder.string(static_cast<int>(least), static_cast<int>(most)));
        }
        const Json& given = pattern ? *pattern : *format;
        if (!given.is_string())
            invalid("pattern and format are texts");
        const auto text = given.get<std::string>();
        const std::string expression = pattern ? text : std::string(patternOfFormat(text));
        if (expression.empty() && !pattern)
            unsupported("the format '" + text.substr(0, 40) + "'");
        auto node = stringOfPattern(m_builder, expression);
        if (!node)
            throw Error{node.error().code, node.error().message + " (at " + m_path + ")"};
        return asRule(*node);
    }

    GrammarNode array(const Json& schema)
    {
        const std::int64_t least = count(schema, "minItems", 0);
        std::int64_t most = count(schema, "maxItems", -1);
        std::vector<GrammarNode> first;
        if (const Json* prefix = find(schema, "prefixItems")) {
            if (!prefix->is_array())
                invalid("prefixItems is a list of schemas");
            for (std::size_t i = 0; i < prefix->size(); ++i)
                first.push_back(asRule(value((*prefix)[i], "prefixItems/" + std::to_string(i))));
        }
        const auto fixed = static_cast<std::int64_t>(first.size());
        const Json* items = find(schema, "items");
        const bool noMore = items && items->is_boolean() && !items->get<bool>();
        if (noMore)
            most = most < 0 ? fixed : std::min(most, fixed);
        if ((most >= 0 && least > most) || least > kMostItems)
            invalid("no array can have minItems elements");
        if (most > kMostItems)
            most = kMostItems;
        const bool rest = !noMore && (most < 0 || most > fixed);
        const GrammarNode item = !rest ? m_builder.nothing()
            : items                    ? asRule(value(*items, "items"))
                                       : call(GrammarBuilder::JsonValue);
        // From the end: what may follow when j elements are there.
        const auto following = [&](std::int64_t j, GrammarNode element, GrammarNode next) {
            const GrammarNode one =
                j == 0 ? m_builder.sequence({element, next}) : m_builder.sequence({comma(), element, next});
            return j < least ? one : m_builder.optional(one);
        };
        const std::int64_t shown = most < 0 ? fixed : std::min(fixed, most);
        GrammarNode tail = m_builder.nothing();
        if (rest && shown > 0) {
            tail = repeated(item, least - shown, most < 0 ? -1 : most - shown);
        } else if (rest && most != 0) {
            tail = following(0, item, repeated(item, least - 1, most < 0 ? -1 : most - 1));
        }
        for (std::int64_t j = shown; j-- > 0;)
            tail = following(j, first[static_cast<std::size_t>(j)], tail);
        return m_builder.sequence({m_builder.literal("["), space(), tail, space(), m_builder.literal("]")});
    }

    GrammarNode repeated(GrammarNode item, std::int64_t least, std::int64_t most)
    {
        return m_builder.repeat(asRule(m_builder.sequence({comma(), item})),
                                static_cast<int>(std::max<std::int64_t>(least, 0)), static_cast<int>(most));
    }

    struct Member {
        GrammarNode node = 0;
        bool required = false;
    };

    GrammarNode object(const Json& schema)
    {
        const Json *properties = find(schema, "properties"), *required = find(schema, "required"),
                   *additional = find(schema, "additionalProperties");
        if ((properties && !properties->is_object()) || (required && !required->is_array()))
            invalid("properties is an object, and required a list of names");
        std::set<std::string> wanted, named;
        if (required)
            for (const Json& name : *required)
                if (name.is_string())
                    wanted.insert(name.get<std::string>());
        std::vector<Member> members;
        if (properties)
            for (const auto& [name, property] : properties->items()) {
                named.insert(name);
                members.push_back({member(name, asRule(value(property, "properties/" + name))), wanted.contains(name)});
            }
        const bool closed = additional && additional->is_boolean() && !additional->get<bool>();
        const bool open = additional ? !closed : !properties || properties->empty();
        const GrammarNode extra = !open               ? m_builder.nothing()
            : additional && !additional->is_boolean() ? asRule(value(*additional, "additionalProperties"))
                                                      : call(GrammarBuilder::JsonValue);
        for (const std::string& name : wanted)
            if (!named.contains(name)) {
                if (closed)
                    invalid("the required property '" + name + "' is not among the properties");
                named.insert(name);
                members.push_back({member(name, open ? extra : call(GrammarBuilder::JsonValue)), true});
            }
        const GrammarNode more = open
            ? asRule(m_builder.sequence({call(otherKey(named)), m_builder.literal(":"), space(), extra}))
            : m_builder.nothing();
        return m_builder.sequence(
            {m_builder.literal("{"), space(), membersFrom(members, open, more), space(), m_builder.literal("}")});
    }

    GrammarNode member(const std::string& name, GrammarNode value)
    {
        const std::string key = Json(name).dump(-1, ' ', false, Json::error_handler_t::replace);
        return asRule(m_builder.sequence({m_builder.literal(key + ":"), space(), value}));
    }

    // Members in their order, commas between them. Until one is written, each may be the first.
    GrammarNode membersFrom(const std::vector<Member>& members, bool open, GrammarNode more)
    {
        const GrammarNode others =
            open ? m_builder.repeat(asRule(m_builder.sequence({comma(), more})), 0, -1) : m_builder.nothing();
        GrammarNode afterSome = asRule(others); // what may follow once something is there
        GrammarNode afterNone = open ? m_builder.optional(m_builder.sequence({more, others})) : m_builder.nothing();
        for (std::size_t i = members.size(); i-- > 0;) {
            const Member& m = members[i];
            const GrammarNode asFirst = m_builder.sequence({m.node, afterSome});
            afterNone = m.required ? asFirst : m_builder.choice({asFirst, afterNone});
            const GrammarNode next = m_builder.sequence({comma(), m.node});
            afterSome = asRule(m_builder.sequence({m.required ? next : m_builder.optional(next), afterSome}));
        }
        return afterNone;
    }

    // A key that is none of these: plain characters only, so that no escape spells one of them.
    GrammarRule otherKey(const std::set<std::string>& names)
    {
        const GrammarRule rule = m_builder.declare();
        const GrammarNode plain = m_builder.call(GrammarBuilder::PlainCharacter);
        const GrammarNode rest = m_builder.sequence({m_builder.repeat(plain, 0, -1), m_builder.literal("\"")});
        std::vector<std::string> sorted(names.begin(), names.end());
        m_builder.define(rule, m_builder.sequence({m_builder.literal("\""), unlike(sorted, 0, asRule(rest))}));
        return rule;
    }

    // The rest of a key, its closing quote included, when all `names` share their first `at` bytes with it.
    GrammarNode unlike(const std::vector<std::string>& names, std::size_t at, GrammarNode rest)
    {
        std::map<unsigned char, std::vector<std::string>> byNext;
        bool isOne = false;
        for (const std::string& name : names) {
            isOne = isOne || name.size() == at;
            if (name.size() > at)
                byNext[static_cast<unsigned char>(name[at])].push_back(name);
        }
        ByteSet free;
        for (unsigned c = 0x20; c < 0x7f; ++c)
            if (c != '"' && c != '\\' && !byNext.contains(static_cast<unsigned char>(c)))
                free.set(c);
        std::vector<GrammarNode> ways = {m_builder.sequence({m_builder.oneOf(free), rest})};
        if (!isOne && at > 0)
            ways.push_back(m_builder.literal("\""));
        for (const auto& [byte, some] : byNext)
            if (byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\' && at < 200) {
                ByteSet one;
                one.set(byte);
                ways.push_back(m_builder.sequence({m_builder.oneOf(one), unlike(some, at + 1, rest)}));
            }
        return m_builder.choice(std::move(ways));
    }

    const Json& m_root;
    GrammarBuilder m_builder;
    std::map<std::string, GrammarRule> m_references;
    std::string m_path = "#";
    std::string m_beside;
    int m_depth = 0;
};

} // namespace

Result<std::shared_ptr<const Grammar>> compileSchema(const nlohmann::ordered_json& schema)
{
    return SchemaCompiler(schema).compile();
}

} // namespace qwill::engine

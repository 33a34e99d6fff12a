// What a request asks of a reply's form → a grammar.

#include "engine/engine.h"
#include "sample/grammar.h"
#include "sample/grammar_schema.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

namespace qwill::engine {

namespace {

using Json = nlohmann::ordered_json;
constexpr std::size_t kMostBytes = 512 * 1024;

} // namespace

Result<std::shared_ptr<const Grammar>> compileGrammar(const ResponseFormat& format)
{
    if (format.kind == ResponseFormat::Kind::JsonObject)
        return GrammarBuilder().build(GrammarBuilder::JsonObject);
    if (format.schema.size() > kMostBytes)
        return Error{ErrorCode::Unsupported,
                     "The JSON schema has " + std::to_string(format.schema.size() >> 10)
                         + " KiB; this engine takes up to 512."};
    int depth = 0, deepest = 0; // before a parser's memory is asked for
    for (const char c : format.schema) {
        depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
        deepest = std::max(deepest, depth);
    }
    const Json schema =
        deepest > 8 * kMaxSchemaDepth ? Json() : Json::parse(format.schema, nullptr, /*allow_exceptions=*/false);
    if (!schema.is_object() && !schema.is_boolean())
        return Error{ErrorCode::Invalid, "The JSON schema is not a JSON object."};
    return compileSchema(schema);
}

Result<void> checkResponseFormat(const ResponseFormat& format)
{
    if (format.kind == ResponseFormat::Kind::Text)
        return {};
    const auto grammar = compileGrammar(format);
    return grammar ? Result<void>() : grammar.error();
}

} // namespace qwill::engine

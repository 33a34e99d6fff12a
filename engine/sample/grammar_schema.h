#pragma once
// JSON schemas → grammars. One thread.

#include "engine/result.h"
#include "sample/grammar.h"

#include <nlohmann/json_fwd.hpp>

#include <memory>

namespace qwill::engine {

constexpr int kMaxSchemaDepth = 64; // of schemas in schemas

// See compileGrammar.
Result<std::shared_ptr<const Grammar>> compileSchema(const nlohmann::ordered_json& schema);

// Whether no document fits both: they are of other types, or differ in a constant, or in a property that both require.
// root: where $ref leads.
bool areDisjointSchemas(const nlohmann::ordered_json& root, const nlohmann::ordered_json& first,
                        const nlohmann::ordered_json& second, int depth = 0);

} // namespace qwill::engine

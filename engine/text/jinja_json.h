#pragma once
// JSON text ⇄ values, both as Python's json module has them. One thread a Machine.

#include "text/jinja_filters.h"
#include "text/jinja_value.h"

#include <optional>
#include <string_view>

namespace qwill::engine::jinja {

// Nothing when it is not JSON, or nested deeper than a Machine allows. Its strings are Data.
std::optional<Value> valueFromJson(Machine& machine, std::string_view json);

// The filter tojson as transformers has it: json.dumps with ensure_ascii off, its arguments ensure_ascii, indent,
// separators and sort_keys.
Value toJson(Machine& machine, const Value& value, const Arguments& arguments);

} // namespace qwill::engine::jinja

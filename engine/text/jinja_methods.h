#pragma once
// The methods of Python's strings, lists and dicts that templates call. One thread a Machine.

#include "text/jinja_filters.h"
#include "text/jinja_value.h"

#include <span>
#include <string_view>

namespace qwill::engine::jinja {

// Every method of such a value, also those that are refused when called: an attribute of that name is a method.
std::span<const std::string_view> methodNames(Value::Kind kind);
Value callMethod(Machine& machine, const Method& method, const Arguments& arguments);

// Shared with the filters of the same names.
enum class Case { Lower, Upper, Capitalised, Title, Words }; // str.title() counts letters, the filter title words
Text inCase(const Text& text, Case wanted); // of ASCII letters; others stay as they are
Text replaced(Machine& machine, const Text& text, const Text& from, const Text& to, std::int64_t most = -1);
Text joined(Machine& machine, std::span<const Value> items, const Text& separator);
const Text& wantString(Machine& machine, const Value& value, std::string_view what);
std::int64_t wantWhole(Machine& machine, const Value& value, std::string_view what);

} // namespace qwill::engine::jinja

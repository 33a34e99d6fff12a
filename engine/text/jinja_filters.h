#pragma once
// The filters and tests of Jinja that chat templates use, by name. Those that are missing here are refused by name.
// One thread a Machine.

#include "text/jinja_value.h"

#include <string_view>
#include <utility>
#include <vector>

namespace qwill::engine::jinja {

// What stands in a call's brackets.
struct Arguments {
    std::vector<Value> places;
    std::vector<std::pair<std::string_view, Value>> named;

    // The argument at that place or of that name; null when it was not given.
    const Value* find(std::size_t place, std::string_view name) const;
};

using Filter = Value (*)(Machine&, const Value&, const Arguments&);
using Test = bool (*)(Machine&, const Value&, const Arguments&);

Filter findFilter(std::string_view name); // null when there is none
Test findTest(std::string_view name);

} // namespace qwill::engine::jinja

#pragma once
// Parts of grammars for JSON schemas: numbers within bounds, and strings that a regular expression describes. One
// thread.

#include "engine/result.h"
#include "sample/grammar.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace qwill::engine {

struct NumberBounds {
    std::optional<double> least, most;
    bool aboveLeast = false, belowMost = false; // the bound itself does not fit
};

// Nothing when no number fits, or none that this engine would find: fractions are only written where every fraction of
// a whole number fits.
std::optional<GrammarNode> integersWithin(GrammarBuilder& builder, const NumberBounds& bounds);
std::optional<GrammarNode> numbersWithin(GrammarBuilder& builder, const NumberBounds& bounds);

// A JSON string, quotes included, in which the expression is found (ECMA 262, as JSON schema has it). Unsupported,
// naming it, for what is not served: look-around, back references, \b, \p, and ^ or $ elsewhere than at an end.
Result<GrammarNode> stringOfPattern(GrammarBuilder& builder, std::string_view pattern);
// The expression for a "format"; empty when it is not served.
std::string_view patternOfFormat(std::string_view format);

} // namespace qwill::engine

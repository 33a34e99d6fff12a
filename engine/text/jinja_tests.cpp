// The tests behind "is"; see jinja_filters.h.

#include "text/jinja_filters.h"

#include "text/jinja_methods.h"

#include <algorithm>

namespace qwill::engine::jinja {

namespace {

using Kind = Value::Kind;

const Value& other(Machine& machine, const Arguments& arguments)
{
    if (arguments.places.empty())
        machine.fail("a test wants a value to compare with");
    return arguments.places[0];
}

bool isEqual(Machine& m, const Value& v, const Arguments& a)
{
    return equal(m, v, other(m, a));
}
bool isUnequal(Machine& m, const Value& v, const Arguments& a)
{
    return !equal(m, v, other(m, a));
}
bool isLess(Machine& m, const Value& v, const Arguments& a)
{
    return less(m, v, other(m, a));
}
bool isGreater(Machine& m, const Value& v, const Arguments& a)
{
    return less(m, other(m, a), v);
}
bool isAtMost(Machine& m, const Value& v, const Arguments& a)
{
    return !less(m, other(m, a), v);
}
bool isAtLeast(Machine& m, const Value& v, const Arguments& a)
{
    return !less(m, v, other(m, a));
}

bool isSame(Machine& machine, const Value& value, const Arguments& arguments)
{
    const Value& second = other(machine, arguments);
    return value.kind == second.kind
        && (value.is(Kind::Bool) || value.is(Kind::None) || value.is(Kind::Int) ? equal(machine, value, second)
                                                                                : value.list == second.list);
}

std::int64_t remainder(Machine& machine, const Value& value, std::int64_t divisor)
{
    if (divisor == 0 || !value.isWhole())
        machine.fail("a remainder wants integers, and no division by 0");
    return divisor == -1 ? 0 : value.whole() % divisor;
}

bool hasCase(Machine& machine, const Value& value, Case wanted)
{
    const Text text = str(machine, value);
    const Text changed = inCase(text, wanted),
               otherwise = inCase(text, wanted == Case::Lower ? Case::Upper : Case::Lower);
    return text == changed && !(changed == otherwise);
}

struct NamedTest {
    std::string_view name;
    Test call;
};

// clang-format off
constexpr NamedTest kTests[] = {
    {"defined", [](Machine&, const Value& v, const Arguments&) { return !v.isUndefined(); }},
    {"undefined", [](Machine&, const Value& v, const Arguments&) { return v.isUndefined(); }},
    {"none", [](Machine&, const Value& v, const Arguments&) { return v.is(Kind::None); }},
    {"boolean", [](Machine&, const Value& v, const Arguments&) { return v.is(Kind::Bool); }},
    {"true", [](Machine&, const Value& v, const Arguments&) { return v.is(Kind::Bool) && v.boolean; }},
    {"false", [](Machine&, const Value& v, const Arguments&) { return v.is(Kind::Bool) && !v.boolean; }},
    {"integer", [](Machine&, const Value& v, const Arguments&) { return v.is(Kind::Int) || v.is(Kind::BigInt); }},
    {"float", [](Machine&, const Value& v, const Arguments&) { return v.is(Kind::Float); }},
    {"number", [](Machine&, const Value& v, const Arguments&) { return v.isNumber() || v.is(Kind::BigInt); }},
    {"string", [](Machine&, const Value& v, const Arguments&) { return textOf(v) != nullptr; }},
    {"mapping", [](Machine&, const Value& v, const Arguments&) { return v.isDict(); }},
    {"iterable", [](Machine&, const Value& v, const Arguments&) {
        return v.isString() || v.isList() || v.isDict() || v.isUndefined() || v.is(Kind::Loop); }},
    {"sequence", [](Machine&, const Value& v, const Arguments&) {
        return v.isString() || v.isList() || v.isDict() || v.isUndefined(); }},
    {"callable", [](Machine&, const Value& v, const Arguments&) {
        return v.is(Kind::Function) || v.is(Kind::Method) || v.is(Kind::Macro); }},
    {"sameas", isSame},
    {"eq", isEqual}, {"equalto", isEqual}, {"==", isEqual}, {"ne", isUnequal}, {"!=", isUnequal},
    {"lt", isLess}, {"lessthan", isLess}, {"<", isLess}, {"gt", isGreater}, {"greaterthan", isGreater}, {">", isGreater},
    {"le", isAtMost}, {"<=", isAtMost}, {"ge", isAtLeast}, {">=", isAtLeast},
    {"in", [](Machine& m, const Value& v, const Arguments& a) { return contains(m, other(m, a), v); }},
    {"odd", [](Machine& m, const Value& v, const Arguments&) { return remainder(m, v, 2) != 0; }},
    {"even", [](Machine& m, const Value& v, const Arguments&) { return remainder(m, v, 2) == 0; }},
    {"divisibleby", [](Machine& m, const Value& v, const Arguments& a) {
        return remainder(m, v, wantWhole(m, other(m, a), "divisibleby's argument")) == 0; }},
    {"lower", [](Machine& m, const Value& v, const Arguments&) { return hasCase(m, v, Case::Lower); }},
    {"upper", [](Machine& m, const Value& v, const Arguments&) { return hasCase(m, v, Case::Upper); }},
    {"filter", [](Machine& m, const Value& v, const Arguments&) {
        return findFilter(wantString(m, v, "a filter's name").view()) != nullptr; }},
    {"test", [](Machine& m, const Value& v, const Arguments&) {
        return findTest(wantString(m, v, "a test's name").view()) != nullptr; }},
};
// clang-format on

} // namespace

Test findTest(std::string_view name)
{
    for (const NamedTest& test : kTests)
        if (test.name == name)
            return test.call;
    return nullptr;
}

} // namespace qwill::engine::jinja

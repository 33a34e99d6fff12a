#pragma once
// Value: what a template computes with: Python's values as far as templates need them, and the Machine that keeps them
// until the rendering is over and bounds what it may cost. One thread a Machine.

#include "text/jinja_text.h"

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qwill::engine::jinja {

struct List;
struct Dict;
struct Loop;
struct Method;
struct Macro; // jinja_run.cpp

// Small and trivially copied; what it points at belongs to the Machine or to the template.
struct Value {
    enum class Kind : std::uint8_t {
        Undefined, // text: its name, or null
        None,
        Bool,
        Int,
        BigInt, // text: a whole number beyond 64 bits, which is only passed on
        Float,
        String,
        List,
        Tuple,
        Dict,
        Namespace,
        Loop,
        Function, // a global, by its place in kGlobals
        Method,
        Macro,
    };
    Kind kind = Kind::Undefined;
    union {
        bool boolean;
        std::int64_t integer;
        double real;
        const Text* text = nullptr;
        List* list;
        Dict* dict;
        Loop* loop;
        Method* method;
        Macro* macro;
    };

    static Value none() { return of(Kind::None); }
    static Value of(Kind kind)
    {
        Value v;
        v.kind = kind;
        return v;
    }
    static Value boolOf(bool x)
    {
        Value v = of(Kind::Bool);
        v.boolean = x;
        return v;
    }
    static Value intOf(std::int64_t x)
    {
        Value v = of(Kind::Int);
        v.integer = x;
        return v;
    }
    static Value floatOf(double x)
    {
        Value v = of(Kind::Float);
        v.real = x;
        return v;
    }
    bool is(Kind k) const { return kind == k; }
    bool isList() const { return kind == Kind::List || kind == Kind::Tuple; }
    bool isDict() const { return kind == Kind::Dict; }
    bool isString() const { return kind == Kind::String; }
    bool isWhole() const { return kind == Kind::Int || kind == Kind::Bool; }
    bool isNumber() const { return isWhole() || kind == Kind::Float; }
    bool isUndefined() const { return kind == Kind::Undefined; }
    std::int64_t whole() const { return kind == Kind::Bool ? (boolean ? 1 : 0) : integer; }
    double number() const { return kind == Kind::Float ? real : static_cast<double>(whole()); }
};

struct List {
    std::vector<Value> items;
};

struct Dict {
    std::vector<std::pair<Value, Value>> items; // in order of insertion
    // A tool call's arguments as they were written: the dict is a text, too, for templates that want one.
    const Text* written = nullptr;

    const Value* find(std::string_view key) const;
};

struct Loop {
    std::vector<Value> items;
    std::size_t at = 0;
    int depth = 1; // of loops in loops
    Value changed; // what loop.changed() saw last
};

struct Method {
    Value self;
    std::string_view name; // one of methodNames()
};

// Thrown by whatever cannot go on, caught where the template is compiled or rendered.
struct Refusal {
    int line = 0;
    std::string message;
    enum class Cause { Unsupported, Invalid } cause = Cause::Invalid; // the template, or what it was given
};

struct Budget {
    std::uint64_t steps = 0; // evaluations, elements copied, and so on
    std::uint64_t bytes = 0; // of text made
};

class Machine {
public:
    static constexpr int kMaxDepth = 256; // of nested evaluations, and of values in values

    explicit Machine(Budget budget) : m_budget(budget) { }
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    int line = 0; // of the template, being evaluated

    [[noreturn]] void fail(std::string message) const;
    [[noreturn]] void refuse(std::string construct) const; // a construct that is known and not served
    void step(std::uint64_t count = 1);
    void chargeBytes(std::uint64_t count);

    Value string(Text text);
    Value string(std::string_view text, Origin origin = Origin::Template) { return string(Text(text, origin)); }
    Value undefined(std::string_view name) { return undefinedText(Text(name, Origin::Template)); }
    Value list(std::vector<Value> items, Value::Kind kind = Value::Kind::List);
    Value dict(std::vector<std::pair<Value, Value>> items, Value::Kind kind = Value::Kind::Dict);
    Value method(const Value& self, std::string_view name);
    Loop& newLoop() { return m_loops.emplace_back(); }

    // A guard for every function that calls itself.
    class Nested {
    public:
        explicit Nested(Machine& machine) : m_machine(machine)
        {
            if (++m_machine.m_depth > kMaxDepth) {
                --m_machine.m_depth;
                m_machine.refuse("nesting deeper than " + std::to_string(kMaxDepth));
            }
        }
        ~Nested() { --m_machine.m_depth; }
        Nested(const Nested&) = delete;
        Nested& operator=(const Nested&) = delete;

    private:
        Machine& m_machine;
    };

private:
    Value undefinedText(Text text);

    Budget m_budget;
    int m_depth = 0;
    std::deque<Text> m_texts;
    std::deque<List> m_lists;
    std::deque<Dict> m_dicts;
    std::deque<Loop> m_loops;
    std::deque<Method> m_methods;
};

std::string typeName(const Value& value); // as Python names it, for messages
bool truth(const Value& value);
bool equal(Machine& machine, const Value& a, const Value& b);
// a < b; fails for what Python cannot order.
bool less(Machine& machine, const Value& a, const Value& b);
bool contains(Machine& machine, const Value& container, const Value& value);
Text str(Machine& machine, const Value& value); // Python's str()
std::size_t lengthOf(Machine& machine, const Value& value);
std::vector<Value> itemsOf(Machine& machine, const Value& iterable); // list elements, dict keys, characters
// The text of a string, or of a dict that was written as one; null otherwise.
const Text* textOf(const Value& value);

// object.name and object[key], as Jinja looks things up: undefined when there is no such thing.
Value attribute(Machine& machine, const Value& object, std::string_view name);
Value subscript(Machine& machine, const Value& object, const Value& key);
struct SliceBounds {
    Value start, stop, step; // None where nothing was said
};
Value slice(Machine& machine, const Value& object, const SliceBounds& bounds);

// Python's repr of a float.
std::string pythonFloat(double value);

} // namespace qwill::engine::jinja

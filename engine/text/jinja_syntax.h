#pragma once
// A parsed template: expressions and statements as plain trees, owned by the Syntax. Immutable once parsed; any thread.

#include "text/jinja_value.h"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qwill::engine::jinja {

enum class Operator : std::uint8_t {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    NotIn,
};

struct Expr {
    enum class Kind : std::uint8_t {
        Constant,
        Name, // name
        List, // parts
        Tuple,
        Dict, // parts: key, value, key, value, …
        Attribute, // parts[0].name
        Subscript, // parts[0][parts[1]]
        Slice, // parts[0][parts[1]:parts[2]:parts[3]], each of which may be null
        Call, // parts[0](arguments)
        Filter, // parts[0] | name(arguments); parts[0] may be null: what the block around it wrote
        Test, // parts[0] is name(arguments)
        Not,
        Negate,
        Plus,
        And, // of all parts
        Or,
        Arithmetic, // parts[0] ops[0] parts[1] ops[1] …, from the left
        Compare, // as Python chains comparisons
        Concat, // ~
        Conditional, // parts[0] if parts[1] else parts[2], which may be null
    };
    Kind kind = Kind::Constant;
    int line = 0;
    Value constant;
    std::string name;
    std::vector<const Expr*> parts;
    std::vector<Operator> ops;
    std::vector<const Expr*> arguments; // by place
    std::vector<std::pair<std::string, const Expr*>> named; // by name
};

struct Statement {
    enum class Kind : std::uint8_t {
        Data, // text
        Output, // value
        If, // branches: condition (null: else) and body
        For, // targets, value, condition (may be null); branches[0] body, branches[1] else
        Set, // targets = value
        SetAttribute, // targets[0].targets[1] = value
        SetBlock, // targets[0] = body, value: filters around it or null
        Filter, // value: filters around the body
        Macro, // targets[0]: name; parameters; body
        Scope, // with and generation: assignments, then body
        Break,
        Continue,
    };
    struct Branch {
        const Expr* condition = nullptr;
        std::vector<const Statement*> body;
    };
    Kind kind = Kind::Data;
    int line = 0;
    const Text* text = nullptr;
    std::vector<std::string> targets; // more than one: what is assigned is taken apart
    const Expr* value = nullptr;
    const Expr* condition = nullptr;
    std::vector<Branch> branches;
    std::vector<std::pair<std::string, const Expr*>> parameters; // a macro's, with their defaults; a scope's variables
    bool capturesScope = false; // a macro is defined in a body
};

struct Syntax {
    std::vector<const Statement*> body;
    std::vector<std::string> names; // every variable that is read, sorted

    std::deque<Expr> expressions; // owned
    std::deque<Statement> statements;
    std::deque<Text> texts;
};

// Throws Refusal for what Jinja would not take and for what is not served, naming it.
Syntax parse(std::string_view source);

} // namespace qwill::engine::jinja

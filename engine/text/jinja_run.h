#pragma once
// Run: executes a parsed template once. One thread.

#include "text/jinja_filters.h"
#include "text/jinja_syntax.h"
#include "text/jinja_value.h"

#include <ctime>
#include <deque>
#include <string_view>
#include <utility>
#include <vector>

namespace qwill::engine::jinja {

// A variable is looked for in its scope, then in those around it; it is always set in the innermost.
struct Scope {
    const Scope* parent = nullptr;
    std::vector<std::pair<std::string_view, Value>> variables;

    const Value* find(std::string_view name) const;
    void set(std::string_view name, const Value& value);
};

struct Macro {
    const Statement* statement = nullptr;
    Scope* scope = nullptr; // it was defined in
};

class Run {
public:
    // The machine, the variables and the syntax outlive it. now: what strftime_now tells.
    Run(Machine& machine, const Scope& variables, std::time_t now);
    Text render(const Syntax& syntax);

private:
    enum class Flow { Next, Break, Continue };
    using Body = std::vector<const Statement*>;

    Flow execute(const Body& body, Scope& scope, Text& out);
    Flow execute(const Statement& statement, Scope& scope, Text& out);
    Flow executeIf(const Statement& statement, Scope& scope, Text& out);
    Flow executeFor(const Statement& statement, Scope& scope, Text& out);
    void setAttribute(const Statement& statement, Scope& scope);
    void assign(const Statement& statement, const Value& value, Scope& scope);
    Value captured(const Statement& statement, Scope& scope); // of a block, through its filters
    void write(const Value& value, Text& out);
    Scope& newScope(const Scope* parent);

    Value evaluate(const Expr& expr, Scope& scope);
    Value evaluateNode(const Expr& expr, Scope& scope);
    Value name(const Expr& expr, const Scope& scope);
    Value collection(const Expr& expr, Scope& scope);
    Value sliced(const Expr& expr, Scope& scope);
    Value arithmetic(const Expr& expr, Scope& scope);
    Value compared(const Expr& expr, Scope& scope);
    Value concatenated(const Expr& expr, Scope& scope);
    Value filtered(const Expr& expr, Scope& scope, const Value* block);
    Arguments arguments(const Expr& expr, Scope& scope);
    Value call(const Expr& expr, Scope& scope);
    Value callMacro(const Macro& macro, const Arguments& arguments);

    Machine& m_machine;
    Scope m_globals;
    std::time_t m_now;
    std::deque<Scope> m_scopes;
    std::deque<Macro> m_macros;
    int m_loopDepth = 0;
};

// jinja_arithmetic.cpp
Value calculate(Machine& machine, Operator op, const Value& a, const Value& b);
Value negated(Machine& machine, const Value& value);

// The functions that templates find without being told of them; jinja_globals.cpp.
struct GlobalFunction {
    std::string_view name;
    Value (*call)(Machine&, const Arguments&, std::time_t now);
};
const GlobalFunction* findGlobal(std::string_view name); // null when there is none
Value globalValue(const GlobalFunction& function);
Value callGlobal(Machine& machine, const Value& function, const Arguments& arguments, std::time_t now);

} // namespace qwill::engine::jinja

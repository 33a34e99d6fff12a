#include "text/jinja_run.h"

#include "text/jinja_methods.h"

#include <algorithm>

namespace qwill::engine::jinja {

using Kind = Value::Kind;

const Value* Scope::find(std::string_view name) const
{
    for (const Scope* scope = this; scope; scope = scope->parent)
        for (const auto& [known, value] : scope->variables)
            if (known == name)
                return &value;
    return nullptr;
}

void Scope::set(std::string_view name, const Value& value)
{
    for (auto& [known, old] : variables)
        if (known == name) {
            old = value;
            return;
        }
    variables.emplace_back(name, value);
}

Run::Run(Machine& machine, const Scope& variables, std::time_t now)
    : m_machine(machine),
      m_globals(variables),
      m_now(now)
{
}

Text Run::render(const Syntax& syntax)
{
    Text out;
    execute(syntax.body, newScope(&m_globals), out);
    return out;
}

Scope& Run::newScope(const Scope* parent)
{
    m_machine.chargeBytes(sizeof(Scope));
    return m_scopes.emplace_back(Scope{parent, {}});
}

Run::Flow Run::execute(const Body& body, Scope& scope, Text& out)
{
    const Machine::Nested nested(m_machine);
    for (const Statement* statement : body)
        if (const Flow flow = execute(*statement, scope, out); flow != Flow::Next)
            return flow;
    return Flow::Next;
}

Run::Flow Run::execute(const Statement& statement, Scope& scope, Text& out)
{
    m_machine.step();
    m_machine.line = statement.line;
    switch (statement.kind) {
    case Statement::Kind::Data:
        m_machine.chargeBytes(statement.text->size());
        out.append(*statement.text);
        break;
    case Statement::Kind::Output: write(evaluate(*statement.value, scope), out); break;
    case Statement::Kind::If: return executeIf(statement, scope, out);
    case Statement::Kind::For: return executeFor(statement, scope, out);
    case Statement::Kind::Set: assign(statement, evaluate(*statement.value, scope), scope); break;
    case Statement::Kind::SetAttribute: setAttribute(statement, scope); break;
    case Statement::Kind::SetBlock: scope.set(statement.targets[0], captured(statement, scope)); break;
    case Statement::Kind::Filter: write(captured(statement, scope), out); break;
    case Statement::Kind::Macro: {
        m_machine.chargeBytes(sizeof(Macro));
        Value macro = Value::of(Kind::Macro);
        macro.macro = &m_macros.emplace_back(Macro{&statement, &scope});
        scope.set(statement.targets[0], macro);
        break;
    }
    case Statement::Kind::Scope: {
        Scope& inner = newScope(&scope);
        for (const auto& [variable, value] : statement.parameters)
            inner.set(variable, evaluate(*value, scope));
        return execute(statement.branches[0].body, inner, out);
    }
    case Statement::Kind::Break: return Flow::Break;
    case Statement::Kind::Continue: return Flow::Continue;
    }
    return Flow::Next;
}

Run::Flow Run::executeIf(const Statement& statement, Scope& scope, Text& out)
{
    for (const Statement::Branch& branch : statement.branches)
        if (!branch.condition || truth(evaluate(*branch.condition, scope)))
            return execute(branch.body, scope, out);
    return Flow::Next;
}

Run::Flow Run::executeFor(const Statement& statement, Scope& scope, Text& out)
{
    Loop& loop = m_machine.newLoop();
    std::vector<Value> items = itemsOf(m_machine, evaluate(*statement.value, scope));
    Scope local{&scope, {}};
    for (const Value& item : items) {
        if (!statement.condition) {
            loop.items = std::move(items);
            break;
        }
        local.variables.clear();
        assign(statement, item, local);
        if (truth(evaluate(*statement.condition, local)))
            loop.items.push_back(item);
    }
    loop.depth = ++m_loopDepth;
    Value loopValue = Value::of(Kind::Loop);
    loopValue.loop = &loop;
    Flow flow = Flow::Next;
    bool finishedOne = false; // Jinja's else runs also when every turn was left by a jump
    for (loop.at = 0; loop.at < loop.items.size() && flow != Flow::Break; ++loop.at) {
        local.variables.clear();
        Scope& inner = statement.capturesScope ? newScope(&scope) : local; // a macro keeps where it was defined
        inner.set("loop", loopValue);
        assign(statement, loop.items[loop.at], inner);
        flow = execute(statement.branches[0].body, inner, out);
        finishedOne = finishedOne || flow == Flow::Next;
    }
    --m_loopDepth;
    if (!finishedOne && statement.branches.size() > 1)
        return execute(statement.branches[1].body, scope, out);
    return Flow::Next;
}

void Run::setAttribute(const Statement& statement, Scope& scope)
{
    const Value* target = scope.find(statement.targets[0]);
    if (!target || !target->is(Kind::Namespace))
        m_machine.fail("'" + statement.targets[0] + "' is no namespace, so its attributes cannot be set");
    Dict& space = *target->dict;
    const Value value = evaluate(*statement.value, scope);
    for (auto& [key, old] : space.items)
        if (key.text->view() == statement.targets[1]) {
            old = value;
            return;
        }
    m_machine.chargeBytes(2 * sizeof(Value));
    space.items.emplace_back(m_machine.string(statement.targets[1]), value);
}

void Run::assign(const Statement& statement, const Value& value, Scope& scope)
{
    const auto& targets = statement.targets;
    if (targets.size() == 1)
        return scope.set(targets[0], value);
    const std::vector<Value> parts = itemsOf(m_machine, value);
    if (parts.size() != targets.size())
        m_machine.fail("cannot take " + std::to_string(parts.size()) + " values apart into "
                       + std::to_string(targets.size()) + " names");
    for (std::size_t i = 0; i < parts.size(); ++i)
        scope.set(targets[i], parts[i]);
}

Value Run::captured(const Statement& statement, Scope& scope)
{
    Text text;
    execute(statement.branches[0].body, newScope(&scope), text);
    const Value value = m_machine.string(std::move(text));
    return statement.value ? filtered(*statement.value, scope, &value) : value;
}

void Run::write(const Value& value, Text& out)
{
    if (value.isString()) {
        m_machine.chargeBytes(value.text->size());
        return out.append(*value.text);
    }
    const Text text = str(m_machine, value);
    m_machine.chargeBytes(text.size());
    out.append(text);
}

Value Run::evaluate(const Expr& expr, Scope& scope)
{
    const Machine::Nested nested(m_machine);
    m_machine.step();
    m_machine.line = expr.line;
    return evaluateNode(expr, scope);
}

Value Run::evaluateNode(const Expr& expr, Scope& scope)
{
    const auto part = [&](std::size_t i) { return evaluate(*expr.parts[i], scope); };
    switch (expr.kind) {
    case Expr::Kind::Constant: return expr.constant;
    case Expr::Kind::Name: return name(expr, scope);
    case Expr::Kind::List:
    case Expr::Kind::Tuple:
    case Expr::Kind::Dict: return collection(expr, scope);
    case Expr::Kind::Attribute: return attribute(m_machine, part(0), expr.name);
    case Expr::Kind::Subscript: {
        const Value object = part(0);
        return subscript(m_machine, object, part(1));
    }
    case Expr::Kind::Slice: return sliced(expr, scope);
    case Expr::Kind::Call: return call(expr, scope);
    case Expr::Kind::Filter: return filtered(expr, scope, nullptr);
    case Expr::Kind::Test: {
        const Value subject = part(0);
        return Value::boolOf(findTest(expr.name)(m_machine, subject, arguments(expr, scope)));
    }
    case Expr::Kind::Not: return Value::boolOf(!truth(part(0)));
    case Expr::Kind::Negate: return negated(m_machine, part(0));
    case Expr::Kind::Plus: {
        const Value value = part(0);
        if (!value.isNumber())
            m_machine.fail("'+' wants a number, not " + typeName(value));
        return value;
    }
    case Expr::Kind::And:
    case Expr::Kind::Or:
        for (std::size_t i = 0;; ++i)
            if (const Value value = part(i);
                i + 1 == expr.parts.size() || truth(value) == (expr.kind == Expr::Kind::Or))
                return value;
    case Expr::Kind::Arithmetic: return arithmetic(expr, scope);
    case Expr::Kind::Compare: return compared(expr, scope);
    case Expr::Kind::Concat: return concatenated(expr, scope);
    case Expr::Kind::Conditional:
        if (truth(part(1)))
            return part(0);
        return expr.parts[2] ? part(2) : m_machine.undefined("the else of a condition");
    }
    return {};
}

Value Run::name(const Expr& expr, const Scope& scope)
{
    if (const Value* value = scope.find(expr.name))
        return *value;
    if (const GlobalFunction* function = findGlobal(expr.name))
        return globalValue(*function);
    return m_machine.undefined(expr.name);
}

Value Run::collection(const Expr& expr, Scope& scope)
{
    std::vector<Value> items;
    for (const Expr* part : expr.parts)
        items.push_back(evaluate(*part, scope));
    if (expr.kind != Expr::Kind::Dict)
        return m_machine.list(std::move(items), expr.kind == Expr::Kind::List ? Kind::List : Kind::Tuple);
    std::vector<std::pair<Value, Value>> pairs;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        const auto same = std::find_if(pairs.begin(), pairs.end(),
                                       [&](const auto& known) { return equal(m_machine, known.first, items[i]); });
        if (same != pairs.end())
            same->second = items[i + 1];
        else
            pairs.emplace_back(items[i], items[i + 1]);
    }
    return m_machine.dict(std::move(pairs));
}

Value Run::sliced(const Expr& expr, Scope& scope)
{
    const Value object = evaluate(*expr.parts[0], scope);
    const auto bound = [&](std::size_t i) { return expr.parts[i] ? evaluate(*expr.parts[i], scope) : Value::none(); };
    const Value start = bound(1), stop = bound(2), step = bound(3);
    return slice(m_machine, object, {start, stop, step});
}

// Strings that are added up are copied once, not once a '+'.
Value Run::arithmetic(const Expr& expr, Scope& scope)
{
    Value sum = evaluate(*expr.parts[0], scope);
    for (std::size_t i = 0; i < expr.ops.size(); ++i) {
        Value next = evaluate(*expr.parts[i + 1], scope);
        const bool strings = expr.ops[i] == Operator::Add && textOf(sum) && textOf(next);
        if (!strings) {
            sum = calculate(m_machine, expr.ops[i], sum, next);
            continue;
        }
        Text text = *textOf(sum);
        text.append(*textOf(next));
        while (i + 1 < expr.ops.size() && expr.ops[i + 1] == Operator::Add) {
            next = evaluate(*expr.parts[i + 2], scope);
            if (!textOf(next))
                calculate(m_machine, Operator::Add, sum, next); // says what is wrong
            text.append(*textOf(next));
            ++i;
        }
        sum = m_machine.string(std::move(text));
    }
    return sum;
}

Value Run::compared(const Expr& expr, Scope& scope)
{
    Value left = evaluate(*expr.parts[0], scope);
    for (std::size_t i = 0; i < expr.ops.size(); ++i) {
        const Value right = evaluate(*expr.parts[i + 1], scope);
        bool holds = false;
        switch (expr.ops[i]) {
        case Operator::Equal: holds = equal(m_machine, left, right); break;
        case Operator::NotEqual: holds = !equal(m_machine, left, right); break;
        case Operator::Less: holds = less(m_machine, left, right); break;
        case Operator::LessEqual: holds = !less(m_machine, right, left); break;
        case Operator::Greater: holds = less(m_machine, right, left); break;
        case Operator::GreaterEqual: holds = !less(m_machine, left, right); break;
        case Operator::In: holds = contains(m_machine, right, left); break;
        default: holds = !contains(m_machine, right, left); break;
        }
        if (!holds)
            return Value::boolOf(false);
        left = right;
    }
    return Value::boolOf(true);
}

Value Run::concatenated(const Expr& expr, Scope& scope)
{
    Text text;
    for (const Expr* part : expr.parts)
        write(evaluate(*part, scope), text);
    return m_machine.string(std::move(text));
}

Value Run::filtered(const Expr& expr, Scope& scope, const Value* block)
{
    const Machine::Nested nested(m_machine);
    const Expr* inner = expr.parts[0];
    const Value subject = !inner                     ? *block
        : block && inner->kind == Expr::Kind::Filter ? filtered(*inner, scope, block)
                                                     : evaluate(*inner, scope);
    const Arguments given = arguments(expr, scope);
    m_machine.line = expr.line;
    return findFilter(expr.name)(m_machine, subject, given);
}

Arguments Run::arguments(const Expr& expr, Scope& scope)
{
    Arguments given;
    for (const Expr* argument : expr.arguments)
        given.places.push_back(evaluate(*argument, scope));
    for (const auto& [argumentName, argument] : expr.named)
        given.named.emplace_back(argumentName, evaluate(*argument, scope));
    return given;
}

Value Run::call(const Expr& expr, Scope& scope)
{
    const Value callee = evaluate(*expr.parts[0], scope);
    const Arguments given = arguments(expr, scope);
    m_machine.line = expr.line;
    switch (callee.kind) {
    case Kind::Method: return callMethod(m_machine, *callee.method, given);
    case Kind::Macro: return callMacro(*callee.macro, given);
    case Kind::Function: return callGlobal(m_machine, callee, given, m_now);
    case Kind::Loop: m_machine.refuse("a recursive loop");
    default: m_machine.fail(typeName(callee) + " cannot be called");
    }
}

Value Run::callMacro(const Macro& macro, const Arguments& given)
{
    const auto& parameters = macro.statement->parameters;
    const std::string& macroName = macro.statement->targets[0];
    if (given.places.size() > parameters.size())
        m_machine.fail("the macro '" + macroName + "' takes " + std::to_string(parameters.size()) + " arguments");
    for (const auto& [argumentName, value] : given.named)
        if (std::none_of(parameters.begin(), parameters.end(),
                         [&, name = argumentName](const auto& p) { return p.first == name; }))
            m_machine.fail("the macro '" + macroName + "' has no argument '" + std::string(argumentName) + "'");
    Scope& scope = newScope(macro.scope);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const auto& [parameter, standard] = parameters[i];
        const Value* value = given.find(i, parameter);
        scope.set(parameter, value ? *value : standard ? evaluate(*standard, scope) : m_machine.undefined(parameter));
    }
    const int depth = std::exchange(m_loopDepth, 0);
    Text text;
    execute(macro.statement->branches[0].body, scope, text);
    m_loopDepth = depth;
    return m_machine.string(std::move(text));
}

} // namespace qwill::engine::jinja

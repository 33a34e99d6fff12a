#include "text/jinja_parser.h"

#include "text/jinja_filters.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace qwill::engine::jinja {

namespace {

constexpr int kMaxDepth = 96; // of brackets, filters and blocks in one another
constexpr std::size_t kMaxBytes = 256 * 1024; // the longest known template has 20 KB
constexpr int kMaxChain = 64; // of .attribute, [element] and (call) one behind the other

std::string shown(const Token& token)
{
    switch (token.kind) {
    case Token::Kind::Data: return "text";
    case Token::Kind::BeginOutput: return "{{";
    case Token::Kind::EndOutput: return "}}";
    case Token::Kind::BeginBlock: return "{%";
    case Token::Kind::EndBlock: return "%}";
    case Token::Kind::String: return "a string";
    case Token::Kind::End: return "the end";
    default: return "'" + token.text.substr(0, 40) + "'";
    }
}

} // namespace

struct Parser::Nested {
    explicit Nested(Parser& parser) : m_parser(parser)
    {
        if (++m_parser.m_depth > kMaxDepth)
            m_parser.refuse("nesting deeper than " + std::to_string(kMaxDepth));
    }
    ~Nested() { --m_parser.m_depth; }
    Nested(const Nested&) = delete;
    Nested& operator=(const Nested&) = delete;
    Parser& m_parser;
};

Parser::Parser(std::string_view source)
{
    if (source.size() > kMaxBytes)
        throw Refusal{1, std::to_string(source.size() >> 10) + " KiB, more than the 256 that are served",
                      Refusal::Cause::Unsupported};
    m_tokens = tokenize(source);
}

bool Parser::acceptOp(std::string_view op)
{
    const bool is = isOp(op);
    m_at += is ? 1 : 0;
    return is;
}

bool Parser::acceptName(std::string_view name)
{
    const bool is = isName(name);
    m_at += is ? 1 : 0;
    return is;
}

void Parser::expectOp(std::string_view op)
{
    if (!acceptOp(op))
        unexpected(op);
}

void Parser::expect(Kind kind, std::string_view what)
{
    if (take().kind != kind) {
        --m_at;
        unexpected(what);
    }
}

std::string Parser::expectName()
{
    if (peek().kind != Kind::Name)
        unexpected("a name");
    return take().text;
}

void Parser::refuse(std::string message) const
{
    throw Refusal{peek().line, std::move(message), Refusal::Cause::Unsupported};
}

void Parser::unexpected(std::string_view wanted) const
{
    refuse(shown(peek()) + " where " + std::string(wanted) + " belongs");
}

Expr& Parser::make(Expr::Kind kind, std::vector<const Expr*> parts)
{
    Expr& expr = m_syntax.expressions.emplace_back();
    expr.kind = kind;
    expr.line = peek().line;
    expr.parts = std::move(parts);
    return expr;
}

const Expr* Parser::constant(Value value)
{
    Expr& expr = make(Expr::Kind::Constant);
    expr.constant = value;
    return &expr;
}

const Expr* Parser::expression(Conditionals conditionals)
{
    const Nested nested(*this);
    return conditionals == Conditionals::Yes ? conditional() : logicalOr();
}

const Expr* Parser::conditional()
{
    const Expr* value = logicalOr();
    while (acceptName("if")) {
        const Expr* condition = logicalOr();
        const Expr* other = acceptName("else") ? expression() : nullptr;
        value = &make(Expr::Kind::Conditional, {value, condition, other});
    }
    return value;
}

const Expr* Parser::logicalOr()
{
    const Expr* first = logicalAnd();
    if (!isName("or"))
        return first;
    Expr& expr = make(Expr::Kind::Or, {first});
    while (acceptName("or"))
        expr.parts.push_back(logicalAnd());
    return &expr;
}

const Expr* Parser::logicalAnd()
{
    const Expr* first = logicalNot();
    if (!isName("and"))
        return first;
    Expr& expr = make(Expr::Kind::And, {first});
    while (acceptName("and"))
        expr.parts.push_back(logicalNot());
    return &expr;
}

const Expr* Parser::logicalNot()
{
    if (!acceptName("not"))
        return comparison();
    const Nested nested(*this);
    const Expr* value = logicalNot();
    return &make(Expr::Kind::Not, {value});
}

const Expr* Parser::comparison()
{
    static constexpr std::pair<std::string_view, Operator> kOps[] = {
        {"==", Operator::Equal},     {"!=", Operator::NotEqual}, {"<", Operator::Less},
        {"<=", Operator::LessEqual}, {">", Operator::Greater},   {">=", Operator::GreaterEqual}};
    const Expr* first = sum();
    Expr* expr = nullptr;
    for (;;) {
        Operator op = Operator::In;
        const auto known = std::find_if(std::begin(kOps), std::end(kOps), [&](const auto& o) { return isOp(o.first); });
        if (known != std::end(kOps)) {
            op = known->second;
            ++m_at;
        } else if (isName("not") && peek(1).kind == Kind::Name && peek(1).text == "in") {
            op = Operator::NotIn;
            m_at += 2;
        } else if (!acceptName("in")) {
            return expr ? expr : first;
        }
        if (!expr)
            expr = &make(Expr::Kind::Compare, {first});
        expr->ops.push_back(op);
        expr->parts.push_back(sum());
    }
}

const Expr* Parser::sum()
{
    const Expr* first = concatenation();
    if (!isOp("+") && !isOp("-"))
        return first;
    Expr& expr = make(Expr::Kind::Arithmetic, {first});
    while (isOp("+") || isOp("-")) {
        expr.ops.push_back(take().text == "+" ? Operator::Add : Operator::Subtract);
        expr.parts.push_back(concatenation());
    }
    return &expr;
}

const Expr* Parser::concatenation()
{
    const Expr* first = product();
    if (!isOp("~"))
        return first;
    Expr& expr = make(Expr::Kind::Concat, {first});
    while (acceptOp("~"))
        expr.parts.push_back(product());
    return &expr;
}

const Expr* Parser::product()
{
    static constexpr std::pair<std::string_view, Operator> kOps[] = {
        {"*", Operator::Multiply}, {"/", Operator::Divide}, {"//", Operator::FloorDivide}, {"%", Operator::Modulo}};
    const auto next = [&] {
        return std::find_if(std::begin(kOps), std::end(kOps), [&](const auto& o) { return isOp(o.first); });
    };
    const Expr* first = power();
    if (next() == std::end(kOps))
        return first;
    Expr& expr = make(Expr::Kind::Arithmetic, {first});
    for (auto op = next(); op != std::end(kOps); op = next()) {
        expr.ops.push_back(op->second);
        ++m_at;
        expr.parts.push_back(power());
    }
    return &expr;
}

const Expr* Parser::power()
{
    const Expr* first = unary();
    if (!isOp("**"))
        return first;
    Expr& expr = make(Expr::Kind::Arithmetic, {first}); // Jinja's goes from the left, unlike Python's
    while (acceptOp("**")) {
        expr.ops.push_back(Operator::Power);
        expr.parts.push_back(unary());
    }
    return &expr;
}

const Expr* Parser::unary(bool withFilters)
{
    const Nested nested(*this);
    const Expr* value = nullptr;
    if (isOp("-") || isOp("+")) {
        const bool minus = take().text == "-";
        const Expr* operand = unary(false);
        value = &make(minus ? Expr::Kind::Negate : Expr::Kind::Plus, {operand});
    } else {
        value = primary();
    }
    value = postfixes(value);
    return withFilters ? filtersAndTests(value) : value;
}

const Expr* Parser::primary()
{
    const Token& token = peek();
    switch (token.kind) {
    case Kind::Name: {
        const std::string name = take().text;
        if (name == "true" || name == "True" || name == "false" || name == "False")
            return constant(Value::boolOf(name[0] == 't' || name[0] == 'T'));
        if (name == "none" || name == "None")
            return constant(Value::none());
        m_names.insert(name);
        Expr& expr = make(Expr::Kind::Name);
        expr.name = name;
        return &expr;
    }
    case Kind::String: return stringLiteral();
    case Kind::Integer: return integerLiteral();
    case Kind::Float: return constant(Value::floatOf(std::strtod(take().text.c_str(), nullptr)));
    case Kind::Operator: break;
    default: unexpected("a value");
    }
    if (acceptOp("("))
        return tupleIn(")");
    if (acceptOp("[")) {
        Expr& list = make(Expr::Kind::List);
        while (!isOp("]")) {
            if (!list.parts.empty())
                expectOp(",");
            if (!isOp("]"))
                list.parts.push_back(expression());
        }
        expectOp("]");
        return &list;
    }
    if (acceptOp("{"))
        return dict();
    unexpected("a value");
}

const Expr* Parser::stringLiteral()
{
    std::string text;
    while (peek().kind == Kind::String) // neighbours are one
        text += take().text;
    Value value = Value::of(Value::Kind::String);
    value.text = &m_syntax.texts.emplace_back(text, Origin::Template);
    return constant(value);
}

const Expr* Parser::integerLiteral()
{
    const std::string digits = peek().text;
    std::int64_t value = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc())
        refuse("the number " + digits.substr(0, 40));
    ++m_at;
    return constant(Value::intOf(value));
}

const Expr* Parser::dict()
{
    Expr& expr = make(Expr::Kind::Dict);
    while (!isOp("}")) {
        if (!expr.parts.empty())
            expectOp(",");
        if (isOp("}"))
            break;
        expr.parts.push_back(expression());
        expectOp(":");
        expr.parts.push_back(expression());
    }
    expectOp("}");
    return &expr;
}

// Behind '(': one value in brackets, or a tuple.
const Expr* Parser::tupleIn(std::string_view close)
{
    std::vector<const Expr*> parts;
    bool comma = false;
    while (!isOp(close)) {
        if (!parts.empty()) {
            expectOp(",");
            comma = true;
        }
        if (!isOp(close))
            parts.push_back(expression());
    }
    expectOp(close);
    return parts.size() == 1 && !comma ? parts[0] : &make(Expr::Kind::Tuple, std::move(parts));
}

const Expr* Parser::tupleOrOne(Conditionals conditionals)
{
    const Expr* first = expression(conditionals);
    if (!isOp(","))
        return first;
    Expr& tuple = make(Expr::Kind::Tuple, {first});
    while (acceptOp(",") && peek().kind != Kind::EndBlock && peek().kind != Kind::EndOutput)
        tuple.parts.push_back(expression(conditionals));
    return &tuple;
}

const Expr* Parser::postfixes(const Expr* object)
{
    for (int chain = 0;; ++chain) {
        if (chain > kMaxChain)
            refuse("a chain of more than " + std::to_string(kMaxChain) + " attributes");
        if (acceptOp(".")) {
            if (peek().kind == Kind::Integer) {
                const Expr* index = integerLiteral();
                object = &make(Expr::Kind::Subscript, {object, index});
            } else {
                Expr& expr = make(Expr::Kind::Attribute, {object});
                expr.name = expectName();
                object = &expr;
            }
        } else if (acceptOp("[")) {
            object = element(object);
        } else if (acceptOp("(")) {
            Expr& call = make(Expr::Kind::Call, {object});
            callArguments(call);
            object = &call;
        } else {
            return object;
        }
    }
}

// Behind '['.
const Expr* Parser::element(const Expr* object)
{
    const Expr* bounds[3] = {nullptr, nullptr, nullptr};
    std::size_t colons = 0;
    while (!isOp("]")) {
        if (acceptOp(":")) {
            if (++colons > 2)
                unexpected("']'");
        } else {
            bounds[colons] = expression();
            if (!isOp(":") && !isOp("]"))
                unexpected("']'");
        }
    }
    expectOp("]");
    if (colons > 0)
        return &make(Expr::Kind::Slice, {object, bounds[0], bounds[1], bounds[2]});
    if (!bounds[0])
        refuse("an element without a key");
    return &make(Expr::Kind::Subscript, {object, bounds[0]});
}

// Behind '('.
void Parser::callArguments(Expr& call)
{
    while (!isOp(")")) {
        if (!call.arguments.empty() || !call.named.empty()) {
            expectOp(",");
            if (isOp(")"))
                break;
        }
        if (isOp("*") || isOp("**"))
            refuse("'" + peek().text + "' before an argument");
        if (peek().kind == Kind::Name && peek(1).kind == Kind::Operator && peek(1).text == "=") {
            std::string name = take().text;
            ++m_at;
            call.named.emplace_back(std::move(name), expression());
        } else if (!call.named.empty()) {
            refuse("an argument by place behind one by name");
        } else {
            call.arguments.push_back(expression());
        }
    }
    expectOp(")");
}

const Expr* Parser::filtersAndTests(const Expr* object)
{
    for (int chain = 0;; ++chain) {
        if (chain > kMaxChain)
            refuse("a chain of more than " + std::to_string(kMaxChain) + " filters");
        if (acceptOp("|")) {
            object = filterChain(object);
        } else if (acceptName("is")) {
            object = test(object);
        } else if (acceptOp("(")) {
            Expr& call = make(Expr::Kind::Call, {object});
            callArguments(call);
            object = &call;
        } else {
            return object;
        }
    }
}

const Expr* Parser::filterChain(const Expr* object)
{
    Expr& filter = make(Expr::Kind::Filter, {object});
    filter.name = expectName();
    if (!findFilter(filter.name))
        refuse("the filter '" + filter.name + "'");
    if (acceptOp("("))
        callArguments(filter);
    return &filter;
}

// Behind "is".
const Expr* Parser::test(const Expr* object)
{
    const bool negated = acceptName("not");
    Expr& test = make(Expr::Kind::Test, {object});
    test.name = expectName();
    if (!findTest(test.name))
        refuse("the test '" + test.name + "'");
    const Token& next = peek();
    const bool value = next.kind == Kind::String || next.kind == Kind::Integer || next.kind == Kind::Float
        || (next.kind == Kind::Operator && (next.text == "[" || next.text == "{"))
        || (next.kind == Kind::Name && next.text != "else" && next.text != "or" && next.text != "and"
            && next.text != "is" && next.text != "if" && next.text != "in" && next.text != "not");
    if (acceptOp("(")) {
        callArguments(test);
    } else if (value) {
        const Expr* argument = primary();
        test.arguments.push_back(postfixes(argument));
    }
    return negated ? &make(Expr::Kind::Not, {&test}) : &test;
}

} // namespace qwill::engine::jinja

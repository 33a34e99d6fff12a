#pragma once
// The parser of Jinja templates: expressions here, statements in jinja_statements.cpp, both by recursive descent with
// Jinja's precedence. One thread.

#include "text/jinja_lexer.h"
#include "text/jinja_syntax.h"

#include <initializer_list>
#include <set>

namespace qwill::engine::jinja {

class Parser {
public:
    explicit Parser(std::string_view source);
    Syntax run();

private:
    using Kind = Token::Kind;
    using Body = std::vector<const Statement*>;
    enum class Conditionals { Yes, No }; // whether a "… if …" may follow

    // tokens
    const Token& peek(std::size_t ahead = 0) const { return m_tokens[std::min(m_at + ahead, m_tokens.size() - 1)]; }
    Token take() { return m_at + 1 < m_tokens.size() ? m_tokens[m_at++] : m_tokens.back(); }
    bool isOp(std::string_view op) const { return peek().kind == Kind::Operator && peek().text == op; }
    bool isName(std::string_view name) const { return peek().kind == Kind::Name && peek().text == name; }
    bool acceptOp(std::string_view op);
    bool acceptName(std::string_view name);
    void expectOp(std::string_view op);
    void expect(Kind kind, std::string_view what);
    std::string expectName();
    [[noreturn]] void refuse(std::string message) const;
    [[noreturn]] void unexpected(std::string_view wanted) const;
    struct Nested; // guards recursion

    // expressions
    Expr& make(Expr::Kind kind, std::vector<const Expr*> parts = {});
    const Expr* constant(Value value);
    const Expr* expression(Conditionals conditionals = Conditionals::Yes);
    const Expr* conditional();
    const Expr* logicalOr();
    const Expr* logicalAnd();
    const Expr* logicalNot();
    const Expr* comparison();
    const Expr* sum();
    const Expr* concatenation();
    const Expr* product();
    const Expr* power();
    const Expr* unary(bool withFilters = true);
    const Expr* primary();
    const Expr* postfixes(const Expr* object);
    const Expr* filtersAndTests(const Expr* object);
    const Expr* filterChain(const Expr* object); // behind the name of the first one's '|'
    const Expr* test(const Expr* object);
    const Expr* element(const Expr* object);
    void callArguments(Expr& call);
    const Expr* tupleOrOne(Conditionals conditionals);
    const Expr* tupleIn(std::string_view close);
    const Expr* dict();
    const Expr* stringLiteral();
    const Expr* integerLiteral();

    // statements
    const Statement* statement();
    Statement& make(Statement::Kind kind);
    Body body(std::initializer_list<std::string_view> ends);
    const Statement* ifStatement();
    const Statement* forStatement();
    const Statement* setStatement();
    const Statement* macroStatement();
    const Statement* scopeStatement(std::string_view name);
    const Statement* filterStatement();
    void endBlock() { expect(Kind::EndBlock, "%}"); }
    std::vector<std::string> targets();

    std::vector<Token> m_tokens;
    std::size_t m_at = 0;
    int m_depth = 0;
    int m_loops = 0; // around the place that is being parsed
    bool m_sawMacro = false; // since a loop body began
    std::set<std::string> m_names;
    Syntax m_syntax;
};

} // namespace qwill::engine::jinja

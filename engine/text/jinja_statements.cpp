// The statements of a template; see jinja_parser.h.

#include "text/jinja_parser.h"

#include <algorithm>

namespace qwill::engine::jinja {

Statement& Parser::make(Statement::Kind kind)
{
    Statement& statement = m_syntax.statements.emplace_back();
    statement.kind = kind;
    statement.line = peek().line;
    return statement;
}

Syntax Parser::run()
{
    m_syntax.body = body({});
    m_syntax.names.assign(m_names.begin(), m_names.end());
    return std::move(m_syntax);
}

// Up to a block of one of these names, whose name is then the next token; to the end of the template without names.
Parser::Body Parser::body(std::initializer_list<std::string_view> ends)
{
    Body statements;
    if (++m_depth > 64)
        refuse("blocks nested deeper than 64");
    for (;;) {
        if (peek().kind == Kind::End) {
            if (ends.size() > 0)
                refuse("a block without {% " + std::string(*(ends.end() - 1)) + " %}");
            break;
        }
        if (peek().kind == Kind::Data) {
            Statement& data = make(Statement::Kind::Data);
            data.text = &m_syntax.texts.emplace_back(take().text, Origin::Template);
            statements.push_back(&data);
        } else if (peek().kind == Kind::BeginOutput) {
            ++m_at;
            Statement& output = make(Statement::Kind::Output);
            output.value = tupleOrOne(Conditionals::Yes);
            expect(Kind::EndOutput, "}}");
            statements.push_back(&output);
        } else {
            expect(Kind::BeginBlock, "a tag");
            if (std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return isName(end); }))
                break;
            statements.push_back(statement());
        }
    }
    --m_depth;
    return statements;
}

const Statement* Parser::statement()
{
    const std::string name = expectName();
    if (name == "if")
        return ifStatement();
    if (name == "for")
        return forStatement();
    if (name == "set")
        return setStatement();
    if (name == "macro")
        return macroStatement();
    if (name == "filter")
        return filterStatement();
    if (name == "with" || name == "generation")
        return scopeStatement(name);
    if (name == "break" || name == "continue") {
        Statement& jump = make(name == "break" ? Statement::Kind::Break : Statement::Kind::Continue);
        if (m_loops == 0)
            refuse("{% " + name + " %} outside of a loop");
        endBlock();
        return &jump;
    }
    --m_at;
    refuse("the block {% " + name + " %}");
}

const Statement* Parser::ifStatement()
{
    Statement& statement = make(Statement::Kind::If);
    for (bool last = false; !last;) {
        const Expr* condition = tupleOrOne(Conditionals::No);
        endBlock();
        statement.branches.push_back({condition, body({"elif", "else", "endif"})});
        if (acceptName("elif"))
            continue;
        last = true;
        if (acceptName("else")) {
            endBlock();
            statement.branches.push_back({nullptr, body({"endif"})});
        }
        ++m_at; // endif
    }
    endBlock();
    return &statement;
}

std::vector<std::string> Parser::targets()
{
    const bool brackets = acceptOp("(");
    std::vector<std::string> names;
    do {
        if (!names.empty() && peek().kind != Kind::Name)
            break; // a comma at the end
        names.push_back(expectName());
    } while (acceptOp(","));
    if (brackets)
        expectOp(")");
    return names;
}

const Statement* Parser::forStatement()
{
    Statement& statement = make(Statement::Kind::For);
    statement.targets = targets();
    if (!acceptName("in"))
        unexpected("'in'");
    statement.value = tupleOrOne(Conditionals::No);
    if (acceptName("if"))
        statement.condition = expression();
    if (isName("recursive"))
        refuse("a recursive loop");
    endBlock();
    const bool before = std::exchange(m_sawMacro, false);
    ++m_loops;
    statement.branches.push_back({nullptr, body({"else", "endfor"})});
    --m_loops;
    statement.capturesScope = m_sawMacro;
    m_sawMacro = m_sawMacro || before;
    if (acceptName("else")) {
        endBlock();
        statement.branches.push_back({nullptr, body({"endfor"})});
    }
    ++m_at; // endfor
    endBlock();
    return &statement;
}

const Statement* Parser::setStatement()
{
    if (peek(1).kind == Kind::Operator && peek(1).text == ".") {
        Statement& statement = make(Statement::Kind::SetAttribute);
        statement.targets.push_back(expectName());
        m_names.insert(statement.targets[0]);
        ++m_at;
        statement.targets.push_back(expectName());
        if (!acceptOp("="))
            refuse("a block that sets an attribute");
        statement.value = tupleOrOne(Conditionals::Yes);
        endBlock();
        return &statement;
    }
    Statement& statement = make(Statement::Kind::Set);
    statement.targets = targets();
    if (acceptOp("=")) {
        statement.value = tupleOrOne(Conditionals::Yes);
        endBlock();
        return &statement;
    }
    if (statement.targets.size() > 1)
        unexpected("'='");
    statement.kind = Statement::Kind::SetBlock;
    while (acceptOp("|"))
        statement.value = filterChain(statement.value);
    endBlock();
    statement.branches.push_back({nullptr, body({"endset"})});
    ++m_at;
    endBlock();
    return &statement;
}

const Statement* Parser::filterStatement()
{
    Statement& statement = make(Statement::Kind::Filter);
    do
        statement.value = filterChain(statement.value);
    while (acceptOp("|"));
    endBlock();
    statement.branches.push_back({nullptr, body({"endfilter"})});
    ++m_at;
    endBlock();
    return &statement;
}

const Statement* Parser::macroStatement()
{
    Statement& statement = make(Statement::Kind::Macro);
    statement.targets.push_back(expectName());
    expectOp("(");
    while (!isOp(")")) {
        if (!statement.parameters.empty())
            expectOp(",");
        if (isOp(")"))
            break;
        std::string name = expectName();
        const Expr* standard = acceptOp("=") ? expression() : nullptr;
        statement.parameters.emplace_back(std::move(name), standard);
    }
    expectOp(")");
    endBlock();
    m_sawMacro = true;
    const int loops = std::exchange(m_loops, 0);
    statement.branches.push_back({nullptr, body({"endmacro"})});
    m_loops = loops;
    ++m_at;
    if (peek().kind == Kind::Name) // {% endmacro name %}
        ++m_at;
    endBlock();
    return &statement;
}

const Statement* Parser::scopeStatement(std::string_view name)
{
    Statement& statement = make(Statement::Kind::Scope);
    while (name == "with" && peek().kind == Kind::Name) {
        std::string variable = take().text;
        expectOp("=");
        statement.parameters.emplace_back(std::move(variable), expression());
        if (!acceptOp(","))
            break;
    }
    endBlock();
    const std::string end = "end" + std::string(name);
    const int loops = name == "generation" ? std::exchange(m_loops, 0) : m_loops; // a break cannot leave it
    statement.branches.push_back({nullptr, body({end})});
    m_loops = loops;
    ++m_at;
    endBlock();
    return &statement;
}

Syntax parse(std::string_view source)
{
    return Parser(source).run();
}

} // namespace qwill::engine::jinja

#include "text/jinja_template.h"

#include "text/jinja_run.h"

#include <algorithm>

namespace qwill::engine::jinja {

namespace {

Error errorOf(const Refusal& refusal)
{
    const std::string line = " (line " + std::to_string(refusal.line) + ")";
    if (refusal.cause == Refusal::Cause::Unsupported)
        return {ErrorCode::Unsupported,
                "This engine cannot run the model's chat template: " + refusal.message + line + "."};
    return {ErrorCode::Invalid,
            "The model's chat template does not take this conversation: " + refusal.message + line + "."};
}

} // namespace

Result<JinjaTemplate> JinjaTemplate::compile(std::string_view source)
{
    JinjaTemplate result;
    try {
        result.m_syntax = std::make_shared<const Syntax>(parse(source));
    } catch (const Refusal& refusal) {
        return errorOf(refusal);
    }
    return result;
}

bool JinjaTemplate::reads(std::string_view variable) const
{
    return std::binary_search(m_syntax->names.begin(), m_syntax->names.end(), variable);
}

Result<Text> JinjaTemplate::render(Budget budget, std::time_t now, const Fill& fill) const
{
    Machine machine(budget);
    try {
        Scope variables;
        fill(machine, variables);
        return Run(machine, variables, now).render(*m_syntax);
    } catch (const Refusal& refusal) {
        return errorOf(refusal);
    }
}

} // namespace qwill::engine::jinja

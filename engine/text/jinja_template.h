#pragma once
// JinjaTemplate: a template that has been parsed and can be rendered. Immutable; any thread.
//
// Rendering is bounded: in work and in text made, by what the caller allows, and in nesting (Machine::kMaxDepth). It is
// Jinja 3 as transformers sets it up: trim_blocks, lstrip_blocks, the immutable sandbox, loop controls, {% generation
// %}, tojson, raise_exception, strftime_now. Not served, and refused by name: import, include, extends, call, do,
// recursive loops, *arguments, formatting with %, filters and methods that are not in jinja_filters.cpp and
// jinja_methods.cpp. Letters beyond ASCII keep their case.

#include "engine/result.h"
#include "text/jinja_syntax.h"
#include "text/jinja_value.h"

#include <ctime>
#include <functional>
#include <memory>
#include <string_view>

namespace qwill::engine::jinja {

struct Scope;

class JinjaTemplate {
public:
    // Unsupported, naming construct and line, for what cannot be run.
    static Result<JinjaTemplate> compile(std::string_view source);

    bool reads(std::string_view variable) const; // anywhere in the text

    // `fill` makes the variables with the machine given to it. Invalid when the template refuses them or cannot work
    // with them, Unsupported for a construct or a size that is not served; both name the line.
    using Fill = std::function<void(Machine&, Scope&)>;
    Result<Text> render(Budget budget, std::time_t now, const Fill& fill) const;

private:
    std::shared_ptr<const Syntax> m_syntax;
};

} // namespace qwill::engine::jinja

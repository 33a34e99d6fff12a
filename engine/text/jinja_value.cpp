#include "text/jinja_value.h"

#include "text/utf8.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace qwill::engine::jinja {

namespace {

using Kind = Value::Kind;

void appendRepr(Machine& machine, const Value& value, Text& out);

void appendItems(Machine& machine, const List& list, Text& out)
{
    for (std::size_t i = 0; i < list.items.size(); ++i) {
        if (i > 0)
            out.append(", ", Origin::Template);
        appendRepr(machine, list.items[i], out);
    }
}

// What repr() escapes beyond ASCII, of what people write: spaces, line ends and marks without a picture.
bool isPrintable(char32_t c)
{
    return !(c >= 0x7f && c < 0xa0) && (c == ' ' || !isPythonSpace(c)) && c != 0xad && !(c >= 0x200b && c <= 0x200f)
        && !(c >= 0x202a && c <= 0x202e) && !(c >= 0x2060 && c <= 0x206f) && c != 0xfeff
        && !(c >= 0xe000 && c <= 0xf8ff);
}

std::string escapedCodePoint(char32_t c)
{
    char text[16];
    std::snprintf(text, sizeof text, c < 0x100 ? "\\x%02x" : "\\u%04x", static_cast<unsigned>(c));
    return text;
}

void appendQuoted(const Text& text, Text& out)
{
    const bool doubled =
        text.view().find('\'') != std::string_view::npos && text.view().find('"') == std::string_view::npos;
    const char quote = doubled ? '"' : '\'';
    out.append({&quote, 1}, Origin::Template);
    for (std::size_t i = 0; i < text.size();) {
        constexpr std::string_view kEscaped = "\\\n\r\t", kLetters = "\\nrt";
        const char c = text.view()[i];
        const Utf8Step step = decodeUtf8(text.view().substr(i));
        const auto length = static_cast<std::size_t>(step.length);
        if (const std::size_t at = kEscaped.find(c); at != std::string_view::npos)
            out.appendAs(text, i, std::string{'\\', kLetters[at]});
        else if (c == quote)
            out.appendAs(text, i, std::string{'\\', c});
        else if (static_cast<unsigned char>(c) < 0x20 || !isPrintable(step.codePoint))
            out.appendAs(text, i, escapedCodePoint(step.codePoint));
        else
            out.append(text, i, i + length);
        i += length;
    }
    out.append({&quote, 1}, Origin::Template);
}

void appendRepr(Machine& machine, const Value& value, Text& out)
{
    const Machine::Nested nested(machine);
    machine.step();
    const auto plain = [&](std::string_view text) { out.append(text, Origin::Template); };
    switch (value.kind) {
    case Kind::Undefined: return plain("Undefined");
    case Kind::String: return appendQuoted(*value.text, out);
    case Kind::List:
    case Kind::Tuple: {
        const bool tuple = value.is(Kind::Tuple);
        plain(tuple ? "(" : "[");
        appendItems(machine, *value.list, out);
        return plain(!tuple ? "]" : value.list->items.size() == 1 ? ",)" : ")");
    }
    case Kind::Dict:
        plain("{");
        for (std::size_t i = 0; i < value.dict->items.size(); ++i) {
            if (i > 0)
                plain(", ");
            appendRepr(machine, value.dict->items[i].first, out);
            plain(": ");
            appendRepr(machine, value.dict->items[i].second, out);
        }
        return plain("}");
    default: out.append(str(machine, value));
    }
}

bool equalItems(Machine& machine, const std::vector<Value>& a, const std::vector<Value>& b)
{
    if (a.size() != b.size())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!equal(machine, a[i], b[i]))
            return false;
    return true;
}

bool equalDicts(Machine& machine, const Dict& a, const Dict& b)
{
    if (a.items.size() != b.items.size())
        return false;
    for (const auto& [key, value] : a.items) {
        if (!key.isString())
            return false;
        const Value* other = b.find(key.text->view());
        if (!other || !equal(machine, value, *other))
            return false;
    }
    return true;
}

} // namespace

const Value* Dict::find(std::string_view key) const
{
    for (const auto& [name, value] : items)
        if (name.isString() && name.text->view() == key)
            return &value;
    return nullptr;
}

void Machine::fail(std::string message) const
{
    throw Refusal{line, std::move(message), Refusal::Cause::Invalid};
}

void Machine::refuse(std::string construct) const
{
    throw Refusal{line, std::move(construct), Refusal::Cause::Unsupported};
}

void Machine::step(std::uint64_t count)
{
    if (m_budget.steps < count)
        refuse("more work than a conversation of this length needs");
    m_budget.steps -= count;
}

void Machine::chargeBytes(std::uint64_t count)
{
    if (m_budget.bytes < count)
        refuse("more text than a conversation of this length needs");
    m_budget.bytes -= count;
}

Value Machine::string(Text text)
{
    chargeBytes(text.size() + sizeof(Text));
    Value v = Value::of(Kind::String);
    v.text = &m_texts.emplace_back(std::move(text));
    return v;
}

Value Machine::undefinedText(Text text)
{
    Value v = string(std::move(text));
    v.kind = Kind::Undefined;
    return v;
}

Value Machine::list(std::vector<Value> items, Value::Kind kind)
{
    step(items.size());
    chargeBytes(items.size() * sizeof(Value) + sizeof(List));
    Value v = Value::of(kind);
    v.list = &m_lists.emplace_back(List{std::move(items)});
    return v;
}

Value Machine::dict(std::vector<std::pair<Value, Value>> items, Value::Kind kind)
{
    step(items.size());
    chargeBytes(items.size() * 2 * sizeof(Value) + sizeof(Dict));
    Value v = Value::of(kind);
    v.dict = &m_dicts.emplace_back(Dict{std::move(items), nullptr});
    return v;
}

Value Machine::method(const Value& self, std::string_view name)
{
    chargeBytes(sizeof(Method));
    Value v = Value::of(Kind::Method);
    v.method = &m_methods.emplace_back(Method{self, name});
    return v;
}

std::string typeName(const Value& value)
{
    switch (value.kind) {
    case Kind::Undefined: return value.text ? "the undefined '" + std::string(value.text->view()) + "'" : "undefined";
    case Kind::None: return "none";
    case Kind::Bool: return "a boolean";
    case Kind::Int:
    case Kind::BigInt: return "an integer";
    case Kind::Float: return "a float";
    case Kind::String: return "a string";
    case Kind::List: return "a list";
    case Kind::Tuple: return "a tuple";
    case Kind::Dict: return "a dict";
    case Kind::Namespace: return "a namespace";
    case Kind::Loop: return "loop";
    case Kind::Function:
    case Kind::Method: return "a function";
    case Kind::Macro: return "a macro";
    }
    return "a value";
}

bool truth(const Value& value)
{
    switch (value.kind) {
    case Kind::Undefined:
    case Kind::None: return false;
    case Kind::Bool: return value.boolean;
    case Kind::Int: return value.integer != 0;
    case Kind::Float: return value.real != 0;
    case Kind::String: return !value.text->empty();
    case Kind::List:
    case Kind::Tuple: return !value.list->items.empty();
    case Kind::Dict: return !value.dict->items.empty();
    default: return true;
    }
}

bool equal(Machine& machine, const Value& a, const Value& b)
{
    const Machine::Nested nested(machine);
    machine.step();
    if (a.isNumber() && b.isNumber())
        return a.isWhole() && b.isWhole() ? a.whole() == b.whole() : a.number() == b.number();
    if (a.kind != b.kind) {
        // Arguments that were written as text equal that text.
        const Text *left = textOf(a), *right = textOf(b);
        return left && right && *left == *right;
    }
    switch (a.kind) {
    case Kind::Undefined:
    case Kind::None: return true;
    case Kind::String:
    case Kind::BigInt: machine.step(a.text->size() / 64); return *a.text == *b.text;
    case Kind::List:
    case Kind::Tuple: return equalItems(machine, a.list->items, b.list->items);
    case Kind::Dict: return equalDicts(machine, *a.dict, *b.dict);
    default: return a.list == b.list; // the same thing
    }
}

bool less(Machine& machine, const Value& a, const Value& b)
{
    const Machine::Nested nested(machine);
    machine.step();
    if (a.isNumber() && b.isNumber())
        return a.isWhole() && b.isWhole() ? a.whole() < b.whole() : a.number() < b.number();
    if (a.isString() && b.isString()) // the order of UTF-8 bytes is the order of code points
        return a.text->view() < b.text->view();
    if (a.isList() && a.kind == b.kind) {
        const auto &x = a.list->items, &y = b.list->items;
        for (std::size_t i = 0; i < x.size() && i < y.size(); ++i)
            if (!equal(machine, x[i], y[i]))
                return less(machine, x[i], y[i]);
        return x.size() < y.size();
    }
    machine.fail("cannot order " + typeName(a) + " and " + typeName(b));
}

bool contains(Machine& machine, const Value& container, const Value& value)
{
    if (container.isDict() && !value.isString() && !value.isUndefined()) {
        for (const auto& item : container.dict->items)
            if (equal(machine, item.first, value))
                return true;
        return false;
    }
    if (container.isDict() || container.is(Kind::Namespace))
        return value.isString() && container.dict->find(value.text->view());
    if (container.isString()) {
        if (!value.isString())
            machine.fail("'in' wants a string before a string, not " + typeName(value));
        machine.step(container.text->size() / 64);
        return container.text->view().find(value.text->view()) != std::string_view::npos;
    }
    for (const Value& item : itemsOf(machine, container))
        if (equal(machine, item, value))
            return true;
    return false;
}

const Text* textOf(const Value& value)
{
    return value.isString() ? value.text : value.isDict() ? value.dict->written : nullptr;
}

std::string pythonFloat(double value)
{
    if (std::isnan(value))
        return "nan";
    if (std::isinf(value))
        return value > 0 ? "inf" : "-inf";
    char digits[40];
    const auto end = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific).ptr;
    const std::string_view scientific(digits, static_cast<std::size_t>(end - digits));
    const int exponent = std::atoi(std::string(scientific.substr(scientific.find('e') + 1)).c_str());
    if (value != 0 && (exponent < -4 || exponent >= 16))
        return std::string(scientific); // "1e+16", as Python writes it
    char plain[64];
    const auto plainEnd = std::to_chars(plain, plain + sizeof plain, value, std::chars_format::fixed).ptr;
    std::string text(plain, plainEnd);
    if (text.find('.') == std::string::npos)
        text.append(".0");
    return text;
}

Text str(Machine& machine, const Value& value)
{
    const auto plain = [](std::string_view text) { return Text(text, Origin::Template); };
    switch (value.kind) {
    case Kind::Undefined: return {};
    case Kind::None: return plain("None");
    case Kind::Bool: return plain(value.boolean ? "True" : "False");
    case Kind::Int: return plain(std::to_string(value.integer));
    case Kind::Float: return plain(pythonFloat(value.real));
    case Kind::String:
    case Kind::BigInt: return *value.text;
    case Kind::Dict:
        if (value.dict->written)
            return *value.dict->written;
        [[fallthrough]];
    case Kind::List:
    case Kind::Tuple: {
        Text text;
        appendRepr(machine, value, text);
        return text;
    }
    default: machine.refuse("writing " + typeName(value));
    }
}

} // namespace qwill::engine::jinja

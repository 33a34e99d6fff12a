#include "text/jinja_methods.h"

#include "text/utf8.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace qwill::engine::jinja {

namespace {

using Kind = Value::Kind;

bool isLower(char c)
{
    return c >= 'a' && c <= 'z';
}
bool isUpper(char c)
{
    return c >= 'A' && c <= 'Z';
}
bool isLetter(char c)
{
    return isLower(c) || isUpper(c) || static_cast<unsigned char>(c) >= 0x80;
}

using StringMethod = Value (*)(Machine&, const Text&, const Arguments&);

Value strip(Machine& machine, const Text& self, const Arguments& arguments, Ends ends)
{
    const Value* chars = arguments.find(0, "chars");
    const std::string_view set =
        chars && !chars->is(Kind::None) ? wantString(machine, *chars, "strip's characters").view() : std::string_view();
    if (chars && chars->isString() && set.empty())
        return machine.string(self);
    const auto [begin, end] = stripBounds(self.view(), set, ends);
    return machine.string(self.slice(begin, end));
}

std::vector<Value> splitAtSpace(Machine& machine, const Text& self, std::int64_t most)
{
    std::vector<Value> parts;
    std::size_t at = 0;
    const auto skipSpace = [&] { at += stripBounds(self.view().substr(at), {}, Ends::Left).first; };
    for (skipSpace(); at < self.size(); skipSpace()) {
        if (most >= 0 && static_cast<std::int64_t>(parts.size()) == most) {
            parts.push_back(machine.string(self.slice(at, stripBounds(self.view(), {}, Ends::Right).second)));
            break;
        }
        std::size_t end = at;
        while (end < self.size() && !isPythonSpace(decodeUtf8(self.view().substr(end)).codePoint))
            end += static_cast<std::size_t>(decodeUtf8(self.view().substr(end)).length);
        parts.push_back(machine.string(self.slice(at, end)));
        at = end;
    }
    return parts;
}

Value split(Machine& machine, const Text& self, const Arguments& arguments)
{
    const Value *separator = arguments.find(0, "sep"), *count = arguments.find(1, "maxsplit");
    const std::int64_t most = count ? wantWhole(machine, *count, "split's count") : -1;
    if (!separator || separator->is(Kind::None))
        return machine.list(splitAtSpace(machine, self, most));
    const std::string_view text = self.view(), between = wantString(machine, *separator, "split's separator").view();
    if (between.empty())
        machine.fail("split's separator is empty");
    std::vector<Value> parts;
    std::size_t at = 0;
    while (most < 0 || static_cast<std::int64_t>(parts.size()) < most) {
        const std::size_t found = text.find(between, at);
        if (found == std::string_view::npos)
            break;
        parts.push_back(machine.string(self.slice(at, found)));
        at = found + between.size();
    }
    parts.push_back(machine.string(self.slice(at, text.size())));
    return machine.list(std::move(parts));
}

Value splitFromRight(Machine& machine, const Text& self, const Arguments& arguments)
{
    const Value *separator = arguments.find(0, "sep"), *count = arguments.find(1, "maxsplit");
    if (!count || wantWhole(machine, *count, "rsplit's count") < 0)
        return split(machine, self, arguments);
    if (!separator || separator->is(Kind::None))
        machine.refuse("rsplit at white space with a count");
    const std::string_view text = self.view(), between = wantString(machine, *separator, "rsplit's separator").view();
    if (between.empty())
        machine.fail("rsplit's separator is empty");
    std::vector<Value> parts;
    std::size_t end = text.size();
    while (static_cast<std::int64_t>(parts.size()) < count->whole() && end >= between.size()) {
        const std::size_t found = text.rfind(between, end - between.size());
        if (found == std::string_view::npos)
            break;
        parts.push_back(machine.string(self.slice(found + between.size(), end)));
        end = found;
    }
    parts.push_back(machine.string(self.slice(0, end)));
    std::reverse(parts.begin(), parts.end());
    return machine.list(std::move(parts));
}

Value splitLines(Machine& machine, const Text& self, const Arguments& arguments)
{
    const Value* keep = arguments.find(0, "keepends");
    std::vector<Value> lines;
    for (std::size_t at = 0; at < self.size();) {
        std::size_t end = at, next = 0;
        while (end < self.size() && self.view()[end] != '\n' && self.view()[end] != '\r')
            ++end;
        next = std::min(end + 1, self.size());
        if (end + 1 < self.size() && self.view()[end] == '\r' && self.view()[end + 1] == '\n')
            ++next;
        lines.push_back(machine.string(self.slice(at, keep && truth(*keep) ? next : end)));
        at = next;
    }
    return machine.list(std::move(lines));
}

// Whether the text starts or ends with a string, or with one of a tuple of them.
template <typename Holds>
Value anyOf(Machine& machine, const Arguments& arguments, Holds holds)
{
    if (arguments.places.empty())
        machine.fail("startswith and endswith want a string");
    const Value& wanted = arguments.places[0];
    const std::vector<Value> one = {wanted};
    for (const Value& part : wanted.is(Kind::Tuple) ? wanted.list->items : one)
        if (holds(wantString(machine, part, "startswith's argument").view()))
            return Value::boolOf(true);
    return Value::boolOf(false);
}

Value partition(Machine& machine, const Text& self, const Arguments& arguments, bool fromRight)
{
    if (arguments.places.empty())
        machine.fail("partition wants a separator");
    const Text& separator = wantString(machine, arguments.places[0], "partition's separator");
    const std::string_view text = self.view();
    const std::size_t at = fromRight ? text.rfind(separator.view()) : text.find(separator.view());
    std::vector<Value> parts = {machine.string(Text()), machine.string(Text()), machine.string(Text())};
    if (at == std::string_view::npos || separator.empty()) {
        parts[fromRight ? 2 : 0] = machine.string(self);
    } else {
        parts = {machine.string(self.slice(0, at)), arguments.places[0],
                 machine.string(self.slice(at + separator.size(), text.size()))};
    }
    return machine.list(std::move(parts), Kind::Tuple);
}

Value find(Machine& machine, const Text& self, const Arguments& arguments, bool fromRight)
{
    if (arguments.places.size() != 1)
        machine.refuse("find with bounds");
    const std::string_view wanted = wantString(machine, arguments.places[0], "find's argument").view();
    const std::size_t at = fromRight ? self.view().rfind(wanted) : self.view().find(wanted);
    if (at == std::string_view::npos)
        return Value::intOf(-1);
    std::int64_t characters = 0;
    for (std::size_t i = 0; i < at; ++characters)
        i += static_cast<std::size_t>(decodeUtf8(self.view().substr(i)).length);
    return Value::intOf(characters);
}

Value count(Machine& machine, const Text& self, const Arguments& arguments)
{
    if (arguments.places.size() != 1)
        machine.refuse("count with bounds");
    const std::string_view wanted = wantString(machine, arguments.places[0], "count's argument").view();
    if (wanted.empty())
        return Value::intOf(static_cast<std::int64_t>(lengthOf(machine, machine.string(self))) + 1);
    std::int64_t found = 0;
    for (std::size_t at = self.view().find(wanted); at != std::string_view::npos; ++found)
        at = self.view().find(wanted, at + wanted.size());
    return Value::intOf(found);
}

template <typename Holds>
Value every(const Text& self, Holds holds)
{
    return Value::boolOf(!self.empty() && std::all_of(self.view().begin(), self.view().end(), holds));
}

Value cased(const Text& self, bool (*wanted)(char), bool (*unwanted)(char))
{
    const std::string_view text = self.view();
    return Value::boolOf(std::any_of(text.begin(), text.end(), wanted)
                         && std::none_of(text.begin(), text.end(), unwanted));
}

Value withoutAffix(Machine& machine, const Text& self, const Arguments& arguments, bool prefix)
{
    if (arguments.places.empty())
        machine.fail("removeprefix and removesuffix want a string");
    const std::string_view affix = wantString(machine, arguments.places[0], "the affix").view(), text = self.view();
    if (prefix)
        return machine.string(text.starts_with(affix) ? self.slice(affix.size(), text.size()) : self);
    return machine.string(text.ends_with(affix) ? self.slice(0, text.size() - affix.size()) : self);
}

// "{} {0} {name}" without format specifications.
Value format(Machine& machine, const Text& self, const Arguments& arguments)
{
    Text out;
    const std::string_view text = self.view();
    std::size_t next = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c != '{' && c != '}') {
            out.append(self, at, at + 1);
            continue;
        }
        if (at + 1 < text.size() && text[at + 1] == c) {
            out.append(self, at, at + 1);
            ++at;
            continue;
        }
        const std::size_t close = text.find('}', at);
        if (c == '}' || close == std::string_view::npos)
            machine.fail("a format with a lone bracket");
        const std::string_view field = text.substr(at + 1, close - at - 1);
        const Value* value = nullptr;
        if (field.empty())
            value = arguments.find(next++, {});
        else if (field.find_first_not_of("0123456789") == std::string_view::npos && field.size() < 4)
            value = arguments.find(static_cast<std::size_t>(std::stoi(std::string(field))), {});
        else if (field.find_first_of(".[!:") == std::string_view::npos)
            value = arguments.find(SIZE_MAX, field);
        else
            machine.refuse("the format field '{" + std::string(field) + "}'");
        if (!value)
            machine.fail("a format without its argument '" + std::string(field) + "'");
        out.append(str(machine, *value));
        at = close;
    }
    return machine.string(std::move(out));
}

struct NamedStringMethod {
    std::string_view name;
    StringMethod call;
};

// clang-format off
constexpr NamedStringMethod kStringMethods[] = {
    {"strip", [](Machine& m, const Text& s, const Arguments& a) { return strip(m, s, a, Ends::Both); }},
    {"lstrip", [](Machine& m, const Text& s, const Arguments& a) { return strip(m, s, a, Ends::Left); }},
    {"rstrip", [](Machine& m, const Text& s, const Arguments& a) { return strip(m, s, a, Ends::Right); }},
    {"split", split},
    {"rsplit", splitFromRight},
    {"splitlines", splitLines},
    {"startswith", [](Machine& m, const Text& s, const Arguments& a) {
        return anyOf(m, a, [&](std::string_view part) { return s.view().starts_with(part); }); }},
    {"endswith", [](Machine& m, const Text& s, const Arguments& a) {
        return anyOf(m, a, [&](std::string_view part) { return s.view().ends_with(part); }); }},
    {"replace", [](Machine& m, const Text& s, const Arguments& a) {
        if (a.places.size() < 2)
            m.fail("replace wants two strings");
        const Value* most = a.find(2, "count");
        return m.string(replaced(m, s, wantString(m, a.places[0], "replace's argument"),
                                 wantString(m, a.places[1], "replace's argument"),
                                 most ? wantWhole(m, *most, "replace's count") : -1)); }},
    {"join", [](Machine& m, const Text& s, const Arguments& a) {
        if (a.places.size() != 1)
            m.fail("join wants one list");
        return m.string(joined(m, itemsOf(m, a.places[0]), s)); }},
    {"lower", [](Machine& m, const Text& s, const Arguments&) { return m.string(inCase(s, Case::Lower)); }},
    {"upper", [](Machine& m, const Text& s, const Arguments&) { return m.string(inCase(s, Case::Upper)); }},
    {"title", [](Machine& m, const Text& s, const Arguments&) { return m.string(inCase(s, Case::Title)); }},
    {"capitalize", [](Machine& m, const Text& s, const Arguments&) { return m.string(inCase(s, Case::Capitalised)); }},
    {"find", [](Machine& m, const Text& s, const Arguments& a) { return find(m, s, a, false); }},
    {"rfind", [](Machine& m, const Text& s, const Arguments& a) { return find(m, s, a, true); }},
    {"count", count},
    {"partition", [](Machine& m, const Text& s, const Arguments& a) { return partition(m, s, a, false); }},
    {"rpartition", [](Machine& m, const Text& s, const Arguments& a) { return partition(m, s, a, true); }},
    {"removeprefix", [](Machine& m, const Text& s, const Arguments& a) { return withoutAffix(m, s, a, true); }},
    {"removesuffix", [](Machine& m, const Text& s, const Arguments& a) { return withoutAffix(m, s, a, false); }},
    {"isdigit", [](Machine&, const Text& s, const Arguments&) {
        return every(s, [](char c) { return c >= '0' && c <= '9'; }); }},
    {"isalpha", [](Machine&, const Text& s, const Arguments&) { return every(s, isLetter); }},
    {"isalnum", [](Machine&, const Text& s, const Arguments&) {
        return every(s, [](char c) { return isLetter(c) || (c >= '0' && c <= '9'); }); }},
    {"isspace", [](Machine&, const Text& s, const Arguments&) {
        return Value::boolOf(!s.empty() && stripBounds(s.view(), {}, Ends::Left).first == s.size()); }},
    {"isupper", [](Machine&, const Text& s, const Arguments&) { return cased(s, isUpper, isLower); }},
    {"islower", [](Machine&, const Text& s, const Arguments&) { return cased(s, isLower, isUpper); }},
    {"format", format},
};
// clang-format on

constexpr auto kStringNames = [] {
    std::array<std::string_view, std::size(kStringMethods)> names;
    for (std::size_t i = 0; i < names.size(); ++i)
        names[i] = kStringMethods[i].name;
    return names;
}();
// The sandbox of transformers refuses those that change the value; so do we.
constexpr std::string_view kListNames[] = {"append", "clear", "copy",   "count",   "extend", "index",
                                           "insert", "pop",   "remove", "reverse", "sort"};
constexpr std::string_view kDictNames[] = {"clear", "copy",    "fromkeys",   "get",    "items", "keys",
                                           "pop",   "popitem", "setdefault", "update", "values"};

Value pair(Machine& machine, const Value& first, const Value& second)
{
    return machine.list({first, second}, Kind::Tuple);
}

Value callDict(Machine& machine, const Dict& self, std::string_view name, const Arguments& arguments)
{
    std::vector<Value> items;
    if (name == "get") {
        if (arguments.places.empty())
            machine.fail("get wants a key");
        const Value *found = arguments.places[0].isString() ? self.find(arguments.places[0].text->view()) : nullptr,
                    *standard = arguments.find(1, "default");
        return found ? *found : standard ? *standard : Value::none();
    }
    if (name == "copy")
        return machine.dict(self.items);
    if (name != "items" && name != "keys" && name != "values")
        machine.refuse("the dict method '" + std::string(name) + "'");
    for (const auto& [key, value] : self.items)
        items.push_back(name == "items" ? pair(machine, key, value) : name == "keys" ? key : value);
    return machine.list(std::move(items));
}

Value callList(Machine& machine, const List& self, std::string_view name, const Arguments& arguments)
{
    if (name == "copy")
        return machine.list(self.items);
    if ((name != "index" && name != "count") || arguments.places.size() != 1)
        machine.refuse("the list method '" + std::string(name) + "'");
    std::int64_t found = 0;
    for (std::size_t i = 0; i < self.items.size(); ++i)
        if (equal(machine, self.items[i], arguments.places[0])) {
            if (name == "index")
                return Value::intOf(static_cast<std::int64_t>(i));
            ++found;
        }
    if (name == "index")
        machine.fail("index found no such element");
    return Value::intOf(found);
}

Value callLoop(Machine& machine, Loop& self, std::string_view name, const Arguments& arguments)
{
    if (arguments.places.empty())
        machine.fail("loop." + std::string(name) + " wants an argument");
    if (name == "cycle")
        return arguments.places[self.at % arguments.places.size()];
    const Value seen = machine.list(arguments.places, Kind::Tuple);
    const bool changed = self.changed.isUndefined() || !equal(machine, seen, self.changed);
    self.changed = seen;
    return Value::boolOf(changed);
}

} // namespace

const Value* Arguments::find(std::size_t place, std::string_view name) const
{
    if (place < places.size())
        return &places[place];
    for (const auto& [given, value] : named)
        if (given == name)
            return &value;
    return nullptr;
}

std::span<const std::string_view> methodNames(Value::Kind kind)
{
    switch (kind) {
    case Kind::String: return kStringNames;
    case Kind::List: return kListNames;
    case Kind::Tuple: return std::span(kListNames).subspan(0, 0);
    case Kind::Dict: return kDictNames;
    default: return {};
    }
}

Value callMethod(Machine& machine, const Method& method, const Arguments& arguments)
{
    const Value& self = method.self;
    if (self.isDict())
        return callDict(machine, *self.dict, method.name, arguments);
    if (self.isList())
        return callList(machine, *self.list, method.name, arguments);
    if (self.is(Kind::Loop))
        return callLoop(machine, *self.loop, method.name, arguments);
    machine.step(self.text->size() / 16);
    for (const NamedStringMethod& known : kStringMethods)
        if (known.name == method.name)
            return known.call(machine, *self.text, arguments);
    machine.refuse("the string method '" + std::string(method.name) + "'");
}

Text inCase(const Text& text, Case wanted)
{
    constexpr std::string_view kBetweenWords = "-({[< \t\n\r\v\f";
    bool inWord = false;
    std::string bytes(text.view());
    for (char& c : bytes) {
        const bool raise = wanted == Case::Upper || (wanted != Case::Lower && !inWord);
        if (raise && isLower(c))
            c = static_cast<char>(c - 'a' + 'A');
        else if (!raise && isUpper(c))
            c = static_cast<char>(c - 'A' + 'a');
        inWord = wanted == Case::Title ? isLetter(c)
            : wanted == Case::Words    ? kBetweenWords.find(c) == std::string_view::npos
                                       : true;
    }
    Text out;
    std::size_t begin = 0;
    for (const Text::Run& run : text.runs()) {
        out.append(std::string_view(bytes).substr(begin, run.end - begin), run.origin);
        begin = run.end;
    }
    return out;
}

// What replaces a part of somebody's text is theirs, too: it cannot become markup because of what they wrote.
Text replaced(Machine& machine, const Text& text, const Text& from, const Text& to, std::int64_t most)
{
    Text out;
    std::size_t at = 0;
    const std::string_view whole = text.view();
    const auto insert = [&] {
        machine.chargeBytes(to.size());
        if (text.isAllTemplate())
            out.append(to);
        else
            out.append(to.view(), Origin::Data);
    };
    for (std::int64_t done = 0; most < 0 || done < most; ++done) {
        const std::size_t found = from.empty() ? at : whole.find(from.view(), at);
        if (found == std::string_view::npos)
            break;
        out.append(text, at, found);
        insert();
        machine.step();
        at = found + from.size();
        if (!from.empty())
            continue;
        if (at == whole.size())
            return out;
        const auto length = static_cast<std::size_t>(decodeUtf8(whole.substr(at)).length);
        out.append(text, at, at + length);
        at += length;
    }
    out.append(text, at, whole.size());
    return out;
}

Text joined(Machine& machine, std::span<const Value> items, const Text& separator)
{
    Text out;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0)
            out.append(separator);
        const Text item = str(machine, items[i]);
        machine.chargeBytes(item.size() + separator.size());
        out.append(item);
    }
    return out;
}

const Text& wantString(Machine& machine, const Value& value, std::string_view what)
{
    const Text* text = textOf(value);
    if (!text)
        machine.fail(std::string(what) + " is a string, not " + typeName(value));
    return *text;
}

std::int64_t wantWhole(Machine& machine, const Value& value, std::string_view what)
{
    if (!value.isWhole())
        machine.fail(std::string(what) + " is an integer, not " + typeName(value));
    return value.whole();
}

} // namespace qwill::engine::jinja

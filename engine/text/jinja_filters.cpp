#include "text/jinja_filters.h"

#include "text/jinja_json.h"
#include "text/jinja_methods.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace qwill::engine::jinja {

namespace {

using Kind = Value::Kind;

// "a.b.0": what map, selectattr and sort look up.
Value path(Machine& machine, Value value, const Value& name)
{
    if (name.isWhole())
        return subscript(machine, value, name);
    std::string_view rest = wantString(machine, name, "an attribute's name").view();
    for (;;) {
        const std::string_view part = rest.substr(0, rest.find('.'));
        const bool index = !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
        std::int64_t place = 0;
        std::from_chars(part.data(), part.data() + part.size(), place);
        value = subscript(machine, value, index ? Value::intOf(place) : machine.string(part));
        if (part.size() == rest.size())
            return value;
        rest.remove_prefix(part.size() + 1);
    }
}

Arguments rest(const Arguments& arguments, std::size_t from)
{
    Arguments others;
    others.named = arguments.named;
    if (from < arguments.places.size())
        others.places.assign(arguments.places.begin() + static_cast<std::ptrdiff_t>(from), arguments.places.end());
    return others;
}

Value changedCase(Machine& machine, const Value& value, Case wanted)
{
    return machine.string(inCase(str(machine, value), wanted));
}

Value ignoringCase(Machine& machine, const Value& value, bool ignore)
{
    return ignore && value.isString() ? machine.string(inCase(*value.text, Case::Lower)) : value;
}

Value mapped(Machine& machine, const Value& value, const Arguments& arguments)
{
    std::vector<Value> items = itemsOf(machine, value);
    const Value *name = arguments.find(SIZE_MAX, "attribute"), *standard = arguments.find(SIZE_MAX, "default");
    if (name) {
        for (Value& item : items) {
            item = path(machine, item, *name);
            if (item.isUndefined() && standard)
                item = *standard;
        }
        return machine.list(std::move(items));
    }
    if (arguments.places.empty())
        machine.fail("map wants a filter's name");
    const std::string_view filterName = wantString(machine, arguments.places[0], "a filter's name").view();
    const Filter filter = findFilter(filterName);
    if (!filter)
        machine.refuse("the filter '" + std::string(filterName) + "'");
    const Arguments others = rest(arguments, 1);
    for (Value& item : items) {
        machine.step();
        item = filter(machine, item, others);
    }
    return machine.list(std::move(items));
}

enum class Choice { Select, Reject };
enum class Of { Item, Attribute };

Value chosen(Machine& machine, const Value& value, const Arguments& arguments, Choice choice, Of of)
{
    const std::size_t first = of == Of::Attribute ? 1 : 0;
    if (arguments.places.size() < first)
        machine.fail("selectattr and rejectattr want an attribute's name");
    Test test = nullptr;
    if (arguments.places.size() > first) {
        const std::string_view name = wantString(machine, arguments.places[first], "a test's name").view();
        test = findTest(name);
        if (!test)
            machine.refuse("the test '" + std::string(name) + "'");
    }
    const Arguments others = rest(arguments, first + 1);
    std::vector<Value> items;
    for (const Value& item : itemsOf(machine, value)) {
        machine.step();
        const Value subject = of == Of::Attribute ? path(machine, item, arguments.places[0]) : item;
        if ((test ? test(machine, subject, others) : truth(subject)) == (choice == Choice::Select))
            items.push_back(item);
    }
    return machine.list(std::move(items));
}

Value sorted(Machine& machine, const Value& value, const Arguments& arguments)
{
    const Value *reverse = arguments.find(0, "reverse"), *exact = arguments.find(1, "case_sensitive"),
                *name = arguments.find(2, "attribute");
    const bool ignore = !exact || !truth(*exact);
    std::vector<std::pair<Value, Value>> keyed;
    for (const Value& item : itemsOf(machine, value))
        keyed.emplace_back(
            ignoringCase(machine, name && !name->is(Kind::None) ? path(machine, item, *name) : item, ignore), item);
    const bool backwards = reverse && truth(*reverse);
    std::stable_sort(keyed.begin(), keyed.end(), [&](const auto& a, const auto& b) {
        return backwards ? less(machine, b.first, a.first) : less(machine, a.first, b.first);
    });
    std::vector<Value> items;
    for (const auto& [key, item] : keyed)
        items.push_back(item);
    return machine.list(std::move(items));
}

Value dictSorted(Machine& machine, const Value& value, const Arguments& arguments)
{
    if (!value.isDict())
        machine.fail("dictsort wants a dict, not " + typeName(value));
    const Value *exact = arguments.find(0, "case_sensitive"), *by = arguments.find(1, "by"),
                *reverse = arguments.find(2, "reverse");
    const bool ignore = !exact || !truth(*exact), byValue = by && by->isString() && by->text->view() == "value";
    auto items = value.dict->items;
    const auto key = [&](const auto& item) {
        return ignoringCase(machine, byValue ? item.second : item.first, ignore);
    };
    std::stable_sort(items.begin(), items.end(),
                     [&](const auto& a, const auto& b) { return less(machine, key(a), key(b)); });
    if (reverse && truth(*reverse))
        std::reverse(items.begin(), items.end());
    std::vector<Value> pairs;
    for (const auto& [name, item] : items)
        pairs.push_back(machine.list({name, item}, Kind::Tuple));
    return machine.list(std::move(pairs));
}

Value unique(Machine& machine, const Value& value, const Arguments& arguments)
{
    const Value *exact = arguments.find(0, "case_sensitive"), *name = arguments.find(1, "attribute");
    std::vector<Value> seen, items;
    for (const Value& item : itemsOf(machine, value)) {
        const Value key = ignoringCase(machine, name ? path(machine, item, *name) : item, !exact || !truth(*exact));
        if (std::none_of(seen.begin(), seen.end(), [&](const Value& other) { return equal(machine, key, other); })) {
            seen.push_back(key);
            items.push_back(item);
        }
    }
    return machine.list(std::move(items));
}

Value extreme(Machine& machine, const Value& value, const Arguments& arguments, bool largest)
{
    const Value *exact = arguments.find(0, "case_sensitive"), *name = arguments.find(1, "attribute");
    const auto key = [&](const Value& item) {
        return ignoringCase(machine, name ? path(machine, item, *name) : item, !exact || !truth(*exact));
    };
    Value best = machine.undefined("the extreme of nothing");
    bool any = false;
    for (const Value& item : itemsOf(machine, value)) {
        if (!any || (largest ? less(machine, key(best), key(item)) : less(machine, key(item), key(best))))
            best = item;
        any = true;
    }
    return best;
}

Value summed(Machine& machine, const Value& value, const Arguments& arguments)
{
    const Value *name = arguments.find(0, "attribute"), *start = arguments.find(1, "start");
    double real = 0;
    std::int64_t whole = 0;
    bool isFloat = false;
    std::vector<Value> items = itemsOf(machine, value);
    if (start)
        items.push_back(*start);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const Value item = name && !(start && i + 1 == items.size()) ? path(machine, items[i], *name) : items[i];
        if (!item.isNumber())
            machine.fail("sum wants numbers, not " + typeName(item));
        isFloat = isFloat || item.is(Kind::Float);
        real += item.number();
        if (item.isWhole() && __builtin_add_overflow(whole, item.whole(), &whole))
            machine.refuse("a number beyond 64 bits");
    }
    return isFloat ? Value::floatOf(real) : Value::intOf(whole);
}

Value rounded(Machine& machine, const Value& value, const Arguments& arguments)
{
    if (!value.isNumber())
        machine.fail("round wants a number, not " + typeName(value));
    const Value *precision = arguments.find(0, "precision"), *method = arguments.find(1, "method");
    const auto digits =
        precision ? std::clamp<std::int64_t>(wantWhole(machine, *precision, "round's precision"), 0, 15) : 0;
    const double scale = std::pow(10.0, static_cast<double>(digits)), scaled = value.number() * scale;
    const std::string_view how = method ? wantString(machine, *method, "round's method").view() : "common";
    const double whole = how == "ceil" ? std::ceil(scaled)
        : how == "floor"               ? std::floor(scaled)
                                       : std::nearbyint(scaled);
    return Value::floatOf(whole / scale);
}

Value toInt(Machine& machine, const Value& value, const Arguments& arguments)
{
    const Value* standard = arguments.find(0, "default");
    if (arguments.find(1, "base"))
        machine.refuse("int with a base");
    if (value.isWhole())
        return Value::intOf(value.whole());
    double real = value.is(Kind::Float) ? value.real : NAN;
    if (value.isString()) {
        const auto [begin, end] = stripBounds(value.text->view(), {}, Ends::Both);
        const std::string digits(value.text->view().substr(begin, end - begin));
        std::int64_t whole = 0;
        const char* first = digits.data() + (digits.starts_with('+') ? 1 : 0);
        const auto [stop, error] = std::from_chars(first, digits.data() + digits.size(), whole);
        if (error == std::errc() && stop == digits.data() + digits.size())
            return Value::intOf(whole);
        char* after = nullptr;
        real = std::strtod(digits.c_str(), &after);
        if (digits.empty() || *after != '\0')
            real = NAN;
    }
    if (std::abs(real) < 9e18)
        return Value::intOf(static_cast<std::int64_t>(real));
    return standard ? *standard : Value::intOf(0);
}

Value toFloat(Machine&, const Value& value, const Arguments& arguments)
{
    const Value* standard = arguments.find(0, "default");
    if (value.isNumber())
        return Value::floatOf(value.number());
    if (value.isString()) {
        const auto [begin, end] = stripBounds(value.text->view(), {}, Ends::Both);
        const std::string digits(value.text->view().substr(begin, end - begin));
        char* after = nullptr;
        const double real = std::strtod(digits.c_str(), &after);
        if (!digits.empty() && *after == '\0')
            return Value::floatOf(real);
    }
    return standard ? *standard : Value::floatOf(0);
}

Value indented(Machine& machine, const Value& value, const Arguments& arguments)
{
    const Value *width = arguments.find(0, "width"), *first = arguments.find(1, "first"),
                *blank = arguments.find(2, "blank");
    std::string margin(4, ' ');
    if (width && width->isString())
        margin = width->text->view();
    else if (width)
        margin.assign(static_cast<std::size_t>(std::clamp<std::int64_t>(wantWhole(machine, *width, "width"), 0, 256)),
                      ' ');
    const Text text = str(machine, value);
    Text out;
    bool lineStart = first && truth(*first);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.view().find('\n', at), text.size() - 1) + 1;
        const bool empty = text.view()[at] == '\n';
        if (lineStart && (!empty || (blank && truth(*blank)))) {
            machine.chargeBytes(margin.size());
            out.append(margin, Origin::Template);
        }
        out.append(text, at, end);
        lineStart = true;
        at = end;
    }
    return machine.string(std::move(out));
}

Value escaped(Machine& machine, const Value& value, const Arguments&)
{
    constexpr std::pair<char, std::string_view> kEscapes[] = {
        {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'\'', "&#39;"}, {'"', "&#34;"}};
    const Text text = str(machine, value);
    Text out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto escape = std::find_if(std::begin(kEscapes), std::end(kEscapes),
                                         [&](const auto& e) { return e.first == text.view()[i]; });
        if (escape == std::end(kEscapes))
            out.append(text, i, i + 1);
        else
            out.appendAs(text, i, escape->second);
    }
    return machine.string(std::move(out));
}

Value reversed(Machine& machine, const Value& value, const Arguments&)
{
    std::vector<Value> items = itemsOf(machine, value);
    std::reverse(items.begin(), items.end());
    if (!value.isString())
        return machine.list(std::move(items));
    return machine.string(joined(machine, items, {}));
}

Value batched(Machine& machine, const Value& value, const Arguments& arguments)
{
    const Value *size = arguments.find(0, "linecount"), *fill = arguments.find(1, "fill_with");
    if (!size || wantWhole(machine, *size, "batch's size") < 1)
        machine.fail("batch wants a size of 1 or more");
    std::vector<Value> batches, batch;
    for (const Value& item : itemsOf(machine, value)) {
        if (static_cast<std::int64_t>(batch.size()) == size->whole())
            batches.push_back(machine.list(std::exchange(batch, {})));
        batch.push_back(item);
    }
    machine.step(fill ? static_cast<std::uint64_t>(size->whole()) : 0);
    while (fill && !batch.empty() && static_cast<std::int64_t>(batch.size()) < size->whole())
        batch.push_back(*fill);
    if (!batch.empty())
        batches.push_back(machine.list(std::move(batch)));
    return machine.list(std::move(batches));
}

Value edge(Machine& machine, const Value& value, bool last)
{
    const std::vector<Value> items = itemsOf(machine, value);
    return items.empty() ? machine.undefined("an element of nothing") : last ? items.back() : items.front();
}

Value defaulted(Machine& machine, const Value& value, const Arguments& arguments)
{
    const Value *standard = arguments.find(0, "default_value"), *falseToo = arguments.find(1, "boolean");
    if (!value.isUndefined() && !(falseToo && truth(*falseToo) && !truth(value)))
        return value;
    return standard ? *standard : machine.string(Text());
}

Value pairsOf(Machine& machine, const Value& value, const Arguments&)
{
    if (value.isUndefined())
        return machine.list({});
    if (!value.isDict())
        machine.fail("items wants a dict, not " + typeName(value));
    return callMethod(machine, Method{value, "items"}, {});
}

Value absolute(Machine& machine, const Value& value, const Arguments&)
{
    if (value.is(Kind::Float))
        return Value::floatOf(std::abs(value.real));
    if (!value.isWhole() || value.whole() == INT64_MIN)
        machine.fail("abs wants a number, not " + typeName(value));
    return Value::intOf(std::abs(value.whole()));
}

Value replacedIn(Machine& machine, const Value& value, const Arguments& arguments)
{
    const Value *from = arguments.find(0, "old"), *to = arguments.find(1, "new"), *most = arguments.find(2, "count");
    if (!from || !to)
        machine.fail("replace wants two strings");
    return machine.string(replaced(machine, str(machine, value), str(machine, *from), str(machine, *to),
                                   most ? wantWhole(machine, *most, "replace's count") : -1));
}

Value joinedWith(Machine& machine, const Value& value, const Arguments& arguments)
{
    const Value *separator = arguments.find(0, "d"), *name = arguments.find(1, "attribute");
    std::vector<Value> items = itemsOf(machine, value);
    if (name)
        for (Value& item : items)
            item = path(machine, item, *name);
    return machine.string(joined(machine, items, separator ? str(machine, *separator) : Text()));
}

Value trimmed(Machine& machine, const Value& value, const Arguments& arguments)
{
    const Value* chars = arguments.find(0, "chars");
    const Text text = str(machine, value);
    const auto [begin, end] =
        stripBounds(text.view(), chars && chars->isString() ? chars->text->view() : std::string_view(), Ends::Both);
    return machine.string(text.slice(begin, end));
}

struct NamedFilter {
    std::string_view name;
    Filter call;
};

// clang-format off
constexpr NamedFilter kFilters[] = {
    {"abs", absolute},
    {"attr", [](Machine& m, const Value& v, const Arguments& a) {
        if (a.places.empty())
            m.fail("attr wants a name");
        return attribute(m, v, wantString(m, a.places[0], "an attribute's name").view()); }},
    {"batch", batched},
    {"capitalize", [](Machine& m, const Value& v, const Arguments&) { return changedCase(m, v, Case::Capitalised); }},
    {"count", [](Machine& m, const Value& v, const Arguments&) {
        return Value::intOf(static_cast<std::int64_t>(lengthOf(m, v))); }},
    {"d", defaulted},
    {"default", defaulted},
    {"dictsort", dictSorted},
    {"e", escaped},
    {"escape", escaped},
    {"first", [](Machine& m, const Value& v, const Arguments&) { return edge(m, v, false); }},
    {"float", toFloat},
    {"indent", indented},
    {"int", toInt},
    {"items", pairsOf},
    {"join", joinedWith},
    {"last", [](Machine& m, const Value& v, const Arguments&) { return edge(m, v, true); }},
    {"length", [](Machine& m, const Value& v, const Arguments&) {
        return Value::intOf(static_cast<std::int64_t>(lengthOf(m, v))); }},
    {"list", [](Machine& m, const Value& v, const Arguments&) { return m.list(itemsOf(m, v)); }},
    {"lower", [](Machine& m, const Value& v, const Arguments&) { return changedCase(m, v, Case::Lower); }},
    {"map", mapped},
    {"max", [](Machine& m, const Value& v, const Arguments& a) { return extreme(m, v, a, true); }},
    {"min", [](Machine& m, const Value& v, const Arguments& a) { return extreme(m, v, a, false); }},
    {"reject", [](Machine& m, const Value& v, const Arguments& a) { return chosen(m, v, a, Choice::Reject, Of::Item); }},
    {"rejectattr", [](Machine& m, const Value& v, const Arguments& a) {
        return chosen(m, v, a, Choice::Reject, Of::Attribute); }},
    {"replace", replacedIn},
    {"reverse", reversed},
    {"round", rounded},
    {"safe", [](Machine& m, const Value& v, const Arguments&) { return m.string(str(m, v)); }},
    {"select", [](Machine& m, const Value& v, const Arguments& a) { return chosen(m, v, a, Choice::Select, Of::Item); }},
    {"selectattr", [](Machine& m, const Value& v, const Arguments& a) {
        return chosen(m, v, a, Choice::Select, Of::Attribute); }},
    {"sort", sorted},
    {"string", [](Machine& m, const Value& v, const Arguments&) { return m.string(str(m, v)); }},
    {"sum", summed},
    {"title", [](Machine& m, const Value& v, const Arguments&) { return changedCase(m, v, Case::Words); }},
    {"tojson", toJson},
    {"trim", trimmed},
    {"unique", unique},
    {"upper", [](Machine& m, const Value& v, const Arguments&) { return changedCase(m, v, Case::Upper); }},
};
// clang-format on

} // namespace

Filter findFilter(std::string_view name)
{
    for (const NamedFilter& filter : kFilters)
        if (filter.name == name)
            return filter.call;
    return nullptr;
}

} // namespace qwill::engine::jinja

// The functions every template can call: namespace, range, dict, and those that transformers adds. One thread a
// Machine.

#include "text/jinja_methods.h"
#include "text/jinja_run.h"

#include <array>
#include <mutex>

namespace qwill::engine::jinja {

namespace {

using Kind = Value::Kind;

Value namedDict(Machine& machine, const Arguments& arguments, Kind kind)
{
    std::vector<std::pair<Value, Value>> items;
    if (!arguments.places.empty()) {
        if (!arguments.places[0].isDict())
            machine.fail("dict and namespace take a dict or named values, not " + typeName(arguments.places[0]));
        items = arguments.places[0].dict->items;
    }
    for (const auto& [name, value] : arguments.named)
        items.emplace_back(machine.string(name), value);
    for (const auto& item : items)
        if (kind == Kind::Namespace && !item.first.isString())
            machine.fail("a namespace has names, not " + typeName(item.first));
    return machine.dict(std::move(items), kind);
}

Value range(Machine& machine, const Arguments& arguments, std::time_t)
{
    const auto& given = arguments.places;
    if (given.empty() || given.size() > 3)
        machine.fail("range takes one to three integers");
    const auto at = [&](std::size_t i) { return wantWhole(machine, given[i], "range's argument"); };
    const std::int64_t start = given.size() > 1 ? at(0) : 0, stop = given.size() > 1 ? at(1) : at(0),
                       step = given.size() > 2 ? at(2) : 1;
    constexpr std::int64_t kMost = 100'000; // as Jinja's sandbox
    if (step == 0)
        machine.fail("range's step is 0");
    std::vector<Value> items;
    for (std::int64_t i = start; step > 0 ? i < stop : i > stop;) {
        if (static_cast<std::int64_t>(items.size()) == kMost)
            machine.refuse("a range of more than 100000");
        items.push_back(Value::intOf(i));
        if (__builtin_add_overflow(i, step, &i))
            break;
    }
    return machine.list(std::move(items));
}

Value raise(Machine& machine, const Arguments& arguments, std::time_t)
{
    const Text text = arguments.places.empty() ? Text() : str(machine, arguments.places[0]);
    machine.fail("\"" + std::string(text.view().substr(0, 400)) + "\"");
}

std::tm localTime(std::time_t now)
{
    static std::mutex mutex; // localtime has one buffer
    const std::lock_guard lock(mutex);
    const std::tm* local = std::localtime(&now);
    return local ? *local : std::tm{};
}

std::string twoDigits(int value, char filler = '0')
{
    std::string digits = std::to_string(value);
    if (digits.size() < 2)
        digits.insert(digits.begin(), filler);
    return digits;
}

// English whatever the machine's language, as Python is unless it is told otherwise.
std::string datePart(Machine& machine, char letter, const std::tm& t)
{
    static constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                                 "May",       "June",     "July",     "August",
                                                                 "September", "October",  "November", "December"};
    static constexpr std::array<std::string_view, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                              "Thursday", "Friday", "Saturday"};
    const std::string_view month = kMonths[static_cast<std::size_t>(t.tm_mon) % 12];
    const std::string_view day = kDays[static_cast<std::size_t>(t.tm_wday) % 7];
    const int hour12 = t.tm_hour % 12 == 0 ? 12 : t.tm_hour % 12;
    switch (letter) {
    case 'Y': return std::to_string(t.tm_year + 1900);
    case 'y': return twoDigits(t.tm_year % 100);
    case 'm': return twoDigits(t.tm_mon + 1);
    case 'd': return twoDigits(t.tm_mday);
    case 'e': return twoDigits(t.tm_mday, ' ');
    case 'B': return std::string(month);
    case 'b': return std::string(month.substr(0, 3));
    case 'A': return std::string(day);
    case 'a': return std::string(day.substr(0, 3));
    case 'H': return twoDigits(t.tm_hour);
    case 'I': return twoDigits(hour12);
    case 'M': return twoDigits(t.tm_min);
    case 'S': return twoDigits(t.tm_sec);
    case 'p': return t.tm_hour < 12 ? "AM" : "PM";
    case '%': return "%";
    default: machine.refuse(std::string("the date part '%") + letter + "'");
    }
}

Value dateNow(Machine& machine, const Arguments& arguments, std::time_t now)
{
    if (arguments.places.empty())
        machine.fail("strftime_now wants a format");
    const std::string_view format = wantString(machine, arguments.places[0], "strftime_now's format").view();
    const std::tm local = localTime(now);
    std::string text;
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%' || i + 1 == format.size()) {
            text.push_back(format[i]);
            continue;
        }
        const bool unpadded = format[i + 1] == '-' && i + 2 < format.size();
        i += unpadded ? 2 : 1;
        std::string part = datePart(machine, format[i], local);
        if (unpadded && part.size() == 2 && part[0] == '0')
            part.erase(0, 1);
        text += part;
    }
    return machine.string(text);
}

constexpr GlobalFunction kGlobals[] = {
    {"namespace", [](Machine& m, const Arguments& a, std::time_t) { return namedDict(m, a, Kind::Namespace); }},
    {"dict", [](Machine& m, const Arguments& a, std::time_t) { return namedDict(m, a, Kind::Dict); }},
    {"range", range},
    {"raise_exception", raise},
    {"strftime_now", dateNow},
};

} // namespace

const GlobalFunction* findGlobal(std::string_view name)
{
    for (const GlobalFunction& function : kGlobals)
        if (function.name == name)
            return &function;
    return nullptr;
}

Value globalValue(const GlobalFunction& function)
{
    Value value = Value::of(Kind::Function);
    value.integer = &function - kGlobals;
    return value;
}

Value callGlobal(Machine& machine, const Value& function, const Arguments& arguments, std::time_t now)
{
    return kGlobals[static_cast<std::size_t>(function.integer)].call(machine, arguments, now);
}

} // namespace qwill::engine::jinja

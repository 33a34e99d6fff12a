// Python's + − * / // % ** on numbers, strings and lists. One thread a Machine.

#include "text/jinja_run.h"

#include <algorithm>
#include <cmath>

namespace qwill::engine::jinja {

namespace {

using Kind = Value::Kind;

constexpr std::string_view kSigns[] = {"+", "-", "*", "/", "//", "%", "**"};

Value wholePower(Machine& machine, std::int64_t base, std::int64_t exponent)
{
    std::int64_t result = 1;
    for (std::int64_t i = 0; i < exponent && (result != 0 || i == 0) && !(base == 1); ++i) {
        machine.step();
        if (__builtin_mul_overflow(result, base, &result))
            machine.refuse("a number beyond 64 bits");
    }
    return Value::intOf(result);
}

Value wholeNumbers(Machine& machine, Operator op, std::int64_t a, std::int64_t b)
{
    std::int64_t result = 0;
    bool overflow = false;
    switch (op) {
    case Operator::Add: overflow = __builtin_add_overflow(a, b, &result); break;
    case Operator::Subtract: overflow = __builtin_sub_overflow(a, b, &result); break;
    case Operator::Multiply: overflow = __builtin_mul_overflow(a, b, &result); break;
    case Operator::Power:
        return b < 0 ? Value::floatOf(std::pow(static_cast<double>(a), static_cast<double>(b)))
                     : wholePower(machine, a, b);
    default:
        if (b == 0)
            machine.fail("a division by 0");
        if (op == Operator::Divide)
            return Value::floatOf(static_cast<double>(a) / static_cast<double>(b));
        if (b == -1)
            return op == Operator::Modulo ? Value::intOf(0) : negated(machine, Value::intOf(a));
        // Python rounds towards −infinity.
        const bool down = a % b != 0 && (a < 0) != (b < 0);
        result = op == Operator::Modulo ? a % b + (down ? b : 0) : a / b - (down ? 1 : 0);
    }
    if (overflow)
        machine.refuse("a number beyond 64 bits");
    return Value::intOf(result);
}

Value floats(Machine& machine, Operator op, double a, double b)
{
    switch (op) {
    case Operator::Add: return Value::floatOf(a + b);
    case Operator::Subtract: return Value::floatOf(a - b);
    case Operator::Multiply: return Value::floatOf(a * b);
    case Operator::Power: return Value::floatOf(std::pow(a, b));
    default: break;
    }
    if (b == 0)
        machine.fail("a division by 0");
    if (op == Operator::Divide)
        return Value::floatOf(a / b);
    const double quotient = std::floor(a / b);
    return Value::floatOf(op == Operator::FloorDivide ? quotient : a - quotient * b);
}

Value repeated(Machine& machine, const Value& value, std::int64_t times)
{
    times = std::max<std::int64_t>(times, 0);
    const std::size_t size = value.isString() ? value.text->size() : value.list->items.size();
    if (static_cast<std::uint64_t>(times) > (std::uint64_t(1) << 30) / std::max<std::size_t>(size, 1))
        machine.refuse("a repetition this long");
    machine.step(static_cast<std::uint64_t>(times));
    machine.chargeBytes(static_cast<std::uint64_t>(times) * size); // before the memory is taken
    if (value.isString()) {
        Text text;
        for (std::int64_t i = 0; i < times; ++i)
            text.append(*value.text);
        return machine.string(std::move(text));
    }
    machine.chargeBytes(static_cast<std::uint64_t>(times) * size * sizeof(Value));
    std::vector<Value> items;
    for (std::int64_t i = 0; i < times; ++i)
        items.insert(items.end(), value.list->items.begin(), value.list->items.end());
    return machine.list(std::move(items), value.kind);
}

} // namespace

Value calculate(Machine& machine, Operator op, const Value& a, const Value& b)
{
    if (a.isWhole() && b.isWhole())
        return wholeNumbers(machine, op, a.whole(), b.whole());
    if (a.isNumber() && b.isNumber())
        return floats(machine, op, a.number(), b.number());
    if (op == Operator::Add && textOf(a) && textOf(b)) {
        Text text = *textOf(a);
        text.append(*textOf(b));
        return machine.string(std::move(text));
    }
    if (op == Operator::Add && a.isList() && a.kind == b.kind) {
        std::vector<Value> items = a.list->items;
        items.insert(items.end(), b.list->items.begin(), b.list->items.end());
        return machine.list(std::move(items), a.kind);
    }
    if (op == Operator::Multiply && (a.isString() || a.isList()) && b.isWhole())
        return repeated(machine, a, b.whole());
    if (op == Operator::Multiply && a.isWhole() && (b.isString() || b.isList()))
        return repeated(machine, b, a.whole());
    if (op == Operator::Modulo && a.isString())
        machine.refuse("formatting with '%'");
    std::string sign(kSigns[static_cast<std::size_t>(op)]);
    machine.fail(sign + " cannot join " + typeName(a) + " and " + typeName(b));
}

Value negated(Machine& machine, const Value& value)
{
    if (value.is(Kind::Float))
        return Value::floatOf(-value.real);
    if (!value.isWhole())
        machine.fail("'-' wants a number, not " + typeName(value));
    if (value.whole() == INT64_MIN)
        machine.refuse("a number beyond 64 bits");
    return Value::intOf(-value.whole());
}

} // namespace qwill::engine::jinja

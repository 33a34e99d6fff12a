// What a value has inside: its length, its items, attributes, elements and slices. One thread a Machine.

#include "text/jinja_methods.h"
#include "text/jinja_value.h"
#include "text/utf8.h"

#include <algorithm>

namespace qwill::engine::jinja {

namespace {

using Kind = Value::Kind;

std::vector<Value> charactersOf(Machine& machine, const Text& text)
{
    std::vector<Value> characters;
    for (std::size_t at = 0; at < text.size();) {
        const auto length = static_cast<std::size_t>(decodeUtf8(text.view().substr(at)).length);
        characters.push_back(machine.string(text.slice(at, at + length)));
        at += length;
    }
    return characters;
}

std::size_t countCodePoints(std::string_view text)
{
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count)
        at += static_cast<std::size_t>(decodeUtf8(text.substr(at)).length);
    return count;
}

Value loopAttribute(Machine& machine, const Value& value, std::string_view name)
{
    const Loop& loop = *value.loop;
    const auto index = static_cast<std::int64_t>(loop.at), count = static_cast<std::int64_t>(loop.items.size());
    if (name == "index")
        return Value::intOf(index + 1);
    if (name == "index0")
        return Value::intOf(index);
    if (name == "first")
        return Value::boolOf(index == 0);
    if (name == "last")
        return Value::boolOf(index + 1 == count);
    if (name == "length")
        return Value::intOf(count);
    if (name == "revindex")
        return Value::intOf(count - index);
    if (name == "revindex0")
        return Value::intOf(count - index - 1);
    if (name == "previtem")
        return index > 0 ? loop.items[loop.at - 1] : machine.undefined("loop.previtem");
    if (name == "nextitem")
        return index + 1 < count ? loop.items[loop.at + 1] : machine.undefined("loop.nextitem");
    if (name == "depth")
        return Value::intOf(loop.depth);
    if (name == "depth0")
        return Value::intOf(loop.depth - 1);
    if (name == "cycle" || name == "changed")
        return machine.method(value, name == "cycle" ? "cycle" : "changed");
    return machine.undefined("loop." + std::string(name));
}

Value methodOr(Machine& machine, const Value& object, std::string_view name, std::string_view missing)
{
    for (const std::string_view method : methodNames(object.kind))
        if (method == name)
            return machine.method(object, method);
    return machine.undefined(missing);
}

// Python's way with slices: bounds beyond the ends are cut off.
struct Range {
    std::int64_t start = 0, stop = 0, step = 1;
};

Range rangeOf(Machine& machine, const SliceBounds& bounds, std::int64_t length)
{
    const auto whole = [&](const Value& value, std::int64_t absent) {
        if (value.is(Kind::None))
            return absent;
        if (!value.isWhole())
            machine.fail("a slice's bounds are integers, not " + typeName(value));
        return value.whole();
    };
    Range range;
    constexpr std::int64_t kFar = std::int64_t(1) << 40; // longer than any text; sums with it do not overflow
    range.step = std::clamp(whole(bounds.step, 1), -kFar, kFar);
    if (range.step == 0)
        machine.fail("a slice's step cannot be 0");
    const bool backwards = range.step < 0;
    const auto clip = [&](std::int64_t at) {
        if (at < 0)
            at = std::max<std::int64_t>(at + length, backwards ? -1 : 0);
        return std::min(at, backwards ? length - 1 : length);
    };
    range.start = bounds.start.is(Kind::None) ? (backwards ? length - 1 : 0) : clip(whole(bounds.start, 0));
    range.stop = bounds.stop.is(Kind::None) ? (backwards ? -1 : length) : clip(whole(bounds.stop, 0));
    return range;
}

// Offsets of the code points of a text and of its end; ASCII needs none.
std::vector<std::size_t> codePointOffsets(std::string_view text)
{
    std::vector<std::size_t> offsets;
    for (std::size_t at = 0; at < text.size();) {
        offsets.push_back(at);
        at += static_cast<std::size_t>(decodeUtf8(text.substr(at)).length);
    }
    offsets.push_back(text.size());
    return offsets;
}

Value sliceText(Machine& machine, const Text& text, const SliceBounds& bounds)
{
    machine.step(text.size() / 16);
    const std::vector<std::size_t> offsets = codePointOffsets(text.view());
    const Range range = rangeOf(machine, bounds, static_cast<std::int64_t>(offsets.size()) - 1);
    Text part;
    if (range.step == 1) {
        if (range.start < range.stop)
            part.append(text, offsets[static_cast<std::size_t>(range.start)],
                        offsets[static_cast<std::size_t>(range.stop)]);
        return machine.string(std::move(part));
    }
    for (std::int64_t i = range.start; range.step > 0 ? i < range.stop : i > range.stop; i += range.step) {
        const auto at = static_cast<std::size_t>(i);
        part.append(text, offsets[at], offsets[at + 1]);
    }
    return machine.string(std::move(part));
}

} // namespace

std::size_t lengthOf(Machine& machine, const Value& value)
{
    switch (value.kind) {
    case Kind::Undefined: return 0;
    case Kind::String: machine.step(value.text->size() / 16); return countCodePoints(value.text->view());
    case Kind::List:
    case Kind::Tuple: return value.list->items.size();
    case Kind::Dict: return value.dict->items.size();
    case Kind::Loop: return value.loop->items.size();
    default: machine.fail(typeName(value) + " has no length");
    }
}

std::vector<Value> itemsOf(Machine& machine, const Value& iterable)
{
    std::vector<Value> items;
    switch (iterable.kind) {
    case Kind::Undefined: break;
    case Kind::String: items = charactersOf(machine, *iterable.text); break;
    case Kind::List:
    case Kind::Tuple: items = iterable.list->items; break;
    case Kind::Dict:
        for (const auto& item : iterable.dict->items)
            items.push_back(item.first);
        break;
    default: machine.fail("cannot loop over " + typeName(iterable));
    }
    machine.step(items.size());
    machine.chargeBytes(items.size() * sizeof(Value));
    return items;
}

Value attribute(Machine& machine, const Value& object, std::string_view name)
{
    switch (object.kind) {
    case Kind::Undefined: machine.fail(typeName(object) + " has no attribute '" + std::string(name) + "'");
    case Kind::Loop: return loopAttribute(machine, object, name);
    case Kind::Namespace: {
        const Value* found = object.dict->find(name);
        return found ? *found : machine.undefined(name);
    }
    case Kind::Dict: {
        const Value method = methodOr(machine, object, name, name);
        const Value* found = method.isUndefined() ? object.dict->find(name) : nullptr;
        return found ? *found : method;
    }
    default: return methodOr(machine, object, name, name);
    }
}

Value subscript(Machine& machine, const Value& object, const Value& key)
{
    if (object.isUndefined())
        machine.fail(typeName(object) + " has no elements");
    if (object.isDict()) {
        if (key.isString()) {
            const Value* found = object.dict->find(key.text->view());
            return found ? *found : methodOr(machine, object, key.text->view(), key.text->view());
        }
        for (const auto& [name, value] : object.dict->items)
            if (equal(machine, name, key))
                return value;
        return machine.undefined("a key");
    }
    if (key.isWhole() && (object.isList() || object.isString())) {
        const auto length = static_cast<std::int64_t>(lengthOf(machine, object));
        const std::int64_t at = key.whole() < 0 ? key.whole() + length : key.whole();
        if (at < 0 || at >= length)
            return machine.undefined("an element");
        if (object.isList())
            return object.list->items[static_cast<std::size_t>(at)];
        return sliceText(machine, *object.text, {Value::intOf(at), Value::intOf(at + 1), Value::none()});
    }
    if (key.isString())
        return object.isString() || object.isList() ? methodOr(machine, object, key.text->view(), key.text->view())
                                                    : attribute(machine, object, key.text->view());
    return machine.undefined("an element");
}

Value slice(Machine& machine, const Value& object, const SliceBounds& bounds)
{
    if (const Text* text = textOf(object))
        return sliceText(machine, *text, bounds);
    if (!object.isList())
        machine.fail("cannot slice " + typeName(object));
    const std::vector<Value>& items = object.list->items;
    const Range range = rangeOf(machine, bounds, static_cast<std::int64_t>(items.size()));
    std::vector<Value> part;
    for (std::int64_t i = range.start; range.step > 0 ? i < range.stop : i > range.stop; i += range.step)
        part.push_back(items[static_cast<std::size_t>(i)]);
    return machine.list(std::move(part), object.kind);
}

} // namespace qwill::engine::jinja

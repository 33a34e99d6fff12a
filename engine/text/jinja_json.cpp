#include "text/jinja_json.h"

#include "text/jinja_methods.h"
#include "text/utf8.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace qwill::engine::jinja {

namespace {

using Kind = Value::Kind;
using nlohmann::json;

constexpr std::size_t kMaxDepth = 96;

class Reader final : public nlohmann::json_sax<json> {
public:
    explicit Reader(Machine& machine) : m_machine(machine) { }
    Value result;

    bool null() override { return add(Value::none()); }
    bool boolean(bool v) override { return add(Value::boolOf(v)); }
    bool number_integer(number_integer_t v) override { return add(Value::intOf(v)); }
    bool number_unsigned(number_unsigned_t v) override
    {
        return v <= static_cast<number_unsigned_t>(INT64_MAX) ? add(Value::intOf(static_cast<std::int64_t>(v)))
                                                              : add(big(std::to_string(v)));
    }
    bool number_float(number_float_t v, const string_t& written) override
    {
        // Whole numbers beyond 64 bits arrive here; Python keeps them.
        return add(written.find_first_of(".eE") == string_t::npos ? big(written) : Value::floatOf(v));
    }
    bool string(string_t& v) override { return add(m_machine.string(v, Origin::Data)); }
    bool binary(binary_t&) override { return false; }
    bool key(string_t& v) override
    {
        m_open.back().key = m_machine.string(v, Origin::Data);
        return true;
    }
    bool start_object(std::size_t) override { return open(m_machine.dict({})); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(m_machine.list({})); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t, const std::string&, const json::exception&) override { return false; }

private:
    struct Open {
        Value value, key;
    };
    Value big(std::string_view digits)
    {
        Value v = m_machine.string(digits, Origin::Data);
        v.kind = Kind::BigInt;
        return v;
    }
    bool add(const Value& value)
    {
        m_machine.step();
        m_machine.chargeBytes(2 * sizeof(Value));
        if (m_open.empty()) {
            result = value;
            return true;
        }
        Open& open = m_open.back();
        if (!open.value.isDict()) {
            open.value.list->items.push_back(value);
            return true;
        }
        auto& items = open.value.dict->items; // the last of two equal keys counts, in the first one's place
        m_machine.step(items.size() / 16);
        const auto same = std::find_if(items.begin(), items.end(),
                                       [&](const auto& item) { return *item.first.text == *open.key.text; });
        if (same != items.end())
            same->second = value;
        else
            items.emplace_back(open.key, value);
        return true;
    }
    bool open(const Value& value)
    {
        if (m_open.size() >= kMaxDepth)
            return false;
        m_open.push_back({value, {}});
        return true;
    }
    bool close()
    {
        const Value value = m_open.back().value;
        m_open.pop_back();
        return add(value);
    }

    Machine& m_machine;
    std::vector<Open> m_open;
};

struct Style {
    std::string item = ", ", key = ": ";
    std::string indent; // of one level; with `lines`
    bool lines = false, ascii = false, sorted = false;
};

class Writer {
public:
    Writer(Machine& machine, const Style& style) : m_machine(machine), m_style(style) { }
    Text text;

    void write(const Value& value, std::size_t level)
    {
        const Machine::Nested nested(m_machine);
        m_machine.step();
        switch (value.kind) {
        case Kind::None: return plain("null");
        case Kind::Bool: return plain(value.boolean ? "true" : "false");
        case Kind::Int: return plain(std::to_string(value.integer));
        case Kind::Float: return plain(number(value.real));
        case Kind::BigInt: return text.append(*value.text);
        case Kind::String: return quote(*value.text);
        case Kind::List:
        case Kind::Tuple: return list(value.list->items, level);
        case Kind::Dict: return dict(value.dict->items, level);
        default: m_machine.fail("tojson cannot write " + typeName(value));
        }
    }

private:
    static std::string number(double value)
    {
        std::string written = pythonFloat(value);
        return written == "nan" ? "NaN" : written == "inf" ? "Infinity" : written == "-inf" ? "-Infinity" : written;
    }
    void plain(std::string_view bytes) { text.append(bytes, Origin::Template); }
    void newLine(std::size_t level)
    {
        if (!m_style.lines)
            return;
        plain("\n");
        m_machine.chargeBytes(level * m_style.indent.size());
        for (std::size_t i = 0; i < level; ++i)
            plain(m_style.indent);
    }
    void list(const std::vector<Value>& items, std::size_t level)
    {
        plain("[");
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (i > 0)
                plain(m_style.item);
            newLine(level + 1);
            write(items[i], level + 1);
        }
        if (!items.empty())
            newLine(level);
        plain("]");
    }
    void dict(std::vector<std::pair<Value, Value>> items, std::size_t level)
    {
        if (m_style.sorted)
            std::stable_sort(items.begin(), items.end(),
                             [&](const auto& a, const auto& b) { return less(m_machine, a.first, b.first); });
        plain("{");
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (i > 0)
                plain(m_style.item);
            newLine(level + 1);
            key(items[i].first);
            plain(m_style.key);
            write(items[i].second, level + 1);
        }
        if (!items.empty())
            newLine(level);
        plain("}");
    }
    void key(const Value& value)
    {
        if (value.isString())
            return quote(*value.text);
        if (!value.isNumber() && !value.is(Kind::None))
            m_machine.fail("tojson cannot write " + typeName(value) + " as a key");
        plain("\"");
        write(value, 0);
        plain("\"");
    }
    void quote(const Text& value)
    {
        plain("\"");
        for (std::size_t i = 0; i < value.size();) {
            constexpr std::string_view kEscaped = "\"\\\n\r\t\b\f", kLetters = "\"\\nrtbf";
            const char c = value.view()[i];
            std::size_t length = 1;
            if (const std::size_t at = kEscaped.find(c); at != std::string_view::npos) {
                text.appendAs(value, i, std::string{'\\', kLetters[at]});
            } else if (static_cast<unsigned char>(c) < 0x20) {
                text.appendAs(value, i, unit(static_cast<unsigned char>(c)));
            } else if (m_style.ascii && static_cast<unsigned char>(c) >= 0x7f) {
                const Utf8Step step = decodeUtf8(value.view().substr(i));
                length = static_cast<std::size_t>(step.length);
                text.appendAs(value, i, escaped(step.codePoint));
            } else {
                while (i + length < value.size() && isPlain(value.view()[i + length]))
                    ++length;
                text.append(value, i, i + length);
            }
            i += length;
        }
        plain("\"");
    }
    bool isPlain(char c) const
    {
        return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'
            && !(m_style.ascii && static_cast<unsigned char>(c) >= 0x7f);
    }
    static std::string unit(unsigned value)
    {
        constexpr char kHex[] = "0123456789abcdef";
        return {'\\', 'u', kHex[value >> 12 & 15], kHex[value >> 8 & 15], kHex[value >> 4 & 15], kHex[value & 15]};
    }
    static std::string escaped(char32_t c)
    {
        if (c == 0x7f)
            return "\x7f";
        if (c < 0x10000)
            return unit(c);
        return unit(0xd800 + ((c - 0x10000) >> 10)) + unit(0xdc00 + ((c - 0x10000) & 0x3ff));
    }

    Machine& m_machine;
    const Style& m_style;
};

} // namespace

std::optional<Value> valueFromJson(Machine& machine, std::string_view text)
{
    Reader reader(machine);
    if (!json::sax_parse(text.begin(), text.end(), &reader))
        return std::nullopt;
    return reader.result;
}

Value toJson(Machine& machine, const Value& value, const Arguments& arguments)
{
    Style style;
    if (const Value* ascii = arguments.find(0, "ensure_ascii"))
        style.ascii = truth(*ascii);
    if (const Value* indent = arguments.find(1, "indent"); indent && !indent->is(Kind::None)) {
        style.lines = true;
        style.item = ",";
        if (indent->isString())
            style.indent = indent->text->view();
        else
            style.indent.assign(
                static_cast<std::size_t>(std::clamp<std::int64_t>(wantWhole(machine, *indent, "indent"), 0, 64)), ' ');
    }
    if (const Value* separators = arguments.find(2, "separators"); separators && !separators->is(Kind::None)) {
        if (!separators->isList() || separators->list->items.size() != 2)
            machine.fail("separators are two strings");
        style.item = wantString(machine, separators->list->items[0], "a separator").view();
        style.key = wantString(machine, separators->list->items[1], "a separator").view();
    }
    if (const Value* sorted = arguments.find(3, "sort_keys"))
        style.sorted = truth(*sorted);
    Writer writer(machine, style);
    writer.write(value, 0);
    return machine.string(std::move(writer.text));
}

} // namespace qwill::engine::jinja

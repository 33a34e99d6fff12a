#include "sample/grammar.h"

#include "base/check.h"

#include <algorithm>
#include <map>
#include <utility>

namespace qwill::engine {

namespace {

using Op = Grammar::Instruction::Op;

// Further from a bound than a token is long, one place in a string is like another.
constexpr int kFar = 160;
constexpr int kMostCharacters = 65536; // a longer string than that is not begun
constexpr std::int32_t kStringKeys = 1 << 16; // keys of places in strings, above those of the prelude's instructions

std::int32_t stringKey(int least, int most)
{
    const int capped = most < 0 ? kFar + 1 : std::min(most, kFar);
    return kStringKeys + std::min(least, kFar) * (kFar + 2) + capped;
}

ByteSet range(unsigned first, unsigned last)
{
    ByteSet set;
    for (unsigned i = first; i <= last; ++i)
        set.set(i);
    return set;
}

ByteSet any(std::string_view bytes)
{
    ByteSet set;
    for (const char c : bytes)
        set.set(static_cast<unsigned char>(c));
    return set;
}

} // namespace

GrammarBuilder::GrammarBuilder()
{
    definePrelude();
}

GrammarNode GrammarBuilder::add(Node node)
{
    m_nodes.push_back(std::move(node));
    return static_cast<GrammarNode>(m_nodes.size()) - 1;
}

GrammarNode GrammarBuilder::literal(std::string_view bytes)
{
    std::vector<GrammarNode> parts;
    for (const char c : bytes)
        parts.push_back(oneOf(any({&c, 1})));
    return parts.size() == 1 ? parts[0] : sequence(std::move(parts));
}

GrammarNode GrammarBuilder::oneOf(const ByteSet& set)
{
    const auto known = std::find(m_sets.begin(), m_sets.end(), set);
    Node node;
    node.kind = Node::Kind::Set;
    node.set = static_cast<std::int32_t>(known - m_sets.begin());
    if (known == m_sets.end())
        m_sets.push_back(set);
    return add(std::move(node));
}

// A stretch in which every byte has a range of its own.
void GrammarBuilder::addUtf8(char32_t first, char32_t last, int length, std::vector<GrammarNode>& ways)
{
    for (int low = 1; low < length; ++low) {
        const char32_t mask = (char32_t(1) << (6 * low)) - 1;
        if ((first & ~mask) == (last & ~mask))
            continue;
        if ((first & mask) != 0) {
            addUtf8(first, first | mask, length, ways);
            return addUtf8((first | mask) + 1, last, length, ways);
        }
        if ((last & mask) != mask) {
            addUtf8(first, (last & ~mask) - 1, length, ways);
            return addUtf8(last & ~mask, last, length, ways);
        }
    }
    std::vector<GrammarNode> bytes;
    for (int i = 0; i < length; ++i) {
        const auto byte = [&](char32_t c) {
            const unsigned lead = length == 1 ? 0 : (0xf00u >> length) & 0xff;
            const unsigned part = static_cast<unsigned>(c >> (6 * (length - 1 - i)));
            return i > 0 ? 0x80 | (part & 0x3f) : lead | part;
        };
        bytes.push_back(oneOf(range(byte(first), byte(last))));
    }
    ways.push_back(sequence(std::move(bytes)));
}

GrammarNode GrammarBuilder::codePoints(char32_t first, char32_t last)
{
    constexpr std::pair<char32_t, char32_t> kStretches[] = {
        {0, 0x7f}, {0x80, 0x7ff}, {0x800, 0xd7ff}, {0xe000, 0xffff}, {0x10000, 0x10ffff}};
    constexpr int kLengths[] = {1, 2, 3, 3, 4};
    std::vector<GrammarNode> ways;
    for (std::size_t i = 0; i < std::size(kStretches); ++i) {
        const char32_t from = std::max(first, kStretches[i].first), to = std::min(last, kStretches[i].second);
        if (from <= to)
            addUtf8(from, to, kLengths[i], ways);
    }
    return choice(std::move(ways));
}

GrammarNode GrammarBuilder::sequence(std::vector<GrammarNode> parts)
{
    Node node;
    node.kind = Node::Kind::Sequence;
    node.parts = std::move(parts);
    return add(std::move(node));
}

GrammarNode GrammarBuilder::choice(std::vector<GrammarNode> parts)
{
    if (parts.size() == 1)
        return parts[0];
    Node node;
    node.kind = Node::Kind::Choice;
    node.parts = std::move(parts);
    return add(std::move(node));
}

GrammarNode GrammarBuilder::repeat(GrammarNode part, int least, int most)
{
    Node node;
    node.kind = Node::Kind::Repeat;
    node.parts = {part};
    node.least = least;
    node.most = most;
    return add(std::move(node));
}

GrammarNode GrammarBuilder::call(GrammarRule rule)
{
    Node node;
    node.kind = Node::Kind::Call;
    node.rule = rule;
    return add(std::move(node));
}

GrammarRule GrammarBuilder::declare()
{
    m_rules.emplace_back();
    return static_cast<GrammarRule>(m_rules.size()) - 1;
}

void GrammarBuilder::define(GrammarRule rule, GrammarNode body)
{
    m_rules[static_cast<std::size_t>(rule)].body = body;
}

GrammarRule GrammarBuilder::string(int least, int most)
{
    if (least == 0 && most == kUnbounded)
        return String;
    const GrammarRule rule = declare();
    Rule& string = m_rules[static_cast<std::size_t>(rule)];
    string.isString = true;
    string.least = least;
    string.most = most == kUnbounded ? kUnbounded : std::min(most, kMostCharacters);
    return rule;
}

void GrammarBuilder::definePrelude()
{
    for (int i = 0; i < PreludeEnd; ++i)
        declare();
    m_quote = literal("\"");
    const GrammarNode hex = oneOf(any("0123456789abcdefABCDEF"));
    // \ud800 … \udfff are halves that mean nothing alone.
    const GrammarNode unit = choice({sequence({oneOf(any("0123456789abcefABCEF")), hex, hex, hex}),
                                     sequence({oneOf(any("dD")), oneOf(any("01234567")), hex, hex})});
    const GrammarNode escape =
        sequence({literal("\\"), choice({oneOf(any("\"\\/bfnrt")), sequence({literal("u"), unit})})});
    const GrammarNode plain = choice({oneOf(range(0x20, 0x7f) & ~any("\"\\")), codePoints(0x80, 0x10ffff)});
    define(Character, choice({plain, escape}));
    define(PlainCharacter, plain);
    m_rules[String].isString = true;
    m_rules[String].most = kUnbounded;
    // Room for both ways people are used to, one line or many, and none for endless blanks.
    define(Space, optional(choice({literal(" "), sequence({literal("\n"), repeat(oneOf(any(" \t")), 0, 32)})})));
    const GrammarNode digit = oneOf(range('0', '9')), first = oneOf(range('1', '9'));
    // As many digits as 64 bits and doubles hold; longer ones other programs could not read.
    const auto whole = [&](int digits) {
        return choice({literal("0"), sequence({first, repeat(digit, 0, digits - 1)})});
    };
    define(Integer, sequence({optional(literal("-")), whole(18)}));
    const GrammarNode fraction = sequence({literal("."), repeat(digit, 1, 15)});
    const GrammarNode exponent = sequence({oneOf(any("eE")), optional(oneOf(any("+-"))), digit, optional(digit)});
    define(Number, sequence({optional(literal("-")), whole(15), optional(fraction), optional(exponent)}));
    const GrammarNode space = call(Space), value = call(JsonValue);
    define(JsonValue,
           choice({call(JsonObject), call(JsonArray), call(String), call(Number), literal("true"), literal("false"),
                   literal("null")}));
    const GrammarNode member = sequence({call(String), literal(":"), space, value});
    const GrammarNode comma = sequence({literal(","), space});
    const auto list = [&](GrammarNode one) {
        return optional(sequence({one, repeat(sequence({comma, one}), 0, kUnbounded), space}));
    };
    define(JsonObject, sequence({literal("{"), space, list(member), literal("}")}));
    define(JsonArray, sequence({literal("["), space, list(value), literal("]")}));
}

std::int32_t GrammarBuilder::append(Grammar& out, Grammar::Instruction instruction, std::int32_t key) const
{
    out.m_code.push_back(instruction);
    out.m_keys.push_back(key);
    out.m_inString.push_back(false);
    return static_cast<std::int32_t>(out.m_code.size()) - 1;
}

void GrammarBuilder::emit(GrammarNode index, Grammar& out) const
{
    const Node& n = node(index);
    const auto here = [&] { return static_cast<std::int32_t>(out.m_code.size()); };
    const auto optionalPart = [&] { // around what is emitted next
        const std::int32_t split = append(out, {Op::Split, 0, 0});
        out.m_code[static_cast<std::size_t>(split)].a = here();
        return split;
    };
    switch (n.kind) {
    case Node::Kind::Set: append(out, {Op::Bytes, n.set, 0}); return;
    case Node::Kind::Sequence:
        for (const GrammarNode part : n.parts)
            emit(part, out);
        return;
    case Node::Kind::Call: {
        const std::int32_t at = append(out, {Op::Call, n.rule, 0}); // the rule's place is filled in last
        out.m_code[static_cast<std::size_t>(at)].b = here();
        return;
    }
    case Node::Kind::Choice: {
        std::vector<std::int32_t> ends;
        for (std::size_t i = 0; i < n.parts.size(); ++i) {
            const bool last = i + 1 == n.parts.size();
            const std::int32_t split = last ? -1 : optionalPart();
            emit(n.parts[i], out);
            if (last)
                break;
            ends.push_back(append(out, {Op::Jump, 0, 0}));
            out.m_code[static_cast<std::size_t>(split)].b = here();
        }
        for (const std::int32_t end : ends)
            out.m_code[static_cast<std::size_t>(end)].a = here();
        return;
    }
    case Node::Kind::Repeat: {
        for (int i = 0; i < n.least; ++i)
            emit(n.parts[0], out);
        std::vector<std::int32_t> splits;
        if (n.most == kUnbounded) {
            splits.push_back(optionalPart());
            emit(n.parts[0], out);
            append(out, {Op::Jump, splits[0], 0});
        }
        for (int i = n.least; i < n.most; ++i) {
            splits.push_back(optionalPart());
            emit(n.parts[0], out);
        }
        for (const std::int32_t split : splits)
            out.m_code[static_cast<std::size_t>(split)].b = here();
        return;
    }
    }
}

// A call of Character for each one, each place with its distance from the bounds as its key.
void GrammarBuilder::emitString(const Rule& rule, Grammar& out) const
{
    const auto first = out.m_code.size();
    const std::int32_t quote = node(m_quote).set;
    const auto here = [&] { return static_cast<std::int32_t>(out.m_code.size()); };
    append(out, {Op::Bytes, quote, 0});
    std::vector<std::int32_t> splits;
    const int count = rule.most == kUnbounded ? rule.least : rule.most;
    for (int i = 0; i < count; ++i) {
        const std::int32_t key = stringKey(std::max(rule.least - i, 0), rule.most == kUnbounded ? -1 : rule.most - i);
        if (i >= rule.least) {
            splits.push_back(append(out, {Op::Split, 0, 0}, key));
            out.m_code.back().a = here();
        }
        append(out, {Op::Call, Character, here() + 1}, key);
    }
    if (rule.most == kUnbounded) {
        const std::int32_t key = stringKey(0, -1), loop = append(out, {Op::Split, 0, 0}, key);
        out.m_code[static_cast<std::size_t>(loop)].a = here();
        append(out, {Op::Call, Character, loop}, key);
        splits.push_back(loop);
    }
    for (const std::int32_t split : splits)
        out.m_code[static_cast<std::size_t>(split)].b = here();
    append(out, {Op::Bytes, quote, 0}, stringKey(0, 0));
    append(out, {Op::Return, 0, 0});
    for (std::size_t i = first + 1; i < out.m_code.size(); ++i)
        out.m_inString[i] = true;
}

bool GrammarBuilder::endsSometime(GrammarNode index, const std::vector<bool>& ends) const
{
    const Node& n = node(index);
    const auto all = [&] {
        return std::all_of(n.parts.begin(), n.parts.end(), [&](GrammarNode p) { return endsSometime(p, ends); });
    };
    switch (n.kind) {
    case Node::Kind::Set: return m_sets[static_cast<std::size_t>(n.set)].any();
    case Node::Kind::Call: return ends[static_cast<std::size_t>(n.rule)];
    case Node::Kind::Choice:
        return std::any_of(n.parts.begin(), n.parts.end(), [&](GrammarNode p) { return endsSometime(p, ends); });
    case Node::Kind::Repeat: return n.least == 0 || all();
    case Node::Kind::Sequence: return all();
    }
    return false;
}

bool GrammarBuilder::mayBeEmpty(GrammarNode index, const std::vector<bool>& empty) const
{
    const Node& n = node(index);
    const auto is = [&](GrammarNode part) { return mayBeEmpty(part, empty); };
    switch (n.kind) {
    case Node::Kind::Set: return false;
    case Node::Kind::Call: return empty[static_cast<std::size_t>(n.rule)];
    case Node::Kind::Choice: return std::any_of(n.parts.begin(), n.parts.end(), is);
    case Node::Kind::Repeat: return n.least == 0 || is(n.parts[0]);
    case Node::Kind::Sequence: return std::all_of(n.parts.begin(), n.parts.end(), is);
    }
    return false;
}

void GrammarBuilder::leftCalls(GrammarNode index, const std::vector<bool>& empty, std::vector<GrammarRule>& out) const
{
    const Node& n = node(index);
    if (n.kind == Node::Kind::Call)
        out.push_back(n.rule);
    for (const GrammarNode part : n.parts) {
        leftCalls(part, empty, out);
        if (n.kind == Node::Kind::Sequence && !mayBeEmpty(part, empty))
            break;
    }
}

// Whether some rule calls itself before it has consumed anything.
bool GrammarBuilder::reachesItself() const
{
    std::vector<bool> empty(m_rules.size(), false);
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t i = 0; i < m_rules.size(); ++i)
            if (!empty[i] && !m_rules[i].isString && mayBeEmpty(m_rules[i].body, empty))
                changed = empty[i] = true;
    }
    enum class Mark : std::uint8_t { New, Open, Done };
    std::vector<Mark> marks(m_rules.size(), Mark::New);
    std::vector<std::vector<GrammarRule>> calls(m_rules.size());
    for (std::size_t root = 0; root < m_rules.size(); ++root) {
        std::vector<GrammarRule> path = {static_cast<GrammarRule>(root)};
        while (!path.empty()) {
            const auto rule = static_cast<std::size_t>(path.back());
            if (marks[rule] == Mark::New) {
                marks[rule] = Mark::Open;
                if (!m_rules[rule].isString)
                    leftCalls(m_rules[rule].body, empty, calls[rule]);
            }
            if (marks[rule] == Mark::Done || calls[rule].empty()) {
                marks[rule] = Mark::Done;
                path.pop_back();
                continue;
            }
            const GrammarRule next = calls[rule].back();
            calls[rule].pop_back();
            if (marks[static_cast<std::size_t>(next)] == Mark::Open)
                return true;
            path.push_back(next);
        }
    }
    return false;
}

void GrammarBuilder::classify(Grammar& out)
{
    std::map<std::vector<bool>, std::uint8_t> known;
    for (std::size_t byte = 0; byte < 256; ++byte) {
        std::vector<bool> inSets;
        for (const ByteSet& set : out.m_sets)
            inSets.push_back(set[byte]);
        out.m_classes[byte] = known.emplace(std::move(inSets), static_cast<std::uint8_t>(known.size())).first->second;
    }
    out.m_classCount = static_cast<int>(known.size());
}

Result<std::shared_ptr<const Grammar>> GrammarBuilder::build(GrammarRule start)
{
    std::vector<bool> ends(m_rules.size(), false);
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t i = 0; i < m_rules.size(); ++i)
            if (!ends[i] && (m_rules[i].isString || endsSometime(m_rules[i].body, ends)))
                changed = ends[i] = true;
    }
    if (std::find(ends.begin(), ends.end(), false) != ends.end())
        return Error{ErrorCode::Invalid, "The JSON schema describes a document without an end: nothing can fit it."};
    if (reachesItself())
        return Error{ErrorCode::Invalid, "The JSON schema has a $ref that leads to itself with nothing in between."};
    auto grammar = std::make_shared<Grammar>();
    Grammar& out = *grammar;
    out.m_sets = m_sets;
    std::vector<std::int32_t> starts;
    for (std::size_t i = 0; i < m_rules.size(); ++i) {
        starts.push_back(static_cast<std::int32_t>(out.m_code.size()));
        if (i == String)
            out.m_characterEnd = static_cast<std::int32_t>(out.m_code.size());
        if (m_rules[i].isString) {
            emitString(m_rules[i], out);
            continue;
        }
        emit(m_rules[i].body, out);
        append(out, {Op::Return, 0, 0});
    }
    for (std::int32_t pc = 0; pc < out.m_characterEnd; ++pc)
        out.m_keys[static_cast<std::size_t>(pc)] = pc;
    for (Grammar::Instruction& instruction : out.m_code)
        if (instruction.op == Op::Call)
            instruction.a = starts[static_cast<std::size_t>(instruction.a)];
    out.m_start = starts[static_cast<std::size_t>(start)];
    classify(out);
    return std::shared_ptr<const Grammar>(std::move(grammar));
}

} // namespace qwill::engine

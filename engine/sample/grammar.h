#pragma once
// Grammar: which texts a reply may be, as a program over bytes with calls: what GrammarMatcher runs. Immutable once
// built; any thread.
//
// A recursive transition network (Woods 1970): Bytes consumes one byte of a set, Split goes two ways, Call remembers
// where to go on and runs a rule, Return goes back there. The first rules are the same in every grammar, so that what
// was found out about their states can be kept for the next one.

#include "engine/result.h"
#include "engine/types.h"

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace qwill::engine {

using ByteSet = std::bitset<256>;

// What a grammar is made from: a tree, with indices into GrammarBuilder as references.
using GrammarNode = std::int32_t;
using GrammarRule = std::int32_t;

class Grammar {
public:
    struct Instruction {
        enum class Op : std::uint8_t { Bytes, Split, Jump, Call, Return };
        Op op = Op::Return;
        std::int32_t a = 0; // set, first way, target, rule's first instruction
        std::int32_t b = 0; // second way; Call: where to go on
    };
    // How the states of an instruction may be compared with those of other grammars: kNoKey = not at all.
    static constexpr std::int32_t kNoKey = -1;

    const Instruction& at(std::int32_t pc) const { return m_code[static_cast<std::size_t>(pc)]; }
    const ByteSet& set(std::int32_t index) const { return m_sets[static_cast<std::size_t>(index)]; }
    std::int32_t start() const { return m_start; }
    std::int32_t key(std::int32_t pc) const { return m_keys[static_cast<std::size_t>(pc)]; }
    bool inString(std::int32_t pc) const { return m_inString[static_cast<std::size_t>(pc)]; } // of a string's own rule
    bool inCharacter(std::int32_t pc) const { return pc < m_characterEnd; }
    // Bytes that no set tells apart share a class.
    std::uint8_t classOf(std::uint8_t byte) const { return m_classes[byte]; }
    int classCount() const { return m_classCount; }

private:
    friend class GrammarBuilder;
    std::vector<Instruction> m_code;
    std::vector<ByteSet> m_sets;
    std::vector<std::int32_t> m_keys;
    std::vector<bool> m_inString;
    std::int32_t m_characterEnd = 0; // the rules of one character of a string come first
    std::int32_t m_start = 0;
    std::array<std::uint8_t, 256> m_classes{};
    int m_classCount = 0;
};

class GrammarBuilder {
public:
    // The rules of JSON, the same in every grammar.
    enum Prelude : GrammarRule {
        Character,
        PlainCharacter,
        String,
        Space,
        Integer,
        Number,
        JsonValue,
        JsonObject,
        JsonArray,
        PreludeEnd
    };
    static constexpr int kUnbounded = -1;

    GrammarBuilder();

    GrammarNode literal(std::string_view bytes);
    GrammarNode oneOf(const ByteSet& set);
    GrammarNode codePoints(char32_t first, char32_t last); // as UTF-8; surrogates are left out
    GrammarNode sequence(std::vector<GrammarNode> parts);
    GrammarNode choice(std::vector<GrammarNode> parts);
    GrammarNode repeat(GrammarNode part, int least, int most);
    GrammarNode call(GrammarRule rule);
    GrammarNode optional(GrammarNode part) { return repeat(part, 0, 1); }
    GrammarNode nothing() { return sequence({}); }

    GrammarRule declare(); // to be defined later: a rule may call itself
    void define(GrammarRule rule, GrammarNode body);
    // '"', that many characters, '"'.
    GrammarRule string(int least, int most);

    // Invalid when some rule could never end, or calls itself before it consumes anything.
    Result<std::shared_ptr<const Grammar>> build(GrammarRule start);

private:
    struct Node {
        enum class Kind : std::uint8_t { Set, Sequence, Choice, Repeat, Call };
        Kind kind = Kind::Sequence;
        std::vector<GrammarNode> parts;
        std::int32_t set = 0;
        GrammarRule rule = 0;
        int least = 0, most = 0;
    };
    struct Rule {
        GrammarNode body = -1;
        bool isString = false;
        int least = 0, most = 0; // characters of a string
    };

    GrammarNode add(Node node);
    const Node& node(GrammarNode index) const { return m_nodes[static_cast<std::size_t>(index)]; }
    void addUtf8(char32_t first, char32_t last, int length, std::vector<GrammarNode>& ways);
    void definePrelude();
    void emit(GrammarNode index, Grammar& out) const;
    void emitString(const Rule& rule, Grammar& out) const;
    std::int32_t append(Grammar& out, Grammar::Instruction instruction, std::int32_t key = Grammar::kNoKey) const;
    bool endsSometime(GrammarNode index, const std::vector<bool>& ends) const;
    bool mayBeEmpty(GrammarNode index, const std::vector<bool>& empty) const;
    bool reachesItself() const;
    void leftCalls(GrammarNode index, const std::vector<bool>& empty, std::vector<GrammarRule>& out) const;
    static void classify(Grammar& out);

    std::vector<Node> m_nodes;
    std::vector<Rule> m_rules;
    std::vector<ByteSet> m_sets;
    GrammarNode m_quote = 0;
};

// Any JSON object, or what a JSON schema describes. Invalid for text that is no schema or that nothing fits,
// Unsupported naming a keyword that is not served. Properties come in the schema's order; what it leaves open is
// written the narrow way: no properties that it does not name, unless it says what they are.
Result<std::shared_ptr<const Grammar>> compileGrammar(const ResponseFormat& format);

} // namespace qwill::engine

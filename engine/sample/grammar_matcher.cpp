#include "sample/grammar_matcher.h"

#include "base/check.h"

#include <algorithm>

namespace qwill::engine {

namespace {

using Op = Grammar::Instruction::Op;

// A state costs a row of steps, some hundred bytes; a mask of 150 000 tokens 19 KB.
constexpr std::size_t kMostStates = 30'000, kMostMasks = 64, kMostStrings = 512;

void allow(TokenMask& mask, Token token)
{
    mask[static_cast<std::size_t>(token) / 64] |= std::uint64_t(1) << (static_cast<std::size_t>(token) % 64);
}

} // namespace

GrammarVocabulary::GrammarVocabulary(std::span<const std::string_view> texts, std::vector<Token> endTokens)
    : m_texts(texts.begin(), texts.end()),
      m_endTokens(std::move(endTokens))
{
    std::erase_if(m_endTokens, [&](Token token) { return token < 0 || token >= size(); });
    for (const Token end : m_endTokens)
        m_texts[static_cast<std::size_t>(end)] = {};
    std::vector<std::pair<std::string_view, Token>> tokens;
    for (std::size_t i = 0; i < m_texts.size(); ++i)
        tokens.emplace_back(m_texts[i], static_cast<Token>(i));
    m_trie = TokenTrie::build(std::move(tokens));
}

std::string_view GrammarVocabulary::text(Token token) const
{
    return token >= 0 && token < size() ? m_texts[static_cast<std::size_t>(token)] : std::string_view();
}

bool GrammarVocabulary::isEnd(Token token) const
{
    return std::find(m_endTokens.begin(), m_endTokens.end(), token) != m_endTokens.end();
}

GrammarMatcher::GrammarMatcher(std::shared_ptr<const Grammar> grammar, std::shared_ptr<GrammarVocabulary> vocabulary)
    : m_grammar(std::move(grammar)),
      m_vocabulary(std::move(vocabulary))
{
    QWILL_CHECK(state({}, false) == kDead);
    std::vector<StackId> stacks;
    bool ends = false;
    follow(m_grammar->start(), kBottom, stacks, ends);
    m_state = state(std::move(stacks), ends);
    m_path.resize(static_cast<std::size_t>(m_vocabulary->trie().depth) + 1);
}

GrammarMatcher::StackId GrammarMatcher::frame(std::int32_t pc, StackId parent)
{
    const std::uint64_t key =
        (static_cast<std::uint64_t>(static_cast<std::uint32_t>(pc)) << 32) | static_cast<std::uint32_t>(parent);
    const auto [it, isNew] = m_frameIds.emplace(key, static_cast<StackId>(m_frames.size()));
    if (isNew)
        m_frames.push_back({pc, parent});
    return it->second;
}

GrammarMatcher::StateId GrammarMatcher::state(std::vector<StackId> stacks, bool ends)
{
    std::sort(stacks.begin(), stacks.end());
    stacks.erase(std::unique(stacks.begin(), stacks.end()), stacks.end());
    std::vector<StackId> key = stacks;
    if (ends)
        key.push_back(kBottom);
    const auto [it, isNew] = m_stateIds.emplace(std::move(key), static_cast<StateId>(m_states.size()));
    if (isNew) {
        m_states.push_back({std::move(stacks), ends});
        m_steps.resize(m_steps.size() + static_cast<std::size_t>(m_grammar->classCount()), kUnknown);
    }
    return it->second;
}

// Everything that can be reached from there without consuming a byte. Ends, because no rule calls itself on the left.
void GrammarMatcher::follow(std::int32_t pc, StackId parent, std::vector<StackId>& stacks, bool& ends)
{
    m_seen.clear();
    std::vector<Frame> open = {{pc, parent}};
    while (!open.empty()) {
        const Frame at = open.back();
        open.pop_back();
        const Grammar::Instruction& instruction = m_grammar->at(at.pc);
        switch (instruction.op) {
        case Op::Bytes: stacks.push_back(frame(at.pc, at.parent)); break;
        case Op::Split: {
            const StackId here = frame(at.pc, at.parent); // choices of choices may meet again
            if (std::find(m_seen.begin(), m_seen.end(), here) != m_seen.end())
                break;
            m_seen.push_back(here);
            open.push_back({instruction.b, at.parent});
            open.push_back({instruction.a, at.parent});
            break;
        }
        case Op::Jump: open.push_back({instruction.a, at.parent}); break;
        case Op::Call: {
            // A call that is followed by a return needs no frame.
            std::int32_t next = instruction.b;
            while (m_grammar->at(next).op == Op::Jump)
                next = m_grammar->at(next).a;
            const bool last = m_grammar->at(next).op == Op::Return;
            open.push_back({instruction.a, last ? at.parent : frame(next, at.parent)});
            break;
        }
        case Op::Return:
            if (at.parent == kBottom) {
                ends = true;
                break;
            }
            const Frame below = m_frames[static_cast<std::size_t>(at.parent)];
            open.push_back(below);
            break;
        }
    }
}

GrammarMatcher::StateId GrammarMatcher::step(StateId from, std::uint8_t byte)
{
    const std::size_t at =
        static_cast<std::size_t>(from) * static_cast<std::size_t>(m_grammar->classCount()) + m_grammar->classOf(byte);
    const StateId known = m_steps[at];
    return known != kUnknown ? known : m_steps[at] = stepAnew(from, byte);
}

GrammarMatcher::StateId GrammarMatcher::stepAnew(StateId from, std::uint8_t byte)
{
    std::vector<StackId> next;
    bool ends = false;
    const std::vector<StackId> stacks = m_states[static_cast<std::size_t>(from)].stacks;
    for (const StackId stack : stacks) {
        const Frame top = m_frames[static_cast<std::size_t>(stack)];
        if (m_grammar->set(m_grammar->at(top.pc).a)[byte])
            follow(top.pc + 1, top.parent, next, ends);
    }
    const StateId result = state(std::move(next), ends);
    return result;
}

GrammarMatcher::StateId GrammarMatcher::walk(StateId from, std::string_view text)
{
    for (const char c : text) {
        if (from == kDead)
            break;
        from = step(from, static_cast<std::uint8_t>(c));
    }
    return from;
}

void GrammarMatcher::commit(Token token)
{
    if (m_broken || m_vocabulary->isEnd(token))
        return;
    const std::string_view text = m_vocabulary->text(token);
    const StateId next = text.empty() ? kDead : walk(m_state, text);
    if (next == kDead)
        m_broken = true;
    else
        m_state = next;
    if (m_states.size() > kMostStates)
        forgetMost();
}

bool GrammarMatcher::allows(Token token)
{
    if (m_broken)
        return true;
    if (m_vocabulary->isEnd(token))
        return accepts();
    const std::string_view text = m_vocabulary->text(token);
    return !text.empty() && walk(m_state, text) != kDead;
}

bool GrammarMatcher::accepts() const
{
    return m_states[static_cast<std::size_t>(m_state)].ends;
}

bool GrammarMatcher::finished() const
{
    return !m_broken && accepts() && m_states[static_cast<std::size_t>(m_state)].stacks.empty();
}

bool GrammarMatcher::allowsAnything()
{
    const TokenMask& allowed = mask();
    return m_broken || std::any_of(allowed.begin(), allowed.end(), [](std::uint64_t word) { return word != 0; });
}

const TokenMask& GrammarMatcher::mask()
{
    const auto known = m_masks.find(m_state);
    if (known != m_masks.end())
        return known->second;
    if (m_masks.size() >= kMostMasks)
        m_masks.clear();
    TokenMask& mask = m_masks[m_state];
    mask.assign(m_vocabulary->words(), 0);
    computeMask(m_state, mask);
    return mask;
}

void GrammarMatcher::computeMask(StateId from, TokenMask& mask)
{
    const State current = m_states[static_cast<std::size_t>(from)]; // a copy: more states are made below
    if (current.ends)
        for (const Token end : m_vocabulary->endTokens())
            allow(mask, end);
    // By the string they are in; what is in none is walked for.
    std::map<StackId, std::vector<StackId>> strings;
    std::vector<StackId> others;
    for (const StackId stack : current.stacks) {
        if (const auto base = stringBase(stack))
            strings[*base].push_back(stack);
        else
            others.push_back(stack);
    }
    for (auto& [base, stacks] : strings) {
        for (StackId& stack : stacks)
            stack = aboveBase(stack, base);
        const GrammarVocabulary::Inside& known = inside(stacks);
        for (std::size_t i = 0; i < mask.size(); ++i)
            mask[i] |= known.stays[i];
        allowFrom(known.leaves, from, mask);
    }
    if (!others.empty())
        allowFrom(m_vocabulary->trie(), state(std::move(others), false), mask);
}

// Allows each token of the trie that the state can consume to its end.
void GrammarMatcher::allowFrom(const TokenTrie& trie, StateId from, TokenMask& mask)
{
    m_path[0] = from;
    for (std::uint32_t i = 0; i < trie.nodes.size();) {
        const TokenTrie::Node& node = trie.nodes[i];
        const StateId next = step(m_path[node.depth - 1u], node.byte);
        if (next == kDead) {
            i = node.end;
            continue;
        }
        m_path[node.depth] = next;
        for (std::uint32_t t = 0; t < node.tokenCount; ++t)
            allow(mask, trie.tokens[node.firstToken + t]);
        ++i;
    }
}

std::optional<GrammarMatcher::StackId> GrammarMatcher::stringBase(StackId stack) const
{
    Frame top = m_frames[static_cast<std::size_t>(stack)];
    if (m_grammar->inCharacter(top.pc)) {
        if (top.parent == kBottom)
            return std::nullopt;
        top = m_frames[static_cast<std::size_t>(top.parent)];
    }
    return m_grammar->inString(top.pc) ? std::optional(top.parent) : std::nullopt;
}

GrammarMatcher::StackId GrammarMatcher::aboveBase(StackId stack, StackId base)
{
    const Frame top = m_frames[static_cast<std::size_t>(stack)];
    return frame(top.pc, top.parent == base ? kBottom : aboveBase(top.parent, base));
}

void GrammarMatcher::addKeys(StackId stack, std::vector<std::int64_t>& out) const
{
    std::int64_t key = 0;
    for (; stack != kBottom; stack = m_frames[static_cast<std::size_t>(stack)].parent)
        key = (key << 20) + m_grammar->key(m_frames[static_cast<std::size_t>(stack)].pc);
    out.push_back(key);
}

const GrammarVocabulary::Inside& GrammarMatcher::inside(const std::vector<StackId>& stacks)
{
    std::vector<std::int64_t> key;
    for (const StackId stack : stacks)
        addKeys(stack, key);
    std::sort(key.begin(), key.end());
    auto& known = m_vocabulary->strings;
    if (const auto it = known.find(key); it != known.end())
        return *it->second;
    if (known.size() >= kMostStrings)
        known.clear();
    auto made = std::make_unique<GrammarVocabulary::Inside>();
    made->stays.assign(m_vocabulary->words(), 0);
    const TokenTrie& trie = m_vocabulary->trie();
    std::vector<std::pair<std::string_view, Token>> leaving;
    m_path[0] = state(stacks, false);
    std::uint32_t leavesUntil = 0; // nodes before this one lie behind an end of the string
    for (std::uint32_t i = 0; i < trie.nodes.size();) {
        const TokenTrie::Node& node = trie.nodes[i];
        const StateId next = step(m_path[node.depth - 1u], node.byte);
        const bool leaves = i < leavesUntil;
        if (next == kDead && !leaves) {
            i = node.end;
            continue;
        }
        m_path[node.depth] = next;
        for (std::uint32_t t = 0; t < node.tokenCount; ++t) {
            const Token token = trie.tokens[node.firstToken + t];
            if (next != kDead)
                allow(made->stays, token);
            else
                leaving.emplace_back(m_vocabulary->text(token), token);
        }
        if (m_states[static_cast<std::size_t>(next)].ends)
            leavesUntil = std::max(leavesUntil, node.end);
        ++i;
    }
    made->leaves = TokenTrie::build(std::move(leaving));
    return *(known[std::move(key)] = std::move(made));
}

// Keeps the state it is in and starts numbering anew.
void GrammarMatcher::forgetMost()
{
    const State current = std::move(m_states[static_cast<std::size_t>(m_state)]);
    const std::vector<Frame> frames = std::move(m_frames);
    m_frames.clear();
    m_frameIds.clear();
    m_states.clear();
    m_stateIds.clear();
    m_steps.clear();
    m_masks.clear();
    QWILL_CHECK(state({}, false) == kDead);
    std::vector<StackId> stacks;
    for (const StackId stack : current.stacks) {
        std::vector<std::int32_t> places;
        for (StackId id = stack; id != kBottom; id = frames[static_cast<std::size_t>(id)].parent)
            places.push_back(frames[static_cast<std::size_t>(id)].pc);
        StackId made = kBottom;
        for (auto place = places.rbegin(); place != places.rend(); ++place)
            made = frame(*place, made);
        stacks.push_back(made);
    }
    m_state = state(std::move(stacks), current.ends);
}

} // namespace qwill::engine

#include "text/bpe_tokenizer.h"

#include "base/check.h"
#include "text/text_segments.h"
#include "text/utf8.h"

#include <algorithm>
#include <utility>

namespace qwill::engine {

namespace {
constexpr std::size_t kIdleScratches = 4; // kept for the next calls; each holds about a mebibyte
constexpr std::size_t kKeptBytes = 1 << 20; // a scratch that grew beyond is trimmed after the call
} // namespace

struct BpeTokenizer::Scratch {
    explicit Scratch(const Pretokenizer& pretokenizer) : cursor(pretokenizer) { }

    Pretokenizer::Cursor cursor;
    WordCache cache;
    MergeTable::Workspace workspace;
    NfcBuffers nfc;
    SegmentBuffers segments;
    std::string spaced; // CodePoints: after the replacement of ▁
    std::vector<Token> symbols;

    void trim()
    {
        const auto drop = [](auto& buffer) {
            if (buffer.capacity() * sizeof(buffer[0]) > kKeptBytes)
                std::remove_reference_t<decltype(buffer)>().swap(buffer);
        };
        drop(segments.joined), drop(spaced), drop(nfc.text), drop(nfc.codePoints), drop(symbols);
        drop(workspace.ranks), drop(workspace.next), drop(workspace.previous), drop(workspace.heap);
    }
};

// Takes a scratch out of the idle list, or makes one, and gives it back.
class BpeTokenizer::Lease {
public:
    explicit Lease(const BpeTokenizer& owner) : m_owner(owner)
    {
        {
            const std::lock_guard lock(owner.m_mutex);
            if (!owner.m_idle.empty()) {
                m_scratch = std::move(owner.m_idle.back());
                owner.m_idle.pop_back();
            }
        }
        if (!m_scratch)
            m_scratch = std::make_unique<Scratch>(owner.m_definition.pretokenizer);
    }
    ~Lease()
    {
        m_scratch->trim();
        const std::lock_guard lock(m_owner.m_mutex);
        if (m_owner.m_idle.size() < kIdleScratches)
            m_owner.m_idle.push_back(std::move(m_scratch));
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Scratch& operator*() { return *m_scratch; }

private:
    const BpeTokenizer& m_owner;
    std::unique_ptr<Scratch> m_scratch;
};

BpeTokenizer::BpeTokenizer(BpeDefinition definition) : m_definition(std::move(definition))
{
    m_idle.reserve(kIdleScratches);
    m_special.assign(static_cast<std::size_t>(m_definition.tokens.size()), false);
    for (const AddedToken& token : m_definition.added)
        if (token.special)
            m_special[static_cast<std::size_t>(token.id)] = true;
    m_added.build(std::move(m_definition.added));
    if (m_definition.alphabet == BpeDefinition::Alphabet::CodePoints)
        m_splitBeforeSpaces = spaceStartsWord();
    const auto& bytes = m_definition.byteTokens;
    m_everyByte = std::all_of(bytes.begin(), bytes.end(), [](Token token) { return token >= 0; });
    if (m_everyByte)
        m_definition.merges.indexBytes(bytes);
    m_cuts.build(m_definition.merges, m_definition.tokens);
}

BpeTokenizer::~BpeTokenizer() = default;

bool BpeTokenizer::isSpecial(Token token) const
{
    return token >= 0 && static_cast<std::size_t>(token) < m_special.size()
        && m_special[static_cast<std::size_t>(token)];
}

std::optional<Token> BpeTokenizer::findSpecial(std::string_view name) const
{
    for (const AddedToken& token : m_added.tokens())
        if (token.text == name)
            return token.id;
    return std::nullopt;
}

// If no merge makes a token with a space behind something else, merging cannot cross such a place, and cutting there
// gives the same tokens: short words, and a cache that knows them.
bool BpeTokenizer::spaceStartsWord() const
{
    for (Token id = 0; id < m_definition.tokens.size(); ++id) {
        const std::string_view bytes = m_definition.tokens.bytes(id);
        for (std::size_t i = 1; i < bytes.size(); ++i)
            if (bytes[i] == ' ' && bytes[i - 1] != ' ' && m_definition.merges.makes(id))
                return false;
    }
    return true;
}

void BpeTokenizer::encode(std::span<const TextPiece> pieces, std::vector<Token>& out) const
{
    Lease lease(*this);
    Scratch& scratch = *lease;
    forEachSegment(
        pieces, m_added, scratch.segments,
        [&](std::string_view text, bool first) { encodeOrdinary(text, first, scratch, out); },
        [&](Token token) { out.push_back(token); });
}

void BpeTokenizer::encodeOrdinary(std::string_view text, bool first, Scratch& scratch, std::vector<Token>& out) const
{
    // Valid runs go their ordinary way; a byte that is not UTF-8 is its own token.
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t invalid = findInvalidUtf8(text, i);
        if (invalid > i) {
            const std::string_view run = text.substr(i, invalid - i);
            if (m_definition.alphabet == BpeDefinition::Alphabet::Bytes)
                encodeBytesAlphabet(run, scratch, out);
            else
                encodeCodePoints(run, i == 0, first, scratch, out);
        }
        if (invalid == text.size())
            return;
        const int length = decodeUtf8(text.substr(invalid)).length;
        i = invalid + static_cast<std::size_t>(length);
        for (std::size_t at = invalid; at < i; ++at) {
            const Token token = m_definition.byteTokens[static_cast<unsigned char>(text[at])];
            if (token >= 0 || m_definition.unknown >= 0)
                out.push_back(token >= 0 ? token : m_definition.unknown);
        }
    }
}

void BpeTokenizer::encodeBytesAlphabet(std::string_view text, Scratch& scratch, std::vector<Token>& out) const
{
    if (m_definition.normaliseNfc)
        text = toNfc(text, scratch.nfc);
    m_definition.pretokenizer.split(text, scratch.cursor, [&](std::string_view word) {
        // With ignoreMerges the whole word must be looked up as one.
        if (static_cast<unsigned char>(word.back()) < 0x80 || m_definition.ignoreMerges)
            encodeWord(word, scratch, out);
        else
            encodeInCuts(word, scratch, out);
    });
}

// `word` is valid UTF-8.
void BpeTokenizer::encodeInCuts(std::string_view word, Scratch& scratch, std::vector<Token>& out) const
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(word[i]); };
    std::size_t begin = 0, left = 0; // of the stretch, of the code point before `i`
    for (std::size_t i = 0; i < word.size();) {
        const std::size_t length = byte(i) < 0x80 ? 1 : byte(i) < 0xe0 ? 2 : byte(i) < 0xf0 ? 3 : 4;
        if (i > 0 && length > 1 && m_cuts.mayCut(word.substr(left, i - left), word.substr(i, length))) {
            encodeWord(word.substr(begin, i - begin), scratch, out);
            begin = i;
        }
        left = i;
        i += length;
    }
    encodeWord(word.substr(begin), scratch, out);
}

void BpeTokenizer::encodeCodePoints(std::string_view text, bool atStart, bool first, Scratch& scratch,
                                    std::vector<Token>& out) const
{
    using Prefix = BpeDefinition::Prefix;
    constexpr std::string_view kMetaSpace = "\xe2\x96\x81"; // ▁, which these vocabularies write for a space
    if (m_definition.normaliseNfc)
        text = toNfc(text, scratch.nfc);
    std::string& spaced = scratch.spaced;
    spaced.clear();
    const bool beginsWithSpace = text[0] == ' ' || text.starts_with(kMetaSpace);
    if (m_definition.prefix != Prefix::None && atStart && (first || !m_definition.prefixFirstOnly)
        && !(m_definition.prefix == Prefix::UnlessSpace && beginsWithSpace))
        spaced += ' ';
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t meta = std::min(text.find(kMetaSpace, i), text.size());
        spaced.append(text.substr(i, meta - i));
        if (meta < text.size())
            spaced += ' ';
        i = meta + kMetaSpace.size();
    }
    const bool everySpace = m_definition.spaceSplit == BpeDefinition::SpaceSplit::EverySpace;
    const std::string_view all = spaced;
    std::size_t begin = 0;
    if (everySpace || m_splitBeforeSpaces)
        for (std::size_t i = 1; i < all.size(); ++i)
            if (all[i] == ' ' && (everySpace || all[i - 1] != ' ')) {
                encodeWord(all.substr(begin, i - begin), scratch, out);
                begin = i;
            }
    encodeWord(all.substr(begin), scratch, out);
}

void BpeTokenizer::encodeWord(std::string_view word, Scratch& scratch, std::vector<Token>& out) const
{
    if (!WordCache::accepts(word)) {
        mergeWord(word, scratch);
        out.insert(out.end(), scratch.symbols.begin(), scratch.symbols.end());
        return;
    }
    WordCache::Entry& entry = scratch.cache.at(word);
    if (WordCache::holds(entry, word)) {
        out.insert(out.end(), entry.tokens, entry.tokens + entry.count);
        return;
    }
    mergeWord(word, scratch);
    WordCache::store(entry, word, scratch.symbols);
    out.insert(out.end(), scratch.symbols.begin(), scratch.symbols.end());
}

void BpeTokenizer::mergeWord(std::string_view word, Scratch& scratch) const
{
    std::vector<Token>& symbols = scratch.symbols;
    symbols.clear();
    if (m_definition.ignoreMerges) {
        const Token whole = m_definition.tokens.find(word);
        if (whole >= 0) {
            symbols.push_back(whole);
            return;
        }
    }
    if (m_definition.alphabet == BpeDefinition::Alphabet::CodePoints) {
        appendCodePointSymbols(word, symbols);
    } else if (m_everyByte) {
        symbols.resize(word.size());
        for (std::size_t i = 0; i < word.size(); ++i)
            symbols[i] = m_definition.byteTokens[static_cast<unsigned char>(word[i])];
        symbols.resize(m_definition.merges.mergeBytes(word, symbols, scratch.workspace));
        return;
    } else {
        for (const char c : word) {
            const Token token = m_definition.byteTokens[static_cast<unsigned char>(c)];
            if (token >= 0 || m_definition.unknown >= 0)
                symbols.push_back(token >= 0 ? token : m_definition.unknown);
        }
    }
    symbols.resize(m_definition.merges.merge(symbols, scratch.workspace));
}

void BpeTokenizer::appendCodePointSymbols(std::string_view word, std::vector<Token>& symbols) const
{
    bool lastUnknown = false;
    for (std::size_t i = 0; i < word.size();) {
        const auto length = static_cast<std::size_t>(decodeUtf8(word.substr(i)).length);
        const std::string_view character = word.substr(i, length);
        i += length;
        const Token token = m_definition.tokens.find(character);
        if (token >= 0) {
            symbols.push_back(token);
            lastUnknown = false;
            continue;
        }
        const auto byteToken = [&](char c) { return m_definition.byteTokens[static_cast<unsigned char>(c)]; };
        if (std::all_of(character.begin(), character.end(), [&](char c) { return byteToken(c) >= 0; })) {
            for (const char c : character)
                symbols.push_back(byteToken(c));
            lastUnknown = false;
        } else if (m_definition.unknown >= 0 && !(lastUnknown && m_definition.fuseUnknown)) {
            symbols.push_back(m_definition.unknown);
            lastUnknown = true;
        }
    }
}

} // namespace qwill::engine

#include "text/merge_table.h"

#include "text/cut_table.h"
#include "text/token_table.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

using namespace qwill::engine;

namespace {

// As the definition reads: always the lowest rank, the leftmost of those.
std::vector<Token> mergeByDefinition(std::vector<Token> symbols, const MergeTable& merges,
                                     const std::vector<Token>& made)
{
    for (;;) {
        std::uint32_t lowest = MergeTable::kNoMerge;
        std::size_t at = 0;
        for (std::size_t i = 0; i + 1 < symbols.size(); ++i)
            if (merges.rank(symbols[i], symbols[i + 1]) < lowest) {
                lowest = merges.rank(symbols[i], symbols[i + 1]);
                at = i;
            }
        if (lowest == MergeTable::kNoMerge)
            return symbols;
        symbols[at] = made[lowest];
        symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    }
}

} // namespace

TEST_CASE("shortAndLongWordsMergeByTheDefinition")
{
    std::mt19937 random(11);
    for (int round = 0; round < 200; ++round) {
        MergeTable merges;
        std::vector<Token> made;
        std::vector<Token> bytes(256, -1);
        for (Token i = 0; i < 4; ++i)
            bytes[static_cast<std::size_t>('a' + i)] = i;
        for (Token id = 4; id < 4 + static_cast<Token>(random() % 40); ++id) {
            const auto any = [&] { return static_cast<Token>(random() % static_cast<unsigned>(id)); };
            REQUIRE(merges.add(any(), any(), id));
            made.push_back(id);
        }
        merges.indexBytes(bytes);
        MergeTable::Workspace workspace;
        for (const std::size_t length : {0u, 1u, 2u, 3u, 17u, 95u, 96u, 97u, 98u, 400u}) {
            std::string word;
            std::vector<Token> symbols;
            for (std::size_t i = 0; i < length; ++i) {
                symbols.push_back(static_cast<Token>(random() % (round % 2 == 0 ? 4 : 2)));
                word.push_back(static_cast<char>('a' + symbols.back()));
            }
            const auto expected = mergeByDefinition(symbols, merges, made);
            std::vector<Token> actual = symbols;
            actual.resize(merges.merge(actual, workspace));
            CHECK(actual == expected);
            actual = symbols;
            actual.resize(merges.mergeBytes(word, actual, workspace));
            CHECK(actual == expected);
        }
    }
}

TEST_CASE("cuttingWhereNoMergeCrossesChangesNothing")
{
    // Three Chinese characters and a two-byte one; random merges of any stretches of bytes.
    const std::vector<std::string> characters = {"中", "串", "国", "é", "x"};
    std::mt19937 random(5);
    std::size_t cuts = 0;
    for (int round = 0; round < 300; ++round) {
        TokenTable tokens;
        std::vector<Token> byteTokens(256, -1);
        for (int byte = 0; byte < 256; ++byte) {
            const char raw = static_cast<char>(static_cast<unsigned char>(byte));
            REQUIRE(tokens.add(byte, {&raw, 1}, TokenTable::Lookup::ByBytes));
            byteTokens[static_cast<std::size_t>(byte)] = byte;
        }
        std::string sample;
        for (int i = 0; i < 200; ++i)
            sample += characters[random() % characters.size()];
        MergeTable merges;
        std::vector<Token> made;
        for (int i = 0; i < 60; ++i) {
            const std::size_t begin = random() % (sample.size() - 12), left = 1 + random() % 5,
                              right = 1 + random() % 5;
            const Token l = tokens.find(sample.substr(begin, left)),
                        r = tokens.find(sample.substr(begin + left, right));
            if (l < 0 || r < 0 || merges.rank(l, r) != MergeTable::kNoMerge
                || tokens.find(sample.substr(begin, left + right)) >= 0)
                continue;
            const Token id = tokens.size();
            REQUIRE(tokens.add(id, sample.substr(begin, left + right), TokenTable::Lookup::ByBytes));
            REQUIRE(merges.add(l, r, id));
            made.push_back(id);
        }
        CutTable table;
        table.build(merges, tokens);
        std::vector<Token> symbols, whole, pieces;
        for (const char c : sample)
            symbols.push_back(byteTokens[static_cast<unsigned char>(c)]);
        whole = mergeByDefinition(symbols, merges, made);
        std::size_t begin = 0, last = 0;
        const auto flush = [&](std::size_t end) {
            const auto at = [&](std::size_t i) { return symbols.begin() + static_cast<std::ptrdiff_t>(i); };
            const auto part = mergeByDefinition({at(begin), at(end)}, merges, made);
            pieces.insert(pieces.end(), part.begin(), part.end());
            begin = end;
        };
        for (std::size_t i = 0; i < sample.size();) {
            std::size_t length = 1;
            while (i + length < sample.size() && (static_cast<unsigned char>(sample[i + length]) & 0xc0) == 0x80)
                ++length;
            const std::string_view text = sample;
            if (i > 0 && length > 1 && table.mayCut(text.substr(last, i - last), text.substr(i, length))) {
                flush(i);
                ++cuts;
            }
            last = i;
            i += length;
        }
        flush(sample.size());
        CHECK(pieces == whole);
    }
    CHECK(cuts > 1000);
}

#include "kv/block_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>

using namespace qwill::engine;

namespace {

using Text = std::vector<Token>;

// What the index ought to know, told naively: the whole text up to the end of each sealed block.
struct Model {
    std::map<BlockId, Text> sealed;

    int longestPrefix(const Text& text) const // blocks
    {
        std::set<Text> known;
        for (const auto& [block, prefix] : sealed)
            known.insert(prefix);
        int blocks = 0;
        while (static_cast<std::size_t>(blocks + 1) * kBlockTokens <= text.size()
               && known.count(Text(text.begin(), text.begin() + (blocks + 1) * kBlockTokens)) > 0)
            ++blocks;
        return blocks;
    }
};

struct Sequence {
    Text text;
    std::unique_ptr<BlockTable> table;
};

std::uint64_t weakHash(std::uint64_t previous, std::span<const Token> tokens)
{
    return (previous + static_cast<std::uint64_t>(tokens[0])) % 3;
}

// Sequences come (continuing an old text or not), grow and go; every slot remembers which text was written through it.
void runRandomLife(unsigned seed, BlockPool::HashFunction hash)
{
    constexpr int kBlocks = 24, kMaxTokens = 8 * kBlockTokens;
    BlockPool pool(kBlocks, hash);
    Model model;
    std::vector<Text> written(kBlocks * kBlockTokens); // text up to and including the slot's token
    std::vector<Sequence> live;
    std::vector<Text> history{{}};
    std::mt19937 random(seed);

    const auto acquired = [&](const BlockTable& table, std::size_t from) {
        for (std::size_t i = from; i < table.blocks().size(); ++i)
            model.sealed.erase(table.blocks()[i]);
    };
    const auto append = [&](Sequence& s, int count) {
        const std::size_t before = s.table->blocks().size();
        const int wanted = std::min<int>(static_cast<int>(s.text.size()) + count, kMaxTokens);
        s.table->growTo(wanted);
        acquired(*s.table, before);
        while (static_cast<int>(s.text.size()) < std::min(wanted, s.table->capacityTokens())) {
            s.text.push_back(static_cast<Token>(random() % 2));
            written[static_cast<std::size_t>(s.table->slot(static_cast<int>(s.text.size()) - 1))] = s.text;
        }
        s.table->sealFull(s.text);
        for (int i = 0; i < s.table->sealedTokens() / kBlockTokens; ++i)
            model.sealed[s.table->blocks()[static_cast<std::size_t>(i)]] =
                Text(s.text.begin(), s.text.begin() + (i + 1) * kBlockTokens);
    };
    for (int step = 0; step < 1500; ++step) {
        const auto action = random() % 10;
        if (action < 4 && live.size() < 6) {
            Sequence s{{}, std::make_unique<BlockTable>(pool, kMaxTokens)};
            Text wanted = history[random() % history.size()];
            wanted.resize(std::min<std::size_t>(wanted.size(), random() % (kMaxTokens + 1)));
            const BlockTable::Match match = s.table->probe(wanted);
            const int freeBefore = pool.free();
            const int got = s.table->takePrefix(wanted);
            REQUIRE(match.blocks * kBlockTokens == got);
            REQUIRE(freeBefore - pool.free() == match.freeBlocks);
            REQUIRE(got == model.longestPrefix(wanted) * kBlockTokens);
            s.text.assign(wanted.begin(), wanted.begin() + got);
            for (int i = 0; i < got; ++i)
                REQUIRE(written[static_cast<std::size_t>(s.table->slot(i))]
                        == Text(wanted.begin(), wanted.begin() + i + 1));
            live.push_back(std::move(s));
        } else if (action < 8 && !live.empty()) {
            append(live[random() % live.size()], 1 + static_cast<int>(random() % 60));
        } else if (!live.empty()) {
            const std::size_t victim = random() % live.size();
            history.push_back(live[victim].text);
            live.erase(live.begin() + static_cast<std::ptrdiff_t>(victim));
        }
        std::set<BlockId> inUse;
        for (const Sequence& s : live) {
            inUse.insert(s.table->blocks().begin(), s.table->blocks().end());
            for (int i = 0; i < static_cast<int>(s.text.size()); i += 7) // nobody overwrote it
                REQUIRE(written[static_cast<std::size_t>(s.table->slot(i))].size() == static_cast<std::size_t>(i) + 1);
        }
        REQUIRE(pool.used() == static_cast<int>(inUse.size()));
        REQUIRE(pool.used() + pool.free() == kBlocks);
        const auto freeSealed = std::count_if(model.sealed.begin(), model.sealed.end(),
                                              [&](const auto& entry) { return inUse.count(entry.first) == 0; });
        REQUIRE(pool.cached() == freeSealed);
    }
    live.clear();
    CHECK(pool.used() == 0);
}

} // namespace

TEST_CASE("a random life agrees with a naive model of the index")
{
    for (unsigned seed = 1; seed <= 6; ++seed)
        runRandomLife(seed, BlockPool::chainHash);
}

TEST_CASE("a random life with colliding hashes agrees too")
{
    for (unsigned seed = 1; seed <= 6; ++seed)
        runRandomLife(seed, weakHash);
}

TEST_CASE("growing stops where the pool ends and keeps what it got")
{
    BlockPool pool(3);
    BlockTable first(pool, 1000), second(pool, 1000);
    CHECK(first.growTo(2 * kBlockTokens));
    CHECK_FALSE(second.growTo(2 * kBlockTokens));
    CHECK(second.capacityTokens() == kBlockTokens);
    first.releaseAll();
    CHECK(second.growTo(2 * kBlockTokens));
}

TEST_CASE("the end of a text is given up before its beginning")
{
    BlockPool pool(3);
    const Text text(3 * kBlockTokens, 5);
    {
        BlockTable table(pool, 200);
        REQUIRE(table.growTo(3 * kBlockTokens));
        table.sealFull(text);
    }
    CHECK(pool.cached() == 3);
    pool.release(pool.acquire());
    BlockTable again(pool, 200);
    CHECK(again.takePrefix(text) == 2 * kBlockTokens);
}

TEST_CASE("discarded content is never found again")
{
    BlockPool pool(3);
    const Text text(2 * kBlockTokens, 5);
    BlockTable table(pool, 200), other(pool, 200);
    REQUIRE(table.growTo(2 * kBlockTokens));
    table.sealFull(text);
    REQUIRE(other.takePrefix(text) == 2 * kBlockTokens);
    table.discardAll();
    CHECK(pool.used() == 2);
    CHECK(other.probe(text).blocks == 0);
    other.releaseAll();
    CHECK(pool.cached() == 0);
    CHECK(pool.free() == 3);
}

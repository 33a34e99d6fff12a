#include "kv/block_pool.h"

#include <doctest/doctest.h>

#include <numeric>
#include <set>

using namespace qwill::engine;

namespace {

std::vector<Token> blockOf(Token first)
{
    std::vector<Token> tokens(kBlockTokens);
    std::iota(tokens.begin(), tokens.end(), first);
    return tokens;
}

} // namespace

TEST_CASE("hands out every block once, then none")
{
    BlockPool pool(5);
    std::set<BlockId> seen;
    for (int i = 0; i < 5; ++i)
        seen.insert(pool.acquire());
    CHECK(seen == std::set<BlockId>{0, 1, 2, 3, 4});
    CHECK(pool.acquire() == kNoBlock);
    CHECK(pool.used() == 5);
    pool.release(3);
    CHECK(pool.acquire() == 3);
}

TEST_CASE("reuses a prefix after it was freed")
{
    BlockPool pool(4);
    const BlockId block = pool.acquire();
    pool.seal(block, {}, blockOf(100));
    pool.release(block);
    CHECK(pool.cached() == 1);
    CHECK(pool.free() == 4);
    CHECK(pool.find({}, blockOf(100)) == block);
    CHECK(pool.find({}, blockOf(101)) == kNoBlock);
    pool.share(block);
    CHECK(pool.cached() == 0);
    CHECK(pool.used() == 1);
}

TEST_CASE("forgets a prefix only when its block is taken, the oldest first, never-sealed blocks before")
{
    BlockPool pool(3);
    const BlockId a = pool.acquire(), b = pool.acquire(), c = pool.acquire();
    pool.seal(a, {}, blockOf(1));
    pool.seal(b, {}, blockOf(2));
    pool.release(b);
    pool.release(a);
    pool.release(c); // not sealed
    CHECK(pool.acquire() == c);
    CHECK(pool.cached() == 2);
    CHECK(pool.acquire() == b);
    CHECK(pool.find({}, blockOf(2)) == kNoBlock);
    CHECK(pool.find({}, blockOf(1)) == a);
}

TEST_CASE("a shared block is free only after its last release")
{
    BlockPool pool(2);
    const BlockId block = pool.acquire();
    pool.share(block);
    pool.release(block);
    CHECK(pool.inUse(block));
    pool.release(block);
    CHECK_FALSE(pool.inUse(block));
    CHECK(pool.free() == 2);
}

TEST_CASE("the same tokens after different texts are different places")
{
    BlockPool pool(4);
    const BlockId a = pool.acquire(), b = pool.acquire(), c = pool.acquire();
    const PrefixPlace afterA = pool.seal(a, {}, blockOf(1));
    const PrefixPlace afterB = pool.seal(b, {}, blockOf(2));
    pool.seal(c, afterA, blockOf(3));
    CHECK(pool.find(afterA, blockOf(3)) == c);
    CHECK(pool.find(afterB, blockOf(3)) == kNoBlock);
    CHECK(pool.find({}, blockOf(3)) == kNoBlock);
}

TEST_CASE("two blocks with the same text share a place and survive one another")
{
    BlockPool pool(4);
    const BlockId a = pool.acquire(), b = pool.acquire(), child = pool.acquire();
    const PrefixPlace first = pool.seal(a, {}, blockOf(1));
    CHECK(pool.seal(b, {}, blockOf(1)) == first);
    pool.seal(child, first, blockOf(50));
    pool.unseal(a);
    const BlockId found = pool.find({}, blockOf(1));
    CHECK(found == b);
    CHECK(pool.find(pool.place(found), blockOf(50)) == child);
}

TEST_CASE("a collision of every hash changes nothing but time")
{
    BlockPool pool(8, [](std::uint64_t, std::span<const Token>) { return std::uint64_t{7}; });
    std::vector<BlockId> blocks;
    std::vector<PrefixPlace> places;
    for (int i = 0; i < 8; ++i) {
        blocks.push_back(pool.acquire());
        const PrefixPlace parent = i % 2 == 0 ? PrefixPlace{} : places.back();
        places.push_back(pool.seal(blocks.back(), parent, blockOf(i / 2)));
    }
    for (int i = 0; i < 8; i += 2) {
        CHECK(pool.find({}, blockOf(i / 2)) == blocks[static_cast<std::size_t>(i)]);
        CHECK(pool.find(places[static_cast<std::size_t>(i)], blockOf(i / 2))
              == blocks[static_cast<std::size_t>(i) + 1]);
    }
    pool.unseal(blocks[3]);
    CHECK(pool.find(places[2], blockOf(1)) == kNoBlock);
    CHECK(pool.find(places[4], blockOf(2)) == blocks[5]);
    pool.unsealAll();
    CHECK(pool.find({}, blockOf(0)) == kNoBlock);
}

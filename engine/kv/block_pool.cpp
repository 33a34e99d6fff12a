#include "kv/block_pool.h"

#include "base/check.h"

#include <algorithm>
#include <bit>

namespace qwill::engine {

std::uint64_t BlockPool::chainHash(std::uint64_t previous, std::span<const Token> tokens)
{
    // A multiply-and-fold chain; quality matters little, because whatever it finds is compared.
    std::uint64_t h = previous ^ 0x2545f4914f6cdd1du;
    for (const Token token : tokens) {
        h = (h ^ static_cast<std::uint32_t>(token)) * 0x9e3779b97f4a7c15u;
        h ^= h >> 29;
    }
    return h;
}

BlockPool::BlockPool(int blockCount, HashFunction hash) : m_hash(hash)
{
    QWILL_CHECK(blockCount > 0);
    m_blocks.resize(static_cast<std::size_t>(blockCount));
    m_buckets.assign(std::bit_ceil(2 * static_cast<std::size_t>(blockCount)), kNoBlock);
    for (BlockId block = 0; block < blockCount; ++block)
        linkYoungest(block);
}

BlockPool::Block& BlockPool::at(BlockId block)
{
    QWILL_CHECK(block >= 0 && block < total());
    return m_blocks[static_cast<std::size_t>(block)];
}

const BlockPool::Block& BlockPool::at(BlockId block) const
{
    QWILL_CHECK(block >= 0 && block < total());
    return m_blocks[static_cast<std::size_t>(block)];
}

BlockId BlockPool::acquire()
{
    const BlockId block = m_oldest;
    if (block == kNoBlock)
        return kNoBlock;
    unseal(block);
    unlinkFree(block);
    at(block).references = 1;
    return block;
}

void BlockPool::share(BlockId block)
{
    Block& b = at(block);
    if (b.references == 0)
        unlinkFree(block);
    ++b.references;
}

void BlockPool::release(BlockId block)
{
    Block& b = at(block);
    QWILL_CHECK(b.references > 0);
    if (--b.references > 0)
        return;
    if (b.sealed)
        linkYoungest(block);
    else
        linkOldest(block);
}

BlockId BlockPool::find(PrefixPlace parent, std::span<const Token> tokens) const
{
    QWILL_CHECK(tokens.size() == kBlockTokens);
    const std::uint64_t hash = m_hash(parent.hash, tokens);
    for (BlockId block = m_buckets[bucketOf(hash)]; block != kNoBlock; block = at(block).nextInBucket) {
        const Block& b = at(block);
        if (b.place.hash == hash && b.parent == parent && std::equal(tokens.begin(), tokens.end(), b.tokens))
            return block;
    }
    return kNoBlock;
}

PrefixPlace BlockPool::seal(BlockId block, PrefixPlace parent, std::span<const Token> tokens)
{
    Block& b = at(block);
    QWILL_CHECK(b.references > 0 && !b.sealed);
    const BlockId twin = find(parent, tokens);
    b.place = twin != kNoBlock ? at(twin).place : PrefixPlace{m_nextPlace++, m_hash(parent.hash, tokens)};
    b.parent = parent;
    std::copy(tokens.begin(), tokens.end(), b.tokens);
    b.sealed = true;
    BlockId& bucket = m_buckets[bucketOf(b.place.hash)];
    b.nextInBucket = bucket;
    bucket = block;
    return b.place;
}

void BlockPool::unseal(BlockId block)
{
    Block& b = at(block);
    if (!b.sealed)
        return;
    BlockId* link = &m_buckets[bucketOf(b.place.hash)];
    while (*link != block)
        link = &at(*link).nextInBucket;
    *link = b.nextInBucket;
    b.nextInBucket = kNoBlock;
    b.sealed = false;
    if (b.references == 0)
        --m_freeSealedCount;
}

void BlockPool::unsealAll()
{
    for (BlockId block = 0; block < total(); ++block)
        unseal(block);
}

void BlockPool::unlinkFree(BlockId block)
{
    Block& b = at(block);
    (b.older == kNoBlock ? m_oldest : at(b.older).younger) = b.younger;
    (b.younger == kNoBlock ? m_youngest : at(b.younger).older) = b.older;
    b.older = b.younger = kNoBlock;
    --m_freeCount;
    m_freeSealedCount -= b.sealed ? 1 : 0;
}

void BlockPool::linkYoungest(BlockId block)
{
    Block& b = at(block);
    b.older = m_youngest;
    b.younger = kNoBlock;
    (m_youngest == kNoBlock ? m_oldest : at(m_youngest).younger) = block;
    m_youngest = block;
    ++m_freeCount;
    m_freeSealedCount += b.sealed ? 1 : 0;
}

void BlockPool::linkOldest(BlockId block)
{
    Block& b = at(block);
    b.older = kNoBlock;
    b.younger = m_oldest;
    (m_oldest == kNoBlock ? m_youngest : at(m_oldest).older) = block;
    m_oldest = block;
    ++m_freeCount;
    m_freeSealedCount += b.sealed ? 1 : 0;
}

} // namespace qwill::engine

#include "kv/block_table.h"

#include "base/check.h"

#include <utility>

namespace qwill::engine {

namespace {

std::span<const Token> tokensOfBlock(std::span<const Token> tokens, int index)
{
    return tokens.subspan(static_cast<std::size_t>(index) * kBlockTokens, kBlockTokens);
}

int fullBlocks(std::span<const Token> tokens)
{
    return static_cast<int>(tokens.size()) / kBlockTokens;
}

} // namespace

BlockTable::BlockTable(BlockPool& pool, int maxTokens) : m_pool(&pool)
{
    m_blocks.reserve(static_cast<std::size_t>((maxTokens + kBlockTokens - 1) / kBlockTokens));
}

BlockTable::BlockTable(BlockTable&& other) noexcept
    : m_pool(other.m_pool),
      m_blocks(std::exchange(other.m_blocks, {})),
      m_sealedCount(std::exchange(other.m_sealedCount, 0)),
      m_place(std::exchange(other.m_place, {}))
{
}

BlockTable::Match BlockTable::probe(std::span<const Token> tokens) const
{
    Match match;
    if (m_sealedCount != static_cast<int>(m_blocks.size()))
        return match;
    PrefixPlace place = m_place;
    for (int i = m_sealedCount; i < fullBlocks(tokens); ++i) {
        const BlockId block = m_pool->find(place, tokensOfBlock(tokens, i));
        if (block == kNoBlock)
            break;
        ++match.blocks;
        match.freeBlocks += m_pool->inUse(block) ? 0 : 1;
        place = m_pool->place(block);
    }
    return match;
}

int BlockTable::takePrefix(std::span<const Token> tokens)
{
    int gained = 0;
    while (m_sealedCount == static_cast<int>(m_blocks.size()) && m_sealedCount < fullBlocks(tokens)) {
        const BlockId block = m_pool->find(m_place, tokensOfBlock(tokens, m_sealedCount));
        if (block == kNoBlock)
            break;
        m_pool->share(block);
        m_blocks.push_back(block);
        m_place = m_pool->place(block);
        ++m_sealedCount;
        gained += kBlockTokens;
    }
    return gained;
}

bool BlockTable::growTo(int tokens)
{
    while (capacityTokens() < tokens) {
        const BlockId block = m_pool->acquire();
        if (block == kNoBlock)
            return false;
        m_blocks.push_back(block);
    }
    return true;
}

void BlockTable::sealFull(std::span<const Token> computed)
{
    QWILL_CHECK(fullBlocks(computed) <= static_cast<int>(m_blocks.size()));
    for (; m_sealedCount < fullBlocks(computed); ++m_sealedCount) {
        const BlockId block = m_blocks[static_cast<std::size_t>(m_sealedCount)];
        m_place = m_pool->seal(block, m_place, tokensOfBlock(computed, m_sealedCount));
    }
}

void BlockTable::releaseAll()
{
    while (!m_blocks.empty()) {
        m_pool->release(m_blocks.back());
        m_blocks.pop_back();
    }
    m_sealedCount = 0;
    m_place = {};
}

void BlockTable::discardAll()
{
    for (const BlockId block : m_blocks)
        m_pool->unseal(block);
    releaseAll();
}

} // namespace qwill::engine

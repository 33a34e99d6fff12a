#pragma once
// The shape of the paged KV cache, shared by the block pool, the runners and their kernels. POD; any thread.
//
// A block holds kBlockTokens consecutive tokens of one sequence for all layers. Token t of a sequence lies in block
// blocks[t / kBlockTokens], slot blocks[…] · kBlockTokens + t % kBlockTokens.

#include <cstddef>
#include <cstdint>

namespace qwill::engine {

using BlockId = std::int32_t;

// 32 tokens: a page of one KV head is 4–8 KiB, long enough to stream, short enough that a chat wastes < 5 MB.
inline constexpr int kBlockTokens = 32;

enum class KvElement : std::uint8_t { F32, F16, Int8 };

struct KvLayout {
    int layerCount = 0;
    int kvHeadCount = 0;
    int headDim = 0;
    KvElement element = KvElement::F16;

    // Payload of one token, K and V of all layers; Int8 adds one f32 scale per (token, head) for each of K and V.
    constexpr std::size_t tokenBytes() const
    {
        const std::size_t perHead = element == KvElement::F32 ? static_cast<std::size_t>(headDim) * 4
            : element == KvElement::F16                       ? static_cast<std::size_t>(headDim) * 2
                                                              : static_cast<std::size_t>(headDim) + 4;
        return 2 * perHead * static_cast<std::size_t>(layerCount) * static_cast<std::size_t>(kvHeadCount);
    }
    constexpr std::size_t blockBytes() const { return tokenBytes() * kBlockTokens; }
};

} // namespace qwill::engine

#include "sample/logit_scan.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <limits>

namespace qwill::engine {

namespace {

constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();

// exp(x) for x ≤ 0, branch-free. x = (n + r) · ln 2 with |r| ≤ 1/2; 2^r by its Taylor series to r^6 (error 1e-7), 2^n
// by the exponent bits. Whatever is smaller, −infinity too, answers 2^−126: nothing beside the largest logit's 1.
inline float expNegative(float x)
{
    constexpr float kRound = 12582912.0f; // 1.5 · 2^23: adding it leaves the rounded integer in the low bits
    const float scaled = x * 1.44269504f;
    const float t = scaled > -126.0f ? scaled : -126.0f;
    const float shifted = t + kRound;
    const float r = t - (shifted - kRound);
    float p = 1.5403530e-4f;
    p = p * r + 1.3333558e-3f;
    p = p * r + 9.6181291e-3f;
    p = p * r + 5.5504109e-2f;
    p = p * r + 2.4022651e-1f;
    p = p * r + 6.9314718e-1f;
    p = p * r + 1.0f;
    const auto n = std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(kRound);
    return p * std::bit_cast<float>((n + 127) << 23);
}

// The block's kScanBlock logits, the last one padded with −infinity.
const float* blockAt(std::span<const float> logits, std::size_t block, float (&padded)[kScanBlock])
{
    const std::size_t begin = block * kScanBlock;
    if (begin + kScanBlock <= logits.size())
        return logits.data() + begin;
    std::fill(padded, padded + kScanBlock, kMinusInfinity);
    std::copy(logits.begin() + static_cast<std::ptrdiff_t>(begin), logits.end(), padded);
    return padded;
}

// Halves until one is left: loops of fixed length that vectorise, where a running sum or maximum may not be reordered.
template <typename Combine>
float reduceBlock(const float* x, Combine combine)
{
    float half[kScanBlock / 2];
    for (std::size_t i = 0; i < 32; ++i)
        half[i] = combine(x[i], x[i + 32]);
    for (std::size_t i = 0; i < 16; ++i)
        half[i] = combine(half[i], half[i + 16]);
    for (std::size_t i = 0; i < 8; ++i)
        half[i] = combine(half[i], half[i + 8]);
    for (std::size_t i = 0; i < 4; ++i)
        half[i] = combine(half[i], half[i + 4]);
    return combine(combine(half[0], half[1]), combine(half[2], half[3]));
}

} // namespace

bool scanBlocks(std::span<const float> logits, std::vector<float>& blockMax)
{
    blockMax.resize((logits.size() + kScanBlock - 1) / kScanBlock);
    int bad = 0;
    for (std::size_t block = 0; block < blockMax.size(); ++block) {
        float padded[kScanBlock];
        const float* x = blockAt(logits, block, padded);
        for (std::size_t i = 0; i < kScanBlock; ++i)
            bad |= x[i] <= std::numeric_limits<float>::max() ? 0 : 1; // NaN compares false
        blockMax[block] = reduceBlock(x, [](float a, float b) { return a > b ? a : b; });
    }
    return bad == 0;
}

bool scanAllowed(std::span<const float> logits, std::span<const std::uint64_t> allowed, std::size_t always,
                 std::vector<float>& out, std::vector<float>& blockMax)
{
    static_assert(kScanBlock == 64); // a block is a word of the mask
    out.resize(logits.size());
    blockMax.resize((logits.size() + kScanBlock - 1) / kScanBlock);
    int bad = 0;
    for (std::size_t block = 0; block < blockMax.size(); ++block) {
        const std::size_t begin = block * kScanBlock, count = std::min(kScanBlock, logits.size() - begin);
        std::uint64_t bits = block < allowed.size() ? allowed[block] : 0;
        if (count < kScanBlock)
            bits &= (std::uint64_t(1) << count) - 1;
        blockMax[block] = kMinusInfinity;
        if (bits == 0 && begin >= always)
            continue;
        const float* from = logits.data() + begin;
        float* to = out.data() + begin;
        // By what is less work: most words of a mask are nearly empty or, in strings, nearly full.
        if (count == kScanBlock && std::popcount(bits) > 32) {
            std::copy_n(from, kScanBlock, to);
            for (std::uint64_t forbidden = ~bits; forbidden != 0; forbidden &= forbidden - 1)
                to[std::countr_zero(forbidden)] = kMinusInfinity;
            for (std::size_t i = 0; i < kScanBlock; ++i)
                bad |= to[i] <= std::numeric_limits<float>::max() ? 0 : 1; // NaN compares false
            blockMax[block] = reduceBlock(to, [](float a, float b) { return a > b ? a : b; });
            continue;
        }
        std::fill_n(to, count, kMinusInfinity);
        for (; bits != 0; bits &= bits - 1) {
            const auto bit = static_cast<std::size_t>(std::countr_zero(bits));
            bad |= from[bit] <= std::numeric_limits<float>::max() ? 0 : 1;
            to[bit] = from[bit];
            blockMax[block] = from[bit] > blockMax[block] ? from[bit] : blockMax[block];
        }
    }
    return bad == 0;
}

double sumExp(std::span<const float> logits, std::span<const float> blockMax, float max, float temperature)
{
    double total = 0;
    for (std::size_t block = 0; block * kScanBlock < logits.size(); ++block) {
        if (blockMax[block] == kMinusInfinity)
            continue; // nothing that may be drawn
        float padded[kScanBlock];
        const float* x = blockAt(logits, block, padded);
        float weights[kScanBlock];
        for (std::size_t i = 0; i < kScanBlock; ++i)
            weights[i] = expNegative((x[i] - max) / temperature);
        total += static_cast<double>(reduceBlock(weights, [](float a, float b) { return a + b; }));
    }
    return total;
}

float kthLargest(std::span<const float> logits, std::span<const float> blockMax, std::size_t k,
                 std::vector<float>& heap)
{
    heap.assign(logits.begin(), logits.begin() + static_cast<std::ptrdiff_t>(k));
    std::make_heap(heap.begin(), heap.end(), std::greater<>());
    for (std::size_t block = k / kScanBlock; block < blockMax.size(); ++block) {
        if (!(blockMax[block] > heap.front()))
            continue;
        const std::size_t end = std::min(logits.size(), (block + 1) * kScanBlock);
        for (std::size_t i = std::max(k, block * kScanBlock); i < end; ++i) {
            if (logits[i] > heap.front()) {
                std::pop_heap(heap.begin(), heap.end(), std::greater<>());
                heap.back() = logits[i];
                std::push_heap(heap.begin(), heap.end(), std::greater<>());
            }
        }
    }
    return heap.front();
}

} // namespace qwill::engine

#include "sample/logit_scan.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <limits>

namespace qwill::engine {

namespace {

constexpr std::size_t kLanes = 16; // independent accumulators: the compiler may not reorder float sums by itself
constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();

// exp(x) for x ≤ 0, branch-free. x = (n + r) · ln 2 with |r| ≤ 1/2; 2^r by its Taylor series to r^6 (error 1e-7), 2^n
// by the exponent bits. Below −87 the result is 0 for every purpose here.
inline float expNegative(float x)
{
    constexpr float kRound = 12582912.0f; // 1.5 · 2^23: adding it leaves the rounded integer in the low bits
    const float t = std::max(x * 1.44269504f, -126.0f);
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
    const float power = std::bit_cast<float>((n + 127) << 23);
    return x < -87.0f ? 0.0f : p * power;
}

} // namespace

bool scanBlocks(std::span<const float> logits, std::vector<float>& blockMax)
{
    blockMax.resize((logits.size() + kScanBlock - 1) / kScanBlock);
    int bad = 0;
    for (std::size_t block = 0; block < blockMax.size(); ++block) {
        const std::size_t begin = block * kScanBlock, count = std::min(kScanBlock, logits.size() - begin);
        float lanes[kLanes];
        std::fill(lanes, lanes + kLanes, kMinusInfinity);
        const float* x = logits.data() + begin;
        std::size_t i = 0;
        for (; i + kLanes <= count; i += kLanes) {
            for (std::size_t lane = 0; lane < kLanes; ++lane) {
                lanes[lane] = x[i + lane] > lanes[lane] ? x[i + lane] : lanes[lane];
                bad |= !(x[i + lane] <= std::numeric_limits<float>::max());
            }
        }
        for (; i < count; ++i) {
            lanes[0] = x[i] > lanes[0] ? x[i] : lanes[0];
            bad |= !(x[i] <= std::numeric_limits<float>::max());
        }
        blockMax[block] = *std::max_element(lanes, lanes + kLanes);
    }
    return bad == 0;
}

double sumExp(std::span<const float> logits, float max, float temperature)
{
    double total = 0;
    for (std::size_t begin = 0; begin < logits.size(); begin += kScanBlock) {
        const std::size_t count = std::min(kScanBlock, logits.size() - begin);
        const float* x = logits.data() + begin;
        float lanes[kLanes] = {};
        std::size_t i = 0;
        for (; i + kLanes <= count; i += kLanes) {
            for (std::size_t lane = 0; lane < kLanes; ++lane)
                lanes[lane] += expNegative((x[i + lane] - max) / temperature);
        }
        for (; i < count; ++i)
            lanes[0] += expNegative((x[i] - max) / temperature);
        float sum = 0;
        for (const float lane : lanes)
            sum += lane;
        total += static_cast<double>(sum);
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

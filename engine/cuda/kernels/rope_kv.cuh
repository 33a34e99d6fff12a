#pragma once
// What lies between the qkv product and attention, for one head of one token, by one warp: bias, per-head norm, RoPE
// and the query's scale; K and V go to their pages. Device code, the same for the kernel of its own (rope_kv.cu) and
// for the product that does it when a head is through (tail.cuh).

#include "cuda/kernels/intrinsics.cuh"
#include "cuda/kernels/kernel_table.h"

#include <cmath>

namespace qwill::engine::cuda {

inline constexpr int kPerLane = kMaxHeadDim / kWarp;

QWILL_DEVICE std::byte* pageOf(const KvPages& pages, int slot, int head)
{
    return pages.base + static_cast<std::int64_t>(slot / kBlockTokens) * pages.blockStride
        + static_cast<std::int64_t>(head) * pages.headStride;
}

// One head's numbers, element lane + 32 · i in x[i]; beyond headDim 0.
struct Head {
    float x[kPerLane];
};

QWILL_DEVICE void storeF16(const KvPages& pages, std::byte* page, int token, bool isKey, const Head& head, int lane)
{
    const int dim = paddedHeadDim(pages.headDim);
#pragma unroll
    for (int i = 0; i < kPerLane; ++i) {
        const int d = lane + kWarp * i;
        if (d < dim)
            *reinterpret_cast<std::uint16_t*>(
                page + (isKey ? pageK(KvElement::F16, dim, token, d) : pageV(KvElement::F16, dim, token, d))) =
                floatToHalf(head.x[i]);
    }
}

// Largest magnitude / 127; 0 below 2^-126, whose inverse would overflow.
QWILL_DEVICE void storeInt8(const KvPages& pages, std::byte* page, int token, bool isKey, const Head& head, int lane)
{
    const int dim = paddedHeadDim(pages.headDim);
    float most = 0;
#pragma unroll
    for (int i = 0; i < kPerLane; ++i)
        most = larger(most, head.x[i] < 0 ? -head.x[i] : head.x[i]);
    float a = warpMax(most) / 127.0f;
    if (a < 0x1p-126f)
        a = 0;
    const float inverse = a > 0 ? 1.0f / a : 0.0f;
#pragma unroll
    for (int i = 0; i < kPerLane; ++i) {
        const int d = lane + kWarp * i;
        if (d < dim)
            *reinterpret_cast<std::int8_t*>(
                page + (isKey ? pageK(KvElement::Int8, dim, token, d) : pageV(KvElement::Int8, dim, token, d))) =
                static_cast<std::int8_t>(roundToInt(head.x[i] * inverse));
    }
    if (lane == 0)
        reinterpret_cast<float*>(page)[(isKey ? 0 : kBlockTokens) + token] = a;
}

// Head `number` of a row: the queries', then the keys', then the values'. `shared`: [kMaxHeadDim], the warp's own.
QWILL_DEVICE void ropeHead(const RopeKvArgs& args, int row, int number, float* shared, int lane)
{
    if (args.step.tokens[row] < 0)
        return;
    const int dim = args.pages.headDim;
    const bool isQuery = number < args.headCount, isKey = !isQuery && number < args.headCount + args.kvHeadCount;
    const int kvHead = (number - args.headCount) % args.kvHeadCount;
    float* source = args.qkv + row * args.qkvStride + number * dim;
    const float* bias = isQuery ? args.qBias : isKey ? args.kBias : args.vBias;
    const int biasAt = (isQuery ? number : kvHead) * dim;
    const float* norm = isQuery ? args.qNorm : isKey ? args.kNorm : nullptr;

    Head head;
    float square = 0;
#pragma unroll
    for (int i = 0; i < kPerLane; ++i) {
        const int d = lane + kWarp * i;
        head.x[i] = d < dim ? loadFresh<float>(source + d) + (bias ? bias[biasAt + d] : 0.0f) : 0.0f;
        square = fmaf32(head.x[i], head.x[i], square);
    }
    if (norm) {
        const float inverse = 1.0f / sqrtf(warpSum(square) / static_cast<float>(dim) + args.eps);
#pragma unroll
        for (int i = 0; i < kPerLane; ++i) {
            const int d = lane + kWarp * i;
            head.x[i] = d < dim ? head.x[i] * inverse * norm[d] : 0.0f;
        }
    }
    if (args.ropeSize > 0 && (isQuery || isKey)) {
        // The other half of a pair is another lane's when half a head is no multiple of 32.
        syncWarp(); // whoever read the head before this one has done so
#pragma unroll
        for (int i = 0; i < kPerLane; ++i)
            shared[lane + kWarp * i] = head.x[i];
        syncWarp();
#pragma unroll
        for (int i = 0; i < kPerLane; ++i) {
            const int d = lane + kWarp * i, half = args.ropeSize;
            if (d >= 2 * half)
                continue;
            const int at = row * half + (d < half ? d : d - half);
            const float other = shared[d < half ? d + half : d - half];
            const float turned = head.x[i] * args.cos[at], crossed = other * args.sin[at];
            head.x[i] = d < half ? turned - crossed : turned + crossed;
        }
    }
    if (isQuery) {
#pragma unroll
        for (int i = 0; i < kPerLane; ++i)
            if (lane + kWarp * i < dim)
                source[lane + kWarp * i] = head.x[i] * args.queryScale;
        return;
    }
    const int slot = args.step.kvSlots[row];
    if (slot < 0)
        return;
    std::byte* page = pageOf(args.pages, slot, kvHead);
    if (args.pages.element == KvElement::F16)
        storeF16(args.pages, page, slot % kBlockTokens, isKey, head, lane);
    else
        storeInt8(args.pages, page, slot % kBlockTokens, isKey, head, lane);
}

} // namespace qwill::engine::cuda

#pragma once
// AttentionScene: sequences with their queries, keys and values, on the host and on the device, and what the CPU's
// scalar kernels make of them, for the tests of RoPE, the cache and attention. Single thread.

#include "cpu/kernel_table.h"
#include "cuda/kernels/kernel_table.h"
#include "matmul_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>
#include <vector>

namespace qwill::engine::cuda::testing {

using Floats = std::vector<float>;
using Ints = std::vector<std::int32_t>;

inline constexpr int kBlocks = 48; // of the cache

inline const scalar::VectorKernels& cpuKernels()
{
    return *scalar::allKernelTables().back()->vector;
}

struct Sequence {
    int context, count; // tokens in all, of the step
};

struct Shape {
    KvElement element;
    int headDim, kvHeads, group;
};

// Sequences one after the other: a row of q, k and v for every token of their contexts, and where each lies in the
// cache.
struct Scene {
    Shape shape;
    std::vector<Sequence> sequences;
    int rows = 0, stride;
    Floats qkv;
    Ints tokens, positions, slots, pages;
    std::vector<SeqView> seqs;

    Scene(const Shape& s, std::vector<Sequence> all, std::uint32_t seed)
        : shape(s),
          sequences(std::move(all)),
          stride((s.kvHeads * s.group + 2 * s.kvHeads) * s.headDim)
    {
        std::vector<int> blocks(kBlocks);
        std::iota(blocks.begin(), blocks.end(), 0);
        std::mt19937 random(seed);
        std::shuffle(blocks.begin(), blocks.end(), random);
        for (const Sequence& sequence : sequences) {
            const int firstPage = static_cast<int>(pages.size());
            for (int token = 0; token < sequence.context; ++token) {
                if (token % kBlockTokens == 0) {
                    REQUIRE(!blocks.empty());
                    pages.push_back(blocks.back());
                    blocks.pop_back();
                }
                tokens.push_back(token % 5);
                positions.push_back(token);
                slots.push_back(pages.back() * kBlockTokens + token % kBlockTokens);
            }
            rows += sequence.context;
            seqs.push_back({rows - sequence.count, sequence.count, sequence.context, firstPage});
        }
        qkv = gaussian(static_cast<std::size_t>(rows * stride), seed + 1, 1.2f);
    }
    int heads() const { return shape.kvHeads * shape.group; }
    const float* k(int row, int head) const { return qkv.data() + row * stride + (heads() + head) * shape.headDim; }
    const float* v(int row, int head) const { return k(row, head) + shape.kvHeads * shape.headDim; }
    float queryScale() const { return 1 / std::sqrt(static_cast<float>(shape.headDim)); }
};

// The scene on the device.
struct Device {
    DeviceArray<float> qkv;
    DeviceArray<std::int32_t> tokens, positions, slots, pages;
    DeviceArray<SeqView> seqs;
    DeviceArray<std::byte> cache; // [block][kv head] and a gap
    KvPages kv;
    StepView step;

    explicit Device(const Scene& s)
        : qkv(s.qkv),
          tokens(s.tokens),
          positions(s.positions),
          slots(s.slots),
          pages(s.pages),
          seqs(s.seqs),
          cache(static_cast<std::size_t>(kBlocks * (s.shape.kvHeads * bytesOf(s) + 48)))
    {
        kv = {cache.data(), s.shape.kvHeads * bytesOf(s) + 48, bytesOf(s), s.shape.element, s.shape.headDim};
        step = {tokens.data(), positions.data(), slots.data(), seqs.data(), pages.data()};
    }
    static int bytesOf(const Scene& s) { return pageBytes(s.shape.element, paddedHeadDim(s.shape.headDim)); }

    RopeKvArgs ropeArgs(const Scene& s) const
    {
        RopeKvArgs args{};
        args.qkv = qkv.data();
        args.qkvStride = s.stride;
        args.step = step;
        args.rows = s.rows;
        args.headCount = s.heads();
        args.kvHeadCount = s.shape.kvHeads;
        args.eps = 1e-6f;
        args.queryScale = s.queryScale();
        args.pages = kv;
        return args;
    }
    // Without scratch and output.
    AttentionArgs attentionArgs(const Scene& s, int tiles, int splits) const
    {
        AttentionArgs args{};
        args.qkv = qkv.data();
        args.qkvStride = s.stride;
        args.step = step;
        args.seqCount = static_cast<std::int32_t>(s.seqs.size());
        args.maxTiles = tiles;
        args.splits = splits;
        args.headCount = s.heads();
        args.kvHeadCount = s.shape.kvHeads;
        args.pages = kv;
        return args;
    }
    // One number of the cache.
    float stored(const Scene& s, const std::vector<std::byte>& bytes, int row, int head, bool isKey, int d) const
    {
        const int slot = s.slots[static_cast<std::size_t>(row)], token = slot % kBlockTokens,
                  dim = paddedHeadDim(s.shape.headDim);
        const std::byte* page = bytes.data() + slot / kBlockTokens * kv.blockStride + head * kv.headStride;
        const std::byte* place = page + (isKey ? pageK(kv.element, dim, token, d) : pageV(kv.element, dim, token, d));
        if (kv.element == KvElement::F16) {
            std::uint16_t bits;
            std::memcpy(&bits, place, 2);
            return f16ToFloat(bits);
        }
        float scale;
        std::memcpy(&scale, page + 4 * ((isKey ? 0 : kBlockTokens) + token), 4);
        return scale * static_cast<float>(static_cast<std::int8_t>(*place));
    }
};

// What the CPU keeps of one vector of a head.
inline Floats kept(const Shape& shape, const float* x)
{
    const auto dim = static_cast<std::size_t>(shape.headDim);
    Floats out(dim);
    float most = 0;
    for (std::size_t d = 0; d < dim; ++d) {
        out[d] = f16ToFloat(floatToF16(std::clamp(x[d], -65504.0f, 65504.0f)));
        most = std::max(most, std::fabs(x[d]));
    }
    const float a = most / 127.0f, inverse = a > 0 ? 1.0f / a : 0.0f;
    for (std::size_t d = 0; d < dim && shape.element == KvElement::Int8; ++d)
        out[d] = a * std::nearbyint(x[d] * inverse);
    return out;
}

// Attention of one query row by the scalar kernels, segment by segment.
inline Floats attend(const Scene& s, const std::vector<scalar::testing::AlignedArray<std::byte>>& pages,
                     const Floats& q, int visible, int window, float cap)
{
    const int dim = s.shape.headDim;
    Floats out(static_cast<std::size_t>(dim)), next(out.size());
    float max = 0, sum = 0, nextMax = 0, nextSum = 0;
    const scalar::AttentionState first{&max, &sum, out.data()}, second{&nextMax, &nextSum, next.data()};
    const std::int32_t hidden = std::max(0, visible - window);
    for (int token = 0; token < visible; token += scalar::kSegmentTokens) {
        std::vector<const std::byte*> segment;
        const int end = std::min(visible, token + scalar::kSegmentTokens);
        for (int t = token; t < end; t += kBlockTokens)
            segment.push_back(pages[static_cast<std::size_t>(t / kBlockTokens)].data());
        scalar::AttentionSegment args{};
        args.q = q.data();
        args.visible = &visible;
        args.rows = 1;
        args.headDim = dim;
        args.element = s.shape.element;
        args.pages = segment.data();
        args.firstToken = token;
        args.tokenEnd = end;
        args.hidden = window > 0 ? &hidden : nullptr;
        args.cap = cap;
        args.state = token == 0 ? first : second;
        cpuKernels().attendSegment(args);
        if (token > 0)
            cpuKernels().foldSegment(first, second, 1, dim);
    }
    Floats result(out.size());
    cpuKernels().finishAttention(first, 0, dim, result.data());
    return result;
}

inline std::vector<scalar::testing::AlignedArray<std::byte>> cpuPages(const Scene& s, int firstRow, int tokens,
                                                                      int head)
{
    std::vector<scalar::testing::AlignedArray<std::byte>> pages;
    for (int t = 0; t < tokens; ++t) {
        if (t % kBlockTokens == 0)
            pages.emplace_back(scalar::kvPageBytes(s.shape.element, s.shape.headDim));
        cpuKernels().storeKv({s.k(firstRow + t, head), s.v(firstRow + t, head), pages.back().data(), t % kBlockTokens,
                              s.shape.headDim, s.shape.element});
    }
    return pages;
}

} // namespace qwill::engine::cuda::testing

// RoPE, the pages of K and V, and attention over them, against the CPU's scalar kernels.

#include "cpu/kernel_table.h"
#include "cuda/kernels/kernel_table.h"
#include "matmul_fixture.h"
#include "model/rope.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>
#include <vector>

using namespace qwill::engine;
using namespace qwill::engine::cuda;
using namespace qwill::engine::cuda::testing;

namespace {

using Floats = std::vector<float>;
using Ints = std::vector<std::int32_t>;

constexpr int kBlocks = 48; // of the cache

const scalar::VectorKernels& cpuKernels()
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
Floats kept(const Shape& shape, const float* x)
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
Floats attend(const Scene& s, const std::vector<scalar::testing::AlignedArray<std::byte>>& pages, const Floats& q,
              int visible, int window, float cap)
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

std::vector<scalar::testing::AlignedArray<std::byte>> cpuPages(const Scene& s, int firstRow, int tokens, int head)
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

struct Options {
    int splits, window;
    float cap;
};

// Largest share of its bound that an error of the device's attention has; infinite when something is missing.
double worstError(const Scene& s, const Device& device, const Options& o)
{
    const Shape& shape = s.shape;
    int tiles = 1; // one more than needed
    for (const Sequence& sequence : s.sequences)
        tiles += attentionTiles(sequence.count, shape.group);
    const auto outCols = static_cast<std::size_t>(s.heads() * shape.headDim);
    const DeviceArray<float> out(static_cast<std::size_t>(s.rows) * outCols);
    const DeviceArray<float> partials(
        std::max<std::size_t>(1, attentionScratchBytes(tiles, o.splits, shape.kvHeads, shape.headDim) / 4));
    const DeviceArray<std::int32_t> counters(
        Ints(static_cast<std::size_t>(attentionCounters(tiles, shape.kvHeads, shape.headDim)), 0));
    AttentionArgs args = device.attentionArgs(s, tiles, o.splits);
    args.window = o.window;
    args.cap = o.cap;
    args.partials = partials.data();
    args.counters = counters.data();
    args.out = out.data();
    REQUIRE(kernels().attention(&args, nullptr) == 0);

    CHECK(counters.get() == Ints(counters.size(), 0));
    const Floats got = out.get(), rotated = device.qkv.get();
    double worst = 0;
    std::vector<bool> wanted(static_cast<std::size_t>(s.rows));
    int firstRow = 0;
    for (std::size_t i = 0; i < s.seqs.size(); firstRow += s.sequences[i++].context) {
        const SeqView& seq = s.seqs[i];
        for (int head = 0; head < shape.kvHeads; ++head) {
            const auto pages = cpuPages(s, firstRow, seq.contextLen, head);
            float mostV = 0, mostScore = 0;
            for (int t = 0; t < seq.contextLen; ++t)
                for (int d = 0; d < shape.headDim; ++d)
                    mostV = std::max(mostV, std::fabs(s.v(firstRow + t, head)[d]));
            for (int n = 0; n < seq.tokenCount; ++n) {
                const int row = seq.firstToken + n, visible = seq.contextLen - seq.tokenCount + n + 1;
                wanted[static_cast<std::size_t>(row)] = true;
                for (int h = head * shape.group; h < (head + 1) * shape.group; ++h) {
                    const float* q = rotated.data() + row * s.stride + h * shape.headDim;
                    const Floats expected = attend(s, pages, Floats(q, q + shape.headDim), visible, o.window, o.cap);
                    for (int t = 0; t < visible; ++t) {
                        float score = 0;
                        for (int d = 0; d < shape.headDim; ++d)
                            score += std::fabs(q[d] * s.k(firstRow + t, head)[d]);
                        mostScore = std::max(mostScore, score);
                    }
                    // F16: q to 22 bits, scores summed in another order (8 products at a time), p to 22 bits; a score's
                    // error is its weight's. Int8: t to half of 1/32767 of its block's largest on both sides, 32 of
                    // them to a block, whose largest weights add up to at most the sum of all.
                    const double perScore = 0x1p-21 * (2 + shape.headDim / 8);
                    const double bound = static_cast<double>(mostV)
                        * (2 * static_cast<double>(mostScore) * perScore + (visible + 64) * 0x1p-22
                           + (shape.element == KvElement::Int8 ? 64.0 / 65534 : 0));
                    for (int d = 0; d < shape.headDim; ++d) {
                        const float value = got[static_cast<std::size_t>(row) * outCols
                                                + static_cast<std::size_t>(h * shape.headDim + d)];
                        const double error = std::fabs(static_cast<double>(value)
                                                       - static_cast<double>(expected[static_cast<std::size_t>(d)]));
                        worst = std::isnan(error) ? HUGE_VAL : std::max(worst, error / bound);
                    }
                }
            }
        }
    }
    for (std::size_t row = 0; row < wanted.size(); ++row)
        for (std::size_t d = 0; d < outCols && !wanted[row]; ++d)
            if (!std::isnan(got[row * outCols + d]))
                worst = HUGE_VAL; // a row nobody asked for
    return worst;
}

} // namespace

TEST_CASE("angles are the CPU's")
{
    if (skipped())
        return;
    ModelConfig config;
    config.headDim = 80;
    config.ropeTheta = 5e6f;
    config.ropeScaling.kind = RopeScaling::Kind::Yarn;
    config.ropeScaling.factor = 4;
    config.ropeScaling.originalContext = 32768;
    const RopeTable table(config);
    const Ints positions{0, 1, 77, 4096, 262143};
    const auto half = static_cast<std::size_t>(table.size());
    Floats frequency, cos(half), sin(half);
    for (int i = 0; i < table.size(); ++i)
        frequency.push_back(table.frequency(i));
    const DeviceArray<std::int32_t> dPositions(positions);
    const DeviceArray<float> dFrequency(frequency), dCos(5 * half), dSin(5 * half);
    RopeAnglesArgs args{};
    args.step.positions = dPositions.data();
    args.rows = 5;
    args.frequency = dFrequency.data();
    args.size = table.size();
    args.attentionFactor = table.attentionFactor();
    args.cos = dCos.data();
    args.sin = dSin.data();
    REQUIRE(kernels().ropeAngles(&args, nullptr) == 0);
    const Floats gotCos = dCos.get(), gotSin = dSin.get();
    for (std::size_t p = 0; p < positions.size(); ++p) {
        table.angles(positions[p], cos.data(), sin.data());
        for (std::size_t i = 0; i < half; ++i) {
            CHECK(std::fabs(gotCos[p * half + i] - cos[i]) <= 0x1p-23f); // two libraries' cos, rounded to float
            CHECK(std::fabs(gotSin[p * half + i] - sin[i]) <= 0x1p-23f);
        }
    }
}

TEST_CASE("K and V are stored as the CPU stores them, and only in their slots")
{
    if (skipped())
        return;
    for (const KvElement element : {KvElement::F16, KvElement::Int8})
        for (const int dim : {8, 40, 64, 128, 200, 256}) {
            CAPTURE(dim);
            const Scene s({element, dim, 2, 1}, {{37, 37}, {3, 3}}, 5);
            const Device device(s);
            const RopeKvArgs args = device.ropeArgs(s);
            REQUIRE(kernels().ropeKv(&args, nullptr) == 0);
            const auto bytes = device.cache.get();
            std::size_t wrong = 0;
            for (int row = 0; row < s.rows; ++row)
                for (int head = 0; head < 2; ++head) {
                    const Floats k = kept(s.shape, s.k(row, head)), v = kept(s.shape, s.v(row, head));
                    for (int d = 0; d < paddedHeadDim(dim); ++d) {
                        const auto at = static_cast<std::size_t>(d);
                        wrong += device.stored(s, bytes, row, head, true, d) == (d < dim ? k[at] : 0.0f) ? 0 : 1;
                        wrong += device.stored(s, bytes, row, head, false, d) == (d < dim ? v[at] : 0.0f) ? 0 : 1;
                    }
                }
            CHECK(wrong == 0);
            const std::size_t written =
                static_cast<std::size_t>(s.rows * 2) * static_cast<std::size_t>(Device::bytesOf(s) / kBlockTokens);
            const auto touched = static_cast<std::size_t>(
                std::count_if(bytes.begin(), bytes.end(), [](std::byte b) { return b != std::byte{0xff}; }));
            CHECK(touched <= written);
        }
    CHECK(deviceIsIntact());
}

TEST_CASE("heads get bias, norm, RoPE and the query's scale, padding rows nothing")
{
    if (skipped())
        return;
    for (const int dim : {40, 128}) {
        Scene s({KvElement::F16, dim, 2, 3}, {{9, 9}}, 6);
        s.tokens[4] = -1;
        const Device device(s);
        const int half = dim / 2 - 4; // a part of the head turns
        const auto angles = static_cast<std::size_t>(s.rows * half);
        const Floats cos = gaussian(angles, 61), sin = gaussian(angles, 62);
        const Floats qNorm = gaussian(static_cast<std::size_t>(dim), 63),
                     kNorm = gaussian(static_cast<std::size_t>(dim), 64);
        const Floats qBias = gaussian(static_cast<std::size_t>(6 * dim), 65),
                     kBias = gaussian(static_cast<std::size_t>(2 * dim), 66);
        const Floats vBias = gaussian(static_cast<std::size_t>(2 * dim), 67);
        const DeviceArray<float> dCos(cos), dSin(sin), dqNorm(qNorm), dkNorm(kNorm), dqBias(qBias), dkBias(kBias),
            dvBias(vBias);
        RopeKvArgs args = device.ropeArgs(s);
        args.ropeSize = half;
        args.cos = dCos.data();
        args.sin = dSin.data();
        args.qNorm = dqNorm.data();
        args.kNorm = dkNorm.data();
        args.qBias = dqBias.data();
        args.kBias = dkBias.data();
        args.vBias = dvBias.data();
        REQUIRE(kernels().ropeKv(&args, nullptr) == 0);
        const Floats got = device.qkv.get();
        const auto bytes = device.cache.get();
        double worst = 0;
        for (int row = 0; row < s.rows; ++row)
            for (int number = 0; number < 10; ++number) {
                const bool isQuery = number < 6, isKey = !isQuery && number < 8;
                const int head = isQuery ? number : (number - 6) % 2;
                const auto place = static_cast<std::size_t>(row * s.stride + number * dim);
                Floats x(s.qkv.begin() + static_cast<std::ptrdiff_t>(place),
                         s.qkv.begin() + static_cast<std::ptrdiff_t>(place) + dim);
                if (row == 4) {
                    CHECK(std::equal(x.begin(), x.end(), got.begin() + static_cast<std::ptrdiff_t>(place)));
                    continue;
                }
                const Floats& bias = isQuery ? qBias : isKey ? kBias : vBias;
                cpuKernels().addTo(x.data(), bias.data() + head * dim, dim);
                if (isQuery || isKey) {
                    cpuKernels().rmsNorm(x.data(), (isQuery ? qNorm : kNorm).data(), 1e-6f, dim, x.data());
                    cpuKernels().rope(x.data(), cos.data() + row * half, sin.data() + row * half, 2 * half);
                }
                if (isQuery)
                    cpuKernels().scale(x.data(), s.queryScale(), dim);
                for (int d = 0; d < dim; ++d) {
                    const float expected = x[static_cast<std::size_t>(d)];
                    const float value = isQuery ? got[place + static_cast<std::size_t>(d)]
                                                : device.stored(s, bytes, row, head, isKey, d);
                    // The root of squares summed in another order; f16's 11 bits.
                    const double bound = 30 * (isQuery ? 0x1p-22 : 0x1p-11);
                    const double error = std::fabs(static_cast<double>(value - expected)) / bound;
                    worst = std::isnan(error) ? HUGE_VAL : std::max(worst, error);
                }
            }
        CHECK(worst <= 1);
    }
    CHECK(deviceIsIntact());
}

TEST_CASE("attention over pages equals the scalar kernels'")
{
    if (skipped())
        return;
    const std::vector<Sequence> mixed{{70, 1}, {33, 33}, {1, 1}, {64, 2}};
    const Shape kShapes[] = {{KvElement::F16, 64, 2, 4},   {KvElement::Int8, 64, 2, 4},  {KvElement::F16, 40, 1, 3},
                             {KvElement::Int8, 40, 1, 20}, {KvElement::F16, 128, 2, 1},  {KvElement::Int8, 128, 1, 7},
                             {KvElement::F16, 256, 1, 2},  {KvElement::Int8, 256, 1, 2}, {KvElement::F16, 8, 1, 1}};
    for (const Shape& shape : kShapes)
        for (const Options& o : {Options{1, 0, 0}, {3, 0, 0}, {64, 20, 0}, {1, 9, 2.5f}}) {
            CAPTURE(shape.headDim);
            CAPTURE(static_cast<int>(shape.element));
            CAPTURE(o.splits);
            CAPTURE(o.window);
            const Scene s(shape, mixed, 8);
            const Device device(s);
            const RopeKvArgs args = device.ropeArgs(s);
            REQUIRE(kernels().ropeKv(&args, nullptr) == 0);
            CHECK(worstError(s, device, o) <= 1);
        }
    CHECK(deviceIsIntact());
}

TEST_CASE("a long context is attended to in full, in one part and in many")
{
    if (skipped())
        return;
    for (const KvElement element : {KvElement::F16, KvElement::Int8})
        for (const int splits : {1, 5, 33}) {
            CAPTURE(splits);
            const Scene s({element, 64, 1, 4}, {{1100, 2}}, 9);
            const Device device(s);
            const RopeKvArgs args = device.ropeArgs(s);
            REQUIRE(kernels().ropeKv(&args, nullptr) == 0);
            CHECK(worstError(s, device, {splits, 0, 0}) <= 1);
        }
}

TEST_CASE("attention that is prepared at once is attention that is prepared afterwards")
{
    if (skipped())
        return;
    const std::vector<Sequence> mixed{{200, 1}, {33, 3}, {1, 1}, {64, 6}};
    for (const Shape& shape : {Shape{KvElement::F16, 128, 2, 4},
                               {KvElement::Int8, 128, 1, 7},
                               {KvElement::Int8, 256, 1, 3},
                               {KvElement::F16, 256, 2, 1}})
        for (const int splits : {2, 3, 9, 64}) {
            CAPTURE(shape.headDim);
            CAPTURE(splits);
            const Scene s(shape, mixed, 12);
            const Device device(s);
            const RopeKvArgs rope = device.ropeArgs(s);
            REQUIRE(kernels().ropeKv(&rope, nullptr) == 0);
            const int cols = s.heads() * shape.headDim, tiles = 8;
            Ints wanted(static_cast<std::size_t>(s.rows), -1);
            for (const SeqView& seq : s.seqs)
                for (int row = seq.firstToken; row < seq.firstToken + seq.tokenCount; ++row)
                    wanted[static_cast<std::size_t>(row)] = row;
            const DeviceArray<std::int32_t> rowIndex(wanted);
            const DeviceArray<std::int32_t> counters(
                Ints(static_cast<std::size_t>(attentionCounters(tiles, shape.kvHeads, shape.headDim)), 0));
            const DeviceArray<float> partials(attentionScratchBytes(tiles, splits, shape.kvHeads, shape.headDim)
                                              / sizeof(float));
            const DeviceArray<float> out(static_cast<std::size_t>(s.rows * cols));
            const Acts apart(s.rows, cols, 2), atOnce(s.rows, cols, 2);
            AttentionArgs args = device.attentionArgs(s, tiles, splits);
            args.partials = partials.data();
            args.counters = counters.data();
            args.out = out.data();
            args.prepare = atOnce.args(MatrixFormat::Bf16);
            args.prepare.x = out.data();
            args.prepare.xStride = cols;
            for (int round = 0; round < 2; ++round) {
                REQUIRE(kernels().attention(&args, nullptr) == 0);
                CHECK(counters.get() == Ints(counters.size(), 0));
            }
            PrepareArgs prepare = apart.args(MatrixFormat::Bf16);
            prepare.x = out.data();
            prepare.xStride = cols;
            prepare.rowIndex = rowIndex.data();
            REQUIRE(kernels().prepare(&prepare, nullptr) == 0);
            CHECK(apart.quants.get() == atOnce.quants.get());
            CHECK(apart.sums.get() == atOnce.sums.get());
            CHECK(apart.halves.get() == atOnce.halves.get());
            const Floats first = apart.scales.get(), second = atOnce.scales.get();
            CHECK(std::memcmp(first.data(), second.data(), first.size() * sizeof(float)) == 0);
            args.splits = 1;
            CHECK(kernels().attention(&args, nullptr) != 0); // that path leaves it to others
        }
    CHECK(deviceIsIntact());
}

TEST_CASE("one key in a thousand is found where it lies")
{
    if (skipped())
        return;
    // A key along the query, and its value alone not zero: what comes out says which token was read.
    for (const KvElement element : {KvElement::F16, KvElement::Int8})
        for (const int needle : {0, 31, 32, 517, 1030}) {
            CAPTURE(needle);
            Scene s({element, 64, 1, 1}, {{1031, 1}}, 10);
            for (int row = 0; row < s.rows; ++row)
                for (int d = 0; d < 64; ++d) {
                    float* at = s.qkv.data() + row * s.stride + d;
                    at[0] = 8; // q
                    at[64] = row == needle ? 4.0f : 0.0f;
                    at[128] = row == needle ? static_cast<float>(d) : 0.0f;
                }
            const Device device(s);
            const RopeKvArgs args = device.ropeArgs(s);
            REQUIRE(kernels().ropeKv(&args, nullptr) == 0);
            const DeviceArray<float> out(static_cast<std::size_t>(s.rows) * 64);
            const DeviceArray<float> partials(attentionScratchBytes(1, 7, 1, 64) / 4);
            const DeviceArray<std::int32_t> counters(Ints(1, 0));
            AttentionArgs a{};
            a.qkv = device.qkv.data();
            a.qkvStride = s.stride;
            a.step = device.step;
            a.seqCount = 1;
            a.maxTiles = 1;
            a.splits = 7;
            a.headCount = a.kvHeadCount = 1;
            a.pages = device.kv;
            a.partials = partials.data();
            a.counters = counters.data();
            a.out = out.data();
            REQUIRE(kernels().attention(&a, nullptr) == 0);
            const Floats got = out.get();
            for (int d = 0; d < 64; ++d) // its weight is 1 − 1e-100; a value's step is 63 / 127
                CHECK(std::fabs(got[static_cast<std::size_t>(1030 * 64 + d)] - static_cast<float>(d))
                      <= (element == KvElement::F16 ? 1e-4f : 0.25f));
        }
}

// Every position of a long text has the same key, turned by RoPE to where it stands, and as its value the bits of its
// number. A query turned to position p, as one that looks back by the right distance, reads p's number: positions,
// pages, parts and masks of 200 003 tokens are what they should be, on the card and on the CPU.
TEST_CASE("a needle in 200 003 tokens is read by its position")
{
    if (skipped())
        return;
    constexpr int kTokens = 200003, kDim = 64, kHalf = kDim / 2, kSplits = 32, kBits = 18;
    const int pageCount = (kTokens + kBlockTokens - 1) / kBlockTokens;
    ModelConfig config;
    config.headDim = kDim;
    config.ropeTheta = 1e6f;
    const RopeTable table(config, 262144);
    Floats cos(kHalf), sin(kHalf), k(kDim), v(kDim);
    Ints order(static_cast<std::size_t>(pageCount));
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), std::mt19937(12));
    for (const KvElement element : {KvElement::F16, KvElement::Int8}) {
        CAPTURE(static_cast<int>(element));
        const auto bytes = static_cast<std::size_t>(pageBytes(element, kDim));
        std::vector<std::byte> cache(static_cast<std::size_t>(pageCount) * bytes);
        std::vector<scalar::testing::AlignedArray<std::byte>> host;
        for (int token = 0; token < kTokens; ++token) {
            const int in = token % kBlockTokens;
            table.angles(token, cos.data(), sin.data());
            for (std::size_t i = 0; i < kHalf; ++i)
                k[i] = cos[i], k[i + kHalf] = sin[i];
            for (int d = 0; d < kDim; ++d)
                v[static_cast<std::size_t>(d)] = d >= kBits ? 0.0f : (token >> d & 1) != 0 ? 1.0f : -1.0f;
            if (in == 0)
                host.emplace_back(scalar::kvPageBytes(element, kDim));
            cpuKernels().storeKv({k.data(), v.data(), host.back().data(), in, kDim, element});
            const Shape shape{element, kDim, 1, 1};
            const Floats keptK = kept(shape, k.data());
            std::byte* page =
                cache.data() + static_cast<std::size_t>(order[static_cast<std::size_t>(token / kBlockTokens)]) * bytes;
            const float kScale =
                *std::max_element(k.begin(), k.end(), [](float a, float b) { return std::fabs(a) < std::fabs(b); });
            const float scale = std::fabs(kScale) / 127.0f, one = 1.0f / 127.0f;
            for (int d = 0; d < kDim; ++d) {
                const auto at = static_cast<std::size_t>(d);
                std::byte *placeK = page + pageK(element, kDim, in, d), *placeV = page + pageV(element, kDim, in, d);
                if (element == KvElement::F16) {
                    const std::uint16_t bitsK = floatToF16(k[at]), bitsV = floatToF16(v[at]);
                    std::memcpy(placeK, &bitsK, 2);
                    std::memcpy(placeV, &bitsV, 2);
                } else {
                    *placeK = static_cast<std::byte>(static_cast<std::int8_t>(std::nearbyint(keptK[at] / scale)));
                    *placeV = static_cast<std::byte>(static_cast<std::int8_t>(127 * v[at]));
                }
            }
            if (element == KvElement::Int8) {
                std::memcpy(page + 4 * in, &scale, 4);
                std::memcpy(page + 4 * (kBlockTokens + in), &one, 4);
            }
        }
        const DeviceArray<std::byte> dCache(cache);
        const DeviceArray<std::int32_t> dPages(order);
        const DeviceArray<SeqView> dSeqs(std::vector<SeqView>{{0, 1, kTokens, 0}});
        const DeviceArray<float> partials(attentionScratchBytes(1, kSplits, 1, kDim) / 4), out(kDim);
        const DeviceArray<std::int32_t> counters(Ints(1, 0));
        for (const int needle : {element == KvElement::F16 ? 131071 : 199998}) {
            CAPTURE(needle);
            table.angles(needle, cos.data(), sin.data());
            Floats q(3 * kDim);
            for (std::size_t i = 0; i < kHalf; ++i)
                q[i] = 40 * cos[i], q[i + kHalf] = 40 * sin[i];
            const DeviceArray<float> dq(q);
            AttentionArgs a{};
            a.qkv = dq.data();
            a.qkvStride = 3 * kDim;
            a.step.seqs = dSeqs.data();
            a.step.pageTable = dPages.data();
            a.seqCount = a.maxTiles = a.headCount = a.kvHeadCount = 1;
            a.splits = kSplits;
            a.pages = {dCache.data(), static_cast<std::int64_t>(bytes), static_cast<std::int64_t>(bytes), element,
                       kDim};
            a.partials = partials.data();
            a.counters = counters.data();
            a.out = out.data();
            REQUIRE(kernels().attention(&a, nullptr) == 0);
            const Scene scene({element, kDim, 1, 1}, {{1, 1}}, 1); // its shape
            const Floats got = out.get();
            const Floats expected = attend(scene, host, Floats(q.begin(), q.begin() + kDim), kTokens, 0, 0);
            for (const Floats* read : {&got, &expected}) {
                CAPTURE(read == &got);
                int number = 0;
                for (int d = 0; d < kBits; ++d) {
                    const float bit = (*read)[static_cast<std::size_t>(d)];
                    CHECK(std::fabs(std::fabs(bit) - 1) <= 1e-2f); // another token's share is e^-30
                    number |= bit > 0 ? 1 << d : 0;
                }
                CHECK(number == needle);
            }
        }
    }
}

TEST_CASE("x += norm(branch), and a soft cap on rows")
{
    if (skipped())
        return;
    const Floats x = gaussian(3 * 300, 71), branch = gaussian(3 * 300, 72), norm = gaussian(300, 73);
    const DeviceArray<float> dx(x), dBranch(branch), dNorm(norm);
    const AddNormedArgs args{dx.data(), dBranch.data(), dNorm.data(), 3, 300, 1e-5f};
    REQUIRE(kernels().addNormed(&args, nullptr) == 0);
    Floats expected = x, normed(300);
    for (int row = 0; row < 3; ++row) {
        cpuKernels().rmsNorm(branch.data() + row * 300, norm.data(), 1e-5f, 300, normed.data());
        cpuKernels().addTo(expected.data() + row * 300, normed.data(), 300);
    }
    const Floats got = dx.get();
    for (std::size_t i = 0; i < got.size(); ++i)
        CHECK(std::fabs(got[i] - expected[i]) <= 12 * 0x1p-20f);
    const CapArgs cap{dx.data(), 900, 2.0f};
    REQUIRE(kernels().softCap(&cap, nullptr) == 0);
    Floats capped = got;
    cpuKernels().softCap(capped.data(), 2.0f, 900);
    CHECK(dx.get() == capped);
}

TEST_CASE("bytes are copied whole")
{
    if (skipped())
        return;
    std::vector<std::byte> bytes(70000);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::byte>(i * 7);
    bytes.resize(bytes.size() / 16 * 16);
    const DeviceArray<std::byte> from(bytes), to(bytes.size());
    const CopyArgs args{from.data(), to.data(), bytes.size()};
    REQUIRE(kernels().copy(&args, nullptr) == 0);
    CHECK(to.get() == bytes);
}

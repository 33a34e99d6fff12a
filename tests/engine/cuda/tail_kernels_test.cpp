// What a product's last blocks do besides against the kernels of its own that do the same: every bit.

#include "matmul_fixture.h"

#include <doctest/doctest.h>

#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

using namespace qwill::engine;
using namespace qwill::engine::cuda;
using namespace qwill::engine::cuda::testing;

namespace {

constexpr FormatCase kFormats[] = {{MatrixFormat::W8, 128, "w8 g128"}, {MatrixFormat::W4K, 32, "w4k"},
                                   {MatrixFormat::W4G, 64, "w4g g64"}, {MatrixFormat::Bf16, 0, "bf16"},
                                   {MatrixFormat::F32, 0, "f32"},      {MatrixFormat::F8, 128, "f8 g128"},
                                   {MatrixFormat::W8S, 16, "w8s"}};
constexpr int kCols = 700; // of the products' input
constexpr int kWidest = 1024;

using Counters = DeviceArray<std::int32_t>;

bool isClear(const Counters& counters)
{
    return counters.get() == std::vector<std::int32_t>(counters.size(), 0);
}

template <typename T>
bool same(const DeviceArray<T>& a, const DeviceArray<T>& b)
{
    const auto left = a.get(), right = b.get();
    return std::memcmp(left.data(), right.data(), left.size() * sizeof(T)) == 0;
}

bool same(const Acts& a, const Acts& b)
{
    return same(a.quants, b.quants) && same(a.scales, b.scales) && same(a.sums, b.sums) && same(a.halves, b.halves)
        && same(a.plain, b.plain);
}

// Buffers that hold the input, and may come to hold what is prepared next.
std::unique_ptr<Acts> inputFor(const FormatCase& format, int tokens, std::uint32_t seed)
{
    auto acts = std::make_unique<Acts>(tokens, kWidest, 2);
    const DeviceArray<float> x(gaussian(static_cast<std::size_t>(tokens * kCols), seed));
    PrepareArgs args = acts->args(format.format);
    args.cols = kCols;
    args.x = x.data();
    args.xStride = kCols;
    REQUIRE(kernels().prepare(&args, nullptr) == 0);
    return acts;
}

bool isServed(const FormatCase& format)
{
    return format.format != MatrixFormat::Bf16 || computeCapability() >= 80;
}

} // namespace

TEST_CASE("a norm by the product's last block is the norm by a kernel of its own")
{
    if (skipped())
        return;
    const std::vector<std::int32_t> picked{1, -1};
    const DeviceArray<std::int32_t> rowIndex(picked);
    for (const FormatCase& format : kFormats)
        for (const auto& [tokens, hidden] : {std::pair{1, 300}, {2, 40}, {2, 1000}, {9, 513}, {16, 256}}) {
            if (!isServed(format))
                continue;
            CAPTURE(std::string(format.name));
            CAPTURE(tokens);
            CAPTURE(hidden);
            const Matrix m(format, hidden, kCols, 7);
            const OnDevice device(m.view);
            const auto stream = gaussian(static_cast<std::size_t>(tokens * hidden), 8);
            const DeviceArray<float> norm(gaussian(static_cast<std::size_t>(hidden), 9));
            std::vector<std::int32_t> order(static_cast<std::size_t>(hidden));
            std::iota(order.rbegin(), order.rend(), 0);
            const DeviceArray<std::int32_t> dOrder(order);
            const DeviceArray<float> apart(stream), atOnce(stream);
            const auto separate = inputFor(format, tokens, 10), together = inputFor(format, tokens, 10);
            const Counters counters(std::vector<std::int32_t>(2, 0));
            const auto multiply = [&](const Acts& acts, const DeviceArray<float>& x, bool hasTail) {
                PrepareArgs next = acts.args(format.format);
                next.source = ActSource::Norm;
                next.cols = hidden;
                next.x = x.data();
                next.xStride = hidden;
                next.norm = norm.data();
                next.order = hidden == 513 ? dOrder.data() : nullptr;
                next.rowIndex = hidden == 40 ? rowIndex.data() : nullptr;
                MatmulArgs args{};
                acts.addTo(args);
                args.partCount = 1;
                args.parts[0] = {device.matrix, x.data(), hidden, nullptr, 1};
                args.store = Store::Add;
                if (hasTail)
                    args.tail = {TailKind::Norm, ceilDiv(hidden, kTileRows), 1, counters.data(), next, {}};
                REQUIRE(kernels().matmul(&args, nullptr) == 0);
                if (!hasTail)
                    REQUIRE(kernels().prepare(&next, nullptr) == 0);
            };
            for (int round = 0; round < 2; ++round) { // its input the second time is what the first prepared
                multiply(*separate, apart, false);
                multiply(*together, atOnce, true);
                CHECK(same(apart, atOnce));
                CHECK(same(*separate, *together));
                CHECK(isClear(counters));
            }
        }
    CHECK(deviceIsIntact());
}

TEST_CASE("the activation by the last block of 128 columns is that by a kernel of its own")
{
    if (skipped())
        return;
    const FormatCase kOther{MatrixFormat::W8, 32, "w8 g32"};
    for (const FormatCase& format : kFormats)
        for (const auto& [tokens, inner] : {std::pair{1, 300}, {3, 136}, {16, 520}, {2, 1000}})
            for (const bool isMixed : {false, true}) {
                if (!isServed(format))
                    continue;
                CAPTURE(std::string(format.name));
                CAPTURE(tokens);
                CAPTURE(inner);
                CAPTURE(isMixed);
                const Matrix gateMatrix(format, inner, kCols, 17),
                    upMatrix(isMixed ? kOther : format, inner, kCols, 18);
                const OnDevice gate(gateMatrix.view), up(upMatrix.view);
                const auto input = inputFor(format, tokens, 19);
                const auto groups = static_cast<std::size_t>(ceilDiv(inner, kActGroup));
                const Counters counters(std::vector<std::int32_t>(groups, 0));
                const auto count = static_cast<std::size_t>(tokens * inner);
                const DeviceArray<float> gates[2] = {DeviceArray<float>(count), DeviceArray<float>(count)};
                const DeviceArray<float> ups[2] = {DeviceArray<float>(count), DeviceArray<float>(count)};
                const Acts acts[2] = {Acts(tokens, inner, 2), Acts(tokens, inner, 2)};
                for (const bool hasTail : {false, true, true}) {
                    PrepareArgs next = acts[hasTail].args(format.format);
                    next.source = inner == 520 ? ActSource::GeGlu : ActSource::SwiGlu;
                    next.x = gates[hasTail].data();
                    next.up = ups[hasTail].data();
                    next.xStride = inner;
                    MatmulArgs args{};
                    input->addTo(args);
                    args.partCount = 2;
                    args.parts[0] = {gate.matrix, gates[hasTail].data(), inner, nullptr};
                    args.parts[1] = {up.matrix, ups[hasTail].data(), inner, nullptr};
                    if (hasTail)
                        args.tail = {TailKind::Activation, kActGroup / kTileRows, 2, counters.data(), next, {}};
                    REQUIRE(kernels().matmul(&args, nullptr) == 0);
                    if (!hasTail)
                        REQUIRE(kernels().prepare(&next, nullptr) == 0);
                    CHECK(isClear(counters));
                }
                CHECK(same(gates[0], gates[1]));
                CHECK(same(acts[0], acts[1]));
            }
    CHECK(deviceIsIntact());
}

namespace {

// q, k and v of some tokens and what becomes of them, on the device.
struct Heads {
    static constexpr int kHeads = 6, kKvHeads = 2, kBlocks = 3;
    int dim, tokens, stride;
    KvElement element;
    DeviceArray<float> qkv;
    DeviceArray<std::byte> cache;

    Heads(int dim_, int tokens_, KvElement element_)
        : dim(dim_),
          tokens(tokens_),
          stride((kHeads + 2 * kKvHeads) * dim_),
          element(element_),
          qkv(static_cast<std::size_t>(tokens_ * stride)),
          cache(static_cast<std::size_t>(kBlocks * kKvHeads * page()))
    {
    }
    int page() const { return pageBytes(element, paddedHeadDim(dim)); }
};

} // namespace

TEST_CASE("a head by the last block of its rows is the head by a kernel of its own")
{
    if (skipped())
        return;
    const FormatCase kW8{MatrixFormat::W8, 32, "w8 g32"};
    for (const FormatCase& format : kFormats)
        for (const auto& [dim, tokens] : {std::pair{16, 1}, {48, 5}, {128, 2}, {64, 16}})
            for (const KvElement element : {KvElement::F16, KvElement::Int8}) {
                if (!isServed(format))
                    continue;
                CAPTURE(std::string(format.name));
                CAPTURE(dim);
                const int kvRows = Heads::kKvHeads * dim, queryRows = Heads::kHeads * dim, half = dim / 2;
                const Matrix qMatrix(format, queryRows, kCols, 27), kMatrix(format, kvRows, kCols, 28),
                    vMatrix(kW8, kvRows, kCols, 29); // of another form: a launch of its own
                const OnDevice q(qMatrix.view), k(kMatrix.view), v(vMatrix.view);
                const auto input = inputFor(format, tokens, 30);
                std::vector<std::int32_t> ids(static_cast<std::size_t>(tokens), 3), slots(ids.size());
                for (std::size_t i = 0; i < slots.size(); ++i)
                    slots[i] = static_cast<std::int32_t>(i * 5 % (Heads::kBlocks * kBlockTokens));
                if (tokens > 4)
                    ids[1] = -1, slots[3] = -1; // padding, and a token that is not kept
                const DeviceArray<std::int32_t> dIds(ids), dSlots(slots);
                const auto angles = static_cast<std::size_t>(tokens * half);
                const DeviceArray<float> cos(gaussian(angles, 31)), sin(gaussian(angles, 32)),
                    norm(gaussian(static_cast<std::size_t>(dim), 33)),
                    bias(gaussian(static_cast<std::size_t>(queryRows), 34));
                const Counters counters(std::vector<std::int32_t>(Heads::kHeads + 2 * Heads::kKvHeads, 0));
                const Heads heads[2] = {Heads(dim, tokens, element), Heads(dim, tokens, element)};
                for (const bool hasTail : {false, true, true}) {
                    const Heads& h = heads[hasTail];
                    RopeKvArgs rope{};
                    rope.qkv = h.qkv.data();
                    rope.qkvStride = h.stride;
                    rope.step.tokens = dIds.data();
                    rope.step.kvSlots = dSlots.data();
                    rope.rows = tokens;
                    rope.headCount = Heads::kHeads;
                    rope.kvHeadCount = Heads::kKvHeads;
                    rope.ropeSize = half;
                    rope.cos = cos.data();
                    rope.sin = sin.data();
                    rope.qNorm = rope.kNorm = element == KvElement::F16 ? norm.data() : nullptr;
                    rope.qBias = rope.kBias = rope.vBias = bias.data();
                    rope.eps = 1e-6f;
                    rope.queryScale = 0.25f;
                    rope.pages = {h.cache.data(), Heads::kKvHeads * h.page(), h.page(), element, dim};
                    MatmulArgs args{};
                    input->addTo(args);
                    args.partCount = 3;
                    args.parts[0] = {q.matrix, h.qkv.data(), h.stride, nullptr};
                    args.parts[1] = {k.matrix, h.qkv.data() + queryRows, h.stride, nullptr, Heads::kHeads};
                    args.parts[2] = {v.matrix, h.qkv.data() + queryRows + kvRows, h.stride, nullptr,
                                     Heads::kHeads + Heads::kKvHeads};
                    if (hasTail)
                        args.tail = {TailKind::RopeKv, dim / kTileRows, 1, counters.data(), {}, rope};
                    REQUIRE(kernels().matmul(&args, nullptr) == 0);
                    if (!hasTail)
                        REQUIRE(kernels().ropeKv(&rope, nullptr) == 0);
                    CHECK(isClear(counters));
                }
                CHECK(same(heads[0].qkv, heads[1].qkv));
                CHECK(same(heads[0].cache, heads[1].cache));
            }
    CHECK(deviceIsIntact());
}

TEST_CASE("more tokens than a tail is for are refused")
{
    if (skipped())
        return;
    const FormatCase& format = kFormats[0];
    const Matrix m(format, 64, kCols, 7);
    const OnDevice device(m.view);
    const auto input = inputFor(format, 33, 10);
    const DeviceArray<float> x(33 * 64);
    const Counters counters(std::vector<std::int32_t>(1, 0));
    MatmulArgs args{};
    input->addTo(args);
    args.partCount = 1;
    args.parts[0] = {device.matrix, x.data(), 64, nullptr};
    CHECK(kernels().matmul(&args, nullptr) == 0);
    args.tail = {TailKind::Norm, 4, 1, counters.data(), input->args(format.format), {}};
    CHECK(kernels().matmul(&args, nullptr) != 0);
}

// What attention reads says which token it read, in short texts and in long ones.

#include "attention_scene.h"
#include "model/rope.h"

using namespace qwill::engine;
using namespace qwill::engine::cuda;
using namespace qwill::engine::cuda::testing;

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

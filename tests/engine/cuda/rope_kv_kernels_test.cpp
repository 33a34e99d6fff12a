// RoPE, and the pages of K and V, against the CPU's scalar kernels.

#include "attention_scene.h"
#include "model/rope.h"

using namespace qwill::engine;
using namespace qwill::engine::cuda;
using namespace qwill::engine::cuda::testing;

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

// Weights on the device, the activations made for them, and their products, against the CPU's definitions.

#include "matmul_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <numeric>
#include <set>
#include <string>
#include <vector>

using namespace qwill::engine;
using namespace qwill::engine::cuda;
using namespace qwill::engine::cuda::testing;

namespace {

constexpr float kUlp = 0x1p-24f; // half a unit in the last place, relative

constexpr FormatCase kFormats[] = {
    {MatrixFormat::W8, 32, "w8 g32"},     {MatrixFormat::W8, 128, "w8 g128"}, {MatrixFormat::W4K, 32, "w4k"},
    {MatrixFormat::W4G, 32, "w4g g32"},   {MatrixFormat::W4G, 64, "w4g g64"}, {MatrixFormat::W4G, 128, "w4g g128"},
    {MatrixFormat::F16, 0, "f16"},        {MatrixFormat::Bf16, 0, "bf16"},    {MatrixFormat::F32, 0, "f32"},
    {MatrixFormat::F8, 64, "f8 g64"},     {MatrixFormat::F8, 128, "f8 g128"}, {MatrixFormat::C4, 32, "c4 g32"},
    {MatrixFormat::C4, 64, "c4 g64"},     {MatrixFormat::W8G, 32, "w8g g32"}, {MatrixFormat::W8G, 64, "w8g g64"},
    {MatrixFormat::W8G, 128, "w8g g128"}, {MatrixFormat::W8S, 16, "w8s"},     {MatrixFormat::W8K, 32, "w8k"},
    {MatrixFormat::W4S, 16, "w4s"},
};

// Rows of the table as the embedding reads them.
std::vector<float> embedded(const OnDevice& device, const std::vector<std::int32_t>& tokens, int cols)
{
    const DeviceArray<std::int32_t> ids(tokens);
    const DeviceArray<float> x(tokens.size() * static_cast<std::size_t>(cols));
    EmbedArgs args{};
    args.table = device.matrix;
    args.step.tokens = ids.data();
    args.rows = static_cast<std::int32_t>(tokens.size());
    args.scale = 1;
    args.x = x.data();
    CHECK(kernels().embed(&args, nullptr) == 0);
    return x.get();
}

// The quants, scales and sums as the CPU has them.
struct HostActs {
    scalar::testing::ActStorage storage;

    explicit HostActs(const Acts& acts) : storage(acts.tokens, acts.cols)
    {
        const auto q = acts.quants.get();
        const auto scales = acts.scales.get();
        const auto sums = acts.sums.get();
        const auto padded = static_cast<std::size_t>(colsPadded(acts.cols));
        REQUIRE(static_cast<std::size_t>(storage.colsPadded) == padded);
        for (std::size_t token = 0; token < static_cast<std::size_t>(acts.tokens); ++token) {
            const std::size_t tile = token / 8, n = token % 8;
            for (std::size_t k = 0; k < padded; ++k) {
                const std::size_t lane = 4 * n + k % 16 / 4;
                storage.q[token * padded + k] =
                    q[((tile * (padded / 64) + k / 64) * 32 + lane) * 16 + k % 64 / 32 * 8 + k % 32 / 16 * 4 + k % 4];
            }
            for (std::size_t g = 0; g < padded / 128; ++g)
                storage.scales[token * (padded / 128) + g] = scales[(tile * (padded / 128) + g) * 8 + n];
            for (std::size_t g = 0; g < padded / 128; ++g) {
                const std::int32_t* from = sums.data() + (tile * (padded / 128) + g) * kActSumInts;
                std::int32_t total = 0;
                for (std::size_t i = 0; i < 4; ++i) {
                    const std::int32_t sum = from[i * 8 + n];
                    storage.sums[token * (padded / 32) + g * 4 + i] = sum;
                    total += sum;
                    // As two bytes, too, of words for products.
                    const auto low = static_cast<std::uint32_t>(from[kActSumWords + 2 * n]) >> (8 * i) & 255;
                    const auto high = static_cast<std::uint32_t>(from[kActSumWords + 2 * n + 1]) >> (8 * i) & 255;
                    CHECK(low < 64);
                    CHECK(static_cast<std::int8_t>(high) * 64 + static_cast<std::int32_t>(low) == sum);
                }
                CHECK(from[kActSumTotals + n] == total);
            }
        }
    }
};

} // namespace

TEST_CASE("every element of a chunk has a place of its own")
{
    for (const FormatCase& f : kFormats) {
        CAPTURE(f.name);
        const bool nibbles = !isDense(f.format) && quantBits(f.format) == 4;
        std::set<int> places;
        for (int row = 0; row < kTileRows; ++row)
            for (int k = 0; k < chunkCols(f.format); ++k) {
                const int at = quantOffset(f.format, row, k);
                CHECK(at >= 0);
                CHECK(at < kChunkBytes);
                places.insert(nibbles ? 2 * at + (isHighNibble(f.format, k) ? 1 : 0) : at);
            }
        CHECK(places.size() == static_cast<std::size_t>(kTileRows * chunkCols(f.format)));
    }
}

TEST_CASE("the embedding kernel reads back what repacking wrote, exactly")
{
    if (skipped())
        return;
    for (const FormatCase& f : kFormats) {
        for (const auto& [rows, cols] : {std::pair{1, 8}, {70, 300}, {130, 513}}) {
            CAPTURE(f.name);
            CAPTURE(rows);
            const Matrix m(f, rows, cols, 7);
            const OnDevice device(m.view);
            std::vector<std::int32_t> tokens;
            for (int r = rows - 1; r >= 0; --r)
                tokens.push_back(r);
            tokens.push_back(-1);
            const auto got = embedded(device, tokens, cols);
            std::size_t wrong = 0;
            for (int i = 0; i < rows; ++i) {
                const auto expected = m.row(rows - 1 - i);
                for (int k = 0; k < cols; ++k)
                    wrong +=
                        got[static_cast<std::size_t>(i * cols + k)] == expected[static_cast<std::size_t>(k)] ? 0 : 1;
            }
            for (int k = 0; k < cols; ++k)
                wrong += got[static_cast<std::size_t>(rows * cols + k)] == 0.0f ? 0 : 1;
            CHECK(wrong == 0);
        }
    }
    CHECK(deviceIsIntact());
}

TEST_CASE("W4Z is stored as W4G, its minima rounded to 16 bits")
{
    if (skipped())
        return;
    for (const int group : {32, 64, 128}) {
        CAPTURE(group);
        const int rows = 70, cols = 300;
        const Matrix m({MatrixFormat::W4Z, group, "w4z"}, rows, cols, 9), minima = m.withoutQuants();
        const OnDevice device(m.view);
        CHECK(device.matrix.format == MatrixFormat::W4G);
        std::vector<std::int32_t> tokens(static_cast<std::size_t>(rows));
        std::iota(tokens.begin(), tokens.end(), 0);
        const auto got = embedded(device, tokens, cols);
        std::size_t wrong = 0;
        for (int row = 0; row < rows; ++row) {
            const auto expected = m.row(row), min = minima.row(row);
            for (std::size_t k = 0; k < expected.size(); ++k) {
                const float difference = got[static_cast<std::size_t>(row * cols) + k] - expected[k];
                wrong += std::abs(difference) <= 0x1p-11f * std::abs(min[k]) * 1.001f ? 0 : 1;
            }
        }
        CHECK(wrong == 0);
    }
}

TEST_CASE("Turing stores bf16 weights as f16")
{
    const Matrix m({MatrixFormat::Bf16, 0, "bf16"}, 20, 70, 3);
    const DeviceMatrix shape = deviceShape(m.view, RepackTarget::Turing);
    CHECK(shape.format == MatrixFormat::F16);
    std::vector<std::byte> out(repackBytes(shape, 0));
    repackUnit(m.view, RepackTarget::Turing, 0, out.data());
    for (int r = 0; r < 20; ++r) {
        const auto row = m.row(r);
        for (int k = 0; k < 70; ++k) {
            std::uint16_t bits;
            const std::size_t at = static_cast<std::size_t>(r / 16) * rowTileBytes(shape.format, 0, 70)
                + static_cast<std::size_t>(k / 64 * kChunkBytes + quantOffset(shape.format, r % 16, k % 64));
            std::memcpy(&bits, out.data() + at, 2);
            // Exact above 2^-14, within half of f16's smallest step below.
            CHECK(std::fabs(f16ToFloat(bits) - row[static_cast<std::size_t>(k)]) <= 0x1p-25f);
        }
    }
}

TEST_CASE("activations become the CPU's 8 bits, and parts that add up to them")
{
    if (skipped())
        return;
    const scalar::KernelTable& reference = *scalar::allKernelTables().back();
    for (const auto& [tokens, cols] : {std::pair{1, 8}, {3, 300}, {9, 513}, {17, 256}}) {
        CAPTURE(tokens);
        auto x = gaussian(static_cast<std::size_t>(tokens * cols), 11, 2);
        x[0] = 100; // an outlier
        const auto up = gaussian(x.size(), 12);
        const auto norm = gaussian(static_cast<std::size_t>(cols), 13);
        const DeviceArray<float> dx(x), dup(up), dnorm(norm);
        for (const ActSource source : {ActSource::Plain, ActSource::Norm, ActSource::SwiGlu, ActSource::GeGlu}) {
            CAPTURE(static_cast<int>(source));
            // What the CPU makes of it before the 8 bits.
            auto expected = x;
            for (int t = 0; t < tokens; ++t) {
                float* row = expected.data() + t * cols;
                if (source == ActSource::Norm)
                    reference.vector->rmsNorm(row, norm.data(), 1e-6f, cols, row);
                if (source == ActSource::SwiGlu)
                    reference.vector->swiglu(row, up.data() + t * cols, cols);
                if (source == ActSource::GeGlu)
                    reference.vector->geglu(row, up.data() + t * cols, cols);
            }
            for (const MatrixFormat format : {MatrixFormat::F16, MatrixFormat::Bf16}) {
                Acts acts(tokens, cols, format == MatrixFormat::F16 ? 2 : 3);
                PrepareArgs args = acts.args(format);
                args.source = source;
                args.x = dx.data();
                args.up = dup.data();
                args.norm = dnorm.data();
                args.xStride = cols;
                REQUIRE(kernels().prepare(&args, nullptr) == 0);
                // Another order of summing the squares: (cols / 16 + 5) roundings each, of which the root takes half.
                const float exact = source == ActSource::Norm ? kUlp * static_cast<float>(cols + 8) : 0.0f;
                const auto plain = acts.plain.get();
                HostActs host(acts);
                scalar::testing::ActStorage own(tokens, cols);
                reference.quantizeActs(plain.data(), cols, 0, tokens, cols, own.view());
                std::size_t wrong = 0;
                for (std::size_t i = 0; i < plain.size(); ++i)
                    wrong += std::fabs(plain[i] - expected[i]) <= exact * std::fabs(expected[i]) ? 0 : 1;
                CHECK(wrong == 0);
                CHECK(std::memcmp(host.storage.q.data(), own.q.data(), own.q.size()) == 0);
                CHECK(std::memcmp(host.storage.scales.data(), own.scales.data(), own.scales.size() * 4) == 0);
                CHECK(std::memcmp(host.storage.sums.data(), own.sums.data(), own.sums.size() * 4) == 0);

                const auto halves = acts.halves.get();
                const auto padded = static_cast<std::size_t>(colsPadded(cols));
                for (std::size_t t = 0; t < static_cast<std::size_t>(tokens); ++t)
                    for (std::size_t k = 0; k < padded; ++k) {
                        float sum = 0;
                        for (std::size_t p = 0; p < static_cast<std::size_t>(acts.parts); ++p) {
                            const std::size_t block =
                                (t / 8 * static_cast<std::size_t>(acts.parts) + p) * (padded / 32) + k / 32;
                            const std::size_t lane = 4 * (t % 8) + k % 8 / 2;
                            const std::uint16_t bits =
                                halves[(block * 32 + lane) * 8 + k % 32 / 16 * 4 + k % 16 / 8 * 2 + k % 2];
                            sum += format == MatrixFormat::F16 ? f16ToFloat(bits) / kF16ActScale : bf16ToFloat(bits);
                        }
                        const float whole =
                            k < static_cast<std::size_t>(cols) ? plain[t * static_cast<std::size_t>(cols) + k] : 0.0f;
                        // bf16: 3 · 8 bits are all of a float. f16: 22 bits, or half of the smallest step, scaled back.
                        const float bound =
                            format == MatrixFormat::Bf16 ? 0.0f : std::max(0x1p-22f * std::fabs(whole), 0x1p-19f);
                        wrong += std::fabs(sum - whole) <= bound ? 0 : 1;
                    }
                CHECK(wrong == 0);
            }
        }
    }
    CHECK(deviceIsIntact());
}

TEST_CASE("weights of 16 bits become rows, padded with zeros")
{
    if (skipped())
        return;
    std::mt19937 random(83);
    for (const FormatCase& f : {kFormats[6], kFormats[7]})
        for (int round = 0; round < 12; ++round) {
            const int rows = 1 + static_cast<int>(random() % 90), cols = 1 + static_cast<int>(random() % 700);
            CAPTURE(f.name);
            CAPTURE(rows);
            CAPTURE(cols);
            const Matrix m(f, rows, cols, random());
            const OnDevice device(m.view);
            const auto tiles = static_cast<std::size_t>(ceilDiv(rows, kTileRows));
            const auto stride = static_cast<std::size_t>(untiledCols(cols));
            const DeviceArray<std::uint16_t> out(tiles * kTileRows * stride);
            const UntileWeightsArgs args{device.matrix, out.data()};
            REQUIRE(kernels().untileWeights(&args, nullptr) == 0);
            const auto got = out.get();
            std::size_t wrong = 0;
            for (std::size_t row = 0; row < tiles * kTileRows; ++row) {
                const bool inside = row < static_cast<std::size_t>(rows);
                const auto expected = inside ? m.row(static_cast<int>(row)) : std::vector<float>();
                for (std::size_t k = 0; k < stride; ++k) {
                    const float value = f.format == MatrixFormat::F16 ? f16ToFloat(got[row * stride + k])
                                                                      : bf16ToFloat(got[row * stride + k]);
                    wrong += value == (inside && k < static_cast<std::size_t>(cols) ? expected[k] : 0.0f) ? 0 : 1;
                }
            }
            CHECK(wrong == 0);
        }
    const OnDevice quantised(Matrix(kFormats[1], 20, 200, 3).view);
    const UntileWeightsArgs refused{quantised.matrix, nullptr};
    CHECK(kernels().untileWeights(&refused, nullptr) != 0);
    CHECK(deviceIsIntact());
}

TEST_CASE("activations in parts become rows, and nobody else's")
{
    if (skipped())
        return;
    std::mt19937 random(89);
    for (int round = 0; round < 16; ++round) {
        const int tokens = 1 + static_cast<int>(random() % 40), cols = 1 + static_cast<int>(random() % 600);
        const int parts = 1 + static_cast<int>(random() % 3);
        CAPTURE(tokens);
        CAPTURE(cols);
        CAPTURE(parts);
        const DeviceArray<float> x(gaussian(static_cast<std::size_t>(tokens * cols), random()));
        const Acts acts(tokens, cols, parts);
        PrepareArgs prepare = acts.args(MatrixFormat::Bf16);
        prepare.x = x.data();
        prepare.xStride = cols;
        REQUIRE(kernels().prepare(&prepare, nullptr) == 0);
        const auto stride = static_cast<std::size_t>(untiledCols(cols));
        const DeviceArray<std::uint16_t> out(static_cast<std::size_t>(parts * tokens) * stride);
        const UntilePartsArgs args{acts.halves.data(), tokens, cols, parts, out.data()};
        REQUIRE(kernels().untileParts(&args, nullptr) == 0);
        const auto got = out.get();
        const auto plain = x.get();
        std::size_t wrong = 0;
        for (std::size_t token = 0; token < static_cast<std::size_t>(tokens); ++token)
            for (std::size_t k = 0; k < stride; ++k) {
                float left = k < static_cast<std::size_t>(cols) ? plain[token * static_cast<std::size_t>(cols) + k] : 0;
                for (std::size_t part = 0; part < static_cast<std::size_t>(parts); ++part) {
                    const std::uint16_t bits = got[(part * static_cast<std::size_t>(tokens) + token) * stride + k];
                    wrong += bits == floatToBf16(left) ? 0 : 1;
                    left -= bf16ToFloat(bits);
                }
            }
        CHECK(wrong == 0);
    }
    CHECK(deviceIsIntact());
}

TEST_CASE("an activation that is no number makes its group no number")
{
    if (skipped())
        return;
    std::vector<float> x(2 * 300, 1.0f);
    x[130] = HUGE_VALF;
    const DeviceArray<float> dx(x);
    Acts acts(2, 300, 1);
    PrepareArgs args = acts.args(MatrixFormat::F16);
    args.x = dx.data();
    args.xStride = 300;
    REQUIRE(kernels().prepare(&args, nullptr) == 0);
    HostActs host(acts);
    CHECK(host.storage.scales[0] == 1.0f / 127);
    CHECK(std::isnan(host.storage.scales[1]));
    CHECK(host.storage.q[130] == 0);
}

TEST_CASE("rows are picked by index, and skipped where it is negative")
{
    if (skipped())
        return;
    const auto x = gaussian(5 * 40, 21);
    const DeviceArray<float> dx(x);
    const DeviceArray<std::int32_t> index(std::vector<std::int32_t>{4, -1, 0});
    Acts acts(3, 40, 1);
    PrepareArgs args = acts.args(MatrixFormat::F16);
    args.x = dx.data();
    args.xStride = 40;
    args.rowIndex = index.data();
    REQUIRE(kernels().prepare(&args, nullptr) == 0);
    const auto plain = acts.plain.get();
    for (std::size_t k = 0; k < 40; ++k) {
        CHECK(plain[k] == x[160 + k]);
        CHECK(std::isnan(plain[40 + k]));
        CHECK(plain[80 + k] == x[k]);
    }
}

TEST_CASE("columns are put in a matrix's order, and an embedding back out of it")
{
    if (skipped())
        return;
    const int cols = 300;
    std::vector<std::int32_t> order(static_cast<std::size_t>(cols));
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), std::mt19937(5));
    const DeviceArray<std::int32_t> dOrder(order);
    const auto x = gaussian(static_cast<std::size_t>(3 * cols), 61), up = gaussian(x.size(), 62);
    const auto norm = gaussian(static_cast<std::size_t>(cols), 63);
    const DeviceArray<float> dx(x), dup(up), dnorm(norm);
    for (const ActSource source : {ActSource::Plain, ActSource::Norm, ActSource::SwiGlu, ActSource::GeGlu}) {
        CAPTURE(static_cast<int>(source));
        const Acts natural(3, cols, 2), ordered(3, cols, 2);
        for (const Acts* acts : {&natural, &ordered}) {
            PrepareArgs prepare = acts->args(MatrixFormat::F16);
            prepare.source = source;
            prepare.x = dx.data();
            prepare.up = dup.data();
            prepare.norm = dnorm.data();
            prepare.xStride = cols;
            prepare.order = acts == &ordered ? dOrder.data() : nullptr;
            REQUIRE(kernels().prepare(&prepare, nullptr) == 0);
        }
        const auto a = natural.plain.get(), b = ordered.plain.get();
        std::size_t wrong = 0;
        for (std::size_t t = 0; t < 3; ++t)
            for (std::size_t k = 0; k < order.size(); ++k)
                wrong += b[t * order.size() + k] == a[t * order.size() + static_cast<std::size_t>(order[k])] ? 0 : 1;
        CHECK(wrong == 0);
        scalar::testing::ActStorage own(3, cols); // the 8 bits are of the floats in their new order
        scalar::allKernelTables().back()->quantizeActs(b.data(), cols, 0, 3, cols, own.view());
        const HostActs host(ordered);
        CHECK(std::memcmp(host.storage.q.data(), own.q.data(), own.q.size()) == 0);
    }
    Matrix m({MatrixFormat::W4G, 64, ""}, 20, cols, 64);
    m.view.order = order.data();
    OnDevice device(m.view);
    device.matrix.order = dOrder.data();
    const DeviceArray<std::int32_t> ids(std::vector<std::int32_t>{3, 19});
    const DeviceArray<float> out(static_cast<std::size_t>(2 * cols));
    EmbedArgs embed{};
    embed.table = device.matrix;
    embed.step.tokens = ids.data();
    embed.rows = 2;
    embed.scale = 1;
    embed.x = out.data();
    REQUIRE(kernels().embed(&embed, nullptr) == 0);
    const auto got = out.get(), first = m.row(3), second = m.row(19);
    CHECK(std::equal(first.begin(), first.end(), got.begin()));
    CHECK(std::equal(second.begin(), second.end(), got.begin() + cols));
}

TEST_CASE("products equal the reference within the roundings of their sums")
{
    if (skipped())
        return;
    struct Shape {
        int rows, cols, tokens;
    };
    // One token to three token blocks; rows and columns that end inside tiles, chunks and groups.
    constexpr Shape kShapes[] = {{5, 40, 1}, {70, 1300, 3}, {33, 513, 8}, {40, 260, 11}, {18, 256, 29}, {75, 300, 70}};
    for (const FormatCase& f : kFormats) {
        if (f.format == MatrixFormat::Bf16 && computeCapability() < 80)
            continue;
        for (const Shape& shape : kShapes) {
            CAPTURE(f.name);
            CAPTURE(shape.tokens);
            // Two matrices of the same columns in one launch.
            const Matrix first(f, shape.rows, shape.cols, 31), second(f, 20, shape.cols, 32);
            const OnDevice dFirst(first.view), dSecond(second.view);
            const auto x = gaussian(static_cast<std::size_t>(shape.tokens * shape.cols), 33);
            const DeviceArray<float> dx(x);
            Acts acts(shape.tokens, shape.cols, f.format == MatrixFormat::Bf16 ? 3 : 2);
            PrepareArgs prepare = acts.args(f.format);
            prepare.x = dx.data();
            prepare.xStride = shape.cols;
            REQUIRE(kernels().prepare(&prepare, nullptr) == 0);

            const int stride = shape.rows + 3;
            const auto bias = gaussian(20, 34), before = gaussian(static_cast<std::size_t>(shape.tokens * stride), 35);
            const DeviceArray<float> dBias(bias), out(before), other(static_cast<std::size_t>(shape.tokens * 20));
            MatmulArgs args{};
            acts.addTo(args);
            args.partCount = 2;
            args.parts[0] = {dFirst.matrix, out.data(), stride, nullptr};
            args.parts[1] = {dSecond.matrix, other.data(), 20, dBias.data()};
            const auto initial = std::vector<float>(other.size(), 0.25f);
            const_cast<DeviceArray<float>&>(other).set(initial);
            args.store = Store::Add;
            REQUIRE(kernels().matmul(&args, nullptr) == 0);

            const HostActs host(acts);
            const bool dense = isDense(f.format) || readsParts(f.format); // activations are floats
            const auto activation = [&](int t, int k) -> double {
                if (dense)
                    return static_cast<double>(x[static_cast<std::size_t>(t * shape.cols + k)]);
                auto& s = const_cast<scalar::testing::ActStorage&>(host.storage);
                const auto padded = static_cast<std::size_t>(s.colsPadded);
                const std::size_t token = static_cast<std::size_t>(t), at = static_cast<std::size_t>(k);
                return static_cast<double>(s.q[token * padded + at])
                    * static_cast<double>(s.scales[token * (padded / 128) + at / 128]);
            };
            const auto compare = [&](const Matrix& m, const std::vector<float>& got, int gotStride, const float* added,
                                     const std::vector<float>& old) {
                double worst = 0;
                const bool hasOffsets = !dense && f.format != MatrixFormat::W8 && f.format != MatrixFormat::C4
                    && f.format != MatrixFormat::W8S;
                const Matrix offsets = hasOffsets ? m.withoutQuants() : m;
                for (int r = 0; r < m.view.rows; ++r) {
                    const auto row = m.row(r), offset = offsets.row(r);
                    for (int t = 0; t < shape.tokens; ++t) {
                        const std::size_t at = static_cast<std::size_t>(t * gotStride + r);
                        double sum = static_cast<double>(old[at]) + (added ? static_cast<double>(added[r]) : 0.0);
                        double size = std::fabs(sum);
                        for (int k = 0; k < shape.cols; ++k) {
                            const double a = activation(t, k),
                                         w = static_cast<double>(row[static_cast<std::size_t>(k)]);
                            const double o = static_cast<double>(offset[static_cast<std::size_t>(k)]);
                            sum += a * w;
                            size += std::fabs(a) * (std::fabs(w - o) + std::fabs(o) + std::fabs(w));
                        }
                        // Each term passes at most cols / 32 + 16 roundings (dense: of 16 products at a time, and the
                        // activations' own, f16's smallest step included).
                        const double bound = size * static_cast<double>(kUlp) * (shape.cols / 16 + 24)
                            + (f.format == MatrixFormat::F16 || f.format == MatrixFormat::F8
                                   ? size * 0x1p-21 + 0x1p-19 * shape.cols * 0.05
                                   : 0);
                        worst = std::max(worst, std::fabs(static_cast<double>(got[at]) - sum) / bound);
                        if (std::isnan(got[at]))
                            worst = HUGE_VAL;
                    }
                }
                CHECK(worst <= 1);
            };
            const auto got = out.get();
            compare(first, got, stride, nullptr, before);
            compare(second, other.get(), 20, bias.data(), initial);
            std::size_t spilled = 0; // between the rows of the output
            for (int t = 0; t < shape.tokens; ++t)
                for (int r = shape.rows; r < stride; ++r)
                    spilled += got[static_cast<std::size_t>(t * stride + r)]
                            == before[static_cast<std::size_t>(t * stride + r)]
                        ? 0
                        : 1;
            CHECK(spilled == 0);
        }
    }
    CHECK(deviceIsIntact());
}

TEST_CASE("a token's product does not depend on the tokens beside it")
{
    if (skipped())
        return;
    for (const FormatCase& f : kFormats) {
        if (f.format == MatrixFormat::Bf16 && computeCapability() < 80)
            continue;
        CAPTURE(f.name);
        const Matrix m(f, 40, 700, 41);
        const OnDevice device(m.view);
        const auto x = gaussian(8 * 700, 42);
        std::vector<float> results[2];
        for (const int tokens : {1, 8}) {
            const DeviceArray<float> dx(std::vector<float>(x.begin(), x.begin() + tokens * 700));
            Acts acts(tokens, 700, 2);
            PrepareArgs prepare = acts.args(f.format);
            prepare.x = dx.data();
            prepare.xStride = 700;
            REQUIRE(kernels().prepare(&prepare, nullptr) == 0);
            const DeviceArray<float> out(static_cast<std::size_t>(tokens * 40));
            MatmulArgs args{};
            acts.addTo(args);
            args.partCount = 1;
            args.parts[0] = {device.matrix, out.data(), 40, nullptr};
            REQUIRE(kernels().matmul(&args, nullptr) == 0);
            results[tokens == 1 ? 0 : 1] = out.get();
        }
        CHECK(std::equal(results[0].begin(), results[0].end(), results[1].begin()));
    }
}

TEST_CASE("logits are capped on their way out")
{
    if (skipped())
        return;
    const Matrix m({MatrixFormat::W8, 128, ""}, 20, 300, 51);
    const OnDevice device(m.view);
    const DeviceArray<float> dx(gaussian(300, 53));
    Acts acts(1, 300, 1);
    PrepareArgs prepare = acts.args(MatrixFormat::F16);
    prepare.x = dx.data();
    prepare.xStride = 300;
    REQUIRE(kernels().prepare(&prepare, nullptr) == 0);
    const DeviceArray<float> plain(20), capped(20);
    MatmulArgs args{};
    acts.addTo(args);
    args.partCount = 1;
    args.parts[0] = {device.matrix, plain.data(), 20, nullptr};
    REQUIRE(kernels().matmul(&args, nullptr) == 0);
    args.parts[0].out = capped.data();
    args.cap = 30;
    REQUIRE(kernels().matmul(&args, nullptr) == 0);
    auto expected = plain.get();
    scalar::allKernelTables().back()->vector->softCap(expected.data(), 30, 20);
    CHECK(capped.get() == expected);
}

TEST_CASE("matrices of several kinds are multiplied in one call, each as alone")
{
    if (skipped())
        return;
    const FormatCase kinds[] = {{MatrixFormat::W4K, 32, ""}, {MatrixFormat::W4K, 32, ""}, {MatrixFormat::W8, 128, ""}};
    const DeviceArray<float> dx(gaussian(2 * 300, 53));
    Acts acts(2, 300, 1);
    PrepareArgs prepare = acts.args(MatrixFormat::F16);
    prepare.x = dx.data();
    prepare.xStride = 300;
    REQUIRE(kernels().prepare(&prepare, nullptr) == 0);
    const DeviceArray<float> together(2 * 60), alone(2 * 60);
    MatmulArgs args{};
    acts.addTo(args);
    args.partCount = 3;
    std::vector<std::unique_ptr<OnDevice>> devices;
    for (int i = 0; i < 3; ++i) {
        const Matrix m(kinds[i], 20, 300, 54 + static_cast<std::uint32_t>(i));
        devices.push_back(std::make_unique<OnDevice>(m.view));
        args.parts[i] = {devices.back()->matrix, together.data() + 20 * i, 60, nullptr};
        MatmulArgs one = args;
        one.partCount = 1;
        one.parts[0] = {devices.back()->matrix, alone.data() + 20 * i, 60, nullptr};
        REQUIRE(kernels().matmul(&one, nullptr) == 0);
    }
    REQUIRE(kernels().matmul(&args, nullptr) == 0);
    CHECK(together.get() == alone.get());
    args.parts[2].weights.cols = 256;
    CHECK(kernels().matmul(&args, nullptr) != 0);
}

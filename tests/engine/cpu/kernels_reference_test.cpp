// The scalar kernels against the definitions in panel_layout.h and kernel_types.h, written a second time in double.

#include "engine/cpu/quant_case.h"
#include "model/weight_matrix.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace qwill::engine;
using namespace qwill::engine::cpu;
using namespace qwill::engine::cpu::testing;

namespace {

const KernelTable& scalar = *allKernelTables().back();

// Weights as plain numbers: w = scale · q + offset per group, with what the panel stores for them.
struct PlainWeights {
    int rows, cols;
    std::vector<double> w; // [rows, cols]
    AlignedArray<std::byte> panels;
};

void putHalf(AlignedArray<std::byte>& panels, std::size_t at, std::uint16_t h)
{
    std::memcpy(panels.data() + at, &h, 2);
}

PlainWeights randomWeights(QuantFormat f, int rows, int cols, std::uint32_t seed)
{
    std::mt19937 random(seed);
    const int blockK = blockCols(f.format), group = f.format == MatrixFormat::W4K ? 32 : f.groupSize;
    PlainWeights out{rows, cols, std::vector<double>(static_cast<std::size_t>(rows) * cols),
                     AlignedArray<std::byte>(matrixBytes(f.format, f.groupSize, rows, cols))};
    const auto half = [&] { return floatToF16(std::uniform_real_distribution<float>(-0.1f, 0.1f)(random)); };
    for (int row = 0; row < rows; ++row)
        for (int begin = 0; begin < cols; begin += blockK) {
            const std::size_t r = row % 64;
            const std::size_t block =
                row / 64 * panelBytes(f.format, f.groupSize, cols) + begin / blockK * blockBytes(f.format, f.groupSize);
            const std::size_t quants = block + blockScaleBytes(f.format, f.groupSize);
            const std::uint16_t d = half(), dmin = half();
            if (f.format == MatrixFormat::W4K) {
                putHalf(out.panels, block + 2 * r, d);
                putHalf(out.panels, block + 128 + 2 * r, dmin);
            }
            for (int g = 0; g < blockK / group; ++g) {
                double scale = 0, offset = 0;
                if (f.format == MatrixFormat::W4K) {
                    const unsigned sc = random() % 64, m = random() % 64;
                    out.panels[block + 256 + g * 64 + r] = static_cast<std::byte>((sc & 15) | (m & 15) << 4);
                    out.panels[block + 768 + g / 2 * 64 + r] |=
                        static_cast<std::byte>((sc >> 4 | (m >> 4) << 2) << 4 * (g & 1));
                    scale = static_cast<double>(f16ToFloat(d)) * sc;
                    offset = -static_cast<double>(f16ToFloat(dmin)) * m;
                } else {
                    const std::uint16_t s = half(), m = half();
                    const bool four = f.format == MatrixFormat::W4G;
                    putHalf(out.panels, block + g * (four ? 256 : 128) + 2 * r, s);
                    if (four)
                        putHalf(out.panels, block + g * 256 + 128 + 2 * r, m);
                    scale = f16ToFloat(s);
                    offset = four ? f16ToFloat(m) : -128 * scale;
                }
                for (int k = g * group; k < (g + 1) * group; ++k) {
                    const bool bytes = f.format == MatrixFormat::W8;
                    const unsigned q = random() % (bytes ? 256 : 16);
                    const std::size_t at = bytes ? quants + (k / 4 * 4 + r / 16) * 64 + r % 16 * 4 + k % 4
                                                 : quants + (k / 8 * 4 + r / 16) * 64 + r % 16 * 4 + k % 4;
                    out.panels[at] |= static_cast<std::byte>(q << (!bytes && k % 8 >= 4 ? 4 : 0));
                    if (begin + k < cols)
                        out.w[static_cast<std::size_t>(row) * cols + begin + k] = scale * q + offset;
                }
            }
        }
    return out;
}

} // namespace

// The forms that plain.w below is not written for: by the definition of a row, which model/quantize_test checks field
// by field.
TEST_CASE("productsOfOtherFormsAreThoseOfTheirRows")
{
    for (const QuantFormat f : kQuantFormats) {
        if (!isCoded(f.format) && f.format != MatrixFormat::W4Z)
            continue;
        CAPTURE(f.name);
        QuantCase product(f, 83, 300, 3, 5);
        for (std::size_t block = 0; block < product.weights.size(); block += blockBytes(f.format, f.groupSize))
            for (const ScaleRun& run : scaleRuns(f)) // of one size, so that the sum is not one term
                for (int row = 0; row < 64; ++row) {
                    const float scale = 0.01f * static_cast<float>(1 + row % 7);
                    const std::uint16_t half = floatToF16(scale);
                    std::byte* at = product.weights.data() + block + run.offset;
                    std::memcpy(at + (run.isHalf ? 2 : 4) * row, run.isHalf ? static_cast<const void*>(&half) : &scale,
                                run.isHalf ? 2 : 4);
                }
        const WeightMatrix matrix{f.format, 83,     300, f.groupSize, product.weights.data(), product.weights.size(),
                                  nullptr,  nullptr};
        auto out = product.poisonedOut();
        scalar.matmulQuant(product.whole(out));
        std::vector<float> w(300);
        for (int row = 0; row < 83; ++row) {
            dequantizeRow(matrix, row, w.data());
            for (int token = 0; token < 3; ++token) {
                double sum = 0, magnitude = 0;
                for (int k = 0; k < 300; ++k) {
                    const int at = token * product.acts.colsPadded + k;
                    const double act = static_cast<double>(product.acts.q[at]) * product.acts.scales[at / kActGroup];
                    sum += w[k] * act;
                    magnitude += (std::abs(w[k]) + 0.07 * 256) * std::abs(act); // minima and quants cancel
                }
                REQUIRE(std::abs(out[token * product.outStride() + row] - sum) <= 1e-6 * magnitude);
            }
        }
    }
}

TEST_CASE("quantisedProductsMeanWhatTheLayoutSays")
{
    for (const QuantFormat f : kQuantFormats) {
        if (isCoded(f.format) || f.format == MatrixFormat::W4Z)
            continue;
        CAPTURE(f.name);
        const int rows = 83, cols = 300, tokens = 3;
        const PlainWeights plain = randomWeights(f, rows, cols, 7);
        const auto x = randomFloats(static_cast<std::size_t>(tokens) * cols, 3);
        ActStorage acts(tokens, cols);
        scalar.quantizeActs(x.data(), cols, 0, tokens, cols, acts.view());
        std::vector<float> out(rows * tokens);
        scalar.matmulQuant({{f.format, rows, cols, f.groupSize, plain.panels.data()},
                            acts.view(),
                            0,
                            tokens,
                            0,
                            2,
                            out.data(),
                            rows,
                            Store::Write});
        for (int token = 0; token < tokens; ++token)
            for (int row = 0; row < rows; ++row) {
                double sum = 0, magnitude = 0;
                for (int k = 0; k < cols; ++k) {
                    const double act = static_cast<double>(acts.q[token * acts.colsPadded + k])
                        * acts.scales[(token * acts.colsPadded + k) / kActGroup];
                    sum += plain.w[row * cols + k] * act;
                    magnitude += (std::abs(plain.w[row * cols + k]) + 16 * 0.1 * 64) * std::abs(act);
                }
                // At most 3 roundings for each of 2 folds per 32 k.
                const double tolerance = 3 * 2 * (cols / 32 + 1) * std::numeric_limits<float>::epsilon() / 2;
                REQUIRE(std::abs(out[token * rows + row] - sum) <= tolerance * magnitude);
            }
    }
}

TEST_CASE("activationsRoundHalfToEvenAndPadWithZeros")
{
    // With a maximum of 127 the scale is 1, so that the values are their own quants.
    const std::vector<float> x = {127.0f, 0.5f,   1.5f,   2.5f,    -0.5f,       -1.5f,
                                  -2.5f,  126.5f, 125.5f, -127.0f, 0.49999997f, 3.2f};
    const int expected[] = {127, 0, 2, 2, 0, -2, -2, 126, 126, -127, 0, 3};
    const int cols = static_cast<int>(x.size());
    ActStorage acts(1, cols);
    std::memset(acts.q.data(), 0x55, acts.q.size());
    std::memset(acts.sums.data(), 0x55, acts.sums.size() * 4);
    acts.scales[0] = acts.scales[1] = kPoison;
    scalar.quantizeActs(x.data(), cols, 0, 1, cols, acts.view());
    int sum = 0;
    for (int k = 0; k < acts.colsPadded; ++k) {
        CHECK(acts.q[k] == (k < cols ? expected[k] : 0));
        sum += acts.q[k];
    }
    CHECK(acts.scales[0] == 1.0f);
    CHECK(acts.scales[1] == 0.0f);
    CHECK(acts.sums[0] == sum);
    for (int i = 1; i < acts.colsPadded / kActSumGroup; ++i)
        CHECK(acts.sums[i] == 0);
}

TEST_CASE("extremeActivationsNeitherCrashNorLie")
{
    const float inf = std::numeric_limits<float>::infinity(), nan = std::nanf("");
    for (const float bad : {inf, -inf, nan}) {
        std::vector<float> x(256, 1.0f);
        x[5] = bad;
        ActStorage acts(1, 256);
        scalar.quantizeActs(x.data(), 256, 0, 1, 256, acts.view());
        CHECK(std::isnan(acts.scales[0]));
        CHECK(acts.q[0] == 0);
        CHECK(acts.scales[1] == 1.0f / 127.0f);
        CHECK(acts.q[128] == 127);
    }
    for (const float tiny : {1e-45f, 1e-40f, 0x1p-126f, -1e-37f}) {
        std::vector<float> x(128, tiny);
        ActStorage acts(1, 128);
        scalar.quantizeActs(x.data(), 128, 0, 1, 128, acts.view());
        CHECK(acts.scales[0] == 0.0f);
        CHECK(acts.q[0] == 0);
    }
    std::vector<float> x(128, -std::numeric_limits<float>::max());
    ActStorage acts(1, 128);
    scalar.quantizeActs(x.data(), 128, 0, 1, 128, acts.view());
    CHECK(acts.q[0] == -127);
    CHECK(acts.sums[0] == -127 * 32);
}

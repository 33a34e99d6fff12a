// Every kernel table this processor supports against the scalar one: bit for bit where the contract in kernel_types.h
// says so, whatever the shape, the range, the batch or the store.

#include "cpu/cpu_features.h"
#include "engine/cpu/quant_case.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace qwill::engine;
using namespace qwill::engine::cpu;
using namespace qwill::engine::cpu::testing;

namespace {

const KernelTable& scalar = *allKernelTables().back();

std::vector<const KernelTable*> supportedTables()
{
    std::vector<const KernelTable*> out;
    for (const KernelTable* table : allKernelTables())
        if ((table->requiredFeatures & ~cpuFeatures().mask) == 0)
            out.push_back(table);
        else
            MESSAGE("not tested on this processor: " << std::string(table->name));
    return out;
}

int between(std::mt19937& random, int low, int high)
{
    return std::uniform_int_distribution<int>(low, high)(random);
}

void checkSameActs(const KernelTable& table, const std::vector<float>& x, int tokens, int cols)
{
    ActStorage expected(tokens, cols), actual(tokens, cols);
    std::memset(actual.q.data(), 0x33, actual.q.size());
    scalar.quantizeActs(x.data(), cols, 0, tokens, cols, expected.view());
    table.quantizeActs(x.data(), cols, 0, tokens, cols, actual.view());
    CHECK(std::memcmp(expected.q.data(), actual.q.data(), expected.q.size()) == 0);
    CHECK(std::memcmp(expected.scales.data(), actual.scales.data(), expected.scales.size() * 4) == 0);
    CHECK(std::memcmp(expected.sums.data(), actual.sums.data(), expected.sums.size() * 4) == 0);
}

} // namespace

TEST_CASE("activationsEqualScalarBitForBit")
{
    for (const KernelTable* table : supportedTables()) {
        CAPTURE(table->name);
        std::mt19937 random(11);
        for (int round = 0; round < 60; ++round) {
            const int cols = between(random, 1, 700), tokens = between(random, 1, 5);
            auto x = randomFloats(static_cast<std::size_t>(tokens) * cols, round,
                                  std::ldexp(1.0f, between(random, -140, 120)));
            checkSameActs(*table, x, tokens, cols);
            for (float& v : x) // halves: ties of the rounding
                v = static_cast<float>(between(random, -254, 254)) * 0.5f;
            checkSameActs(*table, x, tokens, cols);
        }
        // Any bits at all: denormals, infinities, NaN, huge values side by side.
        for (int round = 0; round < 60; ++round) {
            std::vector<float> x(300);
            for (float& v : x)
                v = std::bit_cast<float>(static_cast<std::uint32_t>(random()) & (round & 1 ? 0xbfffffffu : ~0u));
            checkSameActs(*table, x, 1, 300);
        }
        checkSameActs(*table, std::vector<float>(256, std::numeric_limits<float>::max()), 1, 256);
        checkSameActs(*table, std::vector<float>(256, 0.0f), 1, 256);
    }
}

TEST_CASE("activationsOfATokenRangeLeaveTheOthersAlone")
{
    for (const KernelTable* table : supportedTables()) {
        CAPTURE(table->name);
        const int cols = 200, tokens = 5, xStride = 211;
        const auto x = randomFloats(xStride * tokens, 5);
        ActStorage whole(tokens, cols), part(tokens, cols);
        scalar.quantizeActs(x.data(), xStride, 0, tokens, cols, whole.view());
        std::memset(part.q.data(), 0x77, part.q.size());
        table->quantizeActs(x.data(), xStride, 2, 4, cols, part.view());
        for (std::size_t i = 0; i < part.q.size(); ++i) {
            const bool inside = i / part.colsPadded >= 2 && i / part.colsPadded < 4;
            REQUIRE(part.q[i] == (inside ? whole.q[i] : 0x77));
        }
    }
}

TEST_CASE("quantisedProductsEqualScalarBitForBit")
{
    for (const KernelTable* table : supportedTables()) {
        if (table == &scalar)
            continue;
        CAPTURE(table->name);
        for (const QuantFormat f : kQuantFormats) {
            CAPTURE(f.name);
            std::mt19937 random(f.groupSize + 1);
            for (int round = 0; round < 24; ++round) {
                const int rows = between(random, 1, 200), cols = between(random, 1, 700),
                          tokens = between(random, 1, 40);
                CAPTURE(rows);
                CAPTURE(cols);
                CAPTURE(tokens);
                QuantCase product(f, rows, cols, tokens, round * 31);
                auto expected = product.poisonedOut(), actual = product.poisonedOut();
                QuantMatmul args = product.whole(expected);
                scalar.matmulQuant(args);
                args.out = actual.data();
                table->matmulQuant(args);
                CHECK(countDifferences(expected, actual) == 0);
                args.store = Store::Add;
                args.out = expected.data();
                scalar.matmulQuant(args);
                args.out = actual.data();
                table->matmulQuant(args);
                CHECK(countDifferences(expected, actual) == 0);
            }
        }
    }
}

TEST_CASE("extremeQuantsDoNotSaturate")
{
    for (const KernelTable* table : supportedTables()) {
        CAPTURE(table->name);
        for (const QuantFormat f : kQuantFormats)
            for (const int byte : {0x00, 0xff, 0x01, 0x80})
                for (const std::int8_t act : {std::int8_t{-127}, std::int8_t{127}}) {
                    CAPTURE(f.name);
                    QuantCase product(f, 64, 512, 7, 1);
                    const std::size_t scaleBytes = blockScaleBytes(f.format, f.groupSize);
                    for (std::size_t block = 0; block < product.weights.size();
                         block += blockBytes(f.format, f.groupSize)) {
                        std::byte* p = product.weights.data() + block;
                        std::memset(p + scaleBytes, byte, blockBytes(f.format, f.groupSize) - scaleBytes);
                        if (f.format == MatrixFormat::W4K || f.format == MatrixFormat::W4S)
                            std::memset(p + 256, 0xff, scaleBytes - 256); // sc = m = 63, or 15
                        if (f.format == MatrixFormat::W8K || f.format == MatrixFormat::W8S) // sc = m = −128
                            std::memset(p + (f.format == MatrixFormat::W8K ? 256 : 128), 0x80, 512);
                        for (int i = 0; f.format == MatrixFormat::C4 && i < 16; ++i) { // −32768
                            p[2 * i] = std::byte{0};
                            p[2 * i + 1] = std::byte{0x80};
                        }
                    }
                    std::memset(product.acts.q.data(), act, product.acts.q.size());
                    for (std::size_t i = 0; i < product.acts.sums.size(); ++i)
                        product.acts.sums[i] = act * kActSumGroup;
                    auto expected = product.poisonedOut(), actual = product.poisonedOut();
                    scalar.matmulQuant(product.whole(expected));
                    table->matmulQuant(product.whole(actual));
                    CHECK(countDifferences(expected, actual) == 0);
                }
    }
}

// AVX-512's W4K keeps group sums in 16 bits where 15 · Σ of one sign fits: 2184 does, 2185 does not.
TEST_CASE("groupSumsAtTheEdgeOfSixteenBits")
{
    constexpr QuantFormat kW4K{MatrixFormat::W4K, 32, "w4k"};
    for (const KernelTable* table : supportedTables()) {
        CAPTURE(table->name);
        for (const int edge : {2183, 2184, 2185, 2186, 4064})
            for (const int sign : {1, -1})
                for (int group = 0; group < 16; group += 5) {
                    CAPTURE(edge);
                    QuantCase product(kW4K, 64, 512, 9, static_cast<std::uint32_t>(edge + group));
                    for (std::size_t block = 0; block < product.weights.size(); block += blockBytes(kW4K.format, 32))
                        std::memset(product.weights.data() + block + 256, 0xff, blockBytes(kW4K.format, 32) - 256);
                    const int token = 4;
                    const std::size_t at = static_cast<std::size_t>(token * product.acts.colsPadded + group * 32);
                    for (int k = 0; k < 32; ++k)
                        product.acts.q[at + k] = static_cast<std::int8_t>(sign * (edge * (k + 1) / 32 - edge * k / 32));
                    product.acts.sums[at / 32] = sign * edge;
                    auto expected = product.poisonedOut(), actual = product.poisonedOut();
                    scalar.matmulQuant(product.whole(expected));
                    table->matmulQuant(product.whole(actual));
                    CHECK(countDifferences(expected, actual) == 0);
                }
    }
}

// All 256 codes of e4m3, and T against the value they stand for.
TEST_CASE("everyE4m3CodeIsItsInteger")
{
    constexpr QuantFormat kF8{MatrixFormat::F8, 128, "f8"};
    for (const KernelTable* table : supportedTables()) {
        CAPTURE(table->name);
        QuantCase product(kF8, 256, 128, 1, 1);
        for (int row = 0; row < 256; ++row) { // row r has code r at k = 5 and zeros elsewhere
            std::byte* block = product.weights.data() + row / 64 * blockBytes(kF8.format, 128);
            const float one = 1;
            std::memcpy(block + row % 64 * 4, &one, 4);
            for (int k = 0; k < 128; ++k)
                block[256 + (k / 4 * 4 + row % 64 / 16) * 64 + row % 16 * 4 + k % 4] = std::byte(k == 5 ? row : 0);
        }
        std::memset(product.acts.q.data(), 1, product.acts.q.size());
        product.acts.scales[0] = 1;
        std::vector<float> out(256);
        table->matmulQuant({product.view(), product.acts.view(), 0, 1, 0, 4, out.data(), 256, Store::Write});
        for (int row = 0; row < 256; ++row) {
            CAPTURE(row);
            CHECK(out[row] == e4m3Integer(static_cast<std::uint8_t>(row)));
            const int exponent = row >> 3 & 15;
            const double value = (exponent == 0 ? (row & 7) / 512.0 : std::ldexp(8 + (row & 7), exponent - 10));
            const double wanted = (row & 128 ? -64 : 64) * value; // 127 and 255 are no numbers
            CHECK(std::abs(out[row] - wanted) <= 0.5);
            if (value >= 0.125)
                CHECK(out[row] == wanted);
        }
    }
}

TEST_CASE("rangesGiveTheSameNumbersAndTouchNothingElse")
{
    for (const KernelTable* table : supportedTables()) {
        CAPTURE(table->name);
        for (const QuantFormat f : kQuantFormats) {
            CAPTURE(f.name);
            QuantCase product(f, 64 * 4 + 9, 520, 23, 3);
            auto whole = product.poisonedOut();
            table->matmulQuant(product.whole(whole));
            std::mt19937 random(2);
            for (int round = 0; round < 8; ++round) {
                auto part = product.poisonedOut();
                QuantMatmul args = product.whole(part);
                args.tokenBegin = between(random, 0, 22);
                args.tokenEnd = between(random, args.tokenBegin, 23);
                args.panelBegin = between(random, 0, 4);
                args.panelEnd = between(random, args.panelBegin, 5);
                table->matmulQuant(args);
                std::size_t wrong = 0;
                for (int token = 0; token < 23; ++token)
                    for (int row = 0; row < product.outStride(); ++row) {
                        const bool inside = token >= args.tokenBegin && token < args.tokenEnd
                            && row / kPanelRows >= args.panelBegin && row / kPanelRows < args.panelEnd
                            && row < product.rows;
                        const std::size_t i = token * product.outStride() + row;
                        wrong += sameBits(part[i], inside ? whole[i] : kPoison) ? 0 : 1;
                    }
                CHECK(wrong == 0);
            }
        }
    }
}

TEST_CASE("aBadActivationSpoilsOnlyItsToken")
{
    for (const KernelTable* table : supportedTables()) {
        CAPTURE(table->name);
        for (const QuantFormat f : kQuantFormats) {
            CAPTURE(f.name);
            QuantCase product(f, 70, 300, 3, 9);
            auto before = product.poisonedOut(), after = product.poisonedOut();
            table->matmulQuant(product.whole(before));
            product.acts.scales[product.acts.colsPadded / kActGroup] = std::nanf(""); // token 1
            table->matmulQuant(product.whole(after));
            for (int row = 0; row < product.rows; ++row) {
                const std::ptrdiff_t stride = product.outStride();
                REQUIRE(sameBits(before[row], after[row]));
                REQUIRE(std::isnan(after[stride + row]));
                REQUIRE(sameBits(before[2 * stride + row], after[2 * stride + row]));
            }
        }
    }
}

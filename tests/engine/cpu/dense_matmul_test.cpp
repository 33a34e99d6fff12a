// Dense products of every kernel table this processor supports: close to a double reference, and the same to the bit
// whatever the range or batch.

#include "cpu/cpu_features.h"
#include "engine/cpu/quant_case.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace qwill::engine;
using namespace qwill::engine::cpu;
using namespace qwill::engine::cpu::testing;

namespace {

constexpr MatrixFormat kDenseFormats[] = {MatrixFormat::F32, MatrixFormat::F16, MatrixFormat::Bf16};

struct DenseCase {
    MatrixFormat format;
    int rows, cols, tokens;
    std::vector<std::byte> weights; // exactly as long as the matrix: a read past the end is for ASan to see
    std::vector<float> plain, x;

    DenseCase(MatrixFormat f, int rows_, int cols_, int tokens_, std::uint32_t seed)
        : format(f),
          rows(rows_),
          cols(cols_),
          tokens(tokens_),
          weights(matrixBytes(f, 0, rows_, cols_)),
          plain(randomFloats(static_cast<std::size_t>(rows_) * cols_, seed)),
          x(randomFloats(static_cast<std::size_t>(tokens_) * cols_, seed + 1))
    {
        for (std::size_t i = 0; i < plain.size(); ++i) {
            if (format == MatrixFormat::F32) {
                std::memcpy(weights.data() + 4 * i, &plain[i], 4);
                continue;
            }
            const bool half = format == MatrixFormat::F16;
            const std::uint16_t bits = half ? floatToF16(plain[i]) : floatToBf16(plain[i]);
            plain[i] = half ? f16ToFloat(bits) : bf16ToFloat(bits);
            std::memcpy(weights.data() + 2 * i, &bits, 2);
        }
    }
    DenseMatmul whole(std::vector<float>& out)
    {
        return {{format, rows, cols, 0, weights.data()},
                x.data(),
                cols,
                0,
                tokens,
                0,
                rows,
                out.data(),
                rows,
                Store::Write};
    }
};

std::vector<const KernelTable*> supportedTables()
{
    std::vector<const KernelTable*> out;
    for (const KernelTable* table : allKernelTables())
        if ((table->requiredFeatures & ~cpuFeatures().mask) == 0)
            out.push_back(table);
    return out;
}

} // namespace

TEST_CASE("denseProductsAreAsExactAsFloatSumsCanBe")
{
    for (const KernelTable* table : supportedTables()) {
        CAPTURE(table->name);
        std::mt19937 random(5);
        for (const MatrixFormat format : kDenseFormats)
            for (int round = 0; round < 20; ++round) {
                DenseCase product(format, 1 + random() % 40, 1 + random() % 700, 1 + random() % 20, round);
                std::vector<float> out(static_cast<std::size_t>(product.tokens) * product.rows, 1.0f);
                DenseMatmul args = product.whole(out);
                args.store = round % 2 ? Store::Add : Store::Write;
                table->matmulDense(args);
                for (int token = 0; token < product.tokens; ++token)
                    for (int row = 0; row < product.rows; ++row) {
                        double sum = round % 2 ? 1.0 : 0.0, magnitude = 1.0;
                        for (int k = 0; k < product.cols; ++k) {
                            const double term = static_cast<double>(product.plain[row * product.cols + k])
                                * product.x[token * product.cols + k];
                            sum += term;
                            magnitude += std::abs(term);
                        }
                        // Two roundings a step of at least 8 partial sums, then a tree and the store.
                        const double roundings = 2 * (product.cols / 8 + 1) + 6;
                        REQUIRE(std::abs(out[token * product.rows + row] - sum)
                                <= roundings * std::numeric_limits<float>::epsilon() / 2 * magnitude);
                    }
            }
    }
}

TEST_CASE("denseRangesGiveTheSameNumbersAndTouchNothingElse")
{
    for (const KernelTable* table : supportedTables()) {
        CAPTURE(table->name);
        for (const MatrixFormat format : kDenseFormats) {
            DenseCase product(format, 37, 333, 15, 4);
            std::vector<float> whole(37 * 15);
            table->matmulDense(product.whole(whole));
            std::mt19937 random(6);
            for (int round = 0; round < 20; ++round) {
                std::vector<float> part(37 * 15, kPoison);
                DenseMatmul args = product.whole(part);
                args.tokenBegin = random() % 15;
                args.tokenEnd = args.tokenBegin + random() % (16 - args.tokenBegin);
                args.rowBegin = random() % 37;
                args.rowEnd = args.rowBegin + random() % (38 - args.rowBegin);
                table->matmulDense(args);
                std::size_t wrong = 0;
                for (int i = 0; i < 37 * 15; ++i) {
                    const int token = i / 37, row = i % 37;
                    const bool inside =
                        token >= args.tokenBegin && token < args.tokenEnd && row >= args.rowBegin && row < args.rowEnd;
                    wrong += sameBits(part[i], inside ? whole[i] : kPoison) ? 0 : 1;
                }
                CHECK(wrong == 0);
            }
        }
    }
}

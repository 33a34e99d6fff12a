#pragma once
// Random weights on the device and activations for them: what the tests of products begin with. Single thread.

#include "cuda/kernels/kernel_table.h"
#include "cuda/kernels/repack.h"
#include "device_array.h"
#include "engine/cpu/quant_case.h"
#include "kernel_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

namespace qwill::engine::cuda::testing {

namespace scalar = cpu;

using FormatCase = scalar::testing::QuantFormat; // here also of dense formats

inline std::vector<float> gaussian(std::size_t count, std::uint32_t seed, float spread = 1)
{
    return scalar::testing::randomFloats(count, seed, spread);
}

// A random matrix whose scales are like a model's, so that sums neither overflow nor vanish.
struct Matrix {
    std::vector<std::byte> bytes;
    WeightMatrix view;

    Matrix(const FormatCase& f, int rows, int cols, std::uint32_t seed)
        : bytes(matrixBytes(f.format, f.groupSize, rows, cols) + 64)
    {
        view = {f.format, rows, cols, f.groupSize, bytes.data(), bytes.size() - 64, nullptr};
        std::mt19937 random(seed);
        for (std::byte& b : bytes)
            b = static_cast<std::byte>(random());
        const auto number = [&] { return std::normal_distribution<float>(0, 0.05f)(random); };
        if (isDense(f.format)) {
            const std::size_t size = f.format == MatrixFormat::F32 ? 4 : 2;
            for (std::size_t i = 0; i + size <= view.bytes; i += size) {
                const float x = number();
                const std::uint16_t bits = f.format == MatrixFormat::F16 ? floatToF16(x) : floatToBf16(x);
                std::memcpy(bytes.data() + i, size == 4 ? static_cast<const void*>(&x) : &bits, size);
            }
            return;
        }
        if (isCoded(f.format)) {
            setCodedScales(f, number);
            return;
        }
        const std::size_t halves = f.format == MatrixFormat::W4K ? 128 : blockScaleBytes(f.format, f.groupSize) / 2;
        for (std::size_t block = 0; block < view.bytes; block += blockBytes(f.format, f.groupSize))
            for (std::size_t i = 0; i < halves; ++i) {
                const std::uint16_t bits = floatToF16(number());
                std::memcpy(bytes.data() + block + 2 * i, &bits, 2);
            }
    }
    // Any bytes are quants, codebooks and small factors; floats so that weights have a deviation near that of `number`.
    template <typename Number>
    void setCodedScales(const FormatCase& f, const Number& number)
    {
        const float most = f.format == MatrixFormat::W8G ? 1
            : f.format == MatrixFormat::W4S              ? 100
            : f.format == MatrixFormat::F8               ? 28672
                                                         : 8192;
        for (std::size_t block = 0; block < view.bytes; block += blockBytes(f.format, f.groupSize))
            for (const scalar::testing::ScaleRun& run : scalar::testing::scaleRuns({f.format, f.groupSize, f.name}))
                for (std::size_t row = 0; row < kPanelRows; ++row) {
                    const float x = number() / most;
                    const std::uint16_t half = floatToF16(x);
                    std::memcpy(bytes.data() + block + run.offset + row * (run.isHalf ? 2 : 4),
                                run.isHalf ? static_cast<const void*>(&half) : &x, run.isHalf ? 2 : 4);
                }
        for (std::size_t at = 0; f.format == MatrixFormat::F8 && at < view.bytes; ++at) // no NaN among them
            if (at % blockBytes(f.format, f.groupSize) >= blockScaleBytes(f.format, f.groupSize)
                && (bytes[at] & std::byte{0x7f}) == std::byte{0x7f})
                bytes[at] = std::byte{0x7e};
    }
    std::vector<float> row(int r) const
    {
        std::vector<float> out(static_cast<std::size_t>(view.cols));
        dequantizeRow(view, r, out.data());
        if (view.format == MatrixFormat::F8)
            unroundF8(r, out);
        return out;
    }
    // The card does not round e4m3's small numbers to the CPU's integers.
    void unroundF8(int r, std::vector<float>& out) const
    {
        const std::size_t block = blockBytes(view.format, view.groupSize);
        const std::byte* panel =
            view.data + static_cast<std::size_t>(r / kPanelRows) * panelBytes(view.format, view.groupSize, view.cols);
        for (int k = 0; k < view.cols; ++k) {
            const std::byte* at = panel + static_cast<std::size_t>(k / 128) * block;
            const int in = k % 128, lane = r % kPanelRows;
            float scale;
            std::memcpy(&scale, at + (in / view.groupSize * kPanelRows + lane) * 4, 4);
            const int code = std::to_integer<int>(
                at[blockScaleBytes(view.format, view.groupSize)
                   + static_cast<std::size_t>((in / 4 * 4 + lane / 16) * 64 + (lane & 15) * 4 + (in & 3))]);
            const int exponent = code >> 3 & 15, fraction = code & 7;
            const float value = exponent == 0 ? std::ldexp(static_cast<float>(fraction), -9)
                                              : std::ldexp(static_cast<float>(8 + fraction), exponent - 10);
            const float exact = scale * ((code & 128) != 0 ? -64 * value : 64 * value);
            float& stored = out[static_cast<std::size_t>(k)];
            CHECK(std::fabs(exact - stored) <= 0.5f * std::fabs(scale) + 0x1p-23f * std::fabs(exact));
            stored = exact;
        }
    }
    // What a row's weights are where all quants are 0: how large the parts are whose difference a weight is.
    Matrix withoutQuants() const
    {
        Matrix out = *this;
        out.view.data = out.bytes.data();
        const std::size_t scales = blockScaleBytes(view.format, view.groupSize);
        for (std::size_t block = 0; block < view.bytes; block += blockBytes(view.format, view.groupSize))
            std::fill_n(out.bytes.begin() + static_cast<std::ptrdiff_t>(block + scales),
                        blockBytes(view.format, view.groupSize) - scales, std::byte{0});
        return out;
    }
};

struct OnDevice {
    DeviceMatrix matrix;
    DeviceArray<std::byte> memory;

    explicit OnDevice(const WeightMatrix& m, RepackTarget target = RepackTarget::Ampere)
        : matrix(deviceShape(m, target)),
          memory(deviceBytes(matrix))
    {
        std::vector<std::byte> all;
        for (int unit = 0; unit < repackUnits(m.rows); ++unit) {
            CHECK(all.size() == static_cast<std::size_t>(unit) * repackUnitBytes(matrix));
            std::vector<std::byte> part(repackBytes(matrix, unit), std::byte{0x5a});
            repackUnit(m, target, unit, part.data());
            all.insert(all.end(), part.begin(), part.end());
        }
        REQUIRE(all.size() == memory.size());
        memory.set(all);
        matrix.data = memory.data();
    }
};

// The activations of some tokens, in every form.
struct Acts {
    int tokens, cols, parts;
    DeviceArray<std::int8_t> quants;
    DeviceArray<float> scales;
    DeviceArray<std::int32_t> sums;
    DeviceArray<std::uint16_t> halves;
    DeviceArray<float> plain;

    Acts(int tokens_, int cols_, int parts_)
        : tokens(tokens_),
          cols(cols_),
          parts(parts_),
          quants(actQuantBytes(tokens_, cols_)),
          scales(actScaleBytes(tokens_, cols_) / 4),
          sums(actSumBytes(tokens_, cols_) / 4),
          halves(actPartBytes(tokens_, cols_, parts_) / 2),
          plain(static_cast<std::size_t>(tokens_ * cols_))
    {
    }
    PrepareArgs args(MatrixFormat format) const
    {
        PrepareArgs a{};
        a.rows = tokens;
        a.cols = cols;
        a.eps = 1e-6f;
        a.quants = quants.data();
        a.scales = scales.data();
        a.sums = sums.data();
        a.parts = halves.data();
        a.partCount = parts;
        a.partFormat = format == MatrixFormat::Bf16 ? MatrixFormat::Bf16 : MatrixFormat::F16;
        a.plain = plain.data();
        return a;
    }
    void addTo(MatmulArgs& a) const
    {
        a.tokens = tokens;
        a.quants = quants.data();
        a.scales = scales.data();
        a.sums = sums.data();
        a.actParts = halves.data();
        a.actPartCount = parts;
        a.plain = plain.data();
    }
};

} // namespace qwill::engine::cuda::testing

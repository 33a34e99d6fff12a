// The hardware's instructions, emulated or real, against what PTX's manual says of them; and the rules that the
// emulation watches over.

#include "base/half.h"
#include "cpu/kernel_table.h"
#include "device_array.h"
#include "probe_kernels.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

using namespace qwill::engine;
using namespace qwill::engine::cuda::testing;

namespace {

using Words = std::vector<std::uint32_t>;

bool skipped()
{
    if (!hasDevice())
        MESSAGE("no CUDA device: skipped");
    return !hasDevice();
}

// Where the manual puts an element of m16n8k16 (16-bit) and m16n8k32 (8-bit) operands: word and position in it, of the
// lane that holds it. Written from the manual's tables, apart from the emulation's own loops.
struct Place {
    int word, part;
};
Place placeOfA(int row, int k, int perWord)
{
    const int lane = row % 8 * 4 + k % (4 * perWord) / perWord;
    const int reg = row / 8 + 2 * (k / (4 * perWord));
    return {lane * 4 + reg, k % perWord};
}
Place placeOfB(int k, int column, int perWord)
{
    return {(column * 4 + k % (4 * perWord) / perWord) * 2 + k / (4 * perWord), k % perWord};
}
int wordOfC(int row, int column)
{
    return (row % 8 * 4 + column / 2) * 4 + row / 8 * 2 + column % 2;
}

double element(const Words& words, Place place, MmaKind kind, bool isA)
{
    const std::uint32_t word = words[static_cast<std::size_t>(place.word)];
    if (kind <= MmaKind::U8S8) {
        const std::uint32_t byte = word >> (8 * place.part) & 255;
        return kind == MmaKind::U8S8 && isA ? static_cast<double>(byte)
                                            : static_cast<double>(static_cast<std::int8_t>(byte));
    }
    const auto half = static_cast<std::uint16_t>(word >> (16 * place.part));
    return static_cast<double>(kind == MmaKind::F16 ? f16ToFloat(half) : bf16ToFloat(half));
}

Words randomWords(std::size_t count, MmaKind kind, std::mt19937& random)
{
    std::normal_distribution<float> normal(0, 2);
    Words out(count);
    for (std::uint32_t& word : out) {
        word = static_cast<std::uint32_t>(random());
        if (kind == MmaKind::F16)
            word = floatToF16(normal(random)) | static_cast<std::uint32_t>(floatToF16(normal(random))) << 16;
        if (kind == MmaKind::Bf16)
            word = floatToBf16(normal(random)) | static_cast<std::uint32_t>(floatToBf16(normal(random))) << 16;
    }
    return out;
}

} // namespace

TEST_CASE("mma takes and gives its fragments as the manual lays them out")
{
    if (skipped())
        return;
    std::mt19937 random(1);
    for (const MmaKind kind : {MmaKind::S8, MmaKind::S8K16, MmaKind::U8S8, MmaKind::F16, MmaKind::Bf16}) {
        if (kind == MmaKind::Bf16 && computeCapability() < 80)
            continue;
        CAPTURE(static_cast<int>(kind));
        const bool isInteger = kind <= MmaKind::U8S8;
        const int perWord = isInteger ? 4 : 2, depth = kind == MmaKind::S8K16 ? 16 : 8 * perWord;
        const Words a = randomWords(128, kind, random), b = randomWords(64, kind, random);
        Words c(128);
        for (std::size_t i = 0; i < c.size(); ++i)
            c[i] = isInteger ? static_cast<std::uint32_t>(i) - 64u
                             : std::bit_cast<std::uint32_t>(static_cast<float>(i) - 64);
        const DeviceArray<std::uint32_t> da(a), db(b), dc(c);
        REQUIRE(probeMma(kind, da.data(), db.data(), dc.data()) == 0);
        const Words got = dc.get();
        for (int row = 0; row < 16; ++row)
            for (int column = 0; column < 8; ++column) {
                const auto at = static_cast<std::size_t>(wordOfC(row, column));
                double sum = static_cast<double>(at) - 64, size = std::fabs(sum);
                for (int k = 0; k < depth; ++k) {
                    const double product = element(a, placeOfA(row, k, perWord), kind, true)
                        * element(b, placeOfB(k, column, perWord), kind, false);
                    sum += product;
                    size += std::fabs(product);
                }
                const double value = isInteger ? static_cast<double>(static_cast<std::int32_t>(got[at]))
                                               : static_cast<double>(std::bit_cast<float>(got[at]));
                // Tensor cores cut, rather than round, what they add: depth sums of at least 23 bits.
                CHECK(std::fabs(value - sum) <= (isInteger ? 0.0 : size * (depth + 1) * 0x1p-23));
            }
    }
}

TEST_CASE("numbers are converted as the CPU converts them")
{
    if (skipped())
        return;
    std::mt19937 random(2);
    std::vector<float> in{0.0f,       -0.0f, 65504, 65519.9f, 65520, 1e9f, -1e9f, 0x1p-24f, 0x1p-25f,
                          0x1.8p-25f, 0.5f,  1.5f,  2.5f,     -0.5f, -86,  87,    1e-40f,   3e38f};
    while (in.size() < 64)
        in.push_back(std::ldexp(std::normal_distribution<float>(0, 1)(random), static_cast<int>(random() % 12) - 6));
    const DeviceArray<float> dIn(in);
    const DeviceArray<std::uint32_t> out(64 * kConversions);
    REQUIRE(probeConversions(dIn.data(), out.data()) == 0);
    const Words got = out.get();
    for (std::size_t i = 0; i < 64; ++i) {
        CAPTURE(in[i]);
        const std::uint32_t* own = got.data() + i * kConversions;
        CHECK(own[0] == floatToF16(std::fmin(std::fmax(in[i], -65504.0f), 65504.0f)));
        CHECK(own[1] == floatToBf16(in[i]));
        if (std::fabs(in[i]) < 1e9f)
            CHECK(static_cast<std::int32_t>(own[2]) == static_cast<std::int32_t>(std::nearbyint(in[i])));
        // exp by way of attention's or swiglu's: silu(−x) · 1 = −x / (1 + e^x).
        float gate = -in[i];
        const float one = 1;
        cpu::allKernelTables().back()->vector->swiglu(&gate, &one, 1);
        CHECK(std::bit_cast<float>(std::bit_cast<std::uint32_t>(-in[i] / (1.0f + std::bit_cast<float>(own[3]))))
              == gate);
    }
}

TEST_CASE("attention's own arithmetic: the CPU's exp below 0, and what is near the truth as far as the manual says")
{
    if (skipped())
        return;
    std::mt19937 random(3);
    std::vector<float> in{0.0f, -87.3f, -87.29f, -88, -1e30f, -HUGE_VALF, -0x1p-30f, -86.9f, 0x1p-120f, -126, NAN};
    while (in.size() < 64)
        in.push_back(-std::exp(std::uniform_real_distribution<float>(-9, 4.4f)(random)));
    const DeviceArray<float> dIn(in);
    const DeviceArray<std::uint32_t> out(64 * kConversions);
    REQUIRE(probeConversions(dIn.data(), out.data()) == 0);
    const Words got = out.get();
    for (std::size_t i = 0; i < 64; ++i) {
        CAPTURE(in[i]);
        const std::uint32_t* own = got.data() + i * kConversions;
        const double x = static_cast<double>(in[i]);
        const float near2 = std::bit_cast<float>(own[5]), reciprocal = std::bit_cast<float>(own[6]);
        if (std::isnan(in[i])) {
            CHECK(std::isnan(near2));
            CHECK(std::isnan(reciprocal));
            CHECK(std::isnan(std::bit_cast<float>(own[8])));
            continue;
        }
        if (in[i] >= -87.3f && in[i] <= 0)
            CHECK(own[4] == own[3]);
        else if (in[i] < 0)
            CHECK(std::bit_cast<float>(own[4]) <= 0x1.1p-126f);
        const double power = std::exp2(x);
        CHECK(std::fabs(static_cast<double>(near2) - power) <= power * 0x1p-22 + 0x1p-125);
        if (std::fabs(x) > 1e-30 && std::fabs(x) < 1e30)
            CHECK(std::fabs(static_cast<double>(reciprocal) * x - 1) <= 0x1p-23);
        if (std::fabs(in[i]) < 65504)
            CHECK(own[7] == (floatToF16(in[i]) | static_cast<std::uint32_t>(floatToF16(-in[i])) << 16));
        CHECK(std::bit_cast<float>(own[8]) == std::fmax(in[i], 0.5f));
    }
}

TEST_CASE("asynchronous copies bring 16 bytes, or zeros, through a ring")
{
    if (skipped())
        return;
    Words values(4 * 64 * 4);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<std::uint32_t>(i + 7);
    const DeviceArray<std::uint32_t> data(values), out(values.size());
    REQUIRE(probeCopies(CopyFault::None, data.data(), out.data()) == 0);
    const Words got = out.get();
    for (std::size_t i = 0; i < got.size(); ++i)
        CHECK(got[i] == (i / 256 == 2 ? 0 : values[i ^ (32 * 4)]));
}

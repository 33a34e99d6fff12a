// Would quantised_test.cpp notice an importer that reads a format wrongly? Each row spoils a golden's file in the way
// that the mistake would read it – nibbles the other way round, a zero point one off, a scale of the neighbouring
// group – and the logits must be far outside the bound there.

#include "comparison.h"
#include "direct_model.h"
#include "golden.h"
#include "model/safetensors.h"
#include "support/host.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <doctest/doctest.h>
#include <fstream>
#include <functional>
#include <iterator>

using namespace qwill::engine;
using namespace qwill::test;
namespace fs = std::filesystem;

namespace {

// One tensor of the file, to be changed in place.
struct Stored {
    std::span<std::byte> data;
    std::vector<std::int64_t> shape;
    std::int64_t elementBytes;
};
using Mistake = std::function<void(const Stored&)>;

void swapNibbles(const Stored& t)
{
    for (std::byte& b : t.data)
        b = b << 4 | b >> 4;
}

// AWQ's outputs in the order they lie.
void readWordsInOrder(const Stored& t)
{
    constexpr std::array<int, 8> kPlace = {0, 4, 1, 5, 2, 6, 3, 7};
    for (std::size_t at = 0; at < t.data.size(); at += 4) {
        std::uint32_t word = 0, other = 0;
        std::memcpy(&word, t.data.data() + at, 4);
        for (std::size_t i = 0; i < 8; ++i)
            other |= (word >> 4 * i & 15) << 4 * kPlace[i];
        std::memcpy(t.data.data() + at, &other, 4);
    }
}

// Every 4-bit zero point one more.
void raiseNibbles(const Stored& t)
{
    for (std::byte& b : t.data)
        b = std::byte(((std::to_integer<int>(b) + 1) & 15) | ((std::to_integer<int>(b) + 16) & 240));
}

void raiseBytes(const Stored& t)
{
    for (std::byte& b : t.data)
        b = std::byte(std::to_integer<int>(b) + 1);
}

// [groups, …]: each group that of its neighbour.
void nextGroup(const Stored& t)
{
    const auto step = t.data.size() / static_cast<std::size_t>(t.shape[0]);
    std::ranges::rotate(t.data, t.data.begin() + static_cast<std::ptrdiff_t>(step));
}

// […, groups]: the same within each row.
void nextGroupInRow(const Stored& t)
{
    const auto row = static_cast<std::size_t>(t.shape.back() * t.elementBytes);
    for (std::size_t at = 0; at < t.data.size(); at += row)
        std::ranges::rotate(t.data.subspan(at, row),
                            t.data.begin() + static_cast<std::ptrdiff_t>(at)
                                + static_cast<std::ptrdiff_t>(t.elementBytes));
}

// Groups one after the other, as without an order.
void forgetOrder(const Stored& t)
{
    std::vector<std::int32_t> groups(t.data.size() / 4);
    std::memcpy(groups.data(), t.data.data(), t.data.size());
    std::ranges::sort(groups);
    std::memcpy(t.data.data(), groups.data(), t.data.size());
}

void flipSigns(const Stored& t)
{
    for (std::byte& b : t.data)
        b ^= std::byte{128};
}

// The codebook the other way round.
void reverse(const Stored& t)
{
    for (std::size_t a = 0, b = t.data.size() - 4; a < b; a += 4, b -= 4)
        std::swap_ranges(t.data.begin() + static_cast<std::ptrdiff_t>(a),
                         t.data.begin() + static_cast<std::ptrdiff_t>(a) + 4,
                         t.data.begin() + static_cast<std::ptrdiff_t>(b));
}

struct Row {
    std::string golden;
    std::string suffix;
    std::string name;
    Mistake mistake;
};

const Row kRows[] = {
    {"gptq-int4-g32-sym", ".qweight", "nibble order", swapNibbles},
    {"gptq-int4-g32-sym", ".qzeros", "zero + 1", raiseNibbles},
    {"gptq-int4-g32-sym", ".scales", "the next group's scale", nextGroup},
    {"gptq-int4-g64-asym", ".qzeros", "zero + 1", raiseNibbles},
    {"gptq-int4-g64-asym", ".qzeros", "the next group's zero", nextGroup},
    {"gptq-int4-row-asym-v2", ".qzeros", "version 2 as version 1", raiseNibbles},
    {"gptq-int4-g32-desc-act", ".g_idx", "no order", forgetOrder},
    {"gptq-int4-g32-desc-act", ".scales", "the next group's scale", nextGroup},
    {"gptq-int8-g32-sym", ".scales", "the next group's scale", nextGroup},
    {"awq-int4-g64", ".qweight", "nibble order", readWordsInOrder},
    {"awq-int4-g64", ".qzeros", "nibble order of zeros", readWordsInOrder},
    {"awq-int4-g64", ".qzeros", "zero + 1", raiseNibbles},
    {"awq-int4-g64", ".scales", "the next group's scale", nextGroup},
    {"compressed-int4-g32-sym", ".weight_packed", "nibble order", swapNibbles},
    {"compressed-int4-g32-sym", ".weight_scale", "the next group's scale", nextGroupInRow},
    {"compressed-int4-g128-asym", ".weight_zero_point", "zero + 1", raiseNibbles},
    {"compressed-int4-g128-asym", ".weight_zero_point", "the next group's zero", nextGroupInRow},
    {"compressed-int4-g32-actorder", ".weight_g_idx", "no order", forgetOrder},
    {"compressed-int8-channel", ".weight", "sign", flipSigns},
    {"compressed-int8-channel", ".weight", "zero + 1", raiseBytes},
    {"compressed-int8-g32-packed", ".weight_scale", "the next group's scale", nextGroupInRow},
    {"compressed-fp8-channel", ".weight_scale", "the next row's scale", nextGroup},
    {"fp8-128x128-bf16", ".weight_scale_inv", "the next block's scale", nextGroupInRow},
    {"fp8-64x64-f32", ".weight_scale_inv", "the next row of blocks", nextGroup},
    {"fp8-64x64-f16", ".weight", "sign", flipSigns},
    {"bitsandbytes-int8", ".SCB", "the next row's scale", nextGroup},
    {"bitsandbytes-nf4", ".weight", "nibble order", swapNibbles},
    {"bitsandbytes-nf4", ".absmax", "the next block's scale", nextGroup},
    {"bitsandbytes-nf4", ".quant_map", "the codebook reversed", reverse},
    {"bitsandbytes-nf4-nested", ".nested_quant_map", "the nested codebook reversed", reverse},
    {"bitsandbytes-fp4", ".absmax", "the next block's scale", nextGroup},
};

// The golden's directory with the tensors of that suffix spoilt; how many there were.
int spoil(const Golden& golden, const Row& row, const fs::path& to)
{
    fs::create_directories(to);
    fs::copy_file(golden.model / "config.json", to / "config.json", fs::copy_options::overwrite_existing);
    std::ifstream in(golden.model / "model.safetensors", std::ios::binary);
    std::string file((std::istreambuf_iterator<char>(in)), {});
    const auto parsed = parseSafetensors(std::as_bytes(std::span(file)), "model.safetensors");
    REQUIRE(parsed);
    int count = 0;
    for (const TensorView& t : *parsed) {
        if (t.name.find("_proj") == t.name.npos || !t.name.ends_with(row.suffix))
            continue;
        auto* begin = reinterpret_cast<std::byte*>(file.data())
            + (t.data.data() - reinterpret_cast<const std::byte*>(file.data()));
        row.mistake({{begin, t.data.size()}, t.shape, blockShape(t.dtype).bytes});
        ++count;
    }
    std::ofstream(to / "model.safetensors", std::ios::binary) << file;
    return count;
}

} // namespace

TEST_CASE("aMistakeInReadingAFormatWouldBeSeen")
{
    const fs::path folder = fs::temp_directory_path() / ("qwill-planted-" + std::to_string(processId()));
    const std::vector<Golden> goldens = quantisedGoldens();
    for (const Row& row : kRows) {
        const auto golden = std::ranges::find(goldens, row.golden, &Golden::name);
        REQUIRE_MESSAGE(golden != goldens.end(), row.golden);
        INFO(row.golden << ": " << row.name);
        CHECK(spoil(*golden, row, folder) == 7);
        DirectOptions o;
        o.path = folder.string();
        DirectModel model(o);
        const double worst = compare(model, *golden).worst;
        MESSAGE(row.golden << ", " << row.name << ": " << worst);
        CHECK(worst > 50 * kExact);
    }
    fs::remove_all(folder);
}

// Prompts' products: by tiles they have the bits of the kernel that all other products have, and the choice of tiles is
// one that a card can run.

#include "cuda/kernels/tile_choice.h"
#include "matmul_fixture.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using namespace qwill::engine;
using namespace qwill::engine::cuda;
using namespace qwill::engine::cuda::testing;

namespace {

constexpr FormatCase kTiled[] = {
    {MatrixFormat::W8, 32, "w8 g32"},   {MatrixFormat::W8, 128, "w8 g128"}, {MatrixFormat::W4K, 32, "w4k"},
    {MatrixFormat::W4G, 32, "w4g g32"}, {MatrixFormat::W4G, 64, "w4g g64"}, {MatrixFormat::W4G, 128, "w4g g128"},
    {MatrixFormat::F16, 0, "f16"},      {MatrixFormat::Bf16, 0, "bf16"},    {MatrixFormat::W8S, 16, "w8s"},
    {MatrixFormat::W8K, 32, "w8k"},
};

// The table made ready for another device, and again for the tests' own.
class OtherDevice {
public:
    explicit OtherDevice(const DeviceTraits& traits)
    {
        kernels();
        REQUIRE(kernelTable()->prepareDevice(&traits) == 0);
    }
    ~OtherDevice() { kernelTable()->prepareDevice(&kTraits); }
};

bool lacksTiles()
{
    if (skipped())
        return true;
    return computeCapability() < 80;
}

// q, k and v of some model: outputs side by side, one of whole warps' rows with a bias.
struct Products {
    // The last ends inside a row tile, before the gap between the rows of the output.
    static constexpr int kRows[] = {20, 64, 148};
    static constexpr int kStride = 20 + 64 + 148 + 5;
    int cols, tokens;
    std::vector<std::unique_ptr<OnDevice>> weights;
    DeviceArray<float> dx, bias, out;
    std::unique_ptr<Acts> acts;
    MatmulArgs args{};

    Products(const FormatCase& f, int cols_, int tokens_, int parts)
        : cols(cols_),
          tokens(tokens_),
          dx(gaussian(static_cast<std::size_t>(tokens_ * cols_), 71)),
          bias(gaussian(static_cast<std::size_t>(kRows[1]), 72)),
          out(static_cast<std::size_t>(tokens_ * kStride)),
          acts(std::make_unique<Acts>(tokens_, cols_, parts))
    {
        PrepareArgs prepare = acts->args(f.format);
        prepare.x = dx.data();
        prepare.xStride = cols;
        REQUIRE(kernels().prepare(&prepare, nullptr) == 0);
        acts->addTo(args);
        args.partCount = 3;
        int row = 0;
        for (int i = 0; i < 3; ++i) {
            const Matrix m(f, kRows[i], cols, 73 + static_cast<std::uint32_t>(i));
            weights.push_back(std::make_unique<OnDevice>(m.view));
            args.parts[i] = {weights.back()->matrix, out.data() + row, kStride, i == 1 ? bias.data() : nullptr};
            row += kRows[i];
        }
    }
    // The bits of the products on such a device, added to what was there where `store` says so.
    std::vector<std::uint32_t> compute(const DeviceTraits& traits, Store store)
    {
        const OtherDevice device(traits);
        auto before = gaussian(out.size(), 75);
        for (std::size_t i = 0; i < before.size(); ++i)
            before[i] = store == Store::Write && i % kStride < kStride - 5 ? std::nanf("") : before[i];
        out.set(before);
        args.store = store;
        REQUIRE(kernelTable()->matmul(&args, nullptr) == 0);
        std::vector<std::uint32_t> bits;
        for (const float x : out.get())
            bits.push_back(std::bit_cast<std::uint32_t>(x));
        return bits;
    }
};

// One SM: nobody shares k.
constexpr DeviceTraits traitsOf(std::size_t shared, PromptTiles tiles, int smCount = 1)
{
    return {80, smCount, shared, 0, false, tiles};
}

} // namespace

TEST_CASE("prompts' products by tiles have the bits of the kernel for few tokens")
{
    if (lacksTiles())
        return;
    struct Shape {
        int cols, tokens, smCount;
        std::size_t shared;
        Store store;
        int width, stages; // of W8
    };
    // Rings of 2, 3 and 4 that go round; one block of tokens and more than eight; columns that end inside chunks; warps
    // without tokens; the last copies of a tile, where a warp has none.
    constexpr Shape kShapes[] = {
        {780, 250, 1, 227 * 1024, Store::Add, 8, 4},
        {1100, 70, 1, 48 * 1024, Store::Write, 1, 2},
        {130, 290, 60, 99 * 1024, Store::Write, 1, 4},
        {520, 70, 1, 99 * 1024, Store::Add, 3, 3},
    };
    for (const FormatCase& f : kTiled)
        for (const Shape& shape : kShapes)
            for (const int parts : {1, 2, 3}) {
                if (parts > 1 && (!readsParts(f.format) || shape.cols < 200 || shape.cols > 700))
                    continue;
                CAPTURE(f.name);
                CAPTURE(shape.tokens);
                CAPTURE(parts);
                Products products(f, shape.cols, shape.tokens, parts);
                const DeviceTraits tiled = traitsOf(shape.shared, PromptTiles::Always, shape.smCount);
                const TiledShape chosen = chooseTiles(tiled, products.args);
                CHECK(chosen.width > 0);
                if (f.format == MatrixFormat::W8 && f.groupSize == 128) {
                    CHECK(chosen.width == shape.width);
                    CHECK(chosen.stages == shape.stages);
                }
                const auto expected = products.compute(traitsOf(shape.shared, PromptTiles::Never), shape.store);
                const auto got = products.compute(tiled, shape.store);
                std::size_t wrong = 0;
                for (std::size_t i = 0; i < got.size(); ++i)
                    wrong += got[i] == expected[i] ? 0 : 1;
                CHECK(wrong == 0);
            }
    CHECK(deviceIsIntact());
}

namespace {

// One matrix and nothing behind it: the choice reads the shapes alone.
MatmulArgs shapeOf(const FormatCase& f, int rows, int cols, int tokens, int parts)
{
    MatmulArgs args{};
    args.partCount = 1;
    args.parts[0].weights = {f.format, rows, cols, f.groupSize, nullptr, nullptr};
    args.tokens = tokens;
    args.actPartCount = parts;
    return args;
}

constexpr DeviceTraits kH100{90, 132, 227 * 1024}, kA100{80, 108, 163 * 1024}, kAda{89, 128, 99 * 1024},
    kTuring{75, 40, 64 * 1024};
constexpr FormatCase kW8 = {MatrixFormat::W8, 128, ""}, kBf16 = {MatrixFormat::Bf16, 0, ""};

} // namespace

TEST_CASE("a ring has two stages at least and fits what a block may have, whatever the card, the format and the tokens")
{
    for (const DeviceTraits& card :
         {kH100, kA100, kAda, DeviceTraits{86, 82, 99 * 1024}, DeviceTraits{120, 170, 99 * 1024}})
        for (const FormatCase& f : kTiled)
            for (const int parts : {1, 2, 3})
                for (int tokens = 1; tokens < 5000; tokens = tokens * 5 / 4 + 1) {
                    DeviceTraits always = card;
                    always.promptTiles = PromptTiles::Always;
                    const MatmulArgs args = shapeOf(f, 2560, 9728, tokens, parts);
                    const TiledShape shape = chooseTiles(always, args);
                    CHECK((shape.width > 0) == (tokens > 32));
                    if (shape.width == 0)
                        continue;
                    CHECK(shape.width <= kTiledMostWidth);
                    CHECK(shape.stages >= 2);
                    CHECK(shape.stages <= kTiledMostStages);
                    CHECK(shape.rowBlocks == 20);
                    CHECK(shape.tokenBlocks * shape.width * 32 >= tokens);
                    CHECK((shape.tokenBlocks - 1) * shape.width * 32 < tokens);
                    const int every = readsParts(f.format) ? parts : 1;
                    CHECK(static_cast<std::size_t>(
                              tiledBytes(tiledForm(f.format, f.groupSize), shape.width, shape.stages, every))
                          <= card.sharedPerBlock);
                }
}

TEST_CASE("tiles are chosen where they should pay, in as few waves as there may be")
{
    const auto width = [](const DeviceTraits& card, const FormatCase& f, int rows, int cols, int tokens) {
        return chooseTiles(card, shapeOf(f, rows, cols, tokens, 1)).width;
    };
    // gate or up of Qwen3-4B: many blocks, the largest tile that a whole number of waves suits.
    CHECK(width(kH100, kW8, 19456, 2560, 1024) == 8);
    CHECK(width(kAda, kW8, 19456, 2560, 1024) >= 6);
    // down: 20 blocks of rows; narrower tiles, so that a wave has all SMs but few.
    CHECK(width(kH100, kW8, 2560, 9728, 1024) == 6);
    CHECK(width(kA100, kW8, 2560, 9728, 1024) == 7);
    // Few tokens and few rows: sharing k is better.
    CHECK(width(kH100, kW8, 2560, 9728, 40) == 0);
    CHECK(width(kH100, kW8, 19456, 2560, 32) == 0);
    CHECK(width(kH100, kW8, 152000, 2560, 64) > 0);
    CHECK(width(kH100, kBf16, 2560, 9728, 1024) > 0);
    // No copies, or not wanted, or a format without tiles, or logits with a cap.
    MatmulArgs capped = shapeOf(kW8, 19456, 2560, 1024, 1);
    capped.cap = 30;
    CHECK(chooseTiles(kH100, capped).width == 0);
    CHECK(width(kTuring, kW8, 19456, 2560, 1024) == 0);
    DeviceTraits never = kH100;
    never.promptTiles = PromptTiles::Never;
    CHECK(width(never, kW8, 19456, 2560, 1024) == 0);
    CHECK(width(kH100, {MatrixFormat::W4S, 16, ""}, 19456, 2560, 1024) == 0);
    DeviceTraits small = kH100;
    small.sharedPerBlock = 16 * 1024;
    CHECK(width(small, kW8, 19456, 2560, 1024) == 0);
}

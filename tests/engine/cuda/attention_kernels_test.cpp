// Attention over pages, against the CPU's scalar kernels.

#include "attention_error.h"

using namespace qwill::engine;
using namespace qwill::engine::cuda;
using namespace qwill::engine::cuda::testing;

TEST_CASE("attention over pages equals the scalar kernels'")
{
    if (skipped())
        return;
    const std::vector<Sequence> mixed{{70, 1}, {33, 33}, {1, 1}, {64, 2}};
    const Shape kShapes[] = {{KvElement::F16, 64, 2, 4},   {KvElement::Int8, 64, 2, 4},  {KvElement::F16, 40, 1, 3},
                             {KvElement::Int8, 40, 1, 20}, {KvElement::F16, 128, 2, 1},  {KvElement::Int8, 128, 1, 7},
                             {KvElement::F16, 256, 1, 2},  {KvElement::Int8, 256, 1, 2}, {KvElement::F16, 8, 1, 1}};
    for (const Shape& shape : kShapes)
        for (const Options& o : {Options{1, 0, 0}, {3, 0, 0}, {64, 20, 0}, {1, 9, 2.5f}}) {
            CAPTURE(shape.headDim);
            CAPTURE(static_cast<int>(shape.element));
            CAPTURE(o.splits);
            CAPTURE(o.window);
            const Scene s(shape, mixed, 8);
            const Device device(s);
            const RopeKvArgs args = device.ropeArgs(s);
            REQUIRE(kernels().ropeKv(&args, nullptr) == 0);
            CHECK(worstError(s, device, o) <= 1);
        }
    CHECK(deviceIsIntact());
}

TEST_CASE("a long context is attended to in full, in one part and in many")
{
    if (skipped())
        return;
    for (const KvElement element : {KvElement::F16, KvElement::Int8})
        for (const int splits : {1, 5, 33}) {
            CAPTURE(splits);
            const Scene s({element, 64, 1, 4}, {{1100, 2}}, 9);
            const Device device(s);
            const RopeKvArgs args = device.ropeArgs(s);
            REQUIRE(kernels().ropeKv(&args, nullptr) == 0);
            CHECK(worstError(s, device, {splits, 0, 0}) <= 1);
        }
}

TEST_CASE("attention that is prepared at once is attention that is prepared afterwards")
{
    if (skipped())
        return;
    const std::vector<Sequence> mixed{{200, 1}, {33, 3}, {1, 1}, {64, 6}};
    for (const Shape& shape : {Shape{KvElement::F16, 128, 2, 4},
                               {KvElement::Int8, 128, 1, 7},
                               {KvElement::Int8, 256, 1, 3},
                               {KvElement::F16, 256, 2, 1}})
        for (const int splits : {2, 3, 9, 64}) {
            CAPTURE(shape.headDim);
            CAPTURE(splits);
            const Scene s(shape, mixed, 12);
            const Device device(s);
            const RopeKvArgs rope = device.ropeArgs(s);
            REQUIRE(kernels().ropeKv(&rope, nullptr) == 0);
            const int cols = s.heads() * shape.headDim, tiles = 8;
            Ints wanted(static_cast<std::size_t>(s.rows), -1);
            for (const SeqView& seq : s.seqs)
                for (int row = seq.firstToken; row < seq.firstToken + seq.tokenCount; ++row)
                    wanted[static_cast<std::size_t>(row)] = row;
            const DeviceArray<std::int32_t> rowIndex(wanted);
            const DeviceArray<std::int32_t> counters(
                Ints(static_cast<std::size_t>(attentionCounters(tiles, shape.kvHeads, shape.headDim)), 0));
            const DeviceArray<float> partials(attentionScratchBytes(tiles, splits, shape.kvHeads, shape.headDim)
                                              / sizeof(float));
            const DeviceArray<float> out(static_cast<std::size_t>(s.rows * cols));
            const Acts apart(s.rows, cols, 2), atOnce(s.rows, cols, 2);
            AttentionArgs args = device.attentionArgs(s, tiles, splits);
            args.partials = partials.data();
            args.counters = counters.data();
            args.out = out.data();
            args.prepare = atOnce.args(MatrixFormat::Bf16);
            args.prepare.x = out.data();
            args.prepare.xStride = cols;
            for (int round = 0; round < 2; ++round) {
                REQUIRE(kernels().attention(&args, nullptr) == 0);
                CHECK(counters.get() == Ints(counters.size(), 0));
            }
            PrepareArgs prepare = apart.args(MatrixFormat::Bf16);
            prepare.x = out.data();
            prepare.xStride = cols;
            prepare.rowIndex = rowIndex.data();
            REQUIRE(kernels().prepare(&prepare, nullptr) == 0);
            CHECK(apart.quants.get() == atOnce.quants.get());
            CHECK(apart.sums.get() == atOnce.sums.get());
            CHECK(apart.halves.get() == atOnce.halves.get());
            const Floats first = apart.scales.get(), second = atOnce.scales.get();
            CHECK(std::memcmp(first.data(), second.data(), first.size() * sizeof(float)) == 0);
            args.splits = 1;
            CHECK(kernels().attention(&args, nullptr) != 0); // that path leaves it to others
        }
    CHECK(deviceIsIntact());
}

// Kernels on rows of floats: embedding, RoPE's angles, norms and the activations the products read.

#include "cuda/kernels/launches.h"
#include "cuda/kernels/prepare.cuh"

#include <cmath>

namespace qwill::engine::cuda {

namespace {

constexpr int kRowThreads = 256;

// The same of the coded forms; F8 as its products have it, small numbers not rounded to panel_layout.h's integers.
QWILL_DEVICE float codedElement(const DeviceMatrix& m, const std::byte* chunk, const std::byte* place, int g, int half,
                                int in)
{
    const auto halfAt = [](const std::byte* at) { return halfToFloat(loadAs<std::uint16_t>(at)); };
    const auto signedAt = [](const std::byte* at) { return static_cast<int>(loadAs<std::int8_t>(at)); };
    const int stored = static_cast<int>(loadAs<std::uint8_t>(place)), block = in / 128, pair = g * 2 + half;
    const int nibble = isHighNibble(m.format, in) ? stored >> 4 : stored & 15;
    switch (m.format) {
    case MatrixFormat::F8: {
        const auto bits = static_cast<std::uint16_t>((stored & 128) << 8 | (stored & 127) << 7);
        return loadAs<float>(chunk + (in / m.groupSize * 16 + pair) * 4) * (halfToFloat(bits) * 0x1p14f);
    }
    case MatrixFormat::C4: {
        const std::byte* codebook = chunk + block * 32 + nibble;
        const int value = signedAt(codebook + 16) * 256 + static_cast<int>(loadAs<std::uint8_t>(codebook));
        return loadAs<float>(chunk + 64 + (in / m.groupSize * 16 + pair) * 4) * static_cast<float>(value);
    }
    case MatrixFormat::W8G: {
        const int at = in / m.groupSize * 16 + pair;
        const std::byte* minima = chunk + 128 / m.groupSize * 32;
        return halfAt(chunk + 2 * at) * static_cast<float>(stored) + loadAs<float>(minima + 4 * at);
    }
    case MatrixFormat::W8S:
        return halfAt(chunk + 2 * pair)
            * static_cast<float>(signedAt(chunk + 32 + pair * 8 + in / 16) * signedAt(place));
    case MatrixFormat::W8K: {
        const std::byte* factors = chunk + 64 + pair * 8 + in / 32;
        const float scaled = halfAt(chunk + 4 * pair) * static_cast<float>(signedAt(factors) * stored);
        return scaled - halfAt(chunk + 4 * pair + 2) * static_cast<float>(signedAt(factors + 4));
    }
    default: { // W4S
        const int both = static_cast<int>(loadAs<std::uint8_t>(chunk + 128 + block * 128 + pair * 8 + in % 128 / 16));
        const std::byte* super = chunk + block * 64 + 4 * pair;
        const float scaled = halfAt(super) * static_cast<float>((both & 15) * nibble);
        return scaled - halfAt(super + 2) * static_cast<float>(both >> 4);
    }
    }
}

// Element (row, k) of a matrix: what model/weight_matrix.cpp's dequantizeRow() says, from the device's order.
QWILL_DEVICE float elementOf(const DeviceMatrix& m, int row, int k)
{
    const int cols = chunkCols(m.format), g = row & 7, half = row >> 3 & 1, in = k % cols;
    const std::byte* chunk = m.data
        + static_cast<std::size_t>(row / kTileRows) * rowTileBytes(m.format, m.groupSize, m.cols)
        + static_cast<std::size_t>(k / cols) * static_cast<std::size_t>(chunkBytes(m.format, m.groupSize));
    const std::byte* place =
        chunk + chunkScaleBytes(m.format, m.groupSize) + quantOffset(m.format, row % kTileRows, in);
    const auto halfAt = [chunk](int index) { return halfToFloat(loadAs<std::uint16_t>(chunk + 2 * index)); };
    if (m.format == MatrixFormat::F32)
        return loadAs<float>(place);
    if (m.format == MatrixFormat::F16)
        return halfToFloat(loadAs<std::uint16_t>(place));
    if (m.format == MatrixFormat::Bf16)
        return bfloatToFloat(loadAs<std::uint16_t>(place));
    if (m.format == MatrixFormat::W8)
        return halfAt((in / m.groupSize * 8 + g) * 2 + half) * static_cast<float>(loadAs<std::int8_t>(place));
    if (isCoded(m.format))
        return codedElement(m, chunk, place, g, half, in);
    const int both = static_cast<int>(loadAs<std::uint8_t>(place));
    const auto quant = static_cast<float>((k & 32) != 0 ? both >> 4 : both & 15);
    if (m.format == MatrixFormat::W4G) {
        const int at = (in / m.groupSize * 8 + g) * 4 + half * 2;
        return halfAt(at) * quant + halfAt(at + 1);
    }
    const std::byte* own = chunk + g * 32; // W4K
    const auto byteAt = [own](int at) { return static_cast<int>(loadAs<std::uint8_t>(own + at)); };
    const int j = in / 32, words = 16 + half * 8 + j % 4;
    const int first = byteAt(words), second = byteAt(words + 4), third = byteAt(8 + half * 4 + j % 4);
    const int sc = (j < 4 ? first : second) & 63;
    const int min = j < 4 ? third & 63 : first >> 6 | second >> 6 << 2 | third >> 6 << 4;
    const float scaled = halfAt(g * 16 + half * 2) * static_cast<float>(sc) * quant;
    return scaled - halfAt(g * 16 + half * 2 + 1) * static_cast<float>(min);
}

QWILL_KERNEL void embedKernel(EmbedArgs args)
{
    awaitEarlier();
    const int row = static_cast<int>(blockIdx.x), token = args.step.tokens[row];
    for (int i = static_cast<int>(threadIdx.x); row == 0 && i < args.counterCount; i += kRowThreads)
        args.counters[i] = 0;
    float* x = args.x + static_cast<std::size_t>(row) * static_cast<std::size_t>(args.table.cols);
    for (int k = static_cast<int>(threadIdx.x); k < args.table.cols; k += kRowThreads)
        x[args.table.order ? args.table.order[k] : k] = token < 0 ? 0.0f : elementOf(args.table, token, k) * args.scale;
}

QWILL_KERNEL void ropeAnglesKernel(RopeAnglesArgs args)
{
    awaitEarlier();
    const int at = static_cast<int>(blockIdx.x * static_cast<unsigned>(kRowThreads) + threadIdx.x);
    if (at >= args.rows * args.size)
        return;
    const double angle =
        static_cast<double>(args.step.positions[at / args.size]) * static_cast<double>(args.frequency[at % args.size]);
    args.cos[at] = static_cast<float>(::cos(angle) * static_cast<double>(args.attentionFactor));
    args.sin[at] = static_cast<float>(::sin(angle) * static_cast<double>(args.attentionFactor));
}

// 1 / the norm's root, in every thread of a block of kRowThreads. `sums`: [kNormParts] of shared memory.
QWILL_DEVICE float inverseNorm(const float* x, int cols, float eps, float* sums)
{
    static_assert(kRowThreads == kNormParts * kWarp);
    const int part = static_cast<int>(threadIdx.x) / kWarp, lane = static_cast<int>(threadIdx.x) % kWarp;
    const float square = squarePart(x, cols, part, lane);
    if (lane == 0)
        sums[part] = square;
    syncBlock();
    return inverseOf(sums, cols, eps);
}

// grid: [rows][parts of the columns]; each warp takes groups of 128 columns.
QWILL_KERNEL void __launch_bounds__(kRowThreads) prepareKernel(PrepareArgs args)
{
    awaitEarlier();
    const int row = static_cast<int>(blockIdx.x), lane = static_cast<int>(threadIdx.x) % kWarp;
    const int source = sourceRow(args, row);
    if (source < 0)
        return; // the whole block
    float inverse = 1;
    if (args.source == ActSource::Norm)
        inverse = inverseNorm(args.x + source * args.xStride, args.cols, args.eps, static_cast<float*>(sharedMemory()));
    const int warps = kRowThreads / kWarp * static_cast<int>(gridDim.y);
    for (int group = static_cast<int>(blockIdx.y * static_cast<unsigned>(kRowThreads / kWarp) + threadIdx.x / kWarp);
         group < actGroups(args.cols); group += warps)
        prepareGroup(args, row, source, group, inverse, lane);
}

QWILL_KERNEL void __launch_bounds__(kRowThreads) addNormedKernel(AddNormedArgs args)
{
    awaitEarlier();
    const std::size_t at = static_cast<std::size_t>(blockIdx.x) * static_cast<std::size_t>(args.cols);
    const float* branch = args.branch + at;
    const float inverse = inverseNorm(branch, args.cols, args.eps, static_cast<float*>(sharedMemory()));
    for (int k = static_cast<int>(threadIdx.x); k < args.cols; k += kRowThreads)
        args.x[at + static_cast<std::size_t>(k)] += branch[k] * inverse * args.norm[k];
}

QWILL_KERNEL void softCapKernel(CapArgs args)
{
    awaitEarlier();
    const auto step = static_cast<std::int64_t>(gridDim.x) * kRowThreads;
    for (auto i = static_cast<std::int64_t>(blockIdx.x) * kRowThreads + static_cast<std::int64_t>(threadIdx.x);
         i < args.count; i += step)
        args.x[i] = softCapped(args.x[i], args.cap);
}

QWILL_KERNEL void copyKernel(CopyArgs args)
{
    awaitEarlier();
    const std::size_t step = static_cast<std::size_t>(gridDim.x) * kRowThreads * 16;
    for (std::size_t at =
             (static_cast<std::size_t>(blockIdx.x) * kRowThreads + static_cast<std::size_t>(threadIdx.x)) * 16;
         at < args.bytes; at += step)
        *reinterpret_cast<uint4*>(args.to + at) = loadWritten<uint4>(args.from + at);
}

constexpr std::size_t kSumBytes = kNormParts * sizeof(float);

} // namespace

int launchEmbed(const EmbedArgs* args, void* stream)
{
    return launch(embedKernel, {args->rows, 1, 1}, kRowThreads, 0, stream, *args);
}

int launchRopeAngles(const RopeAnglesArgs* args, void* stream)
{
    const int blocks = ceilDiv(args->rows * args->size, kRowThreads);
    return blocks < 1 ? 0 : launch(ropeAnglesKernel, {blocks, 1, 1}, kRowThreads, 0, stream, *args);
}

int launchPrepare(const PrepareArgs* args, void* stream)
{
    // The norm is of a whole row; the others leave the columns to several blocks where rows are few.
    const bool cut = args->source != ActSource::Norm && args->rows < 64;
    const Grid grid{args->rows, cut ? ceilDiv(actGroups(args->cols), kRowThreads / kWarp) : 1, 1};
    return launch(prepareKernel, grid, kRowThreads, kSumBytes, stream, *args);
}

int launchAddNormed(const AddNormedArgs* args, void* stream)
{
    return launch(addNormedKernel, {args->rows, 1, 1}, kRowThreads, kSumBytes, stream, *args);
}

int launchSoftCap(const CapArgs* args, void* stream)
{
    const auto blocks = static_cast<int>((args->count + kRowThreads - 1) / kRowThreads);
    return blocks < 1 ? 0 : launch(softCapKernel, {smaller(blocks, 4096), 1, 1}, kRowThreads, 0, stream, *args);
}

int launchCopy(const CopyArgs* args, void* stream)
{
    const int blocks = smaller(static_cast<int>((args->bytes / 16 + kRowThreads - 1) / kRowThreads), 32768);
    return blocks < 1 ? 0 : launch(copyKernel, {blocks, 1, 1}, kRowThreads, 0, stream, *args);
}

} // namespace qwill::engine::cuda

#pragma once
// Rows of floats made into what products read: the norm, the activation and the 8 or 16 bits of 128 columns, a warp at
// a time. Device code, the same for the kernel of its own (rows.cu) and for the kernels that do it when they are done
// (tail.cuh, attention.cu), so that all give the same bits.

#include "cuda/kernels/intrinsics.cuh"
#include "cuda/kernels/kernel_table.h"

#include <cmath>

namespace qwill::engine::cuda {

// A row's squares are added up in so many parts, a warp's each, however many warps do it.
inline constexpr int kNormParts = 8;

QWILL_DEVICE float squarePart(const float* x, int cols, int part, int lane)
{
    float square = 0;
    for (int k = part * kWarp + lane; k < cols; k += kNormParts * kWarp) {
        const float value = loadFresh<float>(x + k);
        square = fmaf32(value, value, square);
    }
    return warpSum(square);
}
QWILL_DEVICE float inverseOf(const float* parts, int cols, float eps)
{
    float total = 0;
    for (int i = 0; i < kNormParts; ++i)
        total += parts[i];
    return 1.0f / sqrtf(total / static_cast<float>(cols) + eps);
}

QWILL_BOTH constexpr int actGroups(int cols)
{
    return colsPadded(cols) / kActGroup;
}
QWILL_DEVICE int sourceRow(const PrepareArgs& args, int row) // −1: none
{
    return args.rowIndex ? args.rowIndex[row] : row;
}

struct Four {
    float v[4];
};

// Columns k … k + 3 of a row, beyond its end 0.
QWILL_DEVICE Four sourceAt(const PrepareArgs& args, int source, int k, float inverse)
{
    const std::int64_t row = source * args.xStride;
    Four out;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        out.v[i] = 0;
        if (k + i >= args.cols)
            continue;
        const int at = args.order ? args.order[k + i] : k + i;
        const float value = loadFresh<float>(args.x + row + at);
        if (args.source == ActSource::Plain) {
            out.v[i] = value;
        } else if (args.source == ActSource::Norm) {
            out.v[i] = value * inverse * args.norm[at];
        } else {
            const float bent = value + value * value * value * 0.044715f;
            const float slope = args.source == ActSource::GeGlu ? bent * -1.5957691216f : -value;
            out.v[i] = value / (1.0f + expf32(slope)) * loadFresh<float>(args.up + row + at);
        }
    }
    return out;
}

// The 128 columns from `first` on, four a lane: cpu/kernel_types.h says how activations become 8 bits.
QWILL_DEVICE void storeQuants(const PrepareArgs& args, int row, int first, int lane, const Four& x)
{
    const std::size_t padded = static_cast<std::size_t>(colsPadded(args.cols));
    const std::size_t tile = static_cast<std::size_t>(row / kTileTokens);
    const int n = row % kTileTokens, k = first + 4 * lane;
    float most = 0;
#pragma unroll
    for (int i = 0; i < 4; ++i)
        most = larger(most, x.v[i] < 0 ? -x.v[i] : x.v[i]);
    most = warpMax(most);
    float a = most / 127.0f;
    if (a < 0x1p-126f)
        a = 0;
    if (!(most <= 3.40282347e38f))
        a = floatFromBits(0x7fc00000u);
    const float inverse = a > 0 ? 1.0f / a : 0.0f;
    std::uint32_t word = 0;
    int sum = 0;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        const int q = a > 0 ? roundToInt(x.v[i] * inverse) : 0;
        word |= static_cast<std::uint32_t>(q & 255) << (8 * i);
        sum += q;
    }
    const std::size_t block = tile * (padded / 64) + static_cast<std::size_t>(k / 64);
    const int place = (4 * n + (k & 15) / 4) * 16 + (k & 63) / 32 * 8 + (k & 31) / 16 * 4;
    *reinterpret_cast<std::uint32_t*>(args.quants + block * 512 + place) = word;
    for (int mask = 1; mask < 8; mask *= 2)
        sum += shuffleXor(sum, mask);
    const int shift = lane / 8 * 8;
    int total = sum, low = (sum & (kActSumStep - 1)) << shift;
    auto high = static_cast<int>((static_cast<std::uint32_t>(sum) / kActSumStep & 255u) << shift);
    for (int mask = 8; mask < kWarp; mask *= 2) {
        total += shuffleXor(total, mask);
        low |= shuffleXor(low, mask);
        high |= shuffleXor(high, mask);
    }
    std::int32_t* sums =
        args.sums + (tile * (padded / kActGroup) + static_cast<std::size_t>(first / kActGroup)) * kActSumInts;
    if (lane % 8 == 0)
        sums[lane / 8 * kTileTokens + n] = sum;
    if (lane == 0) {
        sums[kActSumTotals + n] = total;
        sums[kActSumWords + 2 * n] = low;
        sums[kActSumWords + 2 * n + 1] = high;
    }
    if (lane == 0)
        args.scales[(tile * (padded / kActGroup) + static_cast<std::size_t>(first / kActGroup)) * kTileTokens
                    + static_cast<std::size_t>(n)] = a;
}

QWILL_DEVICE void storeParts(const PrepareArgs& args, int row, int first, int lane, Four x)
{
    const std::size_t padded = static_cast<std::size_t>(colsPadded(args.cols));
    const int n = row % kTileTokens, k = first + 4 * lane;
    const bool half = args.partFormat == MatrixFormat::F16;
#pragma unroll
    for (int i = 0; i < 4; ++i)
        x.v[i] *= half ? kF16ActScale : 1.0f;
    for (int part = 0; part < args.partCount; ++part) {
        std::uint16_t bits[4];
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            bits[i] = half ? floatToHalf(x.v[i]) : floatToBfloat(x.v[i]);
            x.v[i] -= half ? halfToFloat(bits[i]) : bfloatToFloat(bits[i]);
        }
        const std::size_t tile = static_cast<std::size_t>(row / kTileTokens) * static_cast<std::size_t>(args.partCount)
            + static_cast<std::size_t>(part);
        const std::size_t block = tile * (padded / 32) + static_cast<std::size_t>(k / 32);
        // Columns k, k + 1 and k + 2, k + 3 are neighbouring lanes' words.
        const int place = (4 * n + (k & 7) / 2) * 8 + (k & 31) / 16 * 4 + (k & 15) / 8 * 2;
        auto* out = reinterpret_cast<std::uint32_t*>(args.parts + block * 256 + place);
        out[0] = twoHalves(bits[0], bits[1]);
        out[4] = twoHalves(bits[2], bits[3]);
    }
}

// The 128 columns of a group, four a lane, in every form that is asked for.
QWILL_DEVICE void storeActs(const PrepareArgs& args, int row, int group, int lane, const Four& x)
{
    const int first = group * kActGroup, k = first + 4 * lane;
    if (args.quants)
        storeQuants(args, row, first, lane, x);
    if (args.parts)
        storeParts(args, row, first, lane, x);
    for (int i = 0; i < 4 && args.plain; ++i)
        if (k + i < args.cols)
            args.plain[static_cast<std::size_t>(row) * static_cast<std::size_t>(args.cols)
                       + static_cast<std::size_t>(k + i)] = x.v[i];
}

QWILL_DEVICE void prepareGroup(const PrepareArgs& args, int row, int source, int group, float inverse, int lane)
{
    storeActs(args, row, group, lane, sourceAt(args, source, group * kActGroup + 4 * lane, inverse));
}

} // namespace qwill::engine::cuda
